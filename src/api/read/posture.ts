import { type PostureAnswer, type PostureFinding, postureOf } from '../../discovery/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import type { Rooms } from '../handlers/rooms.ts';
import type { Moment } from './when.ts';

/** The five findings as of a moment. */
export async function postureAt({ log, registry }: Rooms, { when, now }: Moment): Promise<PostureAnswer[]> {
  const [observations, sweeps, { items }] = await Promise.all([
    log.rows('observation', when),
    log.rows('sweep', when),
    registry.listIdentities({ limit: Number.MAX_SAFE_INTEGER }, when),
  ]);
  const registered = items.map(({ id, state, standing: { standing } }) => ({
    id,
    state,
    answered: standing === 'owner' || standing === 'deputy',
  }));
  return postureOf({ observations, sweeps, registered, now: new Date(now) });
}

/** The lines without the lists. */
export const linesOf = (answers: PostureAnswer[]) =>
  answers.map(({ keys: _, identities: __, parts, ...line }) => ({
    ...line,
    parts: parts.map(({ part, count }) => ({ part, count })),
  }));

/** Keys of the observations behind a finding, or behind one part of it. */
export function keysBehind(
  answers: PostureAnswer[],
  finding: PostureFinding,
  part?: string,
): ReadonlySet<string> {
  const answer = answers.find((each) => each.finding === finding);
  if (part === undefined) return new Set(answer?.keys);
  const found = answer?.parts.find((each) => each.part === part);
  if (found === undefined) throw new MunimentError('not_found', `\`${finding}\` has no such part`);
  return new Set(found.keys);
}
