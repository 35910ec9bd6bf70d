import { day, grant, house, refuse } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const INPUTS = 'inputs that were checked';
const HASHES = 'named by hash';
const OUTCOME = 'outcome is kept';
const CANARY = 'planted wrong request';

table('NHI-ISS-04', [
  {
    what: 'a grant and a refusal',
    story: () => after(house(), grant, refuse),
    clause: INPUTS,
    verdict: 'PASS',
  },
  {
    what: 'a grant and a refusal',
    story: () => after(house(), grant, refuse),
    clause: HASHES,
    verdict: 'PASS',
  },
  {
    what: 'a grant and a refusal',
    story: () => after(house(), grant, refuse),
    clause: OUTCOME,
    verdict: 'PASS',
  },
  { what: 'nothing decided', story: house, clause: OUTCOME, verdict: 'NOT_OCCURRING' },
  {
    what: 'a grant without a proven fact',
    story: () => after(house(), (story) => grant(story, { request: { attested: {} } })),
    clause: INPUTS,
    verdict: 'FAIL',
  },
  {
    what: 'an unknown set of policies',
    story: () => after(house(), (story) => refuse(story, { decision: { policySet: 'f'.repeat(64) } })),
    clause: HASHES,
    verdict: 'FAIL',
  },
  {
    what: 'a grant on a denial',
    story: () => after(house(), (story) => grant(story, { decision: { effect: 'deny' } })),
    clause: OUTCOME,
    verdict: 'FAIL',
  },
  {
    what: 'a refusal without a reason',
    story: () => after(house(), (story) => refuse(story, { decision: { reason: '' } })),
    clause: OUTCOME,
    verdict: 'FAIL',
  },
  {
    what: 'the counts, told',
    story: () =>
      after(house(), grant, refuse, (story) =>
        story.add('requests.counted', '', {
          source: '10.0.0.9',
          reason: 'no certificate',
          from: day(101),
          to: day(102),
          count: 41,
        }),
      ),
    clause: 'as many decisions as requests',
    verdict: 'NOT_EVALUABLE',
    says: /2 decisions have entries; 41 requests were turned away/,
  },
  {
    what: 'no canary',
    story: () => after(house(), refuse),
    clause: CANARY,
    verdict: 'NOT_EVALUABLE',
    says: /1 ordinary refusals/,
  },
  {
    what: 'a refused canary',
    story: () => after(house(), (story) => refuse(story, { request: { claimed: { canary: true } } })),
    clause: CANARY,
    verdict: 'PASS',
  },
  {
    what: 'a granted canary',
    story: () => after(house(), (story) => grant(story, { request: { claimed: { canary: true } } })),
    clause: CANARY,
    verdict: 'FAIL',
  },
  {
    what: 'a withheld refusal',
    story: () => after(house(), refuse).withhold('credential.refused'),
    clause: OUTCOME,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a new policy whose declaration is withheld',
    story: () =>
      after(house(), (story) => {
        story.change('chg_p2', {
          kind: 'Policy',
          id: 'pol_two',
          after: { description: 'x', cedar: 'x', version: 'v2' },
        });
        story.withhold(story.entries.length - 1);
        grant(story, { decision: { policySet: 'e'.repeat(64) } });
      }),
    clause: HASHES,
    verdict: 'NOT_EVALUABLE',
  },
]);
