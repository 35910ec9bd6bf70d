/** What each thing costs as identities and credentials grow: it should stay about the same, and is told where it does not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rows } from '#verifier';
import {
  carryOut,
  enrol,
  joinAgent,
  newCsr,
  openTestHouse,
  operatorDoor,
  type TestAgent,
  type TestHouse,
  type TestPerson,
} from '../src/api/testing.ts';
import { newId } from '../src/kernel/index.ts';
import { type Draft, openDatabase } from '../src/store/index.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { type Figure, percentile } from './measure.ts';

/** How many credentials; `GROWTH=1000,1000000` asks for others. */
const SIZES = (process.env.GROWTH ?? '1000,10000').split(',').map(Number);
/** `GROWTH_ENGINE=postgresql` for the other one. */
const ENGINE = process.env.GROWTH_ENGINE ?? 'embedded';
const CREDENTIALS_PER_IDENTITY = 10;
const FILL_DRAFTS = 5000;
const TIMES = 15;
const PROOFS = 200;
const MIB = 1024 * 1024;
const LIVE_SHARE = 20;
const HOUR_MS = 3_600_000;
const FILL_STEP_MS = 1_000;

interface Scene {
  test: TestHouse;
  person: TestPerson;
  agent: TestAgent;
  identity: Rows['identity'];
  grant: Rows['credential'];
  ca: string;
}

async function furnish(where: Parameters<typeof openDatabase>[0]): Promise<Scene> {
  const test = await openTestHouse({}, await openDatabase(where));
  const person = await enrol(test, 'ada');
  await carryOut(test, person, await enrol(test, 'bo'));
  const agent = await joinAgent(test, 'web-1');
  await issue(test, agent);
  const [grant] = (await test.house.log.rows('credential')).slice(-1);
  const identity = (await test.house.log.view()).named('identity', 'payments-api');
  const [ca] = await test.house.authority.published();
  if (!grant || !identity || !ca) throw new Error('the bench has nothing to copy');
  return { test, person, agent, identity, grant, ca: ca.name };
}

async function issue(test: TestHouse, { door }: TestAgent): Promise<void> {
  const body = {
    instance: newId('instance'),
    attested: { uid: 1001 },
    claimed: {},
    action: 'issue-x509-svid',
    csr: newCsr(),
  };
  const { status, text } = await test.call('/api/v1/agent/issue', { door, body });
  if (status !== 200) throw new Error(text);
}

/** An identity that has been approved. */
function declared({ identity }: Scene, id: string, at: number): Draft[] {
  return [
    {
      kind: 'resource.declared',
      subject: id,
      actor: 'sys',
      data: {
        kind: 'Identity',
        id,
        name: `workload-${at}`,
        spec: { ...identity.spec, spiffePath: `/bench/workload-${at}` },
        change: null,
        bootstrap: false,
      },
    },
    {
      kind: 'identity.moved',
      subject: id,
      actor: 'sys',
      data: { identity: id, from: 'requested', to: 'active', reason: 'bench', change: null },
    },
  ];
}

/** One credential in twenty has not ended. */
function granted({ grant, test }: Scene, identity: string, at: number): Draft {
  const now = test.clock.now().getTime();
  const begins = new Date(at % LIVE_SHARE === 0 ? now : now - 2 * HOUR_MS);
  const { entry: _, granted: __, ...data } = grant;
  return {
    kind: 'credential.granted',
    subject: identity,
    actor: 'sys',
    data: {
      ...data,
      request: { ...data.request, identity, instance: newId('instance') },
      credential: {
        ...data.credential,
        notBefore: begins.toISOString(),
        notAfter: new Date(begins.getTime() + HOUR_MS).toISOString(),
      },
    },
  };
}

/** What credentials `[from, to)` need, an identity first for each ten of them. */
function* drafts(scene: Scene, from: number, to: number): Iterable<Draft> {
  let id = newId('identity');
  for (let at = from; at < to; at += 1) {
    if (at % CREDENTIALS_PER_IDENTITY === 0) {
      id = newId('identity');
      yield* declared(scene, id, at / CREDENTIALS_PER_IDENTITY);
    }
    yield granted(scene, id, at);
  }
}

/** @returns entries a second */
async function fill(scene: Scene, from: number, to: number): Promise<number> {
  const began = performance.now();
  let entries = 0;
  let batch: Draft[] = [];
  const write = async () => {
    // Verdicts are of a period, which has to begin somewhere: not everything may be of one moment.
    scene.test.clock.advance(FILL_STEP_MS);
    await scene.test.house.log.append(batch);
    entries += batch.length;
    batch = [];
  };
  for (const draft of drafts(scene, from, to)) if (batch.push(draft) >= FILL_DRAFTS) await write();
  if (batch.length > 0) await write();
  return (entries * 1000) / (performance.now() - began);
}

const PAGES = [
  'overview',
  'identities',
  'identities?state=active&application=payments',
  'identities?owner=ada',
  'identities?q=workload-77',
  'identities/payments-api',
  'identities/payments-api/credentials',
  'identities/payments-api/timeline',
  'credentials',
  'credentials?live=true',
  'applications',
  'agents',
  'persons',
  'policies',
  'trusts',
  'changes',
  'findings',
  'alerts',
  'locks',
  'observations',
  'controls',
  'rotations',
  'exceptions',
  'ledger/entries',
];

/** What is asked once, by name. */
function questions({ test, person, agent, ca, identity }: Scene): Array<[string, () => Promise<unknown>]> {
  const ok = async (path: string, call = {}) => {
    const { status, text } = await test.call(path, call);
    if (status !== 200) throw new Error(`${path}: ${text}`);
  };
  const lock = () => {
    const target = { kind: 'instance', id: newId('instance') };
    return ok('/api/v1/locks', { body: { target, reason: 'bench' }, door: operatorDoor() });
  };
  return [
    ['issue', () => issue(test, agent)],
    ['lock', lock],
    [
      'CRL after a lock',
      async () => {
        await lock();
        await test.house.revocation.crl(ca);
      },
    ],
    [
      'suspend and resume an identity',
      async () => {
        const { registry } = test.house;
        for (const to of ['suspended', 'active'] as const)
          await registry.move({ identity: identity.id, to, reason: 'bench', actor: person.id });
      },
    ],
    ...PAGES.map((page): [string, () => Promise<unknown>] => [
      `GET /${page}`,
      () => ok(`/api/v1/${page}`, { headers: person.bearer }),
    ]),
  ];
}

async function timed(ask: () => Promise<unknown>, count = TIMES): Promise<{ p50: number; p99: number }> {
  await ask();
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** The snapshot, an issuance that comes while it is taken, and the proof of any entry. */
async function ofTheLog({ test, agent }: Scene, size: number): Promise<Figure[]> {
  const { log } = test.house;
  const taking = timed(() => log.snapshot(), 1);
  const meanwhile = await timed(() => issue(test, agent));
  const { size: entries } = await log.head();
  const proof = () => log.inclusion(Math.floor(Math.random() * entries));
  return [
    { name: `issue while a snapshot is taken, ${size}`, ...meanwhile },
    { name: `snapshot, ${size}`, p50: (await taking).p50 },
    { name: `proof of any of ${entries} entries`, ...(await timed(proof, PROOFS)) },
    { name: `memory with ${size}, MiB`, perSecond: process.memoryUsage().rss / MIB },
  ];
}

async function measure(scene: Scene): Promise<Figure[]> {
  const figures: Figure[] = [];
  const base = new Map<string, number>();
  let filled = 0;
  for (const size of SIZES) {
    figures.push({ name: `filled to ${size}, entries`, perSecond: await fill(scene, filled, size) });
    filled = size;
    for (const [name, ask] of questions(scene)) {
      const took = await timed(ask);
      if (!base.has(name)) base.set(name, took.p50);
      const ratio = took.p50 / (base.get(name) ?? took.p50);
      figures.push({ name: `${name}, ${size}`, ...took, ratio, of: `that with ${SIZES[0]}` });
    }
    figures.push(...(await ofTheLog(scene, size)));
  }
  return figures;
}

export async function growth(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'growth-'));
  const server = ENGINE === 'postgresql' ? await startPostgres({ fsync: 'on' }) : undefined;
  const scene = await furnish(server === undefined ? { folder } : { url: server.url });
  try {
    return await measure(scene);
  } finally {
    await scene.test.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
