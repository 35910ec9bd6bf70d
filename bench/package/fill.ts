/** A log as a busy house leaves it: mostly grants, and of everything else some. */
import { join } from 'node:path';
import type { Rows } from '#verifier';
import { carryOut, enrol, joinAgent, newCsr, openTestHouse, type TestHouse } from '../../src/api/testing.ts';
import { newId } from '../../src/kernel/index.ts';
import { type Draft, openDatabase } from '../../src/store/index.ts';

const BATCH_DRAFTS = 2000;
const HOUR_MS = 3_600_000;
/** Of a hundred entries: this many grants, refusals, observations; the rest are locks with their proof, and their end. */
const SHARES = { grants: 80, refusals: 8, observations: 8 };
const HUNDRED = 100;
/** Signed changes, each with its application, its profile, its identity, its policy and its trust. */
const CHANGES = 40;
const ENTRIES_PER_LOCK = 4;

interface Scene {
  test: TestHouse;
  grant: Rows['credential'];
  refusal: Rows['refusal'];
  identities: Rows['identity'][];
}

const manifests = (at: number): string => `apiVersion: muniment/v1
kind: Application
name: shop-${at}
spec: {description: Takes orders, owner: ada}
---
apiVersion: muniment/v1
kind: Identity
name: shop-api-${at}
spec: {kind: workload, purpose: Serves orders, application: shop-${at}, owner: ada, profile: read-only-api, environment: production}
---
apiVersion: muniment/v1
kind: Policy
name: shop-issue-${at}
spec:
  description: The process may have credentials
  cedar: |
    permit(principal == Muniment::Identity::"shop-api-${at}", action in Muniment::Action::"issue", resource)
    when { context.attested has uid && context.attested.uid == ${2000 + at} };
---
apiVersion: muniment/v1
kind: Trust
name: shop-unix-${at}
spec: {identity: shop-api-${at}, method: unix, where: {uid: ${2000 + at}}}
`;

/** The house that a bench's folder holds: its database, and beside it the key that its secrets are sealed with. */
export const openHouseIn = async (folder: string): Promise<TestHouse> =>
  openTestHouse({ data: join(folder, 'data') }, await openDatabase({ folder: join(folder, 'database') }));

async function furnish(folder: string): Promise<Scene> {
  const test = await openHouseIn(folder);
  const [ada, bo] = [await enrol(test, 'ada'), await enrol(test, 'bo')];
  await carryOut(test, ada, bo);
  for (let at = 0; at < CHANGES; at += 1) await carryOut(test, ada, bo, manifests(at));
  const { door } = await joinAgent(test, 'web-1');
  for (const uid of [1001, 4242]) {
    const asked = {
      instance: newId('instance'),
      attested: { uid },
      claimed: {},
      action: 'issue-x509-svid',
      csr: newCsr(),
    };
    await test.call('/api/v1/agent/issue', { door, body: asked });
  }
  const { log } = test.house;
  const grant = (await log.rows('credential')).find(({ credential }) => credential.type === 'x509-svid');
  const [refusal] = await log.rows('refusal');
  if (!grant || !refusal) throw new Error('the bench has nothing to copy');
  return { test, grant, refusal, identities: await log.rows('identity') };
}

function granted({ grant, identities, test }: Scene, at: number): Draft {
  const { entry: _, granted: __, ...data } = grant;
  const identity = identities[at % identities.length]?.id ?? null;
  const begins = test.clock.now();
  const ends = new Date(begins.getTime() + HOUR_MS);
  return {
    kind: 'credential.granted',
    subject: identity ?? '',
    actor: 'sys',
    data: {
      ...data,
      request: { ...data.request, request: newId('request'), identity, instance: newId('instance') },
      credential: { ...data.credential, notBefore: begins.toISOString(), notAfter: ends.toISOString() },
    },
  };
}

function refused({ refusal }: Scene): Draft {
  const { entry: _, refused: __, ...data } = refusal;
  const request = { ...data.request, request: newId('request'), instance: newId('instance') };
  return {
    kind: 'credential.refused',
    subject: data.request.identity ?? '',
    actor: 'sys',
    data: { ...data, request },
  };
}

function observed(at: number): Draft {
  const key = `host:process:${at}`;
  return {
    kind: 'observation.recorded',
    subject: '',
    actor: 'sys',
    data: {
      sweep: newId('sweep'),
      source: 'host',
      partition: 'this host',
      key,
      class: 'credential',
      joins: [],
      provenance: [],
      change: 'new',
      label: `/srv/app-${at}/key.pem`,
      attributes: { path: `/srv/app-${at}/key.pem`, mode: '0600', owner: 'app', bits: 256 },
    },
  };
}

function locked(): Draft[] {
  const lock = newId('lock');
  const probe = {
    point: 'api-renewal',
    credential: null,
    outcome: 'REFUSED',
    latencyMs: 90,
    detail: 'refused',
  } as const;
  const target = { kind: 'instance', id: newId('instance') } as const;
  return [
    { kind: 'lock.placed', subject: target.id, actor: 'sys', data: { lock, target, reason: 'drill' } },
    { kind: 'probe.recorded', subject: lock, actor: 'sys', data: { lock, probes: [probe] } },
    { kind: 'lock.lifted', subject: lock, actor: 'sys', data: { lock, reason: 'drill over' } },
    {
      kind: 'requests.counted',
      subject: '',
      actor: 'sys',
      data: {
        source: '192.0.2.1',
        reason: 'rate_limited',
        from: probe ? '2026-01-01T00:00:00.000Z' : '',
        to: '2026-01-01T00:01:00.000Z',
        count: 3,
      },
    },
  ];
}

function* drafts(scene: Scene, count: number): Generator<Draft> {
  const { grants, refusals, observations } = SHARES;
  for (let at = 0; at < count; at += 1) {
    const place = at % HUNDRED;
    if (place < grants) yield granted(scene, at);
    else if (place < grants + refusals) yield refused(scene);
    else if (place < grants + refusals + observations) yield observed(at);
    else if (place % ENTRIES_PER_LOCK === 0) yield* locked();
  }
}

/** Fills an empty folder with a log of at least `count` entries. @returns the period that holds them all */
export async function fill(folder: string, count: number): Promise<{ from: string; to: string }> {
  const scene = await furnish(folder);
  const { test } = scene;
  const from = new Date(test.clock.now().getTime() - HOUR_MS).toISOString();
  let batch: Draft[] = [];
  for (const draft of drafts(scene, count)) {
    batch.push(draft);
    if (batch.length < BATCH_DRAFTS) continue;
    test.clock.advance(1000);
    await test.house.log.append(batch);
    batch = [];
  }
  await test.house.log.append(batch);
  test.clock.advance(1000);
  const to = test.clock.now().toISOString();
  await test.close();
  return { from, to };
}
