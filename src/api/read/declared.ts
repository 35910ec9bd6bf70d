import type { Rows } from '#verifier';
import type { View } from '../../store/index.ts';
import { type Names, refOf } from './names.ts';

/** Rows of declared things as the API shows them. */

export const viewProfile = ({ id, name, spec, entry }: Rows['profile']) => ({
  id,
  name: String(name),
  description: spec.description,
  actions: spec.actions,
  maxTtlSeconds: spec.maxTtlSeconds,
  audiences: spec.audiences ?? [],
  scopes: spec.scopes ?? [],
  entry,
});

export const viewPolicy = ({ id, name, spec, entry }: Rows['policy']) => ({
  id,
  name: String(name),
  description: spec.description,
  version: spec.version,
  cedar: spec.cedar,
  entry,
});

export const viewTrust = ({ id, name, spec, entry }: Rows['trust'], names: Names) => ({
  id,
  name: String(name),
  identity: refOf(names, spec.identity),
  method: spec.method,
  where: spec.where,
  agents: spec.agents ?? null,
  entry,
});

export const viewLock = (row: Rows['lock'], names: Names) => ({
  id: row.id,
  target: { kind: row.target.kind, id: row.target.id, name: names[row.target.id] ?? null },
  reason: row.reason,
  actor: refOf(names, row.actor),
  placed: row.placed,
  lifted: row.lifted,
  entry: row.entry,
});

/** Whoever the finding names to decide, or else who owns what it is about, as it stands now. */
export function ownerIn(view: View, { subject, owner }: Rows['finding']): Rows['person'] | undefined {
  const named = view.rows('person').get(owner ?? '');
  if (named !== undefined) return named;
  const owned = view.rows('identity').get(subject) ?? view.rows('application').get(subject);
  return view.rows('person').get(owned?.spec.owner ?? '');
}

export function viewFinding(row: Rows['finding'], view: View, names: Names) {
  const owner = ownerIn(view, row);
  const status = owner?.retired ? ('left' as const) : owner?.spec.status;
  return {
    id: row.id,
    rule: row.rule,
    subject: refOf(names, row.subject),
    owner: owner && status ? { ...refOf(names, owner.id), status } : null,
    title: row.title,
    due: row.due,
    opened: row.opened,
    closed: row.closed,
    reason: row.reason,
    entry: row.entry,
  };
}

export const viewAgent = (row: Rows['agent'], locks: Iterable<Rows['lock']>) => ({
  id: row.id,
  name: row.name,
  instance: row.instance,
  joined: row.joined,
  locked: [...locks].some(
    ({ target, lifted }) => lifted === null && target.kind === 'agent' && target.id === row.id,
  ),
  entry: row.entry,
});
