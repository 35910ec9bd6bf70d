import { planDigest, verifyApproval } from '../approval.ts';
import { canonicalize } from '../canonical.ts';
import type { ApprovalKey, Body, Entry, EntryData, Kind, Operation, Rows, State } from '../words/index.ts';
import type { Visit } from './replay.ts';
import type { Findings } from './report.ts';

type Change = Rows['change'];
type Approval = EntryData['change.approved'];

/** One thing to be looked at when every entry has been seen: signatures take waiting. */
type Task = () => Promise<void>;

interface Seen {
  findings: Findings;
  tasks: Task[];
  /** First entry whose body is withheld: behind it a missing row proves nothing. */
  withheld: number | undefined;
  signatures: number;
}

const same = (a: unknown, b: unknown): boolean => canonicalize(a) === canonicalize(b);

/** A problem, or unknown where a withheld body may explain it. */
function miss(seen: Seen, where: string, message: string): void {
  if (seen.withheld === undefined) seen.findings.problem(where, message);
  else seen.findings.unknown(where, `${message}; the body of entry ${seen.withheld} is withheld`);
}

function keyOf(before: State, approver: string, keyId: string): ApprovalKey | undefined {
  const person = before.tables.person.get(approver);
  return person?.retired ? undefined : person?.spec.keys.find(({ id }) => id === keyId);
}

function proposed(
  seen: Seen,
  where: string,
  { plan, planDigest: digest }: EntryData['change.proposed'],
): void {
  if (planDigest(plan) !== digest) seen.findings.problem(where, 'digest is not that of the plan');
}

function approved(seen: Seen, where: string, data: Approval, before: State): void {
  const change = before.tables.change.get(data.change);
  if (change === undefined) {
    miss(seen, where, `approves \`${data.change}\`, which is not in the log`);
    return;
  }
  if (change.planDigest !== data.planDigest)
    seen.findings.problem(where, 'approves another digest than the plan’s');
  const key = keyOf(before, data.approver, data.signature.keyId);
  if (key === undefined) {
    miss(seen, where, `key \`${data.signature.keyId}\` was not enrolled for the approver`);
    return;
  }
  seen.tasks.push(async () => {
    seen.signatures += 1;
    const holds = await verifyApproval(data.signature, key, data.planDigest);
    if (!holds) seen.findings.problem(where, 'the approval’s signature does not verify');
  });
}

/** Nothing is applied that no second person approved, but in the bootstrap, which must be open and say so. */
function applied(seen: Seen, where: string, data: EntryData['change.applied'], before: State): void {
  const change = before.tables.change.get(data.change);
  if (change === undefined) {
    miss(seen, where, `applies \`${data.change}\`, which is not in the log`);
    return;
  }
  if (change.planDigest !== data.planDigest)
    seen.findings.problem(where, 'applies another digest than the plan’s');
  if (data.bootstrap) {
    if (!isBootstrapOpen(before)) miss(seen, where, 'is marked as bootstrap, which was not open');
    return;
  }
  const others = change.approvals.filter(({ approver }) => approver !== change.plan.proposer);
  if (others.length === 0) miss(seen, where, `applies \`${data.change}\`, which no second person approved`);
}

const isBootstrapOpen = (before: State): boolean => before.tables.bootstrap.get('open')?.open === true;

const isStep = (data: EntryData['resource.declared'], { kind, id, name, after }: Operation): boolean =>
  kind === data.kind && id === data.id && same(name, data.name) && same(after, data.spec);

/** The control plane implements exactly what was approved. */
function declared(seen: Seen, where: string, data: EntryData['resource.declared'], before: State): void {
  if (data.bootstrap && !isBootstrapOpen(before))
    miss(seen, where, 'is marked as bootstrap, which was not open');
  if (data.change === null) {
    if (!data.bootstrap) seen.findings.problem(where, 'is declared by no change');
    return;
  }
  const change = before.tables.change.get(data.change);
  if (change === undefined) {
    miss(seen, where, `follows from \`${data.change}\`, which is not in the log`);
    return;
  }
  if (!change.plan.operations.some((step) => isStep(data, step))) {
    seen.findings.problem(where, `is not what \`${data.change}\` says`);
  }
}

const is = <K extends Kind>(entry: Entry, kind: K): entry is Entry<K> & { body: Body<K> } =>
  entry.leaf.kind === kind && entry.body !== null;

function look(seen: Seen, entry: Entry, before: State): void {
  const where = `entry ${entry.index}`;
  if (entry.body === null) seen.withheld ??= entry.index;
  if (is(entry, 'change.proposed')) proposed(seen, where, entry.body.data);
  else if (is(entry, 'change.approved')) approved(seen, where, entry.body.data, before);
  else if (is(entry, 'change.applied')) applied(seen, where, entry.body.data, before);
  else if (is(entry, 'resource.declared')) declared(seen, where, entry.body.data, before);
  else if (is(entry, 'credential.granted') && entry.body.data.decision.effect !== 'allow') {
    seen.findings.problem(where, 'a credential was granted against the decision');
  }
}

/** Changes that stood at the snapshot: their plans have their digests, and what can be told of their signatures holds. */
function standing(seen: Seen, change: Change, snapshot: State): void {
  const where = `change \`${change.id}\` of the snapshot`;
  if (planDigest(change.plan) !== change.planDigest)
    seen.findings.problem(where, 'digest is not that of the plan');
  for (const approval of change.approvals) {
    // Keys may have been replaced since: only one that is still enrolled can speak against the row.
    const key = keyOf(snapshot, approval.approver, approval.signature.keyId);
    if (key === undefined) {
      seen.findings.unknown(
        where,
        `key \`${approval.signature.keyId}\` is no longer enrolled for the approver`,
      );
      continue;
    }
    seen.tasks.push(async () => {
      seen.signatures += 1;
      const holds = await verifyApproval(approval.signature, key, change.planDigest);
      if (!holds) seen.findings.problem(where, 'an approval’s signature does not verify');
    });
  }
}

/** Follows changes from plan to what is declared. `finish` waits for every signature, and says how many were checked. */
export function changesVisitor(
  snapshot: State,
  findings: Findings,
): { visit: Visit; finish(): Promise<number> } {
  const seen: Seen = { findings, tasks: [], withheld: undefined, signatures: 0 };
  for (const change of snapshot.tables.change.values()) standing(seen, change, snapshot);
  return {
    visit: (entry, before) => look(seen, entry, before),
    async finish() {
      for (const task of seen.tasks) await task();
      return seen.signatures;
    },
  };
}
