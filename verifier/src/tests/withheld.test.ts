import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EvidenceInput } from '../evidence-input.ts';
import { type Clause, runTests, TESTED } from './index.ts';
import {
  ADA,
  BEN,
  claim,
  day,
  except,
  grant,
  house,
  lock,
  observe,
  probe,
  probes,
  refuse,
  rotate,
  rotation,
  type Story,
  snapshot,
  sweep,
} from './testing/synthetic.ts';

const FORGED = { key: BEN.key, privateKey: ADA.privateKey };

/** Steps that hold and steps that do not, in every mix. */
const STEPS: Record<string, (story: Story) => unknown> = {
  sweep,
  'short sweep': (story) => sweep(story, { endSeen: false }),
  grant,
  'grant on a denial': (story) => grant(story, { decision: { effect: 'deny' } }),
  'grant to nobody': (story) => grant(story, { request: { identity: 'idn_ghost' } }),
  'grant to another': (story) => grant(story, { request: { identity: 'idn_x' } }),
  refuse,
  'refusal under unknown policies': (story) => refuse(story, { decision: { policySet: 'f'.repeat(64) } }),
  identity: (story) => story.identity('idn_x'),
  'identity without approval': (story) => story.identity('idn_x', {}, { approver: null }),
  'forged approval': (story) => story.identity('idn_x', {}, { signing: FORGED }),
  'other owner': (story) => story.identity('idn_pay', { owner: 'per_ben' }),
  'owner left': (story) => story.person('per_ada', { status: 'left', keys: [ADA.key] }),
  'policy changed': (story) =>
    story.change(`chg_p${story.entries.length}`, {
      kind: 'Policy',
      id: 'pol_two',
      after: { description: 'x', cedar: 'x', version: 'v2' },
    }),
  retired: (story) => story.retire('idn_pay'),
  lock: (story) => lock(story, `lok_${story.entries.length}`),
  observation: observe,
  'observation claimed': (story) => claim(story),
  'observation gone': (story) => observe(story, { change: 'gone' }),
  rotation: (story) => rotation(story),
  'rotation run': (story) => rotate(story),
  'rotation without proof': (story) => rotate(story, ['made', 'removed']),
  exception: (story) => except(story, { control: 'NHI-AUT-02', subject: 'obs_token' }),
  'exception to ownership': (story) => except(story, { control: 'NHI-INV-02', subject: 'idn_pay' }),
  snapshot: (story) => snapshot(story),
  'false snapshot': (story) => snapshot(story, 'f'.repeat(64)),
  gap: (story) => story.add('log.gap', '', { from: day(101), to: day(102), refusals: 1 }),
  'open profile': (story) =>
    story.change(`chg_prf${story.entries.length}`, {
      kind: 'Profile',
      id: 'prf_web',
      after: { description: 'x', actions: ['issue-x509-svid'], maxTtlSeconds: 3600, audiences: ['*'] },
    }),
  'agent let in': (story) => {
    const entry = story.entries.length;
    const token = `tok_${entry}`;
    const agent = `agt_${entry}`;
    story.add(
      'token.created',
      token,
      { token, trust: 'tru_pay', agentName: 'a', deadline: day(110) },
      'per_ada',
    );
    story.add('agent.joined', agent, { agent, name: 'a', instance: 'ins_1', token, keyHash: 'aa' });
  },
  proof: (story) => prove(story, probes()),
  'proof of failure': (story) => prove(story, [probe({ outcome: 'ACCEPTED' })]),
};

/** Tries for the latest lock. */
function prove(story: Story, tries: ReturnType<typeof probe>[]): void {
  const id = story.entries.findLast(({ leaf }) => leaf.kind === 'lock.placed')?.leaf.subject ?? 'lok_none';
  story.add('probe.recorded', id, { lock: id, probes: tries });
}

async function clausesOf(input: EvidenceInput): Promise<Array<Clause & { name: string }>> {
  const results = (await runTests(input)).filter(({ control }) => TESTED.includes(control));
  return results.flatMap(({ control, clauses }) =>
    clauses.map((clause) => ({ ...clause, name: `${control} ${clause.clause}` })),
  );
}

test('withholding makes no verdict better, and accuses nobody', async () => {
  const told = fc.array(fc.constantFrom(...Object.keys(STEPS)), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(told, fc.infiniteStream(fc.boolean()), async (names, coins) => {
      const story = house().at(101);
      for (const name of names) STEPS[name]?.(story);
      const whole = await clausesOf(story.input());
      const hidden = story.entries.filter(() => coins.next().value).map(({ index }) => index);
      for (const index of hidden) story.withhold(index);
      const partial = await clausesOf(story.input());
      for (const [at, { name, verdict }] of whole.entries()) {
        const now = partial[at];
        assert.equal(now?.name, name);
        if (now.verdict === 'NOT_EVALUABLE') continue;
        assert.equal(now.verdict, verdict, `${name}: without ${hidden}: ${now.why}`);
      }
    }),
    { numRuns: 200 },
  );
});
