import type { ObservationDisposition } from '#verifier';
import { type Clock, MunimentError, timestamp } from '../kernel/index.ts';
import type { Draft, Log } from '../store/index.ts';

export const DISMISSED_MAX_DAYS = 366;
const DAY_MS = 86_400_000;

/** What a person decides on something that nobody declared. */
export interface Decision {
  observation: string;
  disposition: ObservationDisposition;
  reason: string;
  /** RFC 3339: when it lapses (dismissed), or by when it must be gone (retire). */
  until: string;
  actor: string;
}

/** Two things, by their keys, in any order. */
export interface Pair {
  a: string;
  b: string;
  reason: string;
  actor: string;
}

async function append(log: Log, draft: Draft): Promise<{ entry: number }> {
  const { appended } = await log.append([draft]);
  return { entry: appended[0]?.index ?? -1 };
}

/**
 * Records a decision; a later one takes its place.
 * @throws MunimentError `not_found`; `conflict` for what is gone or claimed; `invalid_time` for a time that is past or too far off
 */
export async function decide(
  log: Log,
  clock: Clock,
  { actor, ...decision }: Decision,
): Promise<{ entry: number }> {
  const row = await log.row('observation', decision.observation);
  if (row === undefined) throw new MunimentError('not_found', 'there is no such observation');
  if (!row.present) throw new MunimentError('conflict', 'it is gone: the last sweep no longer saw it');
  if (row.identity !== undefined) throw new MunimentError('conflict', 'it is claimed for an identity');
  const now = clock.now();
  const last = timestamp(new Date(now.getTime() + DISMISSED_MAX_DAYS * DAY_MS));
  if (decision.until <= timestamp(now) || decision.until > last)
    throw new MunimentError('invalid_time', `\`until\` lies ahead, at most ${DISMISSED_MAX_DAYS} days`);
  return append(log, { kind: 'observation.disposed', subject: '', actor, data: decision });
}

async function pairOf(log: Log, { a, b, reason }: Pair): Promise<{ a: string; b: string; reason: string }> {
  if (a === b) throw new MunimentError('bad_request', 'a thing is not joined with itself, nor split from it');
  for (const key of [a, b])
    if ((await log.row('observation', key)) === undefined)
      throw new MunimentError('not_found', 'there is no such observation');
  return a < b ? { a, b, reason } : { a: b, b: a, reason };
}

/** A person says that two are one. @throws MunimentError `not_found`, `bad_request` */
export const pairUp = async (log: Log, pair: Pair): Promise<{ entry: number }> =>
  append(log, { kind: 'observation.joined', subject: '', actor: pair.actor, data: await pairOf(log, pair) });

/** A person says that two are not one; no sweep joins them again. @throws MunimentError `not_found`, `bad_request` */
export const splitUp = async (log: Log, pair: Pair): Promise<{ entry: number }> =>
  append(log, { kind: 'observation.split', subject: '', actor: pair.actor, data: await pairOf(log, pair) });
