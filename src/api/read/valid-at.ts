import type { Rows } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Log } from '../../store/index.ts';
import type { Rooms } from '../handlers/rooms.ts';
import { grantBehind, type Presented } from './check.ts';
import { base64 } from './entries.ts';
import { credentialsOfKey } from './queries.ts';
import { signatureOf } from './signature.ts';

/** *Was this credential valid at T?* from the log alone: the grant, the locks that reach it, and proofs of both. */

export interface Asked extends Presented {
  /** SHA-256 of the public key (SPKI), hex. */
  fingerprint?: string | undefined;
}

type Grant = Rows['credential'];
type Lock = Rows['lock'];
type Head = Awaited<ReturnType<Log['head']>>;

export type ValidState = 'valid' | 'not-yet' | 'expired' | 'locked' | 'suspended' | 'unknown';

/**
 * @param at RFC 3339 in UTC with milliseconds
 * @throws MunimentError `invalid_time` for a moment that is still to come; `bad_request`, `invalid_der`
 */
export async function validAt(rooms: Rooms, asked: Asked, at: string) {
  const { log, clock } = rooms;
  if (at > clock.now().toISOString())
    throw new MunimentError('invalid_time', 'a moment that is still to come cannot be answered for', {
      path: 'at',
    });
  // INVARIANT: everything is judged at one size, to which every proof leads.
  const head = await log.head();
  const found = await grantsOf(rooms, asked, head.size);
  const judged = await Promise.all(
    ('rows' in found ? found.rows : []).map((row) => judge(rooms, row, head, at)),
  );
  const best = bestOf(judged, at);
  const signature = best === undefined ? null : await signatureOf(rooms.authority, asked, best.row);
  if (signature === 'bad') return { ...nothing(rooms, head, at), signature, why: FORGED };
  const entries = best === undefined ? [] : [best.row.entry, ...best.locks.map(({ entry }) => entry)];
  return {
    valid: best?.state === 'valid',
    state: best?.state ?? ('unknown' as const),
    why: best?.why ?? ('why' in found ? found.why : NO_KEY),
    at,
    signature,
    identity: best?.row.request.identity ?? null,
    ...grantView(best?.row),
    locks: (best?.locks ?? []).map((lock) => lockView(lock, at)),
    proofs: await Promise.all(entries.map((entry) => proofOf(log, entry, head.size))),
    log: { size: head.size, checkpoint: head.checkpoint, verifierKey: log.verifierKey },
  };
}

const NO_KEY = 'no certificate was granted to a key with this SHA-256';

const FORGED =
  'it says what its entry says, and is not signed by the key that the entry names: somebody else made it';

const nothing = ({ log }: Rooms, { size, checkpoint }: Head, at: string) => ({
  valid: false,
  state: 'unknown' as const,
  at,
  identity: null,
  ...grantView(undefined),
  locks: [],
  proofs: [],
  log: { size, checkpoint, verifierKey: log.verifierKey },
});

async function grantsOf({ log, database }: Rooms, asked: Asked, size: number) {
  const { fingerprint, ...presented } = asked;
  if (fingerprint === undefined) {
    const found = await grantBehind(log, presented);
    return 'row' in found ? { rows: [found.row] } : found;
  }
  if (Object.values(presented).some((value) => value !== undefined))
    throw new MunimentError('bad_request', 'give the fingerprint alone', { path: 'fingerprint' });
  return { rows: await credentialsOfKey(database.db, fingerprint, size) };
}

interface Judged {
  row: Grant;
  state: ValidState;
  why: string;
  locks: Lock[];
}

async function judge({ revocation, log }: Rooms, row: Grant, { size }: Head, at: string): Promise<Judged> {
  const locks = (await revocation.locksOn(row)).filter(({ entry }) => entry < size);
  const judged = stateAt(row, locks, at);
  const { identity: id } = row.request;
  if (judged.state !== 'valid' || id === null) return { row, locks, ...judged };
  const identity = await log.row('identity', id, { asOf: at, knownAt: size });
  if (identity?.state === 'active' && !identity.retired) return { row, locks, ...judged };
  const stood = identity?.retired ? 'retired' : (identity?.state ?? 'not declared');
  return { row, locks, state: 'suspended', why: `its identity was ${stood} then, so nothing of it held` };
}

/** What kills comes before what ends: a credential that was locked is not merely over. */
function stateAt(
  { granted, credential }: Grant,
  locks: Lock[],
  at: string,
): { state: ValidState; why: string } {
  const { notBefore, notAfter } = credential;
  const begins = granted > notBefore ? granted : notBefore;
  if (at < begins) return { state: 'not-yet', why: `it was granted at ${granted}, from ${notBefore} on` };
  const killer = locks.find(({ placed }) => placed <= at);
  if (killer !== undefined) return { state: 'locked', why: killedWhy(killer, at) };
  if (at >= notAfter) return { state: 'expired', why: `it ended at ${notAfter}` };
  const later = locks[0] === undefined ? '' : `; locked later, at ${locks[0].placed}`;
  return {
    state: 'valid',
    why: `granted at ${granted}, until ${notAfter}, and no lock reached it by then${later}`,
  };
}

function killedWhy({ id, placed, lifted, reason }: Lock, at: string): string {
  const killed = `killed at ${placed} by lock ${id}: ${reason}`;
  return lifted !== null && lifted <= at ? `${killed} (lifted at ${lifted}, which revives nothing)` : killed;
}

/** Of several certificates over one key: one that was valid, else the last that there was by then, else the first to come. */
const bestOf = (judged: Judged[], at: string): Judged | undefined =>
  judged.find(({ state }) => state === 'valid') ??
  judged.find(({ row }) => row.granted <= at) ??
  judged.at(-1);

const grantView = (row: Grant | undefined) => ({
  entry: row?.entry ?? null,
  granted: row?.granted ?? null,
  notBefore: row?.credential.notBefore ?? null,
  notAfter: row?.credential.notAfter ?? null,
});

const lockView = ({ id, entry, target, placed, lifted }: Lock, at: string) => ({
  lock: id,
  entry,
  target: target.kind,
  placed,
  lifted,
  kills: placed <= at,
});

async function proofOf(log: Log, index: number, size: number) {
  const stored = await log.entry(index);
  if (stored === undefined) throw new MunimentError('internal', 'a row without its entry');
  const proof = (await log.inclusion(index, size)).map(base64);
  return {
    entry: index,
    leaf: base64(stored.leaf),
    body: stored.body === null ? null : base64(stored.body),
    proof,
  };
}
