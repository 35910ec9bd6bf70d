import type { IdentityState, Operation } from '#verifier';
import type { Draft, View } from '../store/index.ts';

/** What every entry of one application of a plan says alike. */
export interface Applying {
  change: string | null;
  reason: string;
  actor: string;
  bootstrap: boolean;
}

const moved = (
  identity: string,
  from: IdentityState | null,
  to: IdentityState,
  { reason, change, actor }: Applying,
): Draft => ({
  kind: 'identity.moved',
  subject: identity,
  actor,
  data: { identity, from, to, reason, change },
});

/** A new identity goes all the way: it was asked for and approved by the plan that creates it. */
const moves = (identity: string, by: Applying): Draft[] => [
  moved(identity, null, 'requested', by),
  moved(identity, 'requested', 'approved', by),
  moved(identity, 'approved', 'active', by),
];

function declared(operation: Operation, { change, actor, bootstrap }: Applying): Draft | undefined {
  const { kind, id, name, after: spec } = operation;
  if (spec === null) return undefined;
  return { kind: 'resource.declared', subject: id, actor, data: { kind, id, name, spec, change, bootstrap } };
}

function retired({ kind, id }: Operation, view: View, by: Applying): Draft[] {
  const { change, reason, actor } = by;
  const draft: Draft = { kind: 'resource.retired', subject: id, actor, data: { kind, id, change, reason } };
  const state = kind === 'Identity' ? view.rows('identity').get(id)?.state : undefined;
  return state === undefined || state === 'retired' ? [draft] : [draft, moved(id, state, 'retired', by)];
}

/** The entries that make an operation stand, in order. */
export function entriesOf(operation: Operation, view: View, by: Applying): Draft[] {
  const standing = declared(operation, by);
  if (standing === undefined) return retired(operation, view, by);
  const isNew = operation.kind === 'Identity' && operation.op === 'create';
  return isNew ? [standing, ...moves(operation.id, by)] : [standing];
}
