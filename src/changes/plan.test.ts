import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type DecidingTable,
  type Entry,
  emptyState,
  fold,
  type Kind,
  planDigest,
  type Rows,
  type State,
  type View,
} from '#verifier';
import type { People } from '../registry/index.ts';
import type { Draft } from '../store/index.ts';
import { entriesOf } from './entries.ts';
import { Fresh } from './fresh.ts';
import { type Manifest, parseManifests, printManifests } from './manifests.ts';
import { planOf, replan } from './plan.ts';
import { resolveManifests } from './resolve.ts';
import { diffLines } from './text.ts';

const TIME = '2026-03-03T10:00:00.000Z';

/** A log in a map: entries are folded by the one function that the server and the verifier use. */
class Ledger {
  readonly #state: State = emptyState();
  readonly #names = new Map<string, string>();

  get view(): View {
    const tables = structuredClone(this.#state.tables);
    const rows = <T extends DecidingTable>(table: T) => tables[table] as Map<string, Rows[T]>;
    return {
      epoch: this.#state.size,
      rows,
      named: (table, name) => [...rows(table).values()].find((row) => !row.retired && row.name === name),
    };
  }

  get people(): People {
    const value: People['value'] = (each) =>
      this.#names.get(typeof each === 'object' ? each.commitment : (each ?? ''));
    return {
      covers: () => true,
      value,
      named: (view, name) =>
        [...view.rows('person').values()].find((row) => !row.retired && value(row.name) === name),
    };
  }

  write(drafts: readonly Draft[]): void {
    for (const { kind, subject, actor, data } of drafts) {
      const leaf = { v: 1, kind: kind as Kind, time: TIME, subject, actor, body: '' } as const;
      const entry = { index: this.#state.size, leaf, body: { v: 1, nonce: '', occurred: TIME, data } };
      fold(this.#state, entry as Entry);
    }
  }

  plan(manifests: readonly Manifest[]) {
    const [view, people, fresh] = [this.view, this.people, new Fresh()];
    const desired = resolveManifests(manifests, { view, people, fresh, trustDomain: 'example.test' });
    const plan = planOf(desired, view, { change: 'chg_x', title: 't', reason: 'r', proposer: 'per_x' });
    return { plan, openings: fresh.openingsIn(JSON.stringify(plan)) };
  }

  apply({ plan, openings }: ReturnType<Ledger['plan']>): void {
    const { view } = this;
    for (const { commitment, value } of openings) this.#names.set(commitment, value);
    const by = { change: 'chg_x', reason: 'r', actor: 'per_x', bootstrap: false };
    this.write(plan.operations.flatMap((operation) => entriesOf(operation, view, by)));
  }
}

type Loose = Omit<Manifest, 'path'>;

const NAMES = ['a', 'b', 'c'];
const pick = fc.constantFrom(...NAMES);
const text = fc.constantFrom('one', 'two', 'three');

/** A set whose references hold: three people, three applications and profiles, and some that lean on them. */
const set: fc.Arbitrary<Loose[]> = fc
  .record({
    people: fc.tuple(text, text, text),
    applications: fc.tuple(pick, pick, pick),
    ttls: fc.tuple(fc.constantFrom(60, 600), fc.constantFrom(60, 600), fc.constantFrom(60, 600)),
    identities: fc.array(
      fc.record({ name: pick, application: pick, owner: pick, profile: pick, purpose: text }),
      { maxLength: 3 },
    ),
    retired: fc.subarray(NAMES),
    hour: fc.nat(22),
  })
  .map(({ people, applications, ttls, identities, retired, hour }) => {
    const unique = [...new Map(identities.map((each) => [each.name, each])).values()];
    const declared = unique.filter(({ application }) => !retired.includes(application));
    return [
      ...NAMES.map((name, at) => ({
        kind: 'Person',
        name,
        spec: { displayName: people[at], roles: ['viewer'] },
      })),
      ...NAMES.map((name, at) => ({
        kind: 'Application',
        name,
        spec: {
          description: 'd',
          owner: applications[at],
          status: retired.includes(name) ? 'retired' : 'active',
        },
      })),
      ...NAMES.map((name, at) => ({
        kind: 'Profile',
        name,
        spec: { description: 'd', actions: ['issue-x509-svid'], maxTtlSeconds: ttls[at] },
      })),
      ...declared.map(({ name, ...spec }) => ({
        kind: 'Identity',
        name,
        spec: { kind: 'bot', environment: 'test', spiffePath: `/${name}`, ...spec },
      })),
      ...declared.map(({ name }) => ({
        kind: 'Trust',
        name,
        spec: { identity: name, method: 'unix', where: { uid: 1 } },
      })),
      {
        kind: 'Policy',
        name: 'p',
        spec: {
          description: 'd',
          cedar: `permit(principal in Muniment::Application::"a", action, resource) when { context.hour > ${hour} };`,
        },
      },
    ] as Loose[];
  });

const read = (manifests: Loose[]): Manifest[] => parseManifests(printManifests(manifests));

test('a plan that was applied leaves nothing to do, and one made again over what stands is the same', () => {
  fc.assert(
    fc.property(fc.array(set, { minLength: 1, maxLength: 3 }), (sets) => {
      const ledger = new Ledger();
      for (const manifests of sets.map(read)) {
        const made = ledger.plan(manifests);
        assert.equal(planDigest(replan(made.plan, ledger.view)), planDigest(made.plan));
        ledger.apply(made);
        assert.deepEqual(ledger.plan(manifests).plan.operations, []);
        const again = made.plan.operations.length > 0;
        if (again) assert.notEqual(planDigest(replan(made.plan, ledger.view)), planDigest(made.plan));
      }
    }),
    { numRuns: 60 },
  );
});

test('everything that stands after plans is owned, and nothing of a retired application is left', () => {
  fc.assert(
    fc.property(fc.array(set, { minLength: 1, maxLength: 3 }), (sets) => {
      const ledger = new Ledger();
      for (const manifests of sets.map(read)) {
        ledger.apply(ledger.plan(manifests));
        const { view } = ledger;
        const standing = [...view.rows('identity').values()].filter(({ retired }) => !retired);
        for (const { spec, state } of standing) {
          assert.equal(view.rows('application').get(spec.application)?.spec.status, 'active');
          assert.equal(view.rows('person').get(spec.owner)?.retired, false);
          assert.equal(state, 'active');
        }
        const ids = new Set(standing.map(({ id }) => id));
        const trusts = [...view.rows('trust').values()].filter(({ retired }) => !retired);
        assert.ok(trusts.every(({ spec }) => ids.has(spec.identity)));
      }
    }),
    { numRuns: 60 },
  );
});

test('a difference holds both texts, and says nothing more', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const diff = diffLines(a, b);
      const side = (marks: string) =>
        diff.filter(([mark]) => marks.includes(mark ?? '')).map((line) => line.slice(1));
      assert.deepEqual(side(' -'), a);
      assert.deepEqual(side(' +'), b);
      if (a.join('\n') === b.join('\n') && a.length === b.length)
        assert.ok(diff.every((line) => line.startsWith(' ')));
    }),
  );
});
