import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from './logging.ts';

test('what could carry a secret is left out, wherever an object holds it', () => {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'info' }, { write: (line: string) => void lines.push(line) });
  const word = 'not-to-be-seen';
  logger.info(
    { token: word, headers: { authorization: word, cookie: word }, a: { b: { signature: word } } },
    'request',
  );
  logger.debug({ token: word }, 'below the level');
  assert.equal(lines.length, 1);
  assert.ok(!lines[0]?.includes(word));
  assert.match(lines[0] ?? '', /"\(left out\)"/);
});
