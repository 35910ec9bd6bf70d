import type { Rows } from '#verifier';
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

export const viewFinding = (row: Rows['finding'], names: Names) => ({
  id: row.id,
  rule: row.rule,
  subject: refOf(names, row.subject),
  title: row.title,
  due: row.due,
  opened: row.opened,
  closed: row.closed,
  reason: row.reason,
  entry: row.entry,
});

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
