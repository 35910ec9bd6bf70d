import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Probe, readZip, type VerifierKey, verifyPackage, zipBytes } from '#verifier';
import { PAYMENTS } from '../changes/testing/house.ts';
import { askJwt, askX509, FACTS, joinAgent } from '../issuance/testing/world.ts';
import { isMunimentError, timestamp } from '../kernel/index.ts';
import { buildBytes, carryOut, enrolTwo, type House, openHouse } from './testing/house.ts';

const MINUTE_MS = 60_000;

/** A hostile owner of a name: markup and a formula, which must stay text everywhere. */
const EVIL = `apiVersion: muniment/v1
kind: Exception
name: evil
spec: {control: NHI-INV-02, subject: "</script><script>alert(2)</script>", owner: ada, compensating: "[x](javascript:y)", until: "2100-01-01T00:00:00Z", reason: "=1+1"}
---
apiVersion: muniment/v1
kind: Application
name: evil
spec: {description: "=cmd|'/c calc'!A0 </script><script>alert(1)</script> | [x](javascript:x)", owner: olga}
`;

interface Told {
  house: House;
  /** Between the first period and the second. */
  turn: string;
  start: string;
  end: string;
}

/** The spine, room by room: two people, a signed change, an agent, grants, a refusal, a lock with its proof. */
async function tell(): Promise<Told> {
  const house = await openHouse();
  const { clock } = house;
  const start = timestamp(clock.now());
  const people = await enrolTwo(house);
  await carryOut(house, people, PAYMENTS);
  clock.advance(MINUTE_MS);
  const agent = await joinAgent(house as never);
  await askX509(house as never, agent);
  clock.advance(MINUTE_MS);
  const turn = timestamp(clock.now());
  await askJwt(house as never, agent, { audience: ['billing'] });
  const refused = await askX509(house as never, agent, { attested: { ...FACTS, uid: 4242 } });
  assert.equal(refused.granted.length, 0);
  await carryOut(house, people, EVIL);
  const identity = (await house.log.view()).named('identity', 'payments-api')?.id ?? '';
  const { lock } = await house.revocation.lock({ kind: 'identity', id: identity }, 'drill', people.ada.id);
  clock.advance(100);
  const probes = (['crl', 'openssl', 'introspection', 'api-renewal'] as const).map(
    (point, at): Probe => ({
      point,
      credential: null,
      outcome: 'REFUSED',
      latencyMs: 80 + 10 * at,
      detail: 'refused',
    }),
  );
  await house.revocation.recordProbes(lock, probes, agent.id);
  clock.advance(MINUTE_MS);
  return { house, start, turn, end: timestamp(clock.now()) };
}

let told: Told;
let keys: VerifierKey[];
before(async () => {
  told = await tell();
  keys = [told.house.vkey];
});
after(() => told.house.close());

const member = (bytes: Uint8Array, name: string): string => {
  const found = readZip(bytes).find((each) => each.name === name);
  assert.ok(found, `no ${name}`);
  return new TextDecoder().decode(found.bytes);
};

const coded = (code: string) => (error: unknown) => isMunimentError(error) && error.code === code;

test('a package over everything holds, and so do two that share its middle', async () => {
  const { house, start, turn, end } = told;
  for (const [from, to] of [
    [start, end],
    [start, turn],
    [turn, end],
  ] as const) {
    const report = await verifyPackage(await buildBytes(house, { from, to }), { keys });
    assert.equal(report.outcome, 'HOLDS', JSON.stringify(report.problems));
    assert.equal(report.pinnedBy, 'key');
  }
});

test('each package continues the one before it', async () => {
  const { house, start, turn, end } = told;
  const earlier = await buildBytes(house, { from: start, to: turn });
  const since = new TextEncoder().encode(member(earlier, 'checkpoint'));
  const report = await verifyPackage(await buildBytes(house, { from: turn, to: end }), { since });
  assert.equal(report.outcome, 'HOLDS', JSON.stringify(report.problems));
  assert.equal(report.pinnedBy, 'since');
});

test('verdicts in the console are those of the package', async () => {
  const { house, start, end } = told;
  const { results, period } = await house.evidence.verdicts({ from: start, to: end });
  const { facts } = await verifyPackage(await buildBytes(house, { from: start, to: end }));
  assert.deepEqual(period, { from: start, to: end });
  assert.deepEqual(
    results.map(({ control, verdict }) => ({ control, verdict })),
    facts.controls,
  );
});

test('verdicts are computed once while nothing is appended', async () => {
  const { evidence, log } = told.house;
  const [once, again] = [await evidence.verdicts(), await evidence.verdicts()];
  assert.equal(once, again);
  await log.append([
    { kind: 'session.opened', subject: '', actor: 'sys', data: { person: 'per_x', method: 'key-file' } },
  ]);
  const later = await evidence.verdicts();
  assert.equal(later.size, once.size + 1);
});

test('what the rooms wrote is judged as it should be', async () => {
  const { house, start, end } = told;
  const { results } = await house.evidence.verdicts({ from: start, to: end });
  const clauses = new Map(
    results.flatMap(({ control, clauses: each }) =>
      each.map((clause) => [`${control} ${clause.clause}`, clause]),
    ),
  );
  const verdictOf = (start: string) => [...clauses].find(([name]) => name.startsWith(start))?.[1];
  assert.equal(results.find(({ control }) => control === 'NHI-INV-02')?.verdict, 'PASS');
  assert.equal(verdictOf('NHI-ISS-02 the requester')?.verdict, 'PASS');
  assert.equal(verdictOf('NHI-ISS-02 an enrolled')?.verdict, 'PASS');
  assert.equal(verdictOf('NHI-ISS-02 what was carried out')?.verdict, 'PASS');
  for (const clause of ['the inputs', 'the policies', 'the outcome']) {
    assert.equal(verdictOf(`NHI-ISS-04 ${clause}`)?.verdict, 'PASS', clause);
  }
  assert.equal(verdictOf('NHI-LIF-03 the dead')?.verdict, 'PASS');
  const every = verdictOf('NHI-LIF-03 every');
  assert.equal(every?.verdict, 'NOT_EVALUABLE');
  assert.match(every?.why ?? '', /not tried: agent-stream/);
  const identities = verdictOf('NHI-ISS-01 every identity');
  assert.equal(identities?.verdict, 'NOT_EVALUABLE');
  assert.deepEqual(identities?.deviations.length, 1);
  assert.match(identities?.deviations[0] ?? '', /approved by no second person: bootstrap/);
});

const DAMAGES: Array<[what: string, name: RegExp, change: (text: string) => string]> = [
  [
    'a population',
    /^populations\/credentials\.csv$/,
    (text) => text.split('\n').slice(0, -2).concat('').join('\n'),
  ],
  ['a verdict', /^tests\/NHI-ISS-04\.jsonl$/, (text) => text.replace('NOT_EVALUABLE', 'PASS')],
  ['the page', /^index\.html$/, (text) => text.replace('cannot show', 'shows')],
  [
    'a document',
    /^documents\/policy-incident-response\.md$/,
    (text) => text.replace('DRAFT, not in force', 'In force'),
  ],
  ['an opening', /^openings\//, (text) => text.replace('Ada Arden', 'Eve Arden')],
];

for (const [what, name, change] of DAMAGES) {
  test(`${what} that was edited is found`, async () => {
    const { house, start, end } = told;
    const members = readZip(await buildBytes(house, { from: start, to: end }));
    const edited = members.map((each) => {
      if (!name.test(each.name)) return each;
      const text = new TextDecoder().decode(each.bytes);
      assert.notEqual(change(text), text);
      return { name: each.name, bytes: new TextEncoder().encode(change(text)) };
    });
    const report = await verifyPackage(zipBytes(edited), { keys });
    assert.equal(report.exitCode, 1);
  });
}

test('personal values can stay behind, and then nothing in the package holds one', async () => {
  const { house, start, end } = told;
  const bytes = await buildBytes(house, { from: start, to: end, withhold: ['personal'] });
  const report = await verifyPackage(bytes, { keys });
  assert.equal(report.outcome, 'PARTIAL', JSON.stringify(report.problems));
  for (const { name, bytes: content } of readZip(bytes)) {
    const text = new TextDecoder().decode(content);
    for (const value of ['Ada Arden', 'Olga Orlova', 'olga@example.com'])
      assert.ok(!text.includes(value), name);
  }
  assert.match(member(bytes, 'README-auditor.md'), /PARTIAL/);
  assert.equal((await verifyPackage(bytes, { keys, requireComplete: true })).exitCode, 1);
});

test('one person can stay behind', async () => {
  const { house, start, end } = told;
  const people = await house.log.rows('person');
  const names = await house.log.open(people.map(({ spec }) => spec.displayName.commitment));
  const olga = people.find(({ spec }) => names.get(spec.displayName.commitment)?.value === 'Olga Orlova');
  const bytes = await buildBytes(house, { from: start, to: end, withhold: [olga?.id ?? ''] });
  const openings = member(bytes, 'openings/openings.jsonl');
  assert.ok(!openings.includes('Olga'));
  assert.ok(openings.includes('Ada Arden'));
  assert.equal((await verifyPackage(bytes, { keys })).outcome, 'PARTIAL');
});

test('what rests on withheld bodies cannot be evaluated, and the package still holds', async () => {
  const { house, start, end } = told;
  const withhold = ['credential.refused', 'change.approved'];
  const bytes = await buildBytes(house, { from: start, to: end, withhold });
  const report = await verifyPackage(bytes, { keys });
  assert.equal(report.outcome, 'PARTIAL', JSON.stringify(report.problems));
  const verdicts = new Map(report.facts.controls?.map(({ control, verdict }) => [control, verdict]));
  assert.equal(verdicts.get('NHI-ISS-02'), 'NOT_EVALUABLE');
  const [result] = member(bytes, 'tests/NHI-ISS-04.jsonl').split('\n');
  assert.match(result ?? '', /the body of entry \d+ is withheld/);
});

const REFUSED: Array<
  [what: string, request: () => { from: string; to: string; withhold?: string[] }, code: string]
> = [
  ['a period that has not ended', () => ({ from: told.start, to: '2999-01-01T00:00:00Z' }), 'invalid_time'],
  ['a period that ends before it begins', () => ({ from: told.end, to: told.start }), 'invalid_time'],
  [
    'a period before the log',
    () => ({ from: '1999-01-01T00:00:00Z', to: '2000-01-01T00:00:00Z' }),
    'invalid_time',
  ],
  ['no time', () => ({ from: 'yesterday', to: told.end }), 'invalid_time'],
  ['a day that does not exist', () => ({ from: '2026-02-31T00:00:00Z', to: told.end }), 'invalid_time'],
  ['a time without a zone', () => ({ from: '2026-01-01T00:00:00', to: told.end }), 'invalid_time'],
  [
    'something unknown to withhold',
    () => ({ from: told.start, to: told.end, withhold: ['persnoal'] }),
    'bad_request',
  ],
  [
    'the snapshot itself withheld',
    () => ({ from: told.start, to: told.end, withhold: ['snapshot'] }),
    'bad_request',
  ],
];

for (const [what, request, code] of REFUSED) {
  test(`${what} is refused with ${code}`, async () => {
    const { size } = await told.house.log.head();
    await assert.rejects(buildBytes(told.house, request()), coded(code));
    assert.ok((await told.house.log.head()).size <= size + 1);
  });
}

test('a row that was edited in the database is no ground for a package', async (t) => {
  const house = await openHouse();
  t.after(() => house.close());
  const start = timestamp(house.clock.now());
  await enrolTwo(house);
  house.clock.advance(MINUTE_MS);
  const from = timestamp(house.clock.now());
  await house.log.snapshot();
  await house.database.db
    .updateTable('row_application')
    .set({ data: JSON.stringify({ id: 'app_x', name: 'edited' }) } as never)
    .execute();
  house.clock.advance(MINUTE_MS);
  const to = timestamp(house.clock.now());
  await assert.rejects(buildBytes(house, { from, to }), coded('data_damaged'));
  // What is folded from the entries alone does not look at the row.
  assert.equal((await verifyPackage(await buildBytes(house, { from: start, to: from }))).exitCode, 0);
});

test('building is itself on record', async () => {
  const { house, start, end } = told;
  await buildBytes(house, { from: start, to: end, actor: 'per_auditor' });
  const [built] = await house.log.search({ kinds: ['evidence.built'], limit: 1 });
  assert.equal(built?.actor, 'per_auditor');
});

test('names and reasons stay text on both pages', async () => {
  const { house, start, end } = told;
  const bytes = await buildBytes(house, { from: start, to: end });
  const html = member(bytes, 'index.html');
  assert.equal(html.split('<script').length - 1, 1);
  assert.ok(!html.includes('<script>alert'));
  assert.ok(!member(bytes, 'README-auditor.md').includes('](javascript:'));
  const csv = member(bytes, 'populations/applications.csv');
  assert.ok(csv.includes(`"'=cmd|`) || csv.includes(`'=cmd|`));
});

test('the four policies are drafts that say so, and logs say where they come from', async () => {
  const { house, start, end } = told;
  const bytes = await buildBytes(house, { from: start, to: end });
  const names = readZip(bytes).flatMap(({ name }) => (name.startsWith('documents/') ? [name] : []));
  assert.deepEqual(names, [
    'documents/log-alerts.md',
    'documents/log-audit.md',
    'documents/log-rotation.md',
    'documents/policy-incident-response.md',
    'documents/policy-nhi-management.md',
    'documents/policy-review-process.md',
    'documents/policy-rotation-procedure.md',
  ]);
  for (const name of names.filter((each) => each.includes('policy'))) {
    assert.match(member(bytes, name), /DRAFT, not in force/);
    assert.match(member(bytes, name), /to be decided/);
  }
  assert.match(member(bytes, 'documents/policy-incident-response.md'), /Locks so far: 1 identity/);
  assert.match(member(bytes, 'documents/log-audit.md'), /payments \|/);
  assert.match(member(bytes, 'documents/log-rotation.md'), /Nothing of the kind is on record/);
});

test('the page runs nothing but the script and style whose hashes it names', async () => {
  const { house, start, end } = told;
  const html = member(await buildBytes(house, { from: start, to: end }), 'index.html');
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const script = /<script type="module">([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  assert.ok(policy.startsWith("default-src 'none'"));
  assert.ok(policy.includes(`script-src ${hash(script)}`));
  assert.ok(policy.includes(`style-src ${hash(style)}`));
  assert.ok(!policy.includes('unsafe'));
});
