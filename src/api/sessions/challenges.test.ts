import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { manualClock } from '../../kernel/index.ts';
import { createChallenges } from './challenges.ts';
import { CHALLENGE_SECONDS } from './model.ts';

const clock = manualClock('2026-03-03T09:00:00.000Z');
const challenges = createChallenges(clock);

test('a challenge is good once, for its purpose', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (purpose, other) => {
      const { challenge } = challenges.make(purpose);
      if (other !== purpose) assert.equal(challenges.use(other, challenge), false);
      assert.equal(challenges.use(purpose, challenge), true);
      assert.equal(challenges.use(purpose, challenge), false);
    }),
  );
});

test('whatever else is sent is none: changed, longer, shorter, spelled otherwise, made up', () => {
  const near = (challenge: string) =>
    fc.oneof(
      fc
        .tuple(fc.nat(challenge.length - 1), fc.constantFrom(...'AZaz09-_=+/ '))
        .map(([at, letter]) => challenge.slice(0, at) + letter + challenge.slice(at + 1)),
      fc.string().map((text) => challenge + text),
      fc.nat(challenge.length).map((length) => challenge.slice(0, length)),
      fc.string(),
      fc
        .uint8Array({ minLength: 54, maxLength: 54 })
        .map((bytes) => Buffer.from(bytes).toString('base64url')),
    );
  const { challenge } = challenges.make('key');
  fc.assert(
    fc.property(near(challenge), (text) => {
      if (text !== challenge) assert.equal(challenges.use('key', text), false);
    }),
    { numRuns: 2000 },
  );
  assert.equal(challenges.use('key', challenge), true);
});

test('a challenge is over after two minutes, and another process knows nothing of it', () => {
  const { challenge } = challenges.make('key');
  assert.equal(createChallenges(clock).use('key', challenge), false);
  clock.advance(CHALLENGE_SECONDS * 1000 + 1);
  assert.equal(challenges.use('key', challenge), false);
});
