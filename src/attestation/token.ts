import { createHash, randomBytes } from 'node:crypto';
import { MunimentError, timestamp } from '../kernel/index.ts';
import type { Database, Log, Tx } from '../store/index.ts';
import type { TokenAttestation } from './model.ts';
import { findTokenId, useToken } from './queries.ts';

const PREFIX = 'mjt_';
const SECRET_BYTES = 32;
const TOKEN = /^mjt_[A-Za-z0-9_-]{43}$/;

/** A new join token: the prefix tells secret scanners what it is. */
export const newJoinToken = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64url');

/** What is kept of it. 256 random bits need no slow hash. */
export const hashOfToken = (token: string): Uint8Array => createHash('sha256').update(token).digest();

/** One error for a token that is missing, wrong, late, used or another agent's: whoever guesses learns nothing. */
export const joinRefused = (detail: string): MunimentError =>
  new MunimentError('join_refused', 'join token is not valid', { detail });

interface Presented {
  token: string;
  /** The name that the joining agent goes by; the token is made out to one. */
  name: string;
}

/** Finds what a join token stands for. Its use is taken by `consumeToken`, in the transaction of the grant. */
export async function attestToken(
  { database, log }: { database: Database; log: Log },
  { token, name }: Presented,
  now: Date,
): Promise<TokenAttestation> {
  if (!TOKEN.test(token)) throw joinRefused('malformed');
  const id = await findTokenId(database.db, hashOfToken(token));
  const row = id === undefined ? undefined : await log.row('token', id);
  if (row === undefined) throw joinRefused('unknown');
  if (row.usedBy !== null) throw joinRefused('used');
  if (row.agentName !== name) throw joinRefused('made out to another name');
  checkDeadline(row.deadline, now);
  return { method: 'token', facts: { token: row.id, agent: name }, trust: row.trust, token: row };
}

export function checkDeadline(deadline: string, now: Date): void {
  if (timestamp(now) >= deadline) throw joinRefused('late');
}

/** Uses the token up, or throws and so undoes the join: of two that hold one token, one joins. */
export async function consumeToken(tx: Tx, id: string, now: Date): Promise<void> {
  if (!(await useToken(tx, id, timestamp(now)))) throw joinRefused('used');
}
