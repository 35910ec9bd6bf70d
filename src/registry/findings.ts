import type { Rows } from '#verifier';
import { derivedId } from '../kernel/index.ts';
import type { Draft, View } from '../store/index.ts';
import { graceEnd, isLiving } from './model.ts';

export const OWNER_LEFT = 'owner-left';

type Finding = Rows['finding'];
type Owned = { kind: 'identity' | 'application'; row: Rows['identity'] | Rows['application'] };

interface Wanted {
  id: string;
  owned: Owned;
  left: string;
  due: string;
}

function owned(view: View): Owned[] {
  const identities = [...view.rows('identity').values()].map((row) => ({ kind: 'identity', row }) as const);
  const applications = [...view.rows('application').values()]
    .filter(({ spec }) => spec.status === 'active')
    .map((row) => ({ kind: 'application', row }) as const);
  return [...identities, ...applications].filter(({ row }) => !row.retired);
}

/** Undefined where a living owner stands. The id follows from what it is about, so a second run finds it again. */
function wantedFor({ kind, row }: Owned, view: View): Wanted | undefined {
  const owner = view.rows('person').get(row.spec.owner);
  const due = owner && graceEnd(owner);
  if (!owner?.left || !due || isLiving(owner)) return undefined;
  const id = derivedId('finding', `${OWNER_LEFT}\n${row.id}\n${owner.id}\n${owner.left}`);
  return { id, owned: { kind, row }, left: owner.left, due };
}

const opened = ({ id, owned: { kind, row }, left, due }: Wanted): Draft => ({
  kind: 'finding.opened',
  subject: row.id,
  actor: 'sys',
  occurred: left,
  data: {
    finding: id,
    rule: OWNER_LEFT,
    subject: row.id,
    title: `the owner of ${kind} ${String(row.name)} has left: it needs another by ${due.slice(0, 10)}`,
    due,
  },
});

function closed({ id, subject }: Finding, view: View): Draft {
  const row = view.rows('identity').get(subject) ?? view.rows('application').get(subject);
  const reason = row === undefined || row.retired ? 'it is retired' : 'a living owner stands';
  return { kind: 'finding.closed', subject, actor: 'sys', data: { finding: id, reason } };
}

/** Findings to open and to close so that they say who left and whose things wait for an owner. Pure. */
export function ownerFindings(view: View, known: readonly Finding[]): Draft[] {
  const wanted = owned(view)
    .map((each) => wantedFor(each, view))
    .filter((each) => each !== undefined);
  const ids = new Set(wanted.map(({ id }) => id));
  const knownIds = new Set(known.map(({ id }) => id));
  const over = known.filter(({ id, rule, closed }) => rule === OWNER_LEFT && closed === null && !ids.has(id));
  return [
    ...wanted.filter(({ id }) => !knownIds.has(id)).map(opened),
    ...over.map((finding) => closed(finding, view)),
  ];
}
