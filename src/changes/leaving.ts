import type { ResourceKind, ResourceSpecs, Rows } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { People } from '../registry/index.ts';
import type { View } from '../store/index.ts';
import { isLivingPerson } from './check.ts';
import { type Desired, type Standing, worldOf } from './model.ts';

/** A person goes: nothing of theirs is locked, everything that they answered for gets another person at once. */

export interface Leaving {
  /** Login name of who leaves. */
  person: string;
  /** Login name of who takes over. */
  to: string;
  reason: string;
  /** Person id. */
  proposer: string;
  /** Shows the plan and writes nothing. */
  dryRun?: boolean;
}

function personNamed(name: string, view: View, people: People): Rows['person'] {
  const row = people.named(view, name);
  if (row === undefined || !isLivingPerson(row.spec))
    throw new MunimentError('not_found', `there is no active person \`${name.slice(0, 64)}\``);
  return row;
}

/** Keys stay on record, so that old approvals are still explained; who has left approves nothing with them. */
function gone({ id, name, spec }: Rows['person']): Desired {
  const { uid: _, ...rest } = spec;
  return { kind: 'Person', id, name, after: { ...rest, status: 'left', roles: [] } };
}

type Owned = 'Application' | 'Identity' | 'ControlOwner' | 'Exception';
type HandOver<K extends Owned> = (spec: ResourceSpecs[K], swap: (id: string) => string) => ResourceSpecs[K];

/** One person is never owner and deputy: where both would be the heir, there is no deputy any more. */
const handOverIdentity: HandOver<'Identity'> = ({ deputy, ...spec }, swap) => {
  const owner = swap(spec.owner);
  const second = deputy === undefined ? undefined : swap(deputy);
  return { ...spec, owner, ...(second === undefined || second === owner ? {} : { deputy: second }) };
};

const HAND_OVER: { [K in Owned]: HandOver<K> } = {
  Application: (spec, swap) => ({ ...spec, owner: swap(spec.owner) }),
  Identity: handOverIdentity,
  ControlOwner: (spec, swap) => ({ ...spec, owner: swap(spec.owner), reviewer: swap(spec.reviewer) }),
  Exception: (spec, swap) => ({ ...spec, owner: swap(spec.owner) }),
};

const answersFor = (spec: object, id: string): boolean => Object.values(spec).includes(id);

/**
 * What should stand once one has left and the other has taken over. Whether it may stand (two approvers, an
 * administrator, two people for a control) the plan checks, as for any change. Throws `not_found`, `bad_request`.
 */
export function leavingOf({ person, to }: Leaving, view: View, people: People): Desired[] {
  const leaver = personNamed(person, view, people);
  const heir = personNamed(to, view, people);
  if (leaver.id === heir.id) throw new MunimentError('bad_request', 'who leaves cannot take over');
  const swap = (id: string): string => (id === leaver.id ? heir.id : id);
  const world = worldOf(view);
  const kinds = Object.keys(HAND_OVER) as Owned[];
  const handed = kinds.flatMap((kind) =>
    [...(world[kind].values() as Iterable<Standing<ResourceKind>>)]
      .filter(({ spec }) => answersFor(spec, leaver.id))
      .map(({ id, name, spec }) => {
        const after = (HAND_OVER[kind] as HandOver<Owned>)(spec as ResourceSpecs[Owned], swap);
        return { kind, id, name, after } as Desired;
      }),
  );
  return [...handed, gone(leaver)];
}
