import type { Probe } from '#verifier';
import { type Clock, MunimentError } from '../kernel/index.ts';
import type { Database, Log } from '../store/index.ts';
import { deathOf } from './deaths.ts';
import type { createIntrospection } from './introspect.ts';
import { placeLock, recordProbes } from './locks.ts';
import type { PlacedLock } from './model.ts';

/** Who wants a token dead. */
export interface Revoker {
  actor: string;
  reason: string;
  /** Ids of the identities whose tokens these are; absent means whoever's: an operator. */
  identities?: string[];
}

interface RevokeOptions {
  database: Database;
  log: Log;
  clock: Clock;
}

type Tokens = ReturnType<typeof createIntrospection>;

export async function revoke(
  options: RevokeOptions,
  tokens: Tokens,
  token: string,
  by: Revoker,
): Promise<void> {
  const { database, log } = options;
  const row = (await tokens.grantOf(token))?.row;
  if (row === undefined) return;
  if (by.identities !== undefined && !by.identities.includes(row.request.identity ?? ''))
    throw new MunimentError('forbidden', 'the token was issued to another client');
  if ((await deathOf(database.db, await log.view(), row)) !== undefined) return;
  const target = { kind: 'credential', id: String(row.entry) } as const;
  const placed = await placeLock(log, target, by.reason, by.actor);
  await recordProbes(log, placed.lock, [await tried(options, tokens, token, row.entry, placed)], 'sys');
}

/** Proof by refusal: whoever revokes a token holds it, so it is tried here and now. */
async function tried(
  { clock }: RevokeOptions,
  { introspect }: Tokens,
  token: string,
  credential: number,
  { placed }: PlacedLock,
): Promise<Probe> {
  const { active } = await introspect(token);
  return {
    point: 'introspection',
    credential,
    outcome: active ? 'ACCEPTED' : 'REFUSED',
    latencyMs: Math.max(0, clock.now().getTime() - Date.parse(placed)),
    detail: active ? 'active' : 'not active',
  };
}
