/** The thread that makes a package, so that nothing else waits for it. It asks for what only the server has, and gets one answer at a time. */
import { once } from 'node:events';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import {
  BUNDLE_WIDTH,
  type CommitmentOpening,
  commitmentsShown,
  decodeBodies,
  decodeBundle,
  type Entry,
  fileSource,
  formatReport,
  makePackage,
  type PackageContents,
  parseVerifierKey,
  ROW_TABLES,
  type State,
  verifyPackage,
} from '#verifier';
import { ARCHIVE_FILE, type BuildJob, type BuildQuestion, type Bundle } from './build-job.ts';
import { renderPages } from './pages/index.ts';
import { createSpool } from './spool.ts';

// A thread has its own say in Node's report of a crash: like the process, it leaves the environment out.
if (process.report) process.report.excludeEnv = true;

const SPOOL_FILE = 'spool';

async function ask<T>(question: BuildQuestion): Promise<T> {
  if (parentPort === null) throw new Error('not a thread');
  const answer = once(parentPort, 'message');
  parentPort.postMessage(question);
  return (await answer)[0] as T;
}

async function readEntries({ range }: BuildJob): Promise<Pick<PackageContents, 'leaves' | 'bodies'>> {
  const leaves: Uint8Array[] = [];
  const bodies: Array<Uint8Array | null> = [];
  for (let from = range.start; from <= range.last; from += BUNDLE_WIDTH) {
    const to = Math.min(from + BUNDLE_WIDTH, range.last + 1);
    const bundle = await ask<Bundle>({ type: 'bundle', from, to });
    for (const leaf of decodeBundle(bundle.leaves)) leaves.push(leaf);
    for (const body of decodeBodies(bundle.bodies)) bodies.push(body);
  }
  return { leaves, bodies };
}

/** Personal values of a person who is withheld: those of every version that the package shows. */
function withheldCommitments(persons: ReadonlySet<string>, state: State, entries: Entry[]): Set<string> {
  const rows = [...state.tables.person].filter(([id]) => persons.has(id));
  const only = { ...state, tables: { ...state.tables } };
  for (const table of ROW_TABLES) only.tables[table] = new Map() as never;
  only.tables.person = new Map(rows);
  return commitmentsShown(
    only,
    entries.filter(({ leaf, body }) => body !== null && persons.has(leaf.subject)),
  );
}

async function findOpenings(job: BuildJob, state: State, entries: Entry[]): Promise<CommitmentOpening[]> {
  if (job.withheld.personal) return [];
  const hidden = withheldCommitments(new Set(job.withheld.persons), state, entries);
  const commitments = [...commitmentsShown(state, entries)].filter((each) => !hidden.has(each));
  return ask({ type: 'openings', commitments });
}

async function build(job: BuildJob): Promise<void> {
  const { folder, signer, pages, ...contents } = job;
  const spool = createSpool(join(folder, SPOOL_FILE));
  const first = await makePackage(
    {
      ...contents,
      ...(await readEntries(job)),
      openings: (state, entries) => findOpenings(job, state, entries),
      readPage: (digest) => ask({ type: 'page', digest }),
      pages: (derived) => renderPages({ derived, range: job.range, ...pages }),
    },
    { ...signer, sign: (message) => ask({ type: 'sign', message }) },
    spool.take,
  );
  spool.assemble(join(folder, ARCHIVE_FILE), first);
  spool.close();
}

/** What we would not accept ourselves is not handed out. */
async function check({ folder, pages }: BuildJob): Promise<void> {
  const source = fileSource(join(folder, ARCHIVE_FILE));
  const report = await verifyPackage(source, { keys: [parseVerifierKey(pages.verifierKey)] });
  source.close();
  const wrong = report.exitCode === 0 ? null : formatReport(report);
  const { size = 0, withheld } = report.facts;
  parentPort?.postMessage({
    type: 'done',
    wrong,
    size,
    withheld: withheld?.bodies.length ?? 0,
  } satisfies BuildQuestion);
}

const job = workerData as BuildJob;
await build(job);
await check(job);
