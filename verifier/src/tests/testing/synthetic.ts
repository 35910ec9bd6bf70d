/** Logs told entry by entry, for tests alone: what happens before the period is folded into its opening and carried. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { approvalMessage, planDigest } from '../../approval.ts';
import { base64url } from '../../bytes.ts';
import { openingOf } from '../../commitment.ts';
import { encodeBody, snapshotOf } from '../../entry.ts';
import type { EvidenceInput } from '../../evidence-input.ts';
import { sha256Hex } from '../../hash.ts';
import {
  type ApprovalKey,
  type Body,
  type Commitment,
  type CredentialType,
  type Entry,
  type EntryData,
  type ExceptionSpec,
  emptyState,
  fold,
  type IdentitySpec,
  type Kind,
  liveRows,
  type Operation,
  type PersonSpec,
  type Plan,
  type Probe,
  type RotationSpec,
  stateFrom,
} from '../../words/index.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** The moment of day `n`; fractions are parts of a day. */
export const day = (n: number): string => new Date(START + Math.round(n * DAY_MS)).toISOString();

/** Every synthetic period. */
export const PERIOD = { from: day(100), to: day(130) };

export const CEDAR_VERSION = sha256Hex('permit (principal, action, resource);');

interface Signing {
  key: ApprovalKey;
  privateKey: KeyObject;
}

function newKey(id: string): Signing {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = base64url(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })));
  return { key: { id, type: 'ed25519', publicKey: spki }, privateKey };
}

/** One approver's key for all stories: making one takes longer than a whole story. */
export const BEN = newKey('key_ben');
export const ADA = newKey('key_ada');

interface ChangeOptions {
  proposer?: string;
  approver?: string | null;
  signing?: Signing;
  bootstrap?: boolean;
  /** What is declared in the end, where it is not what the plan says. */
  declares?: Operation['after'];
  apply?: boolean;
}

export class Story {
  readonly entries: Entry[] = [];
  readonly openings = new Map<string, string>();
  private readonly withheld = new Set<number>();
  private time = START;

  at(days: number): this {
    this.time = Date.parse(day(days));
    return this;
  }

  now(): string {
    return new Date(this.time).toISOString();
  }

  add<K extends Kind>(kind: K, subject: string, data: EntryData[K], actor = 'sys'): number {
    const index = this.entries.length;
    const time = new Date(this.time).toISOString();
    const body: Body<K> = { v: 1, nonce: 'AAAAAAAAAAAAAAAAAAAAAA', occurred: time, data };
    const leaf = { v: 1, kind, time, subject, actor, body: sha256Hex(encodeBody(body as Body)) } as const;
    this.entries.push({ index, leaf, body } as Entry);
    this.time += 1;
    return index;
  }

  /** Keeps the bodies of these kinds, or of one entry, back. */
  withhold(which: Kind | number): this {
    for (const { index, leaf } of this.entries) {
      if (leaf.kind === which || index === which) this.withheld.add(index);
    }
    return this;
  }

  commit(value: string): Commitment {
    const { commitment } = openingOf(value, new Uint8Array(16).fill(this.openings.size + 1));
    this.openings.set(commitment, value);
    return { commitment };
  }

  person(id: string, more: Partial<PersonSpec> & { name?: string; address?: string } = {}): this {
    const { name = `Person of ${id}`, address, ...spec } = more;
    const data = {
      kind: 'Person',
      id,
      name: this.commit(id),
      spec: {
        displayName: this.commit(name),
        ...(address ? { email: this.commit(address) } : {}),
        roles: ['approver'],
        keys: [],
        status: 'active',
        ...spec,
      },
      change: null,
      bootstrap: true,
    } as EntryData['resource.declared'];
    this.add('resource.declared', id, data);
    return this;
  }

  /** Proposed by Ada, signed by Ben, applied as signed, unless told otherwise. */
  change(id: string, operation: Pick<Operation, 'kind' | 'id' | 'after'>, options: ChangeOptions = {}): this {
    const { proposer = 'per_ada', approver = 'per_ben', signing = BEN, bootstrap = false } = options;
    const step: Operation = {
      op: 'create',
      name: operation.id.slice(4),
      base: null,
      before: null,
      ...operation,
    };
    const plan: Plan = {
      v: 1,
      change: id,
      title: id,
      reason: 'a reason',
      proposer,
      operations: [step],
      gains: [],
    };
    const digest = planDigest(plan);
    this.add('change.proposed', id, { plan, planDigest: digest, source: null }, proposer);
    if (approver !== null) this.approve(id, digest, approver, signing);
    if (options.apply === false) return this;
    this.add('change.applied', id, { change: id, planDigest: digest, operations: 1, bootstrap });
    const spec = (options.declares ?? step.after) as NonNullable<Operation['after']>;
    const { kind, name } = step;
    this.add('resource.declared', step.id, { kind, id: step.id, name, spec, change: id, bootstrap });
    return this;
  }

  approve(change: string, digest: string, approver: string, { key, privateKey }: Signing): void {
    const signature = base64url(new Uint8Array(sign(null, approvalMessage(digest), privateKey)));
    this.add('change.approved', change, {
      change,
      planDigest: digest,
      approver,
      signature: { type: 'ed25519', keyId: key.id, signature },
    });
  }

  identity(id: string, spec: Partial<IdentitySpec> = {}, options: ChangeOptions = {}): this {
    const after: IdentitySpec = {
      kind: 'workload',
      purpose: 'takes card payments for the shop',
      application: 'app_shop',
      owner: 'per_ada',
      profile: 'prf_web',
      environment: 'production',
      spiffePath: `/${id}`,
      ...spec,
    };
    return this.change(`chg_${id}_${this.entries.length}`, { kind: 'Identity', id, after }, options);
  }

  retire(id: string): this {
    this.add('resource.retired', id, { kind: 'Identity', id, change: null, reason: 'gone' });
    return this;
  }

  /** What the latest entry of a kind says. */
  last<K extends Kind>(kind: K): EntryData[K] {
    const entry = this.entries.findLast(({ leaf }) => leaf.kind === kind);
    if (!entry?.body) throw new Error(`no ${kind} yet`);
    return entry.body.data as EntryData[K];
  }

  /** As the identity was last declared. */
  spec(id: string): IdentitySpec {
    const entry = this.entries.findLast(
      ({ leaf }) => leaf.kind === 'resource.declared' && leaf.subject === id,
    );
    if (!entry?.body) throw new Error(`no ${id} yet`);
    return (entry.body.data as EntryData['resource.declared']).spec as IdentitySpec;
  }

  input(): EvidenceInput {
    const seen = this.entries.map((entry) =>
      this.withheld.has(entry.index) ? { ...entry, body: null } : entry,
    );
    const before = seen.filter(({ leaf }) => leaf.time < PERIOD.from);
    const entries = seen.filter(({ leaf }) => leaf.time >= PERIOD.from && leaf.time < PERIOD.to);
    const folded = before.reduce(fold, emptyState());
    const opening = () => stateFrom(folded.size, liveRows(folded, PERIOD.from));
    const closing = entries.reduce(fold, opening());
    return { period: PERIOD, opening: opening(), entries, closing, carried: before, openings: this.openings };
  }
}

/** A house with two people, a policy, and one approved identity with its trust, all before the period. */
export function house(): Story {
  const story = new Story().at(90).person('per_ada', { roles: ['admin', 'approver'], keys: [ADA.key] });
  return story
    .person('per_ben', { keys: [BEN.key] })
    .change('chg_pol', {
      kind: 'Policy',
      id: 'pol_all',
      after: { description: 'all', cedar: 'permit (principal, action, resource);', version: CEDAR_VERSION },
    })
    .identity('idn_pay')
    .change('chg_tru', {
      kind: 'Trust',
      id: 'tru_pay',
      after: { identity: 'idn_pay', method: 'unix', where: { uid: 1000 } },
    });
}

const REQUEST: EntryData['credential.granted']['request'] = {
  request: 'req_1',
  door: 'workload',
  action: 'issue-x509-svid',
  identity: 'idn_pay',
  trust: 'tru_pay',
  agent: 'agt_1',
  instance: 'ins_1',
  method: 'unix',
  attested: { uid: 1000 },
  claimed: {},
  requestedTtlSeconds: null,
  address: null,
};

type Granted = EntryData['credential.granted'];

interface DecisionChanges {
  request?: Partial<Granted['request']>;
  decision?: Partial<Granted['decision']>;
  type?: CredentialType;
  ttlDays?: number;
}

const POLICY_SET = sha256Hex(JSON.stringify([CEDAR_VERSION]));

export function grant(story: Story, changes: DecisionChanges = {}): number {
  const { ttlDays = 1 / 24, type = 'x509-svid' } = changes;
  const now = story.entries.length;
  const data: Granted = {
    request: { ...REQUEST, ...changes.request },
    decision: {
      effect: 'allow',
      policySet: POLICY_SET,
      determining: [{ policy: 'all', version: CEDAR_VERSION }],
      rule: 'permit',
      reason: 'permitted by `all` statement 0',
      ...changes.decision,
    },
    credential: {
      type,
      subject: 'spiffe://example.test/idn_pay',
      keyHash: sha256Hex(`key ${now}`),
      audience: [],
      notBefore: day(100),
      notAfter: day(110 + ttlDays),
      ttlSeconds: 3600,
      shortened: false,
      issuer: 'key_ca',
    },
  };
  return story.add('credential.granted', data.request.identity ?? '', data);
}

export function refuse(story: Story, changes: DecisionChanges = {}): number {
  const decision = {
    effect: 'deny' as const,
    policySet: POLICY_SET,
    determining: [],
    rule: 'none matched',
    reason: 'no permit matched',
    ...changes.decision,
  };
  const request = { ...REQUEST, identity: null, trust: null, ...changes.request };
  return story.add('credential.refused', '', { request, decision, code: 'policy_denied' });
}

type Observation = EntryData['observation.recorded'];

/** A secret without an end that a unit uses, made on day 95, unless told otherwise. */
export function observe(story: Story, more: Partial<Observation> = {}): number {
  const data: Observation = {
    sweep: 'swp_1',
    source: 'host',
    partition: 'here',
    key: 'obs_token',
    class: 'credential',
    change: 'new',
    label: 'API_TOKEN in /etc/default/pay',
    attributes: { kind: 'environment-secret', modified: day(95) },
    joins: [],
    provenance: [],
    ...more,
  };
  return story.add('observation.recorded', data.sweep, data);
}

export const claim = (story: Story, observation = 'obs_token', identity = 'idn_pay'): number =>
  story.add('observation.claimed', identity, { observation, identity }, 'per_ada');

/** Ada's departure, for as long as is said, approved by Ben unless told otherwise. */
export function except(
  story: Story,
  spec: Partial<ExceptionSpec> & Pick<ExceptionSpec, 'control' | 'subject'>,
  options: ChangeOptions = {},
): Story {
  const after = {
    owner: 'per_ada',
    compensating: 'the file is readable by one unit alone',
    until: day(200),
    reason: 'the vendor knows no other way',
    ...spec,
  };
  const id = `exc_${story.entries.length}`;
  return story.change(`chg_${id}`, { kind: 'Exception', id, after }, options);
}

/** What the entries before it lead to, unless another digest is told. */
export function snapshot(story: Story, digest?: string): number {
  const before = story.entries.reduce(fold, emptyState());
  const honest = snapshotOf(before, story.now());
  return story.add('snapshot', '', { ...honest, state: digest ?? honest.state });
}

export const ROTATION: RotationSpec = {
  identity: 'idn_pay',
  observation: 'obs_token',
  rotator: 'postgres-password',
  target: {
    connection: { file: '/etc/muniment/admin' },
    role: 'pay',
    passwordFile: '/srv/pay/password',
    format: 'plain',
  },
  intervalDays: 20,
  graceHours: 24,
  noticeDays: 3,
};

export const rotation = (story: Story, more: Partial<RotationSpec> = {}): Story =>
  story.change(`chg_rot${story.entries.length}`, {
    kind: 'Rotation',
    id: 'rot_pay',
    after: { ...ROTATION, ...more } as RotationSpec,
  });

type Phase = EntryData['rotation.phase']['phase'];

/** One run through these phases; ended unless told otherwise. */
export function rotate(
  story: Story,
  phases: Phase[] = ['made', 'swapped', 'seen', 'removed', 'refused'],
  outcome: 'completed' | 'abandoned' | null = 'completed',
): Story {
  const run = `run_${story.entries.length}`;
  const base = { run, rotation: 'rot_pay', old: 'aa' };
  story.add('rotation.started', ROTATION.identity, {
    ...base,
    spec: ROTATION,
    target: 'pay',
    cause: 'schedule',
    due: day(100),
  });
  for (const phase of phases)
    story.add('rotation.phase', ROTATION.identity, { ...base, phase, new: 'bb', detail: '' });
  if (outcome) story.add('rotation.ended', ROTATION.identity, { ...base, outcome, new: 'bb', detail: '' });
  return story;
}

export const lock = (story: Story, id = 'lok_1', target = 'idn_pay'): number =>
  story.add(
    'lock.placed',
    id,
    { lock: id, target: { kind: 'identity', id: target }, reason: 'stolen' },
    'per_ada',
  );

export const probe = (more: Partial<Probe> = {}): Probe => ({
  point: 'crl',
  credential: null,
  outcome: 'REFUSED',
  latencyMs: 120,
  detail: 'serial is on the list',
  ...more,
});

/** A try at every point that an X.509-SVID is used at. */
export const probes = (more: Partial<Probe> = {}): Probe[] =>
  (['api-renewal', 'agent-stream', 'crl', 'openssl'] as const).map((point) => probe({ ...more, point }));

type Sweep = EntryData['sweep.recorded'];

export function sweep(story: Story, more: Partial<Sweep> = {}): number {
  const data: Sweep = {
    sweep: `swp_${story.entries.length}`,
    source: 'host',
    connector: 'host/1',
    partition: 'here',
    scope: ['accounts: /etc/passwd'],
    calls: 3,
    pages: 1,
    endSeen: true,
    items: 12,
    providerCount: 12,
    errors: [],
    denied: [],
    verdict: 'COMPLETE',
    why: 'every declared listing was read to its end',
    listDigest: sha256Hex('list'),
    listings: [],
    manifest: sha256Hex('pages'),
    clock: null,
    started: day(101),
    ended: day(101),
    ...more,
  };
  return story.add('sweep.recorded', data.sweep, data);
}
