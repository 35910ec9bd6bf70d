import type { Context } from 'hono';
import { MunimentError } from '../../kernel/index.ts';
import type { Env } from '../env.ts';
import type { Rooms } from './rooms.ts';

/**
 * Refuses an agent whose own credential is dead. Renewing and issuing do without: there the refusal is decided and recorded.
 * @throws MunimentError `locked`
 */
export async function checkAlive({ log, revocation }: Rooms, c: Context<Env>): Promise<void> {
  const caller = c.get('caller');
  if (caller.kind !== 'agent') return;
  const credential = await log.row('credential', String(caller.credential));
  if (credential === undefined || (await revocation.death(credential)) !== undefined) {
    throw new MunimentError('locked', 'the agent is locked');
  }
}
