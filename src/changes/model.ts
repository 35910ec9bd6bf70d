import type { Commitment, Operation, ResourceKind, ResourceSpecs, Rows } from '#verifier';
import type { View } from '../store/index.ts';

/** What should stand, resolved to ids; `after` is null where it should be retired. */
export type Desired = {
  [K in ResourceKind]: { kind: K; id: string; name: string | Commitment; after: ResourceSpecs[K] | null };
}[ResourceKind];

/** A resource that stands: declared and not retired. */
export interface Standing<K extends ResourceKind = ResourceKind> {
  id: string;
  name: string | Commitment;
  spec: ResourceSpecs[K];
  /** The entry that it rests on; null for what a plan would create. */
  entry: number | null;
}

export const TABLES = {
  Person: 'person',
  Application: 'application',
  Profile: 'profile',
  Identity: 'identity',
  Policy: 'policy',
  Trust: 'trust',
  Rotation: 'rotation',
  Exception: 'exception',
  ControlOwner: 'control_owner',
} as const satisfies Record<ResourceKind, keyof Rows>;

type DeclaredTable = (typeof TABLES)[ResourceKind];

/** Everything that stands, by kind and id: before a plan, or as it would be after. */
export type World = { readonly [K in ResourceKind]: ReadonlyMap<string, Standing<K>> };

const KINDS = Object.keys(TABLES) as ResourceKind[];

function standingIn<K extends ResourceKind>(view: View, kind: K): ReadonlyMap<string, Standing<K>> {
  const rows = [...view.rows<DeclaredTable>(TABLES[kind]).values()].filter(({ retired }) => !retired);
  return new Map(
    rows.map(({ id, name, spec, entry }) => [id, { id, name, spec, entry } as unknown as Standing<K>]),
  );
}

export const worldOf = (view: View): World =>
  Object.fromEntries(KINDS.map((kind) => [kind, standingIn(view, kind)])) as unknown as World;

/** The world with these operations done. */
export function worldAfter(world: World, steps: ReadonlyArray<Desired | Operation>): World {
  const copy = Object.fromEntries(
    KINDS.map((kind) => [kind, new Map<string, unknown>(world[kind])]),
  ) as unknown as {
    [K in ResourceKind]: Map<string, Standing>;
  };
  for (const { kind, id, name, after } of steps) {
    if (after === null) copy[kind].delete(id);
    else copy[kind].set(id, { id, name, spec: after, entry: null });
  }
  return copy as unknown as World;
}
