import { planDigest, verifyApproval } from '../approval.ts';
import type { EvidenceInput } from '../evidence-input.ts';
import type { Entry, EntryData, Rows } from '../words/index.ts';
import { type Histories, standingAt } from './history.ts';

type Change = Rows['change'];
type Approval = Change['approvals'][number];

export type SignatureVerdict = { holds: true; why: string } | { holds: false | null; why: string };

/** By the approval's entry: true, false, or null where the package does not hold what it takes to tell. */
export type SignatureChecks = ReadonlyMap<number, SignatureVerdict>;

const holds = (why: string): SignatureVerdict => ({ holds: true, why });
const fails = (why: string): SignatureVerdict => ({ holds: false, why });
const unknown = (why: string): SignatureVerdict => ({ holds: null, why });

type PersonEntry = Entry<'resource.declared'>;

const isPerson = ({ leaf, body }: Entry): boolean =>
  leaf.kind === 'resource.declared' &&
  body !== null &&
  (body.data as EntryData['resource.declared']).kind === 'Person';

const mayApprove = ({ roles }: Rows['person']['spec']): boolean =>
  roles.includes('approver') || roles.includes('admin');

/** The person as enrolled just before `index`: from the period, from a carried entry, or as the opening has it. */
export function personAt(
  input: EvidenceInput,
  history: Histories,
  id: string,
  index: number,
): { spec: Rows['person']['spec']; retired: boolean } | undefined {
  if (index >= input.opening.size) return standingAt(history('person'), id, index);
  const opened = input.opening.tables.person.get(id);
  if (opened !== undefined && opened.entry < index) return opened;
  const carried = input.carried.filter(
    (entry): entry is PersonEntry => isPerson(entry) && entry.index < index,
  );
  const latest = carried
    .filter(({ body }) => body?.data.id === id)
    .sort((a, b) => a.index - b.index)
    .at(-1);
  return latest?.body ? { spec: latest.body.data.spec as Rows['person']['spec'], retired: false } : undefined;
}

/** An approval older than the period counts only where its own entry came along, proven to be in the log. */
function isExplained(input: EvidenceInput, approval: Approval): boolean {
  if (approval.entry >= input.opening.size) return true;
  const entry = input.carried.find(({ index }) => index === approval.entry);
  const data = entry?.body?.data as EntryData['change.approved'] | undefined;
  return entry?.leaf.kind === 'change.approved' && data?.signature.signature === approval.signature.signature;
}

/** In the period everybody who was enrolled is on record, unless that record is withheld. */
function missing({ opening, entries }: EvidenceInput, { approver, entry }: Approval): SignatureVerdict {
  const hidden = entries.some(({ leaf, body }) => body === null && ['', approver].includes(leaf.subject));
  return entry < opening.size || hidden
    ? unknown(`no record of ${approver} as enrolled at the time`)
    : fails(`${approver} is no enrolled person`);
}

async function check(
  input: EvidenceInput,
  history: Histories,
  change: Change,
  approval: Approval,
): Promise<SignatureVerdict> {
  if (planDigest(change.plan) !== change.planDigest) return fails('the digest is not that of the plan');
  if (approval.planDigest !== change.planDigest) return fails('the signature is over another plan');
  if (!isExplained(input, approval)) return unknown(`entry ${approval.entry} is not in this package`);
  const person = personAt(input, history, approval.approver, approval.entry);
  if (person === undefined) return missing(input, approval);
  if (person.retired || person.spec.status !== 'active') return fails(`${approval.approver} was not active`);
  if (!mayApprove(person.spec)) return fails(`${approval.approver} was no approver`);
  const key = person.spec.keys.find(({ id }) => id === approval.signature.keyId);
  if (key === undefined) return fails(`the key was not enrolled for ${approval.approver}`);
  const valid = await verifyApproval(approval.signature, key, change.planDigest);
  return valid ? holds(`signed by ${approval.approver}`) : fails('the signature does not verify');
}

/** Every approval of every change that stood in the period, checked once. */
export async function checkSignatures(input: EvidenceInput, history: Histories): Promise<SignatureChecks> {
  const checks = new Map<number, SignatureVerdict>();
  for (const change of input.closing.tables.change.values()) {
    for (const approval of change.approvals) {
      checks.set(approval.entry, await check(input, history, change, approval));
    }
  }
  return checks;
}
