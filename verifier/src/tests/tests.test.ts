import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROLS, type Verdict } from '../controls/index.ts';
import { runTests, TESTED } from './index.ts';
import { NOT_YET } from './not-yet.ts';
import type { TestResult } from './result.ts';
import {
  ADA,
  BEN,
  day,
  grant,
  house,
  lock,
  probe,
  probes,
  refuse,
  Story,
  sweep,
} from './testing/synthetic.ts';

interface Case {
  what: string;
  story: () => Story;
  /** Part of the clause's name; the whole result where it is absent. */
  clause?: string;
  verdict: Verdict;
  /** Somewhere in the clause's reason, deviations, or the members' reasons. */
  says?: RegExp;
}

async function resultFor(control: string, story: Story): Promise<TestResult> {
  const result = (await runTests(story.input())).find((each) => each.control === control);
  assert.ok(result);
  return result;
}

function judged(result: TestResult, part: string | undefined): { verdict: Verdict; text: string } {
  const clauses =
    part === undefined ? result.clauses : result.clauses.filter(({ clause }) => clause.includes(part));
  assert.ok(
    clauses.length > 0,
    `no clause \`${part}\` among ${result.clauses.map(({ clause }) => clause).join(', ')}`,
  );
  const text = JSON.stringify([clauses, result.members]);
  return { verdict: part === undefined ? result.verdict : (clauses[0]?.verdict as Verdict), text };
}

function table(control: string, cases: Case[]): void {
  for (const { what, story, clause, verdict, says } of cases) {
    test(`${control}: ${what}: ${verdict}`, async () => {
      const found = judged(await resultFor(control, story()), clause);
      assert.equal(found.verdict, verdict, found.text);
      if (says) assert.match(found.text, says);
    });
  }
}

const then = (story: Story, ...steps: Array<(story: Story) => unknown>): Story => {
  story.at(101);
  for (const step of steps) step(story);
  return story;
};

const LISTED = 'listed to its end';

table('NHI-INV-01', [
  { what: 'a whole sweep', story: () => then(house(), sweep), clause: LISTED, verdict: 'PASS' },
  {
    what: 'no sweep ever',
    story: house,
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
    says: /nothing was ever swept/,
  },
  {
    what: 'a place swept before the period only',
    story: () => then(new Story().at(50), (story) => sweep(story.at(50))),
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
    says: /no sweep in the period/,
  },
  {
    what: 'a denied range, by name',
    story: () =>
      then(house(), (story) =>
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
      story: () => then(house(), (story) => sweep(story, { verdict: 'PARTIAL', ...lack } as never)),
      clause: LISTED,
      verdict: 'NOT_EVALUABLE',
      says,
    }),
  ),
  {
    what: 'one of two partitions is short',
    story: () =>
      then(house(), sweep, (story) =>
        sweep(story, { partition: 'there', endSeen: false, verdict: 'PARTIAL' }),
      ),
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a short sweep that a whole one follows',
    story: () => then(house(), (story) => sweep(story, { endSeen: false, verdict: 'PARTIAL' }), sweep),
    clause: LISTED,
    verdict: 'PASS',
  },
  {
    what: 'a sweep that calls itself complete and was not',
    story: () => then(house(), (story) => sweep(story, { errors: [{ what: 'passwd', why: 'EIO' }] })),
    clause: 'says truly',
    verdict: 'FAIL',
    says: /says COMPLETE: error at passwd/,
  },
  { what: 'no sweep to be honest', story: house, clause: 'says truly', verdict: 'NOT_OCCURRING' },
  {
    what: 'a withheld sweep',
    story: () => then(house(), sweep, sweep).withhold(house().entries.length),
    clause: LISTED,
    verdict: 'NOT_EVALUABLE',
    says: /withheld/,
  },
]);

const OWNER = 'active owner';
const ALIAS = 'no mailbox';

table('NHI-INV-02', [
  { what: 'all in order', story: house, verdict: 'PASS' },
  { what: 'no identity', story: () => new Story(), verdict: 'NOT_OCCURRING' },
  {
    what: 'the owner left within the period',
    story: () => then(house(), (story) => story.at(110).person('per_ada', { status: 'left' })),
    clause: OWNER,
    verdict: 'FAIL',
    says: /per_ada was not active \[2026-04-21T00:00:00.000Z, 2026-05-11T00:00:00.000Z\)/,
  },
  {
    what: 'another owner took over at once',
    story: () =>
      then(house(), (story) =>
        story.at(109).identity('idn_pay', { owner: 'per_ben' }).at(110).person('per_ada', { status: 'left' }),
      ),
    clause: OWNER,
    verdict: 'PASS',
    says: /per_ada, per_ben/,
  },
  {
    what: 'the owner came back',
    story: () =>
      then(house(), (story) => story.person('per_ada', { status: 'left' }).at(105).person('per_ada')),
    clause: OWNER,
    verdict: 'FAIL',
    says: /\[2026-04-12T00:00:00.000Z, 2026-04-16T00:00:00.000Z\)/,
  },
  {
    what: 'an owner who is not on record',
    story: () => then(house(), (story) => story.identity('idn_x', { owner: 'per_nobody' })),
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
      then(new Story().at(-250).person('per_ada').identity('idn_old'), (story) =>
        story.add('owner.accepted', 'idn_old', { identity: 'idn_old', owner: 'per_ada' }),
      ),
    clause: 'accepted',
    verdict: 'PASS',
  },
  {
    what: 'a purpose of nine characters, padded',
    story: () => then(house(), (story) => story.identity('idn_x', { purpose: '  payments9  ' })),
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
        then(house(), (story) =>
          story.person('per_team', { address }).identity('idn_x', { owner: 'per_team' }),
        ),
      clause: ALIAS,
      verdict: 'FAIL',
    }),
  ),
  {
    what: 'a name that only holds such a word',
    story: () =>
      then(house(), (story) =>
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
      then(house(), (story) => story.identity('idn_pay', { owner: 'per_ben' })).withhold('resource.declared'),
    clause: OWNER,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a retired identity whose owner left',
    story: () => house().at(95).person('per_ada', { status: 'left' }).at(96).retire('idn_pay'),
    verdict: 'NOT_OCCURRING',
  },
]);

const IDENTITIES = 'every identity declared';
const GRANTS = 'every credential granted';

table('NHI-ISS-01', [
  {
    what: 'declared by a signed change',
    story: () => then(house(), (story) => story.identity('idn_x')),
    clause: IDENTITIES,
    verdict: 'PASS',
    says: /approved by per_ben/,
  },
  { what: 'nothing declared', story: house, clause: IDENTITIES, verdict: 'NOT_OCCURRING' },
  { what: 'nothing granted', story: house, clause: GRANTS, verdict: 'NOT_OCCURRING' },
  {
    what: 'granted to an approved identity',
    story: () => then(house(), grant),
    clause: GRANTS,
    verdict: 'PASS',
  },
  {
    what: 'approved by nobody',
    story: () => then(house(), (story) => story.identity('idn_x', {}, { approver: null })),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /approved by no second person/,
  },
  {
    what: 'approved by the requester alone',
    story: () => then(house(), (story) => story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA })),
    clause: IDENTITIES,
    verdict: 'FAIL',
  },
  {
    what: 'signed by a key that is not the approver’s',
    story: () => then(house(), (story) => story.identity('idn_x', {}, { signing: ADA })),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /key was not enrolled for per_ben/,
  },
  {
    what: 'signed by another key under the approver’s key id',
    story: () =>
      then(house(), (story) =>
        story.identity('idn_x', {}, { signing: { key: BEN.key, privateKey: ADA.privateKey } }),
      ),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /signature does not verify/,
  },
  {
    what: 'approved by someone who may not',
    story: () =>
      then(house(), (story) =>
        story.person('per_ben', { roles: ['viewer'], keys: [BEN.key] }).identity('idn_x'),
      ),
    clause: IDENTITIES,
    verdict: 'FAIL',
    says: /was no approver/,
  },
  {
    what: 'declared otherwise than the plan says',
    story: () =>
      then(house(), (story) =>
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
      then(house(), (story) => {
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
      then(house(), (story) =>
        story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA, bootstrap: true }),
      ),
    clause: IDENTITIES,
    verdict: 'NOT_EVALUABLE',
    says: /approved by no second person: bootstrap/,
  },
  {
    what: 'inside the bootstrap with a forged signature',
    story: () =>
      then(house(), (story) =>
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
    story: () => then(house(), (story) => grant(story, { request: { identity: 'idn_ghost' } })),
    clause: GRANTS,
    verdict: 'FAIL',
    says: /no identity of that name stood/,
  },
  {
    what: 'granted before the identity was declared',
    story: () =>
      then(
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
      then(house(), (story) =>
        grant(story, { decision: { determining: [{ policy: 'all', version: 'other' }] } }),
      ),
    clause: GRANTS,
    verdict: 'FAIL',
  },
  {
    what: 'granted on nothing',
    story: () =>
      then(house(), (story) =>
        grant(story, { request: { identity: null, trust: null }, decision: { determining: [] } }),
      ),
    clause: GRANTS,
    verdict: 'FAIL',
    says: /rests on nothing/,
  },
  {
    what: 'a withheld grant',
    story: () => then(house(), grant).withhold('credential.granted'),
    clause: GRANTS,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a withheld approval',
    story: () => then(house(), (story) => story.identity('idn_x')).withhold('change.approved'),
    clause: IDENTITIES,
    verdict: 'NOT_EVALUABLE',
    says: /is withheld/,
  },
  {
    what: 'an older approval whose body is withheld',
    story: () => then(house(), grant).withhold('change.approved'),
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

const REQUESTER = 'requester is not the approver';
const SIGNED = 'approved by signature';
const EXACT = 'what was carried out is what was signed';
const ALONE = 'compensating review';

table('NHI-ISS-02', [
  { what: 'two people', story: () => then(house(), (story) => story.identity('idn_x')), verdict: 'PASS' },
  { what: 'no change', story: house, verdict: 'NOT_OCCURRING' },
  {
    what: 'one person for both',
    story: () => then(house(), (story) => story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA })),
    clause: REQUESTER,
    verdict: 'FAIL',
  },
  {
    what: 'an agent as approver',
    story: () => then(house(), (story) => story.identity('idn_x', {}, { approver: 'agt_1' })),
    clause: SIGNED,
    verdict: 'FAIL',
    says: /agt_1 is no enrolled person/,
  },
  {
    what: 'a forged signature',
    story: () =>
      then(house(), (story) =>
        story.identity('idn_x', {}, { signing: { key: BEN.key, privateKey: ADA.privateKey } }),
      ),
    clause: SIGNED,
    verdict: 'FAIL',
  },
  {
    what: 'another thing carried out',
    story: () =>
      then(house(), (story) =>
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
      then(house(), (story) => {
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
      then(house(), (story) =>
        story.identity('idn_x', {}, { approver: 'per_ada', signing: ADA, bootstrap: true }),
      ),
    clause: ALONE,
    verdict: 'NOT_EVALUABLE',
    says: /idn_x: Identity `x` approved by no second person: bootstrap/,
  },
  {
    what: 'no bootstrap',
    story: () => then(house(), (story) => story.identity('idn_x')),
    clause: ALONE,
    verdict: 'NOT_OCCURRING',
  },
  {
    what: 'a withheld approval',
    story: () => then(house(), (story) => story.identity('idn_x')).withhold('change.approved'),
    verdict: 'NOT_EVALUABLE',
  },
]);

const INPUTS = 'inputs that were checked';
const HASHES = 'named by hash';
const OUTCOME = 'outcome is kept';
const CANARY = 'planted wrong request';

table('NHI-ISS-04', [
  {
    what: 'a grant and a refusal',
    story: () => then(house(), grant, refuse),
    clause: INPUTS,
    verdict: 'PASS',
  },
  {
    what: 'a grant and a refusal',
    story: () => then(house(), grant, refuse),
    clause: HASHES,
    verdict: 'PASS',
  },
  {
    what: 'a grant and a refusal',
    story: () => then(house(), grant, refuse),
    clause: OUTCOME,
    verdict: 'PASS',
  },
  { what: 'nothing decided', story: house, clause: OUTCOME, verdict: 'NOT_OCCURRING' },
  {
    what: 'a grant without a proven fact',
    story: () => then(house(), (story) => grant(story, { request: { attested: {} } })),
    clause: INPUTS,
    verdict: 'FAIL',
  },
  {
    what: 'an unknown set of policies',
    story: () => then(house(), (story) => refuse(story, { decision: { policySet: 'f'.repeat(64) } })),
    clause: HASHES,
    verdict: 'FAIL',
  },
  {
    what: 'a grant on a denial',
    story: () => then(house(), (story) => grant(story, { decision: { effect: 'deny' } })),
    clause: OUTCOME,
    verdict: 'FAIL',
  },
  {
    what: 'a refusal without a reason',
    story: () => then(house(), (story) => refuse(story, { decision: { reason: '' } })),
    clause: OUTCOME,
    verdict: 'FAIL',
  },
  {
    what: 'the counts, told',
    story: () =>
      then(house(), grant, refuse, (story) =>
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
    story: () => then(house(), refuse),
    clause: CANARY,
    verdict: 'NOT_EVALUABLE',
    says: /1 ordinary refusals/,
  },
  {
    what: 'a refused canary',
    story: () => then(house(), (story) => refuse(story, { request: { claimed: { canary: true } } })),
    clause: CANARY,
    verdict: 'PASS',
  },
  {
    what: 'a granted canary',
    story: () => then(house(), (story) => grant(story, { request: { claimed: { canary: true } } })),
    clause: CANARY,
    verdict: 'FAIL',
  },
  {
    what: 'a withheld refusal',
    story: () => then(house(), refuse).withhold('credential.refused'),
    clause: OUTCOME,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a new policy whose declaration is withheld',
    story: () =>
      then(house(), (story) => {
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

const REFUSED = 'refused where it was tried';
const EVERYWHERE = 'every point';
const TIME = 'refused within';

const proven =
  (...each: ReturnType<typeof probe>[]) =>
  (story: Story) =>
    story.add('probe.recorded', 'lok_1', { lock: 'lok_1', probes: each });

table('NHI-LIF-03', [
  { what: 'no lock', story: () => then(house(), grant), verdict: 'NOT_OCCURRING' },
  {
    what: 'refused everywhere',
    story: () => then(house(), grant, (story) => lock(story), proven(...probes())),
    verdict: 'PASS',
  },
  {
    what: 'no live credential',
    story: () => then(house(), (story) => lock(story)),
    clause: REFUSED,
    verdict: 'NOT_OCCURRING',
  },
  {
    what: 'never tried',
    story: () => then(house(), grant, (story) => lock(story)),
    verdict: 'NOT_EVALUABLE',
    says: /died untried/,
  },
  {
    what: 'accepted somewhere',
    story: () =>
      then(
        house(),
        grant,
        (story) => lock(story),
        proven(...probes(), probe({ point: 'introspection', outcome: 'ACCEPTED', latencyMs: null })),
      ),
    verdict: 'FAIL',
    says: /introspection ACCEPTED/,
  },
  {
    what: 'a point that was not tried, by name',
    story: () =>
      then(
        house(),
        grant,
        (story) => lock(story),
        proven(probe(), probe({ point: 'openssl' }), probe({ point: 'api-renewal' })),
      ),
    clause: EVERYWHERE,
    verdict: 'NOT_EVALUABLE',
    says: /not tried: agent-stream \(credential \d+\)/,
  },
  {
    what: 'a point that does not matter here was not tried',
    story: () =>
      then(
        house(),
        grant,
        (story) => lock(story),
        proven(...probes(), probe({ point: 'introspection', outcome: 'NOT_EVALUABLE', latencyMs: null })),
      ),
    verdict: 'PASS',
  },
  {
    what: 'another credential tried instead',
    story: () => then(house(), grant, (story) => lock(story), proven(...probes({ credential: 999 }))),
    clause: EVERYWHERE,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'too late',
    story: () => then(house(), grant, (story) => lock(story), proven(...probes({ latencyMs: 5_001 }))),
    clause: TIME,
    verdict: 'FAIL',
    says: /p95 is 5001 ms/,
  },
  {
    what: 'just in time',
    story: () => then(house(), grant, (story) => lock(story), proven(...probes({ latencyMs: 5_000 }))),
    clause: TIME,
    verdict: 'PASS',
  },
  {
    what: 'not timed',
    story: () => then(house(), grant, (story) => lock(story), proven(...probes({ latencyMs: null }))),
    clause: TIME,
    verdict: 'NOT_EVALUABLE',
  },
  {
    what: 'a probe that wrote the token down',
    story: () =>
      then(house(), grant, (story) => lock(story), proven(...probes({ detail: 'sent eyJh.eyJi.c2ln' }))),
    clause: 'writes a credential down',
    verdict: 'FAIL',
  },
  {
    what: 'withheld probes',
    story: () => then(house(), grant, (story) => lock(story), proven(...probes())).withhold('probe.recorded'),
    verdict: 'NOT_EVALUABLE',
  },
]);

test('every control has a result, tested or with what it would need', async () => {
  const results = await runTests(house().input());
  assert.deepEqual(
    results.map(({ control }) => control),
    CONTROLS.map(({ id }) => id),
  );
  assert.equal(CONTROLS.length, 53);
  assert.deepEqual([...TESTED, ...Object.keys(NOT_YET)].sort(), CONTROLS.map(({ id }) => id).sort());
  const untested = results.filter(({ control }) => !TESTED.includes(control));
  assert.equal(untested.length, 47);
  for (const { verdict, clauses } of untested) {
    assert.equal(verdict, 'NOT_EVALUABLE');
    assert.match(clauses[0]?.why ?? '', /^needs /);
  }
});

test('the same entries give the same bytes', async () => {
  const story = then(house(), sweep, grant, refuse, (each) => lock(each), proven(...probes()));
  const [once, again] = [await runTests(story.input()), await runTests(structuredClone(story.input()))];
  assert.equal(JSON.stringify(once), JSON.stringify(again));
});
