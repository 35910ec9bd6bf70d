import { planDigest, verifyApproval } from '../approval.ts';
import type { EvidenceInput } from '../evidence-input.ts';
import type { Entry, EntryData, Kind, Rows } from '../words/index.ts';
import { type Histories, standingAt } from './history.ts';

type Change = Rows['change'];
type Approval = Change['approvals'][number];

type SignatureVerdict = { holds: true; why: string } | { holds: false | null; why: string };

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

type Enrolled = Pick<Rows['person'], 'spec' | 'retired'>;

const mayApprove = ({ roles }: Rows['person']['spec']): boolean =>
  roles.includes('approver') || roles.includes('admin');

/** The person as enrolled just before `index`: from the period, from a carried entry, or as the opening has it. */
function personAt(input: EvidenceInput, history: Histories, id: string, index: number): Enrolled | undefined {
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

const ENROLLING: ReadonlySet<Kind> = new Set<Kind>(['resource.declared', 'resource.retired']);

const hiddenEnrolments = ({ carried, entries }: EvidenceInput): Entry[] =>
  [...carried, ...entries].filter(({ leaf, body }) => body === null && ENROLLING.has(leaf.kind));

/** An enrolment out of sight may have given the key, or taken it away. */
const isAbout = ({ index, leaf }: Entry, { approver, entry }: Approval): boolean =>
  index < entry && ['', approver].includes(leaf.subject);

/** In the period everybody who was enrolled is on record. */
const missing = ({ opening }: EvidenceInput, { approver, entry }: Approval): SignatureVerdict =>
  entry < opening.size
    ? unknown(`no record of ${approver} as enrolled at the time`)
    : fails(`${approver} is no enrolled person`);

interface Ground {
  input: EvidenceInput;
  history: Histories;
  hidden: Entry[];
}

async function check(ground: Ground, change: Change, approval: Approval): Promise<SignatureVerdict> {
  const { input, history, hidden } = ground;
  if (planDigest(change.plan) !== change.planDigest) return fails('the digest is not that of the plan');
  if (approval.planDigest !== change.planDigest) return fails('the signature is over another plan');
  if (!isExplained(input, approval)) return unknown(`entry ${approval.entry} is not in this package`);
  const unseen = hidden.find((entry) => isAbout(entry, approval));
  if (unseen) return unknown(`the body of entry ${unseen.index} is withheld`);
  const person = personAt(input, history, approval.approver, approval.entry);
  return person ? byPerson(person, change, approval) : missing(input, approval);
}

async function byPerson(
  { spec, retired }: Enrolled,
  { planDigest: digest }: Change,
  { approver, signature }: Approval,
): Promise<SignatureVerdict> {
  if (retired || spec.status !== 'active') return fails(`${approver} was not active`);
  if (!mayApprove(spec)) return fails(`${approver} was no approver`);
  const key = spec.keys.find(({ id }) => id === signature.keyId);
  if (key === undefined) return fails(`the key was not enrolled for ${approver}`);
  const valid = await verifyApproval(signature, key, digest);
  return valid ? holds(`signed by ${approver}`) : fails('the signature does not verify');
}

/** Every approval of every change that stood in the period, checked once. */
export async function checkSignatures(input: EvidenceInput, history: Histories): Promise<SignatureChecks> {
  const ground = { input, history, hidden: hiddenEnrolments(input) };
  const checks = new Map<number, SignatureVerdict>();
  for (const change of input.closing.tables.change.values()) {
    for (const approval of change.approvals) {
      checks.set(approval.entry, await check(ground, change, approval));
    }
  }
  return checks;
}
