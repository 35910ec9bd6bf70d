import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTests, type TestResult } from './index.ts';
import { ADA, BEN, day, except, house, observe, type Story, sweep } from './testing/synthetic.ts';
import { after } from './testing/table.ts';

const OF = { control: 'NHI-AUT-02', subject: 'obs_token' } as const;

async function result(story: Story): Promise<TestResult> {
  const found = (await runTests(story.input())).find(({ control }) => control === OF.control);
  assert.ok(found);
  return found;
}

const member = ({ members }: TestResult) => members.find(({ id }) => id === OF.subject);
const secret = (story: Story): Story => after(story, sweep, observe);

test('a member under an approved exception stays in the population, and counts as neither PASS nor FAIL', async () => {
  const bare = await result(secret(house()));
  const excused = await result(secret(except(house(), OF)));
  assert.equal(excused.counts.members, bare.counts.members);
  assert.deepEqual([bare.counts.FAIL, bare.counts.exceptions], [1, 0]);
  assert.deepEqual([excused.counts.FAIL, excused.counts.exceptions], [0, 1]);
  assert.equal(excused.counts.PASS, bare.counts.PASS);
  assert.equal(member(excused)?.verdict, 'FAIL');
  const [told] = excused.exceptions;
  assert.equal(told?.exception, member(excused)?.exception);
  assert.deepEqual([told?.covers, told?.void, told?.owner, told?.until], [true, '', 'per_ada', day(200)]);
});

test('the deviation is told with its exception', async () => {
  const { clauses } = await result(secret(except(house(), OF)));
  const all = clauses.flatMap(({ deviations }) => deviations);
  assert.match(all.find((each) => each.startsWith(OF.subject)) ?? '', /\(exception exc_\d+\)$/);
});

const VOID: Array<[what: string, story: () => Story, why: RegExp | null]> = [
  ['about another member', () => except(house(), { ...OF, subject: 'obs_other' }), null],
  ['to another control', () => except(house(), { ...OF, control: 'NHI-AUT-03' }), null],
  ['lapsed before the period ended', () => except(house(), { ...OF, until: day(120) }), null],
  ['lapsed before the period', () => except(house(), { ...OF, until: day(99) }), null],
  ['approved by nobody', () => except(house(), OF, { approver: null }), /no second person/],
  [
    'approved by who asked',
    () => except(house(), OF, { approver: 'per_ada', signing: ADA }),
    /no second person/,
  ],
  ['approved by its owner', () => except(house(), { ...OF, owner: 'per_ben' }), /nobody but its owner/],
  [
    'with a forged signature',
    () => except(house(), OF, { signing: { key: BEN.key, privateKey: ADA.privateKey } }),
    /does not verify/,
  ],
  [
    'withdrawn within the period',
    () => {
      const story = except(house(), OF);
      const { id } = story.last('resource.declared');
      story.at(110).add('resource.retired', id, { kind: 'Exception', id, change: null, reason: 'mended' });
      return story;
    },
    null,
  ],
];

for (const [what, story, why] of VOID) {
  test(`an exception ${what} excuses nothing`, async () => {
    const found = await result(secret(story()));
    assert.equal(member(found)?.verdict, 'FAIL');
    assert.equal(member(found)?.exception, undefined);
    assert.equal(found.counts.exceptions, 0);
    if (why) assert.match(found.exceptions[0]?.void ?? '', why);
  });
}

test('an exception that came after the departure began excuses only what is left', async () => {
  const story = secret(house());
  except(story.at(110), OF);
  assert.equal(member(await result(story))?.exception, undefined);
});

test('what would be excused or not by an entry out of sight cannot be told', async () => {
  for (const kind of ['resource.declared', 'change.approved'] as const) {
    const story = secret(except(house(), OF));
    const entry = story.entries.findLast(({ leaf }) => leaf.kind === kind);
    story.withhold(entry?.index ?? -1);
    assert.equal(member(await result(story))?.verdict, 'NOT_EVALUABLE', kind);
  }
});
