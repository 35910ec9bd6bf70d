import { day, house, Story, sweep } from './testing/synthetic.ts';
import { after, type Case, table } from './testing/table.ts';

const LISTED = 'listed to its end';

table('NHI-INV-01', [
  { what: 'a whole sweep', story: () => after(house(), sweep), clause: LISTED, verdict: 'PASS' },
  {
    what: 'no sweep ever',
    story: house,
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
    says: /nothing was ever swept/,
  },
  {
    what: 'a place swept before the period only',
    story: () => after(new Story().at(50), (story) => sweep(story.at(50))),
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
    says: /no sweep in the period/,
  },
  {
    what: 'a denied range, by name',
    story: () =>
      after(house(), (story) =>
        sweep(story, { verdict: 'PARTIAL', denied: [{ what: '/root', why: 'EACCES' }] }),
      ),
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
    says: /denied \/root: EACCES/,
  },
  ...(
    [
      [{ endSeen: false }, /not listed to its end/],
      [{ errors: [{ what: 'passwd', why: 'EIO' }] }, /error at passwd: EIO/],
      [{ providerCount: null }, /no second source/],
      [{ providerCount: 13 }, /source counts 13, seen 12/],
    ] as const
  ).map(
    ([lack, says]): Case => ({
      what: `short: ${JSON.stringify(lack)}`,
      story: () => after(house(), (story) => sweep(story, { verdict: 'PARTIAL', ...lack } as never)),
      clause: LISTED,
      verdict: 'NOT_EVALUABLE',
      says,
    }),
  ),
  {
    what: 'one of two partitions is short',
    story: () =>
      after(house(), sweep, (story) =>
        sweep(story, { partition: 'there', endSeen: false, verdict: 'PARTIAL' }),
      ),
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a short sweep that a whole one follows',
    story: () => after(house(), (story) => sweep(story, { endSeen: false, verdict: 'PARTIAL' }), sweep),
    clause: LISTED,
    verdict: 'PASS',
  },
  {
    what: 'a sweep that calls itself complete and was not',
    story: () => after(house(), (story) => sweep(story, { errors: [{ what: 'passwd', why: 'EIO' }] })),
    clause: 'says truly',
    verdict: 'FAIL',
    says: /says COMPLETE: error at passwd/,
  },
  ...(
    [
      ['swept as declared', { everySeconds: 5 * 86_400 }, [102, 109, 118, 127], 'PASS'],
      ['a hole in the schedule', { everySeconds: 5 * 86_400 }, [102, 127], 'FAIL'],
      ['only when asked', { everySeconds: null }, [102], 'NOT_EVALUABLE'],
    ] as const
  ).map(
    ([what, { everySeconds }, days, verdict]): Case => ({
      what,
      story() {
        const story = house().at(101);
        const spec = { type: 'aws', settings: {}, secrets: {}, everySeconds };
        story.add('source.configured', '', { source: 'cloud', spec });
        for (const at of days) sweep(story.at(at), { source: 'cloud', started: day(at), ended: day(at) });
        return story;
      },
      clause: 'on its schedule',
      verdict,
    }),
  ),
  { what: 'no source declared', story: house, clause: 'on its schedule', verdict: 'NOT_EVALUABLE' },
  { what: 'no sweep to be honest', story: house, clause: 'says truly', verdict: 'NOT_OCCURRING' },
  {
    what: 'a withheld sweep',
    story: () => after(house(), sweep, sweep).withhold(house().entries.length),
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
    says: /withheld/,
  },
]);
