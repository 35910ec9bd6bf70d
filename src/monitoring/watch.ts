import { decodeEntry, type Entry, type Rows } from '#verifier';
import { MunimentError, newId } from '../kernel/index.ts';
import type { Database, Draft, Log, Tx } from '../store/index.ts';
import { DETECTORS } from './detectors/index.ts';
import { judge, judgeBy, Memory, needsOf, type Raised } from './judge.ts';
import type { Use } from './model.ts';
import {
  clearWatchState,
  followerAt,
  moveFollower,
  openAlerts,
  readWatchState,
  writeWatchState,
} from './queries.ts';
import { drillOf, type ToldUse, USE_KINDS, usesOf } from './uses.ts';

/** The watcher's place in the log. */
export const WATCHER = 'watch';
const PAGE_ENTRIES = 500;

export interface WatchNeeds {
  database: Database;
  log: Log;
  /** The lock that a credential died of; undefined while it lives. */
  death(credential: Rows['credential']): Promise<Rows['lock'] | undefined>;
}

interface Page {
  to: number;
  entries: Entry[];
}

/**
 * Reads on from where the last round ended, shows the uses to the detectors, and raises alerts. Alerts, memory and place in the
 * log are one transaction: killed anywhere, the round is done or it is not, and two replicas cannot both do it.
 */
export async function watch(needs: WatchNeeds): Promise<{ raised: number; next: number }> {
  let raised = 0;
  for (;;) {
    const from = await followerAt(needs.database.db, WATCHER);
    const { size } = await needs.log.head();
    if (from >= size) return { raised, next: from };
    raised += await watchPage(needs, from, Math.min(size, from + PAGE_ENTRIES));
  }
}

async function watchPage(needs: WatchNeeds, from: number, to: number): Promise<number> {
  const { entries } = await readPage(needs.log, from, to);
  const { memory, raised } = await judgePage(needs, entries);
  const alerts = await raisedDrafts(needs, raised);
  const tested = entries.flatMap((entry) => testedDraft(entry));
  const keep = async (tx: Tx) => {
    if (!(await moveFollower(tx, WATCHER, from, to)))
      throw new MunimentError('conflict', 'another replica watched these entries');
    await writeWatchState(tx, memory.all());
  };
  await write(needs, [...alerts, ...tested], keep);
  return alerts.length;
}

async function write({ log, database }: WatchNeeds, drafts: Draft[], keep: (tx: Tx) => Promise<void>) {
  if (drafts.length === 0) return database.transaction(keep);
  await log.commit({ decide: () => ({ drafts, result: undefined }), consume: keep });
}

async function readPage(log: Log, from: number, to: number): Promise<Page> {
  const entries: Entry[] = [];
  for await (const { index, kind, leaf, body } of log.entries(from, to)) {
    if (USE_KINDS.has(kind)) entries.push(decodeEntry(index, leaf, body));
  }
  return { to, entries };
}

async function judgePage(needs: WatchNeeds, entries: Entry[]): Promise<{ memory: Memory; raised: Raised[] }> {
  const told = entries.filter((entry) => drillOf(entry) === null).flatMap(usesOf);
  const uses: Use[] = [];
  for (const use of told) uses.push(await lookedUp(needs, use));
  const memory = new Memory();
  const keys = new Map(uses.flatMap(needsOf).map((key) => [`${key.detector}\n${key.about}`, key]));
  for (const { detector, about, data } of await readWatchState(needs.database.db, [...keys.values()])) {
    memory.set(detector, about, data);
  }
  return { memory, raised: judge(memory, uses) };
}

/** A credential was dead when it was used only if the lock came before. */
async function lookedUp({ log, death }: WatchNeeds, { presentedDead, ...use }: ToldUse): Promise<Use> {
  if (presentedDead) return { ...use, dead: 'a lock' };
  const credential =
    use.credential === null ? undefined : await log.row('credential', String(use.credential));
  const lock = credential && (await death(credential));
  const { identity, instance } = credential?.request ?? use;
  const dead = lock !== undefined && lock.placed <= use.at ? lock.id : null;
  return { ...use, identity: use.identity ?? identity, instance: use.instance ?? instance, dead };
}

/** Of several departures about one thing, and of an alert that is still open, one alert comes. */
async function raisedDrafts({ database }: WatchNeeds, raised: Raised[]): Promise<Draft[]> {
  const drafts = new Map<string, Draft>();
  for (const { identity, instance, ...departure } of raised) {
    const key = `${departure.detector}\n${departure.about}`;
    if (drafts.has(key) || (await openAlerts(database.db, departure.detector, departure.about)) > 0) continue;
    const data = { alert: newId('alert'), identity, instance, ...departure };
    drafts.set(key, { kind: 'alert.raised', subject: identity ?? instance ?? '', actor: 'sys', data });
  }
  return [...drafts.values()];
}

/** A drill goes the way of real events up to here, then to the one detector that it is for, with a memory of its own. */
function testedDraft(entry: Entry): Draft[] {
  const name = drillOf(entry);
  if (name === null) return [];
  const data = { detector: name, drill: entry.index, ...answerTo(entry) };
  return [{ kind: 'detector.tested', subject: name, actor: 'sys', data }];
}

function answerTo(entry: Entry): { alive: boolean; why: string } {
  const name = drillOf(entry) ?? 'failed-attempts';
  const memory = new Memory();
  try {
    const woken = usesOf(entry).flatMap(({ presentedDead: _, ...use }) =>
      judgeBy(DETECTORS[name], memory, { ...use, dead: name === 'locked-credential' ? 'a drill' : null }),
    );
    return { alive: woken.length === 1, why: `raised ${woken.length} of 1` };
  } catch (error) {
    return { alive: false, why: `failed: ${(error as Error).name}` };
  }
}

/** Forgets what detectors remember and computes it again from the entries, up to where the watcher is; raises nothing. */
export async function recompute(needs: WatchNeeds): Promise<void> {
  const next = await followerAt(needs.database.db, WATCHER);
  await needs.database.transaction(clearWatchState);
  for (let from = 0; from < next; from += PAGE_ENTRIES) {
    const { entries } = await readPage(needs.log, from, Math.min(next, from + PAGE_ENTRIES));
    const { memory } = await judgePage(needs, entries);
    await needs.database.transaction((tx) => writeWatchState(tx, memory.all()));
  }
}
