import {
  type CommitmentOpening,
  decodeEntry,
  type EntryData,
  encodePackage,
  formatReport,
  type PackageContents,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  runTests,
  utf8,
  verifyPackage,
} from '#verifier';
import { type Clock, MunimentError } from '../kernel/index.ts';
import type { Log, LogSigner } from '../store/index.ts';
import { type Gathered, gather, gatherInput, proveOlder, type Source } from './gather.ts';
import { recordVerdicts, type VerdictChange, verdictHistory } from './judging.ts';
import {
  type BuildRequest,
  checkPeriod,
  frontierFromProof,
  type Period,
  readWithheld,
  VERDICTS_ENTRIES_DEFAULT,
  type Verdicts,
} from './model.ts';
import { renderPages } from './pages/index.ts';

export interface EvidenceOptions extends Source {
  /** The log's own key: it signs the manifest too. */
  signer: LogSigner;
  clock: Clock;
  /** How the keys at rest are protected and what that is worth: one sentence, for the limits on the first page. */
  sealing: string;
}

export interface Evidence {
  /**
   * Every control's result over a period; by default the last days up to the log's latest entry. Computed once for each
   * size of the log. Throws `invalid_time`.
   */
  verdicts(period?: Partial<Period>): Promise<Verdicts>;
  /**
   * The sealed package for a period. Throws `invalid_time` for a period that has not ended or ended before the log began,
   * `bad_request` for what cannot be withheld and for a period too large, naming how to split it.
   */
  build(request: BuildRequest): Promise<Uint8Array>;
  /** Runs the tests over the default period, and appends an entry if a verdict changed. @returns how many did */
  judge(): Promise<number>;
  /** Each control's changes of verdict that are on record, newest first; of entries below an index where one is given. */
  history(before?: number): Promise<Map<string, VerdictChange[]>>;
}

const VERDICTS_KEPT = 16;

export function createEvidence(options: EvidenceOptions): Evidence {
  const kept = new Map<string, Promise<Verdicts>>();
  const verdicts = async (asked: Partial<Period> = {}): Promise<Verdicts> => {
    const { size, time } = await options.log.head();
    const period = await periodOf(options.log, asked, time, options.clock.now());
    return remembered(kept, `${period.from} ${period.to} ${size}`, () =>
      computeVerdicts(options, period, size),
    );
  };
  return {
    verdicts,
    build: (request) => build(options, request),
    judge: async () => recordVerdicts(options, await verdicts()),
    history: (before) => verdictHistory(options.log, before),
  };
}

/**
 * By default up to the latest entry and no further, so that the period stays the same while nothing is appended; and from as
 * far back as a glance may take.
 */
async function periodOf(log: Log, asked: Partial<Period>, headTime: string, now: Date): Promise<Period> {
  const end = new Date(Date.parse(headTime) + 1);
  const { from, to = end.toISOString() } = asked;
  const period = checkPeriod({ from, to }, asked.to === undefined ? end : now);
  return from === undefined ? { ...period, from: await shortened(log, period) } : period;
}

/** The start of a period that holds no more entries than verdicts look at by themselves. */
async function shortened(log: Log, { from, to }: Period): Promise<string> {
  const earliest = await log.entry((await log.sizeAt(to)) - VERDICTS_ENTRIES_DEFAULT);
  return earliest !== undefined && earliest.time > from ? earliest.time : from;
}

/** Least recently made first out; a failure is not kept. */
function remembered<T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = kept.get(key);
  if (known) return known;
  const made = make();
  kept.set(key, made);
  made.catch(() => kept.delete(key));
  for (const oldest of kept.keys()) {
    if (kept.size <= VERDICTS_KEPT) break;
    kept.delete(oldest);
  }
  return made;
}

async function computeVerdicts(source: Source, period: Period, size: number): Promise<Verdicts> {
  const { log } = source;
  const last = Math.min(await log.sizeAt(period.to), size);
  const first = Math.min(await log.sizeAt(period.from), last);
  return { period, size, results: await runTests(await gatherInput(source, period, { first, last })) };
}

async function build(options: EvidenceOptions, request: BuildRequest): Promise<Uint8Array> {
  const { log, signer, clock } = options;
  const period = checkPeriod(request, clock.now());
  const withheld = readWithheld(request.withhold ?? []);
  // A leaf after the period proves where it ends; the next package starts from it.
  await log.snapshot();
  const bounds = { first: await log.sizeAt(period.from), last: await log.sizeAt(period.to) };
  const gathered = await gather(options, period, bounds, withheld);
  const contents = await contentsOf(options, gathered);
  const bytes = await encodePackage(contents, signer);
  await checkOwn(bytes, log);
  await recordBuilt(log, request.actor ?? '', gathered, contents);
  return bytes;
}

const bodyOf = ({ stored, entries }: Gathered, at: number): Uint8Array | null =>
  entries[at]?.body === null ? null : (stored[at]?.body ?? null);

async function contentsOf(options: EvidenceOptions, gathered: Gathered): Promise<PackageContents> {
  const { log, sealing } = options;
  const { period, range, snapshotState, stored, openings } = gathered;
  const head = await log.head();
  const since = await earlierTree(log, gathered, head.size);
  return {
    period,
    range,
    frontier: await frontierAt(log, range.start),
    leaves: stored.map(({ leaf }) => leaf),
    bodies: stored.map((_, at) => bodyOf(gathered, at)),
    checkpoint: utf8(head.checkpoint),
    consistency: await log.consistency(range.last + 1, head.size),
    ...(since ? { since } : {}),
    snapshotState,
    carried: await proveOlder(options, gathered, head.size),
    openings: openings.map(({ commitment, salt, value }): CommitmentOpening => ({ commitment, salt, value })),
    pages: (derived) =>
      renderPages({ derived, origin: log.origin, verifierKey: log.verifierKey, range, sealing }),
  };
}

async function frontierAt(log: Log, size: number): Promise<Uint8Array[]> {
  if (size === 0) return [];
  const last = await log.entry(size - 1);
  if (last === undefined) throw new MunimentError('data_damaged', `entry ${size - 1} is missing`);
  return frontierFromProof(size, last.leafHash, await log.inclusion(size - 1, size));
}

const BUILT_LOOKED_AT = 100;

/**
 * The tree under an earlier package, so that whoever kept its checkpoint sees that the log goes on from there: the package
 * for the period before, else the last one that was built.
 */
async function earlierTree(
  log: Log,
  { period, range }: Gathered,
  size: number,
): Promise<PackageContents['since']> {
  const built = await log.search({ kinds: ['evidence.built'], limit: BUILT_LOOKED_AT });
  const told = built.flatMap(({ index, leaf, body }) => decodeEntry(index, leaf, body).body ?? []);
  const packages = told.map(({ data }) => data as EntryData['evidence.built']);
  const earlier = (packages.find(({ to }) => to === period.from) ?? packages[0])?.size ?? 0;
  // Within the range, and at its end, the package shows it by itself.
  const isShown = earlier === 0 || earlier === size || (earlier >= range.start && earlier <= range.last + 1);
  return isShown ? undefined : { size: earlier, proof: await log.consistency(earlier, size) };
}

/** What we would not accept ourselves is not handed out. */
async function checkOwn(bytes: Uint8Array, log: Log): Promise<void> {
  const report = await verifyPackage(bytes, { keys: [parseVerifierKey(log.verifierKey)] });
  if (report.exitCode === 0) return;
  throw new MunimentError('data_damaged', 'the log does not support a package', {
    detail: formatReport(report),
  });
}

async function recordBuilt(log: Log, actor: string, gathered: Gathered, { checkpoint }: PackageContents) {
  const { period, range, entries, carried } = gathered;
  const inside = entries.filter(({ index }) => index >= range.base && index < range.last);
  const withheld = [...inside, ...carried].filter(({ body }) => body === null).length;
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  await log.append([{ kind: 'evidence.built', subject: '', actor, data: { ...period, size, withheld } }]);
}
