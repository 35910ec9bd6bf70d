import { type PostureAnswer, type PostureFinding, postureOf } from '../../discovery/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import { ownerStanding } from '../../registry/index.ts';
import type { Database, Log } from '../../store/index.ts';
import { lastChange } from './queries.ts';
import { isPresent, type Moment } from './when.ts';

interface PostureScene {
  log: Log;
  database: Pick<Database, 'db'>;
}

/** How long an answer about the present stands though nothing changed: things grow old by the day. */
const KEPT_MILLISECONDS = 60_000;

/** The last answer about the present of each log, and what it rests on. */
const kept = new WeakMap<Log, { of: string; answers: Promise<PostureAnswer[]> }>();

/** The five findings as of a moment; those of the present are kept until what they rest on changes. */
export async function postureAt(rooms: PostureScene, moment: Moment): Promise<PostureAnswer[]> {
  if (!isPresent(moment)) return judge(rooms, moment);
  const of = await basis(rooms, moment);
  const known = kept.get(rooms.log);
  if (known?.of === of) return known.answers;
  const answers = judge(rooms, moment);
  kept.set(rooms.log, { of, answers });
  answers.catch(() => kept.delete(rooms.log));
  return answers;
}

async function basis({ log, database: { db } }: PostureScene, { now }: Moment): Promise<string> {
  const { epoch } = await log.view();
  const minute = Math.floor(Date.parse(now) / KEPT_MILLISECONDS);
  return [epoch, await lastChange(db, 'observation'), await lastChange(db, 'sweep'), minute].join(' ');
}

async function judge({ log }: PostureScene, moment: Moment): Promise<PostureAnswer[]> {
  const { when, now } = moment;
  const [observations, sweeps, { identities, persons }] = await Promise.all([
    log.rows('observation', when),
    log.rows('sweep', when),
    registeredAt(log, moment),
  ]);
  const registered = [...identities].map((row) => {
    const { standing } = ownerStanding(row, { rows: () => persons }, new Date(now));
    return { id: row.id, state: row.state, answered: standing === 'owner' || standing === 'deputy' };
  });
  return postureOf({ observations, sweeps, registered, now: new Date(now) });
}

async function registeredAt(log: Log, moment: Moment) {
  const view = await log.view();
  if (isPresent(moment)) return { identities: view.rows('identity').values(), persons: view.rows('person') };
  const [identities, persons] = await Promise.all([
    log.rows('identity', moment.when),
    log.rows('person', moment.when),
  ]);
  return { identities, persons: new Map(persons.map((row) => [row.id, row])) };
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
