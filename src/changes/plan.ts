import { canonicalize, type Operation, type Plan, RESOURCE_KINDS, type ResourceKind } from '#verifier';
import type { View } from '../store/index.ts';
import { checkWorld } from './check.ts';
import { gainsOf } from './gains.ts';
import { type Desired, type Standing, type World, worldAfter, worldOf } from './model.ts';

/** What a plan says besides its operations. */
export type PlanHead = Pick<Plan, 'change' | 'title' | 'reason' | 'proposer'>;

const retire = <K extends ResourceKind>(kind: K, { id, name }: Standing<K>): Desired =>
  ({ kind, id, name, after: null }) as Desired;

const isGone = (application: Standing<'Application'> | undefined): boolean =>
  application?.spec.status !== 'active';

/** What goes with what goes: an application's identities, an identity's trusts and rotations. Part of the plan, so that it is signed. */
function withDependants(desired: readonly Desired[], before: World): Desired[] {
  const after = worldAfter(before, desired);
  const orphans = [...after.Identity.values()].filter(
    ({ id, spec }) => before.Identity.has(id) && isGone(after.Application.get(spec.application)),
  );
  const declared = new Set(desired.map(({ id }) => id));
  const identities = orphans.filter(({ id }) => !declared.has(id)).map((each) => retire('Identity', each));
  const alive = worldAfter(after, identities);
  const trusts = [...alive.Trust.values()].filter(
    ({ id, spec }) => !declared.has(id) && before.Trust.has(id) && !alive.Identity.has(spec.identity),
  );
  const rotations = [...alive.Rotation.values()].filter(
    ({ id, spec }) => !declared.has(id) && before.Rotation.has(id) && !alive.Identity.has(spec.identity),
  );
  return [
    ...desired,
    ...identities,
    ...trusts.map((each) => retire('Trust', each)),
    ...rotations.map((each) => retire('Rotation', each)),
  ];
}

/** Undefined where nothing would change. */
export function operationOf({ kind, id, name, after }: Desired, before: World): Operation | undefined {
  const present = before[kind].get(id);
  const rest = { kind, id, name, base: present?.entry ?? null, before: present?.spec ?? null, after };
  if (after === null) return present && { op: 'retire', ...rest };
  if (present === undefined) return { op: 'create', ...rest };
  return canonicalize(present.spec) === canonicalize(after) ? undefined : { op: 'update', ...rest };
}

/** What is leaned on comes to stand first and goes last; otherwise the order of the manifests. */
function inOrder(operations: Operation[]): Operation[] {
  const rank = ({ op, kind }: Operation): number => {
    const place = RESOURCE_KINDS.indexOf(kind);
    return op === 'retire' ? RESOURCE_KINDS.length * 2 - place : place;
  };
  return operations.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * The plan that leads from what stands to what is desired: pure, and the same again while nothing of it moved.
 * Throws `invalid_manifest` (`WorldFault`) or `invalid_policy` where what is desired may not stand.
 */
export function planOf(wanted: readonly Desired[], view: View, head: PlanHead): Plan {
  const before = worldOf(view);
  const desired = withDependants(wanted, before);
  const after = worldAfter(before, desired);
  const operations = desired.map((each) => operationOf(each, before)).filter((each) => each !== undefined);
  checkWorld(
    before,
    after,
    desired.filter(({ id }) => operations.some((each) => each.id === id)),
  );
  const { change, title, reason, proposer } = head;
  const gains = gainsOf(operations, before, after);
  return { v: 1, change, title, reason, proposer, operations: inOrder(operations), gains };
}

/** The same plan made again over what stands now: equal to the old one exactly while nothing that it rests on moved. */
export const replan = (plan: Plan, view: View): Plan =>
  planOf(
    plan.operations.map(({ kind, id, name, after }) => ({ kind, id, name, after }) as Desired),
    view,
    plan,
  );
