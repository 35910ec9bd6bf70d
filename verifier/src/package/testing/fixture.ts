/** A small log made by hand, and packages over it: for tests alone. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { approvalMessage, planDigest } from '../../approval.ts';
import { base64url } from '../../bytes.ts';
import { canonicalBytes, parseCanonical } from '../../canonical.ts';
import { type CommitmentOpening, openingOf } from '../../commitment.ts';
import { cosignedMessage, encodeCosignature, type WitnessKey, witnessKey } from '../../cosignature.ts';
import { decodeEntry, encodeBody, encodeLeaf, snapshotOf } from '../../entry.ts';
import { sha256Hex } from '../../hash.ts';
import { frontierOf, leafHash, proveConsistency, proveInclusion, treeRoot } from '../../merkle.ts';
import { formatCheckpoint, formatNote, parseNote, signNote, verifierKey } from '../../note.ts';
import {
  type ApprovalKey,
  type EntryData,
  emptyState,
  fold,
  type Kind,
  type Operation,
  type PersonSpec,
  type Plan,
  type State,
} from '../../words/index.ts';
import type { ZipMember } from '../../zip.ts';
import { carriedIndices } from '../carried.ts';
import { signManifest } from '../manifest.ts';
import { type Manifest, MEMBER, type PackageContents, type PackageSigner, type Range } from '../model.ts';

const ORIGIN = 'example.test/log';
const START = Date.parse('2026-03-01T00:00:00.000Z');
const MINUTE_MS = 60_000;

/** The moment of minute `n`; entry n of the fixture's log has the time of minute n. */
export const minute = (n: number): string => new Date(START + n * MINUTE_MS).toISOString();

export function newSigner(origin: string = ORIGIN): PackageSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    origin,
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

export function newApprover(id: string): { key: ApprovalKey; privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = base64url(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })));
  return { key: { id, type: 'ed25519', publicKey: spki }, privateKey };
}

/** A log that is appended to, entry by entry, with its fold. */
export class FixtureLog {
  readonly leaves: Uint8Array[] = [];
  readonly bodies: Uint8Array[] = [];
  readonly states: State[] = [];
  readonly state = emptyState();
  readonly openings: CommitmentOpening[] = [];

  append<K extends Kind>(
    kind: K,
    data: EntryData[K],
    more: { subject?: string; time?: string; occurred?: string } = {},
  ): number {
    const index = this.leaves.length;
    const time = more.time ?? minute(index);
    const nonce = base64url(new Uint8Array(16).fill(index));
    const body = encodeBody({ v: 1, nonce, occurred: more.occurred ?? time, data });
    const leaf = encodeLeaf({
      v: 1,
      kind,
      time,
      subject: more.subject ?? '',
      actor: 'per_a',
      body: sha256Hex(body),
    });
    this.states.push(structuredClone(this.state));
    fold(this.state, decodeEntry(index, leaf, body));
    this.leaves.push(leaf);
    this.bodies.push(body);
    return index;
  }

  /** Of all entries so far, or of fewer: while it is computed, others append. */
  snapshot(behind = 0): number {
    const size = this.leaves.length - behind;
    const time = minute(Math.max(size - 1, 0));
    const data = snapshotOf(behind === 0 ? this.state : (this.states[size] as State), time);
    return this.append('snapshot', data, { occurred: time });
  }

  /** A personal value; its opening is kept beside. */
  commit(value: string): { commitment: string } {
    const opening = openingOf(value, new Uint8Array(16).fill(this.openings.length + 1));
    this.openings.push(opening);
    return { commitment: opening.commitment };
  }
}

const bob = newApprover('key_b');

function person(log: FixtureLog, id: string, roles: PersonSpec['roles'], keys: ApprovalKey[]): void {
  const spec: PersonSpec = { displayName: log.commit(`Person ${id}`), roles, keys, status: 'active' };
  const name = log.commit(id);
  log.append(
    'resource.declared',
    { kind: 'Person', id, name, spec, change: null, bootstrap: true },
    { subject: id },
  );
}

/** Proposed by one person, signed by the other, applied as signed. */
export function change(
  log: FixtureLog,
  id: string,
  operation: Operation,
  options: { signer?: KeyObject } = {},
): void {
  const plan: Plan = {
    v: 1,
    change: id,
    title: 't',
    reason: 'r',
    proposer: 'per_a',
    operations: [operation],
    gains: [],
  };
  const digest = planDigest(plan);
  log.append('change.proposed', { plan, planDigest: digest, source: null }, { subject: id });
  const signature = base64url(
    new Uint8Array(sign(null, approvalMessage(digest), options.signer ?? bob.privateKey)),
  );
  const approval = { change: id, planDigest: digest, approver: 'per_b' };
  log.append(
    'change.approved',
    { ...approval, signature: { type: 'ed25519', keyId: bob.key.id, signature } },
    { subject: id },
  );
  log.append(
    'change.applied',
    { change: id, planDigest: digest, operations: 1, bootstrap: false },
    { subject: id },
  );
  const { kind, id: resource, name, after } = operation;
  if (after === null) throw new Error('the fixture only declares');
  log.append(
    'resource.declared',
    { kind, id: resource, name, spec: after, change: id, bootstrap: false },
    { subject: resource },
  );
}

export const application = (id: string): Operation => ({
  op: 'create',
  kind: 'Application',
  id,
  name: id,
  base: null,
  before: null,
  after: { description: 'payments', owner: 'per_a', status: 'active' },
});

/** Entries 0 to 22: snapshots at 0, 9, 17 and 20; the period is minutes 11 to 19. */
export function smallLog(options: { signer?: KeyObject; behind?: number } = {}): FixtureLog {
  const log = new FixtureLog();
  log.snapshot();
  log.append('bootstrap.opened', { reason: 'first start' });
  person(log, 'per_a', ['admin'], []);
  person(log, 'per_b', ['approver'], [bob.key]);
  log.append('bootstrap.closed', { reason: 'a second approver is enrolled' });
  change(log, 'chg_1', application('app_1'));
  log.snapshot(options.behind);
  log.append('lock.placed', { lock: 'lok_1', target: { kind: 'application', id: 'app_1' }, reason: 'drill' });
  log.append('session.opened', { person: 'per_a', method: 'key-file' });
  change(log, 'chg_2', application('app_2'), options);
  log.append('lock.lifted', { lock: 'lok_1', reason: 'over' });
  log.snapshot(options.behind);
  log.append('session.ended', { person: 'per_a', reason: 'signed out' });
  log.append('log.gap', { from: minute(18), to: minute(19), refusals: 2 });
  log.snapshot(options.behind);
  log.append('session.opened', { person: 'per_b', method: 'key-file' });
  log.append('session.ended', { person: 'per_b', reason: 'signed out' });
  return log;
}

export const PERIOD = { from: minute(11), to: minute(19) };
const RANGE: Range = { start: 9, base: 9, snapshot: 9, first: 11, last: 19 };

export function checkpointOf(log: FixtureLog, signer: PackageSigner, size = log.leaves.length): Uint8Array {
  const root = treeRoot(log.leaves.slice(0, size).map(leafHash));
  const text = formatCheckpoint({ origin: signer.origin, size, root, extensions: [] });
  return formatNote(signNote(text, verifierKey(signer.origin, signer.publicKey), signer.sign));
}

/** What an honest builder would hand to `encodePackage`. */
export function contentsOf(
  log: FixtureLog,
  signer: PackageSigner,
  range: Range = RANGE,
  period: PackageContents['period'] = PERIOD,
): PackageContents {
  const hashes = log.leaves.map(leafHash);
  const state = log.states[range.base] as State;
  return {
    period,
    range,
    frontier: frontierOf(hashes.slice(0, range.start)).hashes,
    leaves: log.leaves.slice(range.start, range.last + 1),
    bodies: log.bodies.slice(range.start, range.last + 1),
    checkpoint: checkpointOf(log, signer),
    consistency: proveConsistency(range.last + 1, hashes),
    snapshotState: state,
    carried: carriedIndices(state).map((index) => ({
      index,
      leaf: log.leaves[index] as Uint8Array,
      body: log.bodies[index] as Uint8Array,
      proof: proveInclusion(index, hashes),
    })),
    openings: log.openings,
    pages: () => ({ readme: 'read me', index: '<!doctype html>' }),
  };
}

export const vkey = (signer: PackageSigner) => verifierKey(signer.origin, signer.publicKey);

/** Signs changed members anew, as whoever holds the log's key could. The first two are replaced. */
export function resign(
  members: ZipMember[],
  signer: PackageSigner,
  change: Partial<Manifest> = {},
): ZipMember[] {
  const files = members.slice(2);
  const before = parseCanonical((members[0] as ZipMember).bytes) as Manifest;
  const listed = files.map(({ name, bytes }) => ({ name, size: bytes.length, sha256: sha256Hex(bytes) }));
  const bytes = canonicalBytes({ ...before, files: listed, ...change });
  return [
    { name: MEMBER.manifest, bytes },
    { name: MEMBER.envelope, bytes: signManifest(bytes, signer) },
    ...files,
  ];
}

/** Members with some bytes of one replaced; they must have been there. */
export function edit(members: ZipMember[], name: string, from: string, to: string): ZipMember[] {
  const bytes = members.find((member) => member.name === name)?.bytes ?? new Uint8Array();
  const before = Buffer.from(bytes).toString('latin1');
  if (!before.includes(from)) throw new Error(`\`${name}\` does not hold \`${from}\``);
  const edited = new Uint8Array(Buffer.from(before.replace(from, to), 'latin1'));
  return members.map((member) => (member.name === name ? { name, bytes: edited } : member));
}

export interface TestWitness {
  key: WitnessKey;
  sign(message: Uint8Array): Uint8Array;
}

export function newWitness(name: string): TestWitness {
  const { publicKey, sign } = newSigner();
  return { key: witnessKey(name, publicKey), sign };
}

/** The checkpoint with the cosignatures that `over` got. */
export function cosigned(
  checkpoint: Uint8Array,
  witnesses: TestWitness[],
  over: Uint8Array = checkpoint,
): Uint8Array {
  const note = parseNote(checkpoint);
  const { text } = parseNote(over);
  const seconds = START / 1000;
  const lines = witnesses.map(({ key, sign }) =>
    encodeCosignature(key, seconds, sign(cosignedMessage(text, seconds))),
  );
  return formatNote({ ...note, signatures: [...note.signatures, ...lines] });
}
