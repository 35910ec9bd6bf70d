import { ADA, house, type Story } from './testing/synthetic.ts';
import { after, type Case, table } from './testing/table.ts';

const TOOK = 'came by a change';
const AUTHOR = 'not the approver';
const SIGNED = 'approved by signature';
const ORDER = 'in that order';
const TRIED = 'its effects shown';
const WORDED = 'written down';

const identity = (story: Story) => story.identity('idn_x');
const CLAUSES = [TOOK, AUTHOR, SIGNED, ORDER, TRIED];

const policy = (story: Story) =>
  story.change('chg_p2', {
    kind: 'Policy',
    id: 'pol_two',
    after: { description: 'x', cedar: 'x', version: 'v' },
  });

table('NHI-CHG-01', [
  ...CLAUSES.map(
    (clause): Case => ({
      what: 'two people',
      story: () => after(house(), identity),
      clause,
      verdict: 'PASS',
    }),
  ),
  ...[...CLAUSES, WORDED].map(
    (clause): Case => ({ what: 'no change', story: house, clause, verdict: 'NOT_OCCURRING' }),
  ),
  {
    what: 'declared by no change',
    story: () =>
      after(house(), (story) =>
        story.add('resource.declared', 'idn_x', {
          kind: 'Identity',
          id: 'idn_x',
          name: 'x',
          spec: story.spec('idn_pay'),
          change: null,
          bootstrap: false,
        }),
      ),
    clause: TOOK,
    verdict: 'FAIL',
  },
  {
    what: 'retired by no change',
    story: () => after(house(), (story) => story.retire('idn_pay')),
    clause: TOOK,
    verdict: 'FAIL',
  },
  {
    what: 'the first days',
    story: () => after(house(), (story) => story.person('per_eve')),
    clause: TOOK,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'approved by its author',
    story: () =>
      after(house(), (story) => story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA })),
    clause: AUTHOR,
    verdict: 'FAIL',
  },
  {
    what: 'signed by another key',
    story: () => after(house(), (story) => story.identity('idn_x', {}, { signing: ADA })),
    clause: SIGNED,
    verdict: 'FAIL',
  },
  {
    what: 'approved by nobody',
    story: () => after(house(), (story) => story.identity('idn_x', {}, { approver: null })),
    clause: ORDER,
    verdict: 'FAIL',
  },
  {
    what: 'a plan that shows no effect of its policy',
    story: () => after(house(), policy),
    clause: TRIED,
    verdict: 'NOT_EVALUABLE',
    says: /no effect of policy two/,
  },
  {
    what: 'a reason of eight characters',
    story: () => after(house(), identity),
    clause: WORDED,
    verdict: 'FAIL',
  },
  {
    what: 'a withheld plan',
    story: () => after(house(), identity).withhold('change.proposed'),
    clause: ORDER,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a withheld declaration',
    story: () => after(house(), identity, (story) => story.at(102)).withhold('resource.declared'),
    clause: TOOK,
    verdict: 'NOT_EVALUABLE',
  },
  { what: 'releases', story: house, clause: 'releases', verdict: 'NOT_EVALUABLE' },
]);
