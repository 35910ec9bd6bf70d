import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { manualClock } from '../kernel/index.ts';
import { parseAccounts } from './accounts.ts';
import { countDeliveries } from './deliveries.ts';
import { readJoinToken } from './join-token.ts';
import { createLog } from './log.ts';
import type { Delivery, IssuedItem } from './model.ts';
import { openReceipts, readReceipt } from './receipts.ts';

const silent = createLog('silent', () => {});

describe('deliveries', () => {
  test('are counted by credential and process, and told once', async () => {
    const told: Array<{ from: string; to: string; deliveries: Delivery[] }> = [];
    const clock = manualClock('2026-01-01T00:00:00.000Z');
    const upstream = {
      deliver: async (from: string, to: string, deliveries: Delivery[]) =>
        void told.push({ from, to, deliveries }),
    };
    const counted = countDeliveries(upstream, clock, silent);
    for (const instance of ['ins_1', 'ins_2', 'ins_1']) counted.count(7, instance);
    clock.advance(30_000);
    await counted.report();
    await counted.report();
    await counted.stop();
    assert.deepEqual(told, [
      {
        from: '2026-01-01T00:00:00.000Z',
        to: '2026-01-01T00:00:30.000Z',
        deliveries: [
          { credential: 7, instance: 'ins_1', count: 2 },
          { credential: 7, instance: 'ins_2', count: 1 },
        ],
      },
    ]);
  });

  test('wait for a server that is away, and lose nothing', async () => {
    let away = true;
    const told: Delivery[] = [];
    const upstream = {
      async deliver(_from: string, _to: string, deliveries: Delivery[]) {
        if (away) throw new Error('away');
        told.push(...deliveries);
      },
    };
    const counted = countDeliveries(upstream, manualClock('2026-01-01T00:00:00Z'), silent);
    for (let entry = 0; entry < 2500; entry += 1) counted.count(entry, 'ins_1');
    await counted.report();
    counted.count(0, 'ins_1');
    away = false;
    await counted.stop();
    assert.equal(told.length, 2500);
    assert.equal(told.find(({ credential }) => credential === 0)?.count, 2);
  });

  test('that no longer fit are said to be lost', async () => {
    const lines: string[] = [];
    const upstream = { deliver: async () => {} };
    const counted = countDeliveries(
      upstream,
      manualClock('2026-01-01T00:00:00Z'),
      createLog('warn', (line) => lines.push(line)),
    );
    for (let entry = 0; entry <= 10_000; entry += 1) counted.count(entry, 'ins_1');
    assert.equal(lines.length, 1);
    await counted.stop();
  });
});

describe('receipts', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-receipts-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const item = (entry: number): IssuedItem => ({
    entry,
    spiffeId: 'spiffe://example.test/a',
    jwt: 'the.token.itself',
    notAfter: '2026-01-01T00:00:00.000Z',
    receipt: { index: entry, leaf: 'bGVhZg==', body: 'Ym9keQ==', checkpoint: 'note', proof: [] },
    shortened: true,
  });

  test('are kept without the credential, for their owner alone', async () => {
    const receipts = openReceipts(folder, silent);
    receipts.keep([item(1), item(2)]);
    await receipts.settled();
    const kept = readReceipt(folder, '2');
    assert.equal(kept.receipt.index, 2);
    assert.equal(kept.shortened, true);
    assert.ok(!JSON.stringify(kept).includes('token'));
    assert.equal(statSync(join(folder, 'receipts', '2.json')).mode & 0o777, 0o600);
  });

  test('are bounded, those of an earlier run too', async () => {
    const bounded = mkdtempSync(join(folder, 'bounded-'));
    const first = openReceipts(bounded, silent);
    await first.settled();
    for (let entry = 0; entry < 10_000; entry += 1)
      writeFileSync(join(bounded, 'receipts', `${entry}.json`), '{}');
    const second = openReceipts(bounded, silent);
    second.keep([item(20_000), item(20_001)]);
    await second.settled();
    const names = readdirSync(join(bounded, 'receipts'));
    assert.equal(names.length, 10_000);
    assert.ok(!names.includes('0.json') && !names.includes('1.json') && names.includes('20001.json'));
  });

  for (const [id, code] of [
    ['9', 'not_found'],
    ['../identity', 'bad_request'],
    ['1.json', 'bad_request'],
    ['', 'bad_request'],
    ['-1', 'bad_request'],
    ['1'.repeat(16), 'bad_request'],
  ] as const) {
    test(`\`${id}\` is \`${code}\``, () => assert.throws(() => readReceipt(folder, id), { code }));
  }
});

describe('the join token', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-token-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('comes from a file', () => {
    writeFileSync(join(folder, 'token'), '  one-time \n');
    assert.equal(readJoinToken(join(folder, 'token')), 'one-time');
  });

  test('or from the environment, and is gone from there', () => {
    process.env.MUNIMENT_AGENT_JOIN_TOKEN = 'one-time';
    assert.equal(readJoinToken(undefined), 'one-time');
    assert.equal(process.env.MUNIMENT_AGENT_JOIN_TOKEN, undefined);
    assert.equal(readJoinToken(undefined), undefined);
  });

  for (const text of ['', ' \n', 'two words', 'x'.repeat(5000)]) {
    test(`a file that holds \`${text.slice(0, 12)}\` holds none`, () => {
      const path = join(folder, 'bad');
      writeFileSync(path, text);
      assert.throws(() => readJoinToken(path), { code: 'bad_request' });
    });
  }

  test('a file that is not there is one clear error', () =>
    assert.throws(() => readJoinToken(join(folder, 'none')), { code: 'bad_request' }));
});

describe('account names', () => {
  test('the first name of a number counts, and what is no account is passed over', () => {
    const text =
      'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n#x:x:7\n:x:8:\nbad:x:-1:\nbad:x:9e3:\nann:x:1000:1000\n';
    assert.deepEqual(
      [...parseAccounts(text)],
      [
        [0, 'root'],
        [7, '#x'],
        [1000, 'ann'],
      ],
    );
  });

  test('any text is read without a crash', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseAccounts(text)));
  });
});
