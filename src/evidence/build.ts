import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { decodeEntry, type EntryData, type PackageContents, utf8 } from '#verifier';
import { type Clock, MunimentError } from '../kernel/index.ts';
import type { Log, LogSigner } from '../store/index.ts';
import { ARCHIVE_FILE, type BuildJob, type BuildQuestion } from './build-job.ts';
import { bundleReader, type Gathered, gather, type Source } from './gather.ts';
import { pageReader } from './kept-pages.ts';
import {
  type BuildRequest,
  checkPeriod,
  frontierFromProof,
  type Period,
  readWithheld,
  type Withheld,
} from './model.ts';

export interface BuildOptions extends Source {
  /** The log's own key: it signs the manifest too. */
  signer: LogSigner;
  clock: Clock;
  /** How the keys at rest are protected and what that is worth: one sentence, for the limits on the first page. */
  sealing: string;
  /** A checkpoint over more than `last` entries that witnesses cosigned; undefined where there is none. */
  cosigned?(last: number): Promise<{ size: number; note: string; cosignatures: number } | undefined>;
}

/** A package on disk under no name: it is gone when it has been read, or `discard` says so. */
export interface BuiltPackage {
  /** Bytes. */
  size: number;
  stream(): Readable;
  discard(): Promise<void>;
}

type Done = Extract<BuildQuestion, { type: 'done' }>;

const FOLDER_PREFIX = 'muniment-package-';
/** The thread's own heap: a period that needs more is refused, and the server goes on. */
const HEAP_MAX_MB = 512;

/** Builds the sealed package for a period in a thread, checks it there, and appends an entry that says so. */
export async function buildPackage(options: BuildOptions, request: BuildRequest): Promise<BuiltPackage> {
  const { log, clock } = options;
  const period = checkPeriod(request, clock.now());
  const withheld = readWithheld(request.withhold ?? []);
  // A leaf after the period proves where it ends; the next package starts from it.
  await log.snapshot();
  const [first, last] = [await log.sizeAt(period.from), await log.sizeAt(period.to)];
  const earlier = await earlierSize(log, period);
  // Never a smaller tree than an earlier package had: whoever kept that checkpoint could not tie this one to it.
  const head = await headOf(options, Math.max(last, earlier - 1));
  const gathered = await gather(options, period, { first, last, size: head.size }, withheld);
  const folder = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  try {
    const job = await jobOf(options, gathered, { ...head, earlier }, withheld, folder);
    const done = await runBuilder(options, job, withheld);
    const built = await opened(join(folder, ARCHIVE_FILE));
    await recordBuilt(log, request.actor ?? '', period, done);
    return built;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function opened(path: string): Promise<BuiltPackage> {
  const file = await open(path);
  const { size } = await file.stat();
  return { size, stream: () => file.createReadStream(), discard: () => file.close() };
}

/** What the package is proven against. */
interface Head {
  size: number;
  checkpoint: string;
  cosignatures: number;
}

/** A checkpoint that outsiders vouch for, where there is one. */
async function headOf({ log, cosigned }: BuildOptions, last: number): Promise<Head> {
  const witnessed = await cosigned?.(last);
  if (witnessed === undefined) return { ...(await log.head()), cosignatures: 0 };
  return { ...witnessed, checkpoint: witnessed.note };
}

async function jobOf(
  { log, signer, sealing }: BuildOptions,
  gathered: Gathered,
  head: Head & { earlier: number },
  { personal, persons }: Withheld,
  folder: string,
): Promise<BuildJob> {
  const { range } = gathered;
  const since = await earlierTree(log, gathered, head.earlier, head.size);
  return {
    ...gathered,
    folder,
    frontier: await frontierAt(log, range.start),
    checkpoint: utf8(head.checkpoint),
    consistency: await log.consistency(range.last + 1, head.size),
    ...(since ? { since } : {}),
    signer: { origin: signer.origin, publicKey: new Uint8Array(signer.publicKey) },
    pages: {
      ...{ origin: log.origin, verifierKey: log.verifierKey, sealing },
      cosignatures: head.cosignatures,
    },
    withheld: { personal, persons: [...persons] },
  };
}

function startBuilder(job: BuildJob): Worker {
  return new Worker(new URL('./builder.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
  });
}

const unsupported = (detail: string): MunimentError =>
  new MunimentError('data_damaged', 'the log does not support a package', { detail });

/** What the thread died of. */
function reasonOf(error: Error & { code?: string }): MunimentError {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new MunimentError(
      'bad_request',
      'the period holds more than a package can: build shorter periods; packages chain',
    );
  return unsupported(error.message);
}

/** Answers the thread until it is done. Whatever fails ends it. */
async function runBuilder(options: BuildOptions, job: BuildJob, withheld: Withheld): Promise<Done> {
  const answer = answerer(options, job.period, withheld);
  const worker = startBuilder(job);
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  worker.on('message', (question: BuildQuestion) => {
    if (question.type === 'done') resolve(question);
    else answer(question).then((told) => worker.postMessage(told), reject);
  });
  worker.on('error', (error) => reject(reasonOf(error)));
  worker.on('exit', (code) => reject(unsupported(`the building thread ended with ${code}`)));
  try {
    const done = await promise;
    if (done.wrong !== null) throw unsupported(done.wrong);
    return done;
  } finally {
    await worker.terminate();
  }
}

type Question = Exclude<BuildQuestion, Done>;

function answerer(options: BuildOptions, period: Period, withheld: Withheld) {
  const { log, signer } = options;
  const readBundle = bundleReader(options, period, withheld);
  const readPage = pageReader(options.database.db);
  return async (question: Question): Promise<unknown> => {
    if (question.type === 'bundle') return readBundle(question.from, question.to);
    if (question.type === 'page') return readPage(question.digest);
    if (question.type === 'sign') return new Uint8Array(signer.sign(question.message));
    const openings = await log.open(question.commitments);
    return [...openings.values()].map(({ commitment, salt, value }) => ({ commitment, salt, value }));
  };
}

async function frontierAt(log: Log, size: number): Promise<Uint8Array[]> {
  if (size === 0) return [];
  const last = await log.entry(size - 1);
  if (last === undefined) throw new MunimentError('data_damaged', `entry ${size - 1} is missing`);
  return frontierFromProof(size, last.leafHash, await log.inclusion(size - 1, size));
}

const BUILT_LOOKED_AT = 100;

/** Size of the tree under the package for the period before, else under the last one that was built; 0 where there is none. */
async function earlierSize(log: Log, period: Period): Promise<number> {
  const built = await log.search({ kinds: ['evidence.built'], limit: BUILT_LOOKED_AT });
  const told = built.flatMap(({ index, leaf, body }) => decodeEntry(index, leaf, body).body ?? []);
  const packages = told.map(({ data }) => data as EntryData['evidence.built']);
  return (packages.find(({ to }) => to === period.from) ?? packages[0])?.size ?? 0;
}

/** So that whoever kept the checkpoint of an earlier package sees that the log goes on from there. */
async function earlierTree(
  log: Log,
  { range }: Gathered,
  earlier: number,
  size: number,
): Promise<PackageContents['since']> {
  // Within the range, and at its end, the package shows it by itself.
  const isShown = earlier === 0 || earlier === size || (earlier >= range.start && earlier <= range.last + 1);
  return isShown ? undefined : { size: earlier, proof: await log.consistency(earlier, size) };
}

async function recordBuilt(log: Log, actor: string, period: Period, { size, withheld }: Done): Promise<void> {
  await log.append([{ kind: 'evidence.built', subject: '', actor, data: { ...period, size, withheld } }]);
}
