import { day, house, observe, rotate, rotation, type Story, sweep } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const AGE = 'ever older than allowed';
const SCHEDULE = 'within its interval';
const PROVEN = 'the old one refused';

const aged = (modified: string | null) => (story: Story) =>
  observe(story, { attributes: { kind: 'ssh-user-key', modified } });

table('NHI-AUT-03', [
  { what: 'nothing swept', story: house, clause: AGE, verdict: 'NOT_EVALUABLE' },
  { what: 'nothing found', story: () => after(house(), sweep), clause: AGE, verdict: 'NOT_OCCURRING' },
  { what: 'a young secret', story: () => after(house(), sweep, aged(day(95))), clause: AGE, verdict: 'PASS' },
  {
    what: 'a secret of unknown age',
    story: () => after(house(), sweep, aged(null)),
    clause: AGE,
    verdict: 'NOT_EVALUABLE',
    says: /its age is not known/,
  },
  {
    what: 'older than a year, and replaced before the period ended',
    story: () =>
      after(house(), sweep, aged(day(-300)), (story) =>
        observe(story.at(110), { change: 'changed', attributes: { modified: day(110) } }),
      ),
    clause: AGE,
    verdict: 'FAIL',
    says: /older than 365 days \(no rotation says otherwise\) \[2026-04-12/,
  },
  {
    what: 'older than its own rotation allows',
    story: () => after(rotation(house()), sweep, aged(day(60))),
    clause: AGE,
    verdict: 'FAIL',
    says: /older than 20 days \(rotation rot_pay\)/,
  },
  {
    what: 'a withheld observation',
    story: () => after(house(), sweep, observe).withhold('observation.recorded'),
    clause: AGE,
    verdict: 'NOT_EVALUABLE',
  },
  { what: 'no rotation', story: house, clause: SCHEDULE, verdict: 'NOT_OCCURRING' },
  {
    what: 'declared, and not due within the period',
    story: () => rotation(house(), { intervalDays: 60 }),
    clause: SCHEDULE,
    verdict: 'PASS',
  },
  {
    what: 'never done',
    story: () => rotation(house()),
    clause: SCHEDULE,
    verdict: 'FAIL',
    says: /not rotated in time \[2026-04-2\d.*, 2026-05-11/,
  },
  {
    what: 'done in time',
    story: () =>
      after(
        rotation(house()),
        (story) => rotate(story.at(108)),
        (story) => rotate(story.at(120)),
      ),
    clause: SCHEDULE,
    verdict: 'PASS',
  },
  {
    what: 'late by a day, and done in the end',
    story: () => after(rotation(house()), (story) => rotate(story.at(112))),
    clause: SCHEDULE,
    verdict: 'FAIL',
  },
  {
    what: 'abandoned in time',
    story: () => after(rotation(house()), (story) => rotate(story.at(108), ['made'], 'abandoned')),
    clause: SCHEDULE,
    verdict: 'FAIL',
  },
  { what: 'no run', story: () => rotation(house()), clause: PROVEN, verdict: 'NOT_OCCURRING' },
  {
    what: 'proven',
    story: () => after(rotation(house()), (story) => rotate(story)),
    clause: PROVEN,
    verdict: 'PASS',
  },
  {
    what: 'the old value was never tried',
    story: () => after(rotation(house()), (story) => rotate(story, ['made', 'swapped', 'seen', 'removed'])),
    clause: PROVEN,
    verdict: 'FAIL',
    says: /completed without `refused`/,
  },
  {
    what: 'the consumer was never seen',
    story: () =>
      after(rotation(house()), (story) => rotate(story, ['made', 'swapped', 'removed', 'refused'])),
    clause: PROVEN,
    verdict: 'FAIL',
    says: /completed without `seen`/,
  },
  {
    what: 'refused before the consumer moved',
    story: () => after(rotation(house()), (story) => rotate(story, ['made', 'removed', 'refused', 'seen'])),
    clause: PROVEN,
    verdict: 'FAIL',
    says: /out of order/,
  },
  {
    what: 'the old value still works',
    story: () =>
      after(rotation(house()), (story) => {
        rotate(story, ['made', 'swapped', 'seen', 'removed'], null);
        const { run } = story.last('rotation.started');
        story.add('rotation.stalled', 'idn_pay', {
          run,
          rotation: 'rot_pay',
          phase: 'removed',
          old: 'aa',
          new: 'bb',
          cause: 'old-accepted',
          detail: 'it logged in',
          finding: 'fnd_1',
        });
      }),
    clause: PROVEN,
    verdict: 'FAIL',
    says: /still accepted: it logged in/,
  },
  {
    what: 'under way',
    story: () => after(rotation(house()), (story) => rotate(story, ['made'], null)),
    clause: PROVEN,
    verdict: 'NOT_OCCURRING',
    says: /under way at `made`/,
  },
  {
    what: 'a withheld phase',
    story: () => after(rotation(house()), (story) => rotate(story)).withhold('rotation.phase'),
    clause: PROVEN,
    verdict: 'NOT_EVALUABLE',
  },
]);
