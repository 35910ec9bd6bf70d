import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesVisitor } from '../package/check-changes.ts';
import { type BreakGlassOutcome, emptyState, fold } from '../words/index.ts';
import { ADA, day, grant, house, type Story } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const UNTIL = day(120);
const KEY = { ...ADA.key, breakGlass: { until: UNTIL } };

interface Options {
  used?: boolean;
  /** Days after the use. */
  review?: { after: number; outcome?: BreakGlassOutcome; by?: string };
  keys?: Array<typeof KEY | typeof ADA.key>;
  at?: number;
  twice?: boolean;
}

/** Ada lays a key away, asks for a change, and lets it through alone. */
function alone(options: Options = {}): (story: Story) => void {
  const { used = true, review, keys = [KEY], at = 101, twice = false } = options;
  return (story) => {
    story
      .at(95)
      .person('per_ada', { roles: ['admin', 'approver'], keys })
      .at(at);
    story.identity('idn_x', {}, { approver: null, apply: false });
    const { plan, planDigest } = story.last('change.proposed');
    const [operation] = plan.operations;
    if (operation?.after == null) throw new Error('a story without a step');
    const { change } = plan;
    const due = day(at + 1);
    const use = { key: KEY.id, person: 'per_ada', change, finding: 'fnd_1', due };
    for (let i = 0; i < (twice ? 2 : Number(used)); i++) story.add('breakglass.used', change, use, 'per_ada');
    story.approve(change, planDigest, 'per_ada', ADA);
    const applied = { change, planDigest, operations: 1, bootstrap: false };
    story.add('change.applied', change, applied);
    const { kind, id, name, after: spec } = operation;
    story.add('resource.declared', id, { kind, id, name, spec, change, bootstrap: false });
    if (review === undefined) return;
    const { outcome = 'justified', by = 'per_ben' } = review;
    story.at(at + review.after);
    story.add('breakglass.reviewed', change, { key: KEY.id, change, outcome, note: 'looked' }, by);
  };
}

const told = (options?: Options) => () => after(house(), alone(options));

const REQUESTER = 'requester is not the approver';
const REVIEW = 'compensating review';

table('NHI-ISS-02', [
  {
    what: 'a break-glass key, justified by another in time: a departure, never a pass',
    story: told({ review: { after: 0.5 } }),
    verdict: 'NOT_EVALUABLE',
    says: /approved alone, by a break-glass key: reviewed as justified by per_ben/,
  },
  {
    what: 'a break-glass key, its review',
    story: told({ review: { after: 0.5 } }),
    clause: REVIEW,
    verdict: 'PASS',
  },
  {
    what: 'a break-glass key, never reviewed',
    story: told(),
    clause: REVIEW,
    verdict: 'FAIL',
    says: /nobody/,
  },
  {
    what: 'a break-glass key, reviewed late',
    story: told({ review: { after: 2 } }),
    clause: REVIEW,
    verdict: 'FAIL',
    says: /only after/,
  },
  {
    what: 'a break-glass key, not justified',
    story: told({ review: { after: 0.5, outcome: 'not-justified' } }),
    clause: REQUESTER,
    verdict: 'FAIL',
    says: /not justified/,
  },
  {
    what: 'a break-glass key whose review is not due yet',
    story: told({ at: 129.5, keys: [{ ...KEY, breakGlass: { until: day(140) } }] }),
    clause: REVIEW,
    verdict: 'NOT_EVALUABLE',
    says: /must review it by/,
  },
  {
    what: 'a break-glass key that nothing tells of',
    story: told({ used: false }),
    clause: REQUESTER,
    verdict: 'FAIL',
  },
  {
    what: 'a break-glass key whose entry is withheld',
    story: () => after(house(), alone()).withhold('breakglass.used'),
    clause: REQUESTER,
    verdict: 'NOT_EVALUABLE',
  },
]);

table('NHI-ISS-01', [
  {
    what: 'a credential of an identity that a break-glass key let stand',
    story: () =>
      after(house(), alone({ review: { after: 0.5 } }), (story) =>
        grant(story, { request: { identity: 'idn_x' } }),
      ),
    verdict: 'NOT_EVALUABLE',
    says: /idn_x[^"]*break-glass|break-glass[^"]*reviewed as justified/,
  },
]);

/** What the verifier says of the changes of a whole log. */
async function problems(options: Options): Promise<string> {
  const story = after(house(), alone(options));
  const said: string[] = [];
  const note = (where: string, message: string) => void said.push(`${where}: ${message}`);
  const findings = { problem: note, unknown: note, count: () => said.length };
  const { visit, finish } = changesVisitor(emptyState(), findings);
  const state = emptyState();
  for (const entry of story.entries) {
    visit(entry, state);
    fold(state, entry);
  }
  await finish();
  return said.join('\n');
}

const LIES: Array<[string, Options, RegExp | null]> = [
  ['used and reviewed as it should be', { review: { after: 0.5 } }, null],
  ['approves, and no entry says so', { used: false }, /a break-glass key approves, and no entry says so/],
  ['is used twice', { twice: true }, /the break-glass key was used before/],
  ['had ended', { at: 121 }, /had ended before/],
  ['was never laid away', { keys: [ADA.key] }, /was no break-glass key of/],
  ['is reviewed by who used it', { review: { after: 0.5, by: 'per_ada' } }, /the review is by who used/],
];

for (const [what, options, says] of LIES) {
  test(`a log in which a break-glass key ${what}`, async () => {
    const found = await problems(options);
    if (says === null) assert.doesNotMatch(found, /break-glass/);
    else assert.match(found, says);
  });
}
