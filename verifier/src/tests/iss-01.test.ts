import { ADA, BEN, grant, house } from './testing/synthetic.ts';
import { after, table } from './testing/table.ts';

const IDENTITIES = 'every identity declared';
const GRANTS = 'every credential granted';

table('NHI-ISS-01', [
  {
    what: 'declared by a signed change',
    story: () => after(house(), (story) => story.identity('idn_x')),
    clause: IDENTITIES,
    verdict: 'PASS',
    says: /approved by per_ben/,
  },
  { what: 'nothing declared', story: house, clause: IDENTITIES, verdict: 'NOT_OCCURRING' },
  { what: 'nothing granted', story: house, clause: GRANTS, verdict: 'NOT_OCCURRING' },
  {
    what: 'granted to an approved identity',
    story: () => after(house(), grant),
    clause: GRANTS,
    verdict: 'PASS',
  },
  {
    what: 'approved by nobody',
    story: () => after(house(), (story) => story.identity('idn_x', {}, { approver: null })),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /approved by no second person/,
  },
  {
    what: 'approved by the requester alone',
    story: () =>
      after(house(), (story) => story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA })),
    clause: IDENTITIES,
    verdict: 'FAIL',
  },
  {
    what: 'signed by a key that is not the approver’s',
    story: () => after(house(), (story) => story.identity('idn_x', {}, { signing: ADA })),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /key was not enrolled for per_ben/,
  },
  {
    what: 'signed by another key under the approver’s key id',
    story: () =>
      after(house(), (story) =>
        story.identity('idn_x', {}, { signing: { key: BEN.key, privateKey: ADA.privateKey } }),
      ),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /signature does not verify/,
  },
  {
    what: 'approved by someone who may not',
    story: () =>
      after(house(), (story) =>
        story.person('per_ben', { roles: ['viewer'], keys: [BEN.key] }).identity('idn_x'),
      ),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /was no approver/,
  },
  {
    what: 'declared otherwise than the plan says',
    story: () =>
      after(house(), (story) =>
        story
          .change('chg_x', {
            kind: 'Application',
            id: 'app_x',
            after: { description: 'x', owner: 'per_ada', status: 'active' },
          })
          .identity(
            'idn_x',
            {},
            { declares: { ...(story.spec('idn_pay') as object), owner: 'per_eve' } as never },
          ),
      ),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /does not hold it as it was declared/,
  },
  {
    what: 'approved after it was declared',
    story: () =>
      after(house(), (story) => {
        story.identity('idn_x', {}, { approver: null });
        const proposed = story.last('change.proposed');
        story.approve(proposed.plan.change, proposed.planDigest, 'per_ben', BEN);
      }),
    clause: IDENTITIES,
    verdict: 'FAIL',
  },
  {
    what: 'declared inside the bootstrap',
    story: () =>
      after(house(), (story) =>
        story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA, bootstrap: true }),
      ),
    clause: IDENTITIES,
    verdict: 'NOT_EVALUABLE',
    says: /approved by no second person: bootstrap/,
  },
  {
    what: 'inside the bootstrap with a forged signature',
    story: () =>
      after(house(), (story) =>
        story.identity(
          'idn_x',
          {},
          { approver: 'per_ada', signing: { key: ADA.key, privateKey: BEN.privateKey }, bootstrap: true },
        ),
      ),
    clause: IDENTITIES,
    verdict: 'FAIL',
  },
  {
    what: 'granted to an identity that nobody declared',
    story: () => after(house(), (story) => grant(story, { request: { identity: 'idn_ghost' } })),
    clause: GRANTS,
    verdict: 'FAIL',
    says: /no identity of that name stood/,
  },
  {
    what: 'granted before the identity was declared',
    story: () =>
      after(
        house(),
        (story) => grant(story, { request: { identity: 'idn_late' } }),
        (story) => story.identity('idn_late'),
      ),
    clause: GRANTS,
    verdict: 'FAIL',
  },
  {
    what: 'granted under a policy that was not in force',
    story: () =>
      after(house(), (story) =>
        grant(story, { decision: { determining: [{ policy: 'all', version: 'other' }] } }),
      ),
    clause: GRANTS,
    verdict: 'FAIL',
  },
  {
    what: 'granted on nothing',
    story: () =>
      after(house(), (story) =>
        grant(story, { request: { identity: null, trust: null }, decision: { determining: [] } }),
      ),
    clause: GRANTS,
    verdict: 'FAIL',
    says: /rests on nothing/,
  },
  {
    what: 'a withheld grant',
    story: () => after(house(), grant).withhold('credential.granted'),
    clause: GRANTS,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a withheld approval',
    story: () => after(house(), (story) => story.identity('idn_x')).withhold('change.approved'),
    clause: IDENTITIES,
    verdict: 'NOT_EVALUABLE',
    says: /is withheld/,
  },
  {
    what: 'an older approval whose body is withheld',
    story: () => after(house(), grant).withhold('change.approved'),
    clause: GRANTS,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'creation at providers',
    story: house,
    clause: 'creation events at providers',
    verdict: 'NOT_EVALUABLE',
  },
]);
