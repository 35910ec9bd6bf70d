import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseLock } from './events.ts';
import { createEventParser, type ServerSentEvent } from './sse.ts';

function parseAll(chunks: Uint8Array[]): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  const feed = createEventParser((event) => events.push(event));
  for (const chunk of chunks) feed(chunk);
  return events;
}

function cut(bytes: Uint8Array, at: number[]): Uint8Array[] {
  const points = [0, ...at.map((point) => point % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return points.slice(1).map((end, index) => bytes.subarray(points[index], end));
}

describe('server-sent events', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/[\r\n\0]/g, ''));
  const event = fc.record({ event: word, data: fc.array(line, { minLength: 1, maxLength: 3 }) });
  const newline = fc.constantFrom('\n', '\r\n', '\r');

  test('come out the same however the bytes are cut', () => {
    const property = fc.property(
      fc.array(event),
      newline,
      fc.array(fc.nat(), { maxLength: 20 }),
      (events, end, at) => {
        const text = events
          .map(({ event, data }) =>
            [`event: ${event}`, ...data.map((one) => `data: ${one}`), '', ''].join(end),
          )
          .join('');
        // After a lone CR at the very end nobody knows yet whether an LF follows.
        const bytes = Buffer.from(end === '\r' ? `${text}:` : text);
        const expected = events.map(({ event, data }) => ({ event, data: data.join('\n'), id: '' }));
        assert.deepEqual(parseAll(cut(bytes, at)), expected);
      },
    );
    fc.assert(property);
  });

  test('comments and fields that we do not know are passed over', () => {
    const text = ': hello\nid: 7\nretry: 5\nevent: lock\ndata\ndata:x\n\n\n\n';
    assert.deepEqual(parseAll([Buffer.from(text)]), [{ event: 'lock', data: '\nx', id: '7' }]);
  });

  test('an event without end is cut off', () => {
    const feed = createEventParser(() => {});
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    assert.throws(() => {
      for (let count = 0; count < 6; count += 1) feed(chunk);
    }, RangeError);
    const lines = createEventParser(() => {});
    assert.throws(() => {
      for (let count = 0; count < 6; count += 1)
        lines(Buffer.concat([Buffer.from('data: '), chunk, Buffer.from('\n')]));
    }, RangeError);
  });

  test('any bytes are read without a crash', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array()), (chunks) => void parseAll(chunks)));
  });
});

describe('a lock that the server tells', () => {
  const lock = {
    lock: 'lok_1',
    target: { kind: 'identity', id: 'idn_1' },
    identities: ['idn_1'],
    placed: '2026-01-01T00:00:00.000Z',
  };

  test('is read', () => assert.deepEqual(parseLock(JSON.stringify(lock)), lock));

  for (const broken of [
    '',
    'null',
    '[]',
    JSON.stringify({ ...lock, placed: 'soon' }),
    JSON.stringify({ ...lock, target: null }),
    JSON.stringify({ ...lock, identities: 'idn_1' }),
    JSON.stringify({ ...lock, lock: 7 }),
  ]) {
    test(`is not guessed from \`${broken.slice(0, 40)}\``, () => assert.equal(parseLock(broken), undefined));
  }
});
