import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObservedValue, Rows } from '#verifier';
import { emptyGathering, type Gathered, type Observation, take } from './gathered.ts';
import { type Difference, reconcile } from './reconcile.ts';

/** What each listing tells of the one thing; undefined where it is whole and does not show it, null where it could not be read. */
type Tells = Record<'applications' | 'principals', Record<string, ObservedValue> | undefined | null>;

function gatheredOf(tells: Tells): Gathered {
  const gathered = emptyGathering('entra', 'tenant');
  for (const [listing, attributes] of Object.entries(tells)) {
    const counts = { pages: 1, items: 1, observations: 1, providerCount: null, ended: attributes !== null };
    const rest = { denied: [], errors: [], events: false, restsOn: [] };
    gathered.listed.set(listing, { listing, ...counts, ...rest });
    if (!attributes) continue;
    const seen = { class: 'identity', naturalId: 'app', label: `by ${listing}` } as const;
    const page = { listing, operation: `GET /${listing}`, digest: listing, items: 1, at: '' };
    take(gathered, { ...seen, attributes: { kind: listing, ...attributes }, joins: [`${listing}:1`] }, page);
  }
  return gathered;
}

const rowOf = (observation: Observation): Rows['observation'] =>
  ({ ...observation, present: true, sweep: '', entry: 0 }) as unknown as Rows['observation'];

async function differences(before: Observation, tells: Tells): Promise<Difference[]> {
  async function* known() {
    yield rowOf(before);
  }
  return Array.fromAsync(reconcile(known(), gatheredOf(tells)));
}

const [both] = gatheredOf({
  applications: { tags: ['a'] },
  principals: { tags: ['b'], enabled: true },
}).observations.values();
if (both === undefined) throw new Error('there is nothing to compare with');

test('a listing that could not be read takes nothing back, whichever of the two it is', async () => {
  assert.deepEqual(
    await differences(both, { applications: null, principals: { tags: ['b'], enabled: true } }),
    [],
  );
  assert.deepEqual(await differences(both, { applications: { tags: ['a'] }, principals: null }), []);
});

test('a change that the other listing tells meanwhile is one, and only that is', async () => {
  const tells = { applications: null, principals: { tags: ['b'], enabled: false } };
  const [difference, ...more] = await differences(both, tells);
  assert.deepEqual(more, []);
  assert.deepEqual(difference?.observation.attributes, { ...both.attributes, enabled: false });
  assert.equal(difference?.observation.label, 'by applications');
});

test('after such a change the unread listing must still be read whole before the thing is gone', async () => {
  const [changed] = await differences(both, {
    applications: null,
    principals: { kind: 'principals', tags: ['b', 'c'], enabled: true },
  });
  const now = changed?.observation ?? both;
  assert.deepEqual(await differences(now, { applications: null, principals: undefined }), []);
  const [gone] = await differences(now, { applications: undefined, principals: undefined });
  assert.equal(gone?.change, 'gone');
});

test('what both tell no more is a change', async () => {
  const [difference] = await differences(both, {
    applications: { tags: ['a'] },
    principals: { enabled: true },
  });
  assert.deepEqual(difference?.observation.attributes, { ...both.attributes, tags: ['a'] });
});
