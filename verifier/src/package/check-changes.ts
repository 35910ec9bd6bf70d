import { planDigest, verifyApproval } from '../approval.ts';
import type {
  ApprovalKey,
  ApprovalSignature,
  Body,
  Entry,
  EntryData,
  Kind,
  Rows,
  State,
} from '../words/index.ts';
import { checkBreakGlass, checkBreakGlassUsed, checkReviewed } from './check-break-glass.ts';
import {
  checkApplied,
  checkDeclared,
  checkRetired,
  checkWhole,
  findChange,
  miss,
  type Seen,
} from './check-plan.ts';
import type { Visit } from './replay.ts';
import type { Findings } from './report.ts';

type Proposed = EntryData['change.proposed'];
type Approval = EntryData['change.approved'];

/** Signatures take waiting: they are gathered first, and checked when every entry has been seen. */
interface Walk extends Seen {
  signatures: Array<{ where: string; signature: ApprovalSignature; key: ApprovalKey; digest: string }>;
}

function keyOf(before: State, approver: string, keyId: string): ApprovalKey | undefined {
  const person = before.tables.person.get(approver);
  return person?.retired ? undefined : person?.spec.keys.find(({ id }) => id === keyId);
}

function proposed({ findings }: Seen, where: string, { plan, planDigest: digest }: Proposed): void {
  if (planDigest(plan) !== digest) findings.problem(where, 'digest is not that of the plan');
}

function approved(walk: Walk, where: string, data: Approval, before: State): void {
  const { signature, approver, planDigest: digest } = data;
  const change = findChange(walk, where, data.change, before);
  if (change === undefined) return;
  if (change.planDigest !== digest) walk.findings.problem(where, 'approves another digest than the plan’s');
  const key = keyOf(before, approver, signature.keyId);
  if (key === undefined) {
    miss(walk, where, `key \`${signature.keyId}\` was not enrolled for the approver`);
    return;
  }
  checkBreakGlass(walk, where, key, change, before);
  walk.signatures.push({ where, signature, key, digest });
}

const is = <K extends Kind>(entry: Entry, kind: K): entry is Entry<K> & { body: Body<K> } =>
  entry.leaf.kind === kind && entry.body !== null;

function look(walk: Walk, entry: Entry, before: State): void {
  const where = `entry ${entry.index}`;
  if (entry.body === null) walk.withheld ??= entry.index;
  else if (is(entry, 'change.proposed')) proposed(walk, where, entry.body.data);
  else if (is(entry, 'change.approved')) approved(walk, where, entry.body.data, before);
  else if (is(entry, 'change.applied')) checkApplied(walk, where, entry.body.data, before);
  else if (is(entry, 'breakglass.used')) checkBreakGlassUsed(walk, where, entry, before);
  else if (is(entry, 'breakglass.reviewed')) checkReviewed(walk, where, entry, before);
  else if (is(entry, 'resource.declared')) checkDeclared(walk, where, entry.body.data, before);
  else if (is(entry, 'resource.retired')) checkRetired(walk, where, entry.body.data, before);
  else if (is(entry, 'credential.granted') && entry.body.data.decision.effect !== 'allow') {
    walk.findings.problem(where, 'a credential was granted against the decision');
  }
}

/** Changes that stood at the snapshot: their plans have their digests, and what can be told of their signatures holds. */
function standing(
  walk: Walk,
  { id, plan, planDigest: digest, approvals }: Rows['change'],
  snapshot: State,
): void {
  const where = `change \`${id}\` of the snapshot`;
  if (planDigest(plan) !== digest) walk.findings.problem(where, 'digest is not that of the plan');
  for (const { approver, signature } of approvals) {
    // Keys may have been replaced since: only one that is still enrolled can speak against the row.
    const key = keyOf(snapshot, approver, signature.keyId);
    if (key !== undefined) walk.signatures.push({ where, signature, key, digest });
    else walk.findings.unknown(where, `key \`${signature.keyId}\` is no longer enrolled for the approver`);
  }
}

async function checkSignatures({ signatures, findings }: Walk): Promise<void> {
  for (const { where, signature, key, digest } of signatures) {
    const holds = await verifyApproval(signature, key, digest);
    if (!holds) findings.problem(where, 'the approval’s signature does not verify');
  }
}

/** Follows changes from plan to what is declared. `finish` waits for every signature, and says how many were checked. */
export function changesVisitor(
  snapshot: State,
  findings: Findings,
): { visit: Visit; finish(): Promise<number> } {
  const walk: Walk = { findings, withheld: undefined, applied: new Map(), done: new Set(), signatures: [] };
  for (const change of snapshot.tables.change.values()) standing(walk, change, snapshot);
  return {
    visit: (entry, before) => look(walk, entry, before),
    async finish() {
      checkWhole(walk);
      await checkSignatures(walk);
      return walk.signatures.length;
    },
  };
}
