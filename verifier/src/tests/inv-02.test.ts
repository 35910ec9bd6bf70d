import { house, Story } from './testing/synthetic.ts';
import { after, type Case, table } from './testing/table.ts';

const OWNER = 'active owner';
const ALIAS = 'no mailbox';

table('NHI-INV-02', [
  { what: 'all in order', story: house, verdict: 'PASS' },
  { what: 'no identity', story: () => new Story(), verdict: 'NOT_OCCURRING' },
  {
    what: 'the owner left within the period',
    story: () => after(house(), (story) => story.at(110).person('per_ada', { status: 'left' })),
    clause: OWNER,
    verdict: 'FAIL',
    says: /per_ada was not active \[2026-04-21T00:00:00.000Z, 2026-05-11T00:00:00.000Z\)/,
  },
  {
    what: 'another owner took over at once',
    story: () =>
      after(house(), (story) =>
        story.at(109).identity('idn_pay', { owner: 'per_ben' }).at(110).person('per_ada', { status: 'left' }),
      ),
    clause: OWNER,
    verdict: 'PASS',
    says: /per_ada, per_ben/,
  },
  {
    what: 'the owner came back',
    story: () =>
      after(house(), (story) => story.person('per_ada', { status: 'left' }).at(105).person('per_ada')),
    clause: OWNER,
    verdict: 'FAIL',
    says: /\[2026-04-12T00:00:00.000Z, 2026-04-16T00:00:00.000Z\)/,
  },
  {
    what: 'an owner who is not on record',
    story: () => after(house(), (story) => story.identity('idn_x', { owner: 'per_nobody' })),
    clause: OWNER,
    verdict: 'FAIL',
  },
  {
    what: 'acceptance that lapses within the period',
    story: () => new Story().at(-250).person('per_ada').identity('idn_old'),
    clause: 'accepted',
    verdict: 'FAIL',
    says: /lapsed \[2026-04-26T00:00:00.00[0-9]Z, 2026-05-11/,
  },
  {
    what: 'acceptance renewed before it lapsed',
    story: () =>
      after(new Story().at(-250).person('per_ada').identity('idn_old'), (story) =>
        story.add('owner.accepted', 'idn_old', { identity: 'idn_old', owner: 'per_ada' }),
      ),
    clause: 'accepted',
    verdict: 'PASS',
  },
  {
    what: 'a purpose of nine characters, padded',
    story: () => after(house(), (story) => story.identity('idn_x', { purpose: '  payments9  ' })),
    clause: 'purpose',
    verdict: 'FAIL',
    says: /idn_x: purpose shorter/,
  },
  ...[
    'team-payments@example.test',
    'admin@example.test',
    'noreply@example.test',
    'it-support@example.test',
  ].map(
    (address): Case => ({
      what: `owner ${address}`,
      story: () =>
        after(house(), (story) =>
          story.person('per_team', { address }).identity('idn_x', { owner: 'per_team' }),
        ),
      clause: ALIAS,
      verdict: 'FAIL',
    }),
  ),
  ...[{ name: 'Payments Team' }, { name: 'Security Operations' }, { name: 'root' }, { name: 'No-Reply' }].map(
    ({ name }): Case => ({
      what: `owner ${name}`,
      story: () =>
        after(house(), (story) => story.person('per_c', { name }).identity('idn_x', { owner: 'per_c' })),
      clause: ALIAS,
      verdict: 'FAIL',
    }),
  ),
  ...[
    { name: 'Ada Admin', address: 'ada.admin@example.test' },
    { name: 'Olga Owner', address: 'olga@example.test' },
    { name: '山田 太郎' },
  ].map(
    (owner): Case => ({
      what: `owner ${owner.name}`,
      story: () =>
        after(house(), (story) => story.person('per_c', owner).identity('idn_x', { owner: 'per_c' })),
      clause: ALIAS,
      verdict: 'PASS',
    }),
  ),
  {
    what: 'a name that only holds such a word',
    story: () =>
      after(house(), (story) =>
        story
          .person('per_c', { name: 'Steam Adminsson', address: 'steam.adminsson@example.test' })
          .identity('idn_x', { owner: 'per_c' }),
      ),
    clause: ALIAS,
    verdict: 'PASS',
  },
  {
    what: 'names that are withheld',
    story: () => {
      const story = house();
      story.openings.clear();
      return story;
    },
    clause: ALIAS,
    verdict: 'NOT_EVALUABLE',
    says: /withheld/,
  },
  {
    what: 'a withheld declaration',
    story: () =>
      after(house(), (story) => story.identity('idn_pay', { owner: 'per_ben' })).withhold(
        'resource.declared',
      ),
    clause: OWNER,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a retired identity whose owner left',
    story: () => house().at(95).person('per_ada', { status: 'left' }).at(96).retire('idn_pay'),
    verdict: 'NOT_OCCURRING',
  },
]);
