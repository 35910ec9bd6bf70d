import { canonicalize } from '../canonical.ts';
import type { CommitmentOpening } from '../commitment.ts';
import { decodeEntry } from '../entry.ts';
import { leafHash, verifyInclusion } from '../merkle.ts';
import type { Checkpoint } from '../note.ts';
import { type Entry, type EntryData, project, type Rows, type RowTable, type State } from '../words/index.ts';
import { carriedIndices } from './carried.ts';
import { refuse } from './json.ts';
import type { CarriedEntry, Manifest } from './model.ts';
import { commitmentsShown } from './openings.ts';
import type { Findings, Told } from './report.ts';

function decodeOne(carried: CarriedEntry, manifest: Manifest, checkpoint: Checkpoint): Entry {
  const { index, leaf, body, proof } = carried;
  if (index >= manifest.range.base) refuse('is carried although it lies in the range');
  if (!verifyInclusion(index, checkpoint.size, leafHash(leaf), proof, checkpoint.root))
    refuse('is not in the log');
  if ((body === null) !== manifest.withheld.bodies.includes(index))
    refuse('body is missing, or listed as withheld and there');
  return decodeEntry(index, leaf, body);
}

/** Members of a row that never change while the row rests on the same entry. */
const DECLARED = ['id', 'name', 'spec', 'change', 'bootstrap', 'declared', 'entry'];
const LASTING: Partial<Record<RowTable, string[]>> = {
  person: DECLARED,
  application: DECLARED,
  profile: DECLARED,
  identity: DECLARED,
  policy: DECLARED,
  trust: DECLARED,
  change: ['id', 'plan', 'planDigest', 'source', 'proposed', 'entry'],
  lock: ['id', 'target', 'reason', 'actor', 'placed', 'entry'],
  agent: ['id', 'name', 'instance', 'keyHash', 'joined', 'entry'],
};

const pick = (row: object, names: string[]): string =>
  canonicalize(Object.fromEntries(names.map((name) => [name, (row as Record<string, unknown>)[name]])));

function explainsRow(entry: Entry, table: RowTable, key: string, row: object): boolean {
  const made = project(entry, () => undefined).find((change) => change.table === table && change.key === key);
  const names = LASTING[table] ?? [];
  return made !== undefined && pick(made.row, names) === pick(row, names);
}

function explainsApproval(
  entry: Entry,
  change: string,
  approval: Rows['change']['approvals'][number],
): boolean {
  const data = entry.body?.data as EntryData['change.approved'] | undefined;
  return (
    entry.leaf.kind === 'change.approved' &&
    data?.change === change &&
    data.approver === approval.approver &&
    entry.leaf.time === approval.time &&
    canonicalize(data.signature) === canonicalize(approval.signature)
  );
}

type Carried = ReadonlyMap<number, Entry>;

/** Every row of the snapshot whose entry is carried says what that entry says. */
function compareRows(state: State, carried: Carried, findings: Findings): void {
  for (const table of Object.keys(LASTING) as RowTable[]) {
    for (const [key, row] of state.tables[table] as Map<string, { entry: number; retired?: boolean }>) {
      const entry = carried.get(row.entry);
      if (entry === undefined || row.retired) continue;
      if (entry.body === null)
        findings.unknown(`entry ${entry.index}`, 'withheld: what it declared cannot be told');
      else if (!explainsRow(entry, table, key, row))
        findings.problem(`${table} \`${key}\``, `is not what entry ${entry.index} says`);
    }
  }
}

function compareApprovals(state: State, carried: Carried, findings: Findings): void {
  for (const { id, approvals } of state.tables.change.values()) {
    for (const approval of approvals) {
      const entry = carried.get(approval.entry);
      if (entry === undefined) continue;
      if (entry.body === null)
        findings.unknown(`entry ${entry.index}`, 'withheld: what it approved cannot be told');
      else if (!explainsApproval(entry, id, approval))
        findings.problem(`change \`${id}\``, `approval is not what entry ${entry.index} says`);
    }
  }
}

function decodeAll(
  carried: CarriedEntry[],
  manifest: Manifest,
  checkpoint: Checkpoint,
  findings: Findings,
): Entry[] {
  return carried.flatMap((each) => {
    try {
      return [decodeOne(each, manifest, checkpoint)];
    } catch (error) {
      findings.problem(`entry ${each.index}`, error instanceof Error ? error.message : String(error));
      return [];
    }
  });
}

/** Older entries: proven to be in the log, all there that the snapshot's rows rest on, and saying what the rows say. */
export function checkCarried(
  carried: CarriedEntry[],
  manifest: Manifest,
  checkpoint: Checkpoint,
  snapshotState: State,
  findings: Findings,
): Told<Entry[]> {
  const entries = decodeAll(carried, manifest, checkpoint, findings);
  const byIndex = new Map(entries.map((entry) => [entry.index, entry]));
  const present = new Set(carried.map(({ index }) => index));
  for (const index of carriedIndices(snapshotState)) {
    if (!present.has(index))
      findings.problem(`entry ${index}`, 'is not carried although the snapshot rests on it');
  }
  const lost = manifest.withheld.bodies.filter((index) => index < manifest.range.base && !present.has(index));
  for (const index of lost) findings.problem(`entry ${index}`, 'is listed as withheld and is not carried');
  compareRows(snapshotState, byIndex, findings);
  compareApprovals(snapshotState, byIndex, findings);
  return { value: entries, detail: `${entries.length} older entries` };
}

/** Each opening belongs to a commitment that is shown; each commitment has its opening unless the manifest lists it. */
export function checkOpenings(
  openings: CommitmentOpening[],
  manifest: Manifest,
  snapshotState: State,
  entries: Entry[],
  findings: Findings,
): Told<CommitmentOpening[]> {
  const shown = commitmentsShown(snapshotState, entries);
  const opened = new Set(openings.map(({ commitment }) => commitment));
  const expected = [...shown].filter((commitment) => !opened.has(commitment));
  for (const { commitment } of openings) {
    if (!shown.has(commitment)) findings.problem(`commitment ${commitment}`, 'is opened and appears nowhere');
  }
  if (canonicalize(expected.sort()) !== canonicalize(manifest.withheld.openings)) {
    findings.problem('', 'the openings that are missing are not those that the manifest lists as withheld');
  }
  return {
    value: openings,
    detail: `${openings.length} opened, ${manifest.withheld.openings.length} withheld`,
  };
}
