import { day, grant, house, type Story, snapshot, sweep } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const GAP = 'has no gap';
const DAILY = 'snapshot at least every';
const DIGEST = 'what the entries before it lead to';
const OUT = 'left the house';

/** A snapshot each day of the period but the days that are left out. */
const daily =
  (...without: number[]) =>
  (story: Story) => {
    for (let n = 100; n < 130; n += 1) {
      story.at(n + 0.1);
      if (!without.includes(n)) snapshot(story);
    }
  };

const built = (size: number) => (story: Story) =>
  story.add('evidence.built', '', { from: day(1), to: day(2), size, withheld: 0 });

table('NHI-MON-02', [
  { what: 'entries in a row', story: () => after(house(), grant), clause: GAP, verdict: 'PASS' },
  { what: 'no entry', story: house, clause: GAP, verdict: 'NOT_EVALUABLE' },
  {
    what: 'storage was down',
    story: () =>
      after(house(), (story) => story.add('log.gap', '', { from: day(101), to: day(102), refusals: 4 })),
    clause: GAP,
    verdict: 'FAIL',
    says: /4 refusals have no entry/,
  },
  {
    what: 'the clock jumped',
    story: () =>
      after(house(), (story) => story.add('clock.jumped', '', { before: day(101), after: day(103) })),
    clause: GAP,
    verdict: 'NOT_EVALUABLE',
  },
  { what: 'each day', story: () => after(house(), daily()), clause: DAILY, verdict: 'PASS' },
  {
    what: 'never',
    story: () => after(house(), (story) => grant(story.at(105))),
    clause: DAILY,
    verdict: 'FAIL',
  },
  {
    what: 'not for three days in which the log was written',
    story: withGrant,
    clause: DAILY,
    verdict: 'FAIL',
    says: /1 entries were written until/,
  },
  {
    what: 'not for three days in which nothing was',
    story: () => after(house(), daily(110, 111, 112)),
    clause: DAILY,
    verdict: 'NOT_EVALUABLE',
    says: /the log may have stood still/,
  },
  {
    what: 'folded',
    story: () =>
      after(
        house(),
        sweep,
        (story) => snapshot(story),
        grant,
        (story) => snapshot(story),
      ),
    clause: DIGEST,
    verdict: 'PASS',
  },
  { what: 'none', story: () => after(house(), grant), clause: DIGEST, verdict: 'NOT_EVALUABLE' },
  {
    what: 'another digest',
    story: () => after(house(), grant, (story) => snapshot(story, 'f'.repeat(64))),
    clause: DIGEST,
    verdict: 'FAIL',
  },
  {
    what: 'behind a withheld body',
    story: () =>
      after(house(), grant, (story) => snapshot(story, 'f'.repeat(64))).withhold('credential.granted'),
    clause: DIGEST,
    verdict: 'NOT_EVALUABLE',
  },
  { what: 'none handed out', story: house, clause: OUT, verdict: 'NOT_OCCURRING' },
  { what: 'handed out', story: () => after(house(), built(3), built(9)), clause: OUT, verdict: 'PASS' },
  { what: 'taken back', story: () => after(house(), built(9), built(3)), clause: OUT, verdict: 'FAIL' },
  { what: 'ahead of the log', story: () => after(house(), built(900)), clause: OUT, verdict: 'FAIL' },
  { what: 'how long it is kept', story: house, clause: 'how long', verdict: 'NOT_EVALUABLE' },
]);

/** Snapshots each day but four, and one grant on the third of those. */
function withGrant(): Story {
  const story = house();
  for (let n = 100; n < 130; n += 1) {
    story.at(n + 0.1);
    if (n === 112) grant(story);
    if (n < 110 || n > 113) snapshot(story);
  }
  return story;
}
