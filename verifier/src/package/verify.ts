import type { CommitmentOpening } from '../commitment.ts';
import { type Digest, digestOf } from '../digest.ts';
import type { Checkpoint, VerifierKey } from '../note.ts';
import type { ByteSource } from '../source.ts';
import type { Entry, State } from '../words/index.ts';
import { memberDigest, readZip, type ZipMember } from '../zip.ts';
import { readLeaves } from './bundles.ts';
import { checkCarried, checkOpenings } from './check-carried.ts';
import { changesVisitor } from './check-changes.ts';
import { checkContinued } from './check-continued.ts';
import { checkRows, checkSnapshot, snapshotVisitor } from './check-fold.ts';
import {
  checkCheckpoint,
  checkEntries,
  checkLog,
  checkPeriod,
  checkSince,
  type RootAt,
} from './check-log.ts';
import { checkFiles, checkKey, checkManifest } from './check-manifest.ts';
import { checkWitnesses, type WitnessOptions, witnessFacts } from './check-witnesses.ts';
import { derive, evidenceInput } from './derive.ts';
import { refuse } from './json.ts';
import { decodeCarried, decodeOpenings, decodeProofs } from './members.ts';
import { type Manifest, MEMBER } from './model.ts';
import { checkPages } from './pages.ts';
import { replay } from './replay.ts';
import {
  type Continuation,
  createReporter,
  type Findings,
  type PackageFacts,
  type Report,
  type Reporter,
  type Told,
  type WitnessFacts,
} from './report.ts';

export interface VerifyOptions extends WitnessOptions {
  /** Keys that the reader trusts to be the log's; the package must be signed by one of them. */
  keys?: VerifierKey[];
  /** An earlier checkpoint of the same log (a signed note) that the reader kept. */
  since?: Uint8Array;
  /** Take a withheld body or opening as a failure. */
  requireComplete?: boolean;
}

interface Opened {
  manifest: Manifest;
  files: ReadonlyMap<string, ZipMember>;
  read(name: string): Uint8Array;
  /** What a file is known to be: its digest, which the manifest names. */
  digest(name: string): Digest;
}

interface Proven extends Opened {
  checkpoint: Checkpoint;
  witnesses: WitnessFacts;
  rootAt: RootAt;
}

interface Folded extends Proven {
  entries: Entry[];
  continued: Continuation[];
  snapshotState: State;
  opening: State;
  closing: State;
}

interface Explained extends Folded {
  carried: Entry[];
  openings: CommitmentOpening[];
}

/** Signed, and every file as signed: nothing further is looked at before. */
async function open(
  reporter: Reporter,
  members: ZipMember[],
  options: VerifyOptions,
): Promise<Opened | null> {
  const manifest = await reporter.run('manifest', () => checkManifest(members));
  if (manifest === null) return null;
  const { keys } = options;
  if (keys !== undefined) await reporter.run('key', () => checkKey(manifest, keys));
  const files = await reporter.run('files', (findings) => checkFiles(manifest, members, findings));
  if (files === null) return null;
  const file = (name: string) => files.get(name) ?? refuse(`\`${name}\` is not there`);
  return { manifest, files, read: (name) => file(name).bytes, digest: (name) => memberDigest(file(name)) };
}

/** The entries are where the package says in the log that the checkpoint stands for. */
async function prove(reporter: Reporter, opened: Opened, options: VerifyOptions): Promise<Proven | null> {
  const { manifest, read } = opened;
  const checkpoint = await reporter.run('checkpoint', () =>
    checkCheckpoint(manifest, read(MEMBER.checkpoint)),
  );
  if (checkpoint === null) return null;
  const witnesses = await witnessFacts(manifest, read(MEMBER.checkpoint), options);
  if (witnesses.quorum > 0)
    await reporter.run('witnesses', (findings) => checkWitnesses(witnesses, findings));
  const log = await reporter.run('log', () => {
    const leaves = readLeaves(manifest.range, read);
    const proofs = decodeProofs(read(MEMBER.proofs));
    const { value: rootAt, detail } = checkLog(manifest.range, leaves, proofs, checkpoint);
    return { value: { proofs, rootAt }, detail };
  });
  if (log === null) return null;
  const { since } = options;
  if (since !== undefined) {
    await reporter.run('since', () => checkSince(manifest, since, checkpoint, log.proofs, log.rootAt));
  }
  return { ...opened, checkpoint, witnesses, rootAt: log.rootAt };
}

/** The period is whole, and its rows follow from its entries. */
async function foldEntries(reporter: Reporter, proven: Proven): Promise<Folded | null> {
  const { manifest, read, digest, rootAt } = proven;
  const entries = await reporter.run('entries', (findings) => checkEntries(manifest, read, findings));
  if (entries === null) return null;
  const continued = await reporter.run('continued', (findings) => checkContinued(entries, rootAt, findings));
  await reporter.run('period', () => checkPeriod(manifest, entries));
  const rows = await replayEntries(reporter, manifest, entries, read(MEMBER.snapshot));
  if (rows === null) return null;
  const { opening, closing } = rows;
  const { from, to } = manifest.period;
  await reporter.run('opening', () => checkRows(MEMBER.opening, digest(MEMBER.opening), opening, from));
  await reporter.run('closing', () => checkRows(MEMBER.closing, digest(MEMBER.closing), closing, to));
  await reporter.run('pages', (findings) => checkPages(proven.files, manifest, closing, findings));
  return { ...proven, entries, continued: continued ?? [], ...rows };
}

type Rows3 = Pick<Folded, 'snapshotState' | 'opening' | 'closing'>;

/** One walk over the entries, seen by the check of snapshots and by the check of changes. */
async function replayEntries(
  reporter: Reporter,
  manifest: Manifest,
  entries: Entry[],
  snapshot: Uint8Array,
): Promise<Rows3 | null> {
  const { range, period } = manifest;
  let changes: ((findings: Findings) => Promise<Told<true>>) | undefined;
  const rows = await reporter.run('snapshots', (findings) => {
    const snapshotState = checkSnapshot(manifest, entries, snapshot);
    const snapshots = snapshotVisitor(range, entries, findings);
    const walked = replay(snapshotState, entries, range, period.from, snapshots.visit);
    changes = async (findings) => {
      const visitor = changesVisitor(snapshotState, findings);
      replay(snapshotState, entries, range, period.from, visitor.visit);
      const signatures = await visitor.finish();
      return { value: true, detail: `${signatures} signatures of approvals` };
    };
    const detail = `entry ${range.snapshot}, and ${snapshots.count} after it`;
    return { value: { snapshotState, ...walked }, detail };
  });
  if (changes !== undefined) await reporter.run('changes', changes);
  return rows;
}

async function explain(reporter: Reporter, folded: Folded): Promise<Explained | null> {
  const { manifest, read, checkpoint, snapshotState, entries } = folded;
  const carried = await reporter.run('carried', (findings) =>
    checkCarried(decodeCarried(read(MEMBER.carried)), manifest, checkpoint, snapshotState, findings),
  );
  if (carried === null) return null;
  const openings = await reporter.run('openings', (findings) => {
    const given = decodeOpenings(read(MEMBER.openings));
    return checkOpenings(given, manifest, snapshotState, [...carried, ...entries], findings);
  });
  return openings && { ...folded, carried, openings };
}

const isComputed = (name: string): boolean => /^(populations|tests)\//.test(name);

/** Populations and tests, computed again and compared by their hashes, one file at a time. */
async function compute(explained: Explained, findings: Findings): Promise<Told<PackageFacts['controls']>> {
  const { manifest, digest } = explained;
  const given = manifest.files.map(({ name }) => name).filter(isComputed);
  const [listed, names] = [new Set(given), new Set<string>()];
  const computed = derive(evidenceInput({ ...explained, range: manifest.range, period: manifest.period }));
  let next = await computed.next();
  for (; !next.done; next = await computed.next()) {
    const { name, pieces } = next.value;
    names.add(name);
    if (!listed.has(name)) findings.problem(name, 'is missing');
    else if (digestOf(pieces).sha256 !== digest(name).sha256)
      findings.problem(name, 'is not what the entries lead to');
  }
  for (const name of given) if (!names.has(name)) findings.problem(name, 'does not follow from the entries');
  if (findings.count() === 0 && given.join() !== [...names].join())
    findings.problem('', 'members are not in order');
  return {
    value: next.value.map(({ control, verdict }) => ({ control, verdict })),
    detail: `${names.size} files, ${next.value.length} controls`,
  };
}

function factsOf({ manifest }: Opened): Partial<PackageFacts> {
  const { origin, logKey, period, range, withheld } = manifest;
  return {
    origin,
    logKey,
    period,
    range,
    withheld: {
      bodies: withheld.bodies,
      openings: withheld.openings.length,
      pages: withheld.pages.length,
    },
  };
}

async function runChecks(
  reporter: Reporter,
  bytes: ZipMember[],
  options: VerifyOptions,
): Promise<Partial<PackageFacts>> {
  const opened = await open(reporter, bytes, options);
  if (opened === null) return {};
  const facts = factsOf(opened);
  const proven = await prove(reporter, opened, options);
  if (proven === null) return facts;
  facts.size = proven.checkpoint.size;
  facts.witnesses = proven.witnesses;
  const folded = await foldEntries(reporter, proven);
  if (folded !== null) facts.continued = folded.continued;
  const explained = folded && (await explain(reporter, folded));
  if (explained === null) return facts;
  const controls = await reporter.run('computed', (findings) => compute(explained, findings));
  return controls ? { ...facts, controls } : facts;
}

function conclude(reporter: Reporter, facts: Partial<PackageFacts>, options: VerifyOptions): Report {
  const checks = reporter.checks();
  const holds = (check: string) => checks.some((each) => each.check === check && each.outcome === 'OK');
  const { bodies = [], openings = 0, pages = 0 } = facts.withheld ?? {};
  const partial = bodies.length + openings + pages > 0;
  if (partial && options.requireComplete) {
    reporter.problems.push({
      check: 'entries',
      where: '',
      message: 'something is withheld, and the whole was asked for',
    });
  }
  const broken = reporter.problems.length > 0;
  return {
    outcome: broken ? 'BROKEN' : partial ? 'PARTIAL' : 'HOLDS',
    exitCode: broken ? 1 : 0,
    pinnedBy: holds('key') ? 'key' : holds('since') ? 'since' : null,
    checks,
    problems: reporter.problems,
    unknown: reporter.unknown,
    facts,
  };
}

/** As `verifyPackage`, for members that are at hand already. */
export async function verifyMembers(members: ZipMember[], options: VerifyOptions = {}): Promise<Report> {
  const reporter = createReporter();
  return conclude(reporter, await runChecks(reporter, members, options), options);
}

/**
 * Verifies a package from its bytes alone, which may lie in a file: no network, no clock. Never throws on account of the package; everything that
 * was checked is listed, and every problem says where it is.
 */
export async function verifyPackage(
  archive: Uint8Array | ByteSource,
  options: VerifyOptions = {},
): Promise<Report> {
  const reporter = createReporter();
  const members = await reporter.run('archive', () => {
    const value = readZip(archive);
    const size = archive instanceof Uint8Array ? archive.length : archive.size;
    return { value, detail: `${value.length} members, ${size} bytes` };
  });
  const facts = members === null ? {} : await runChecks(reporter, members, options);
  return conclude(reporter, facts, options);
}
