import { ADA, BEN, house } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const REQUESTER = 'requester is not the approver';
const SIGNED = 'approved by signature';
const EXACT = 'what was carried out is what was signed';
const ALONE = 'compensating review';

table('NHI-ISS-02', [
  { what: 'two people', story: () => after(house(), (story) => story.identity('idn_x')), verdict: 'PASS' },
  { what: 'no change', story: house, verdict: 'NOT_OCCURRING' },
  {
    what: 'one person for both',
    story: () =>
      after(house(), (story) => story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA })),
    clause: REQUESTER,
    verdict: 'FAIL',
  },
  {
    what: 'an agent as approver',
    story: () => after(house(), (story) => story.identity('idn_x', {}, { approver: 'agt_1' })),
    clause: SIGNED,
    verdict: 'FAIL',
    says: /agt_1 is no enrolled person/,
  },
  {
    what: 'a forged signature',
    story: () =>
      after(house(), (story) =>
        story.identity('idn_x', {}, { signing: { key: BEN.key, privateKey: ADA.privateKey } }),
      ),
    clause: SIGNED,
    verdict: 'FAIL',
  },
  {
    what: 'another thing carried out',
    story: () =>
      after(house(), (story) =>
        story.identity(
          'idn_x',
          {},
          { declares: { ...story.spec('idn_pay'), purpose: 'another purpose' } as never },
        ),
      ),
    clause: EXACT,
    verdict: 'FAIL',
  },
  {
    what: 'one step more than signed',
    story: () =>
      after(house(), (story) => {
        story.identity('idn_x');
        const { change } = story.last('change.applied');
        story.add('resource.declared', 'idn_y', { ...story.last('resource.declared'), id: 'idn_y', change });
      }),
    clause: EXACT,
    verdict: 'FAIL',
  },
  {
    what: 'the bootstrap, listed',
    story: () =>
      after(house(), (story) =>
        story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA, bootstrap: true }),
      ),
    clause: ALONE,
    verdict: 'NOT_EVALUABLE',
    says: /idn_x: Identity `x` approved by no second person: bootstrap/,
  },
  {
    what: 'no bootstrap',
    story: () => after(house(), (story) => story.identity('idn_x')),
    clause: ALONE,
    verdict: 'NOT_OCCURRING',
  },
  {
    what: 'a withheld approval',
    story: () => after(house(), (story) => story.identity('idn_x')).withhold('change.approved'),
    verdict: 'NOT_EVALUABLE',
  },
]);
