import { canonicalize, type Operation, type ResourceKind } from '#verifier';
import { readPeople } from '../registry/index.ts';
import type { Log } from '../store/index.ts';
import { isBuiltIn } from './bootstrap.ts';
import { Fresh } from './fresh.ts';
import { type Manifest, parseManifests } from './manifests.ts';
import { type Desired, type Standing, type World, worldOf } from './model.ts';
import { operationOf } from './plan.ts';
import { readerOf } from './reader.ts';
import { type Naming, resolveManifests, standingNamed } from './resolve.ts';
import { type Reader, readable } from './text.ts';

/** What is declared in manifests against what is in force, both ways. It proposes nothing and writes nothing. */

export interface DriftingThing {
  kind: ResourceKind;
  name: string;
  /** The entry that what is in force rests on; null where nothing is. */
  entry: number | null;
}

export interface DifferingField {
  field: string;
  /** As people read it: names in place of ids; null where it is absent. */
  declared: unknown;
  inForce: unknown;
}

export interface Drift {
  /** How many entries the log had. */
  size: number;
  /** Declared, but not in force. */
  missing: DriftingThing[];
  /** In force, but declared nowhere, or declared to be retired. What Muniment brings itself is left out. */
  undeclared: DriftingThing[];
  differing: Array<DriftingThing & { fields: DifferingField[] }>;
}

interface Difference {
  missing: Operation[];
  undeclared: Array<{ kind: ResourceKind } & Standing>;
  differing: Operation[];
}

/** Pure: what a world lacks, has beyond what is desired, and has otherwise. */
export function differenceOf(
  desired: readonly Desired[],
  world: World,
  kinds: ReadonlySet<ResourceKind>,
): Difference {
  const wanted = desired.filter(({ kind }) => kinds.has(kind));
  const operations = wanted.flatMap((each) => operationOf(each, world) ?? []);
  const declared = new Set(wanted.filter(({ after }) => after !== null).map(({ id }) => id));
  const undeclared = [...kinds].flatMap((kind) =>
    [...world[kind].values()]
      .filter(({ id, name }) => !declared.has(id) && !isBuiltIn(kind, String(name)))
      .map((each) => ({ kind, ...each })),
  );
  const of = (op: Operation['op']) => operations.filter((operation) => operation.op === op);
  return { missing: of('create'), undeclared, differing: of('update') };
}

/** Follows from another field, so that a change of one is told once. */
const DERIVED: ReadonlySet<string> = new Set(['version']);

function fieldsOf({ before, after }: Operation, read: Reader): DifferingField[] {
  const [inForce, declared] = [before, after].map(
    (spec) => readable(spec ?? {}, read) as Record<string, unknown>,
  );
  const fields = new Set([...Object.keys(declared ?? {}), ...Object.keys(inForce ?? {})]);
  return [...fields]
    .filter((field) => !DERIVED.has(field))
    .map((field) => ({ field, declared: declared?.[field] ?? null, inForce: inForce?.[field] ?? null }))
    .filter(({ declared: one, inForce: other }) => canonicalize(one) !== canonicalize(other));
}

/** To retire what is not there is nothing to do, and no fault. */
const isAtRest = (manifest: Manifest, naming: Naming): boolean =>
  manifest.spec === null && standingNamed(manifest.kind, manifest.name, naming) === undefined;

/** Throws what manifests throw. */
export async function driftOf(
  log: Log,
  trustDomain: string,
  text: string,
  kinds: readonly ResourceKind[],
): Promise<Drift> {
  const manifests = parseManifests(text);
  const [view, fresh] = [await log.view(), new Fresh()];
  const naming = { view, people: await readPeople(log, view), fresh, trustDomain };
  const desired = resolveManifests(
    manifests.filter((each) => !isAtRest(each, naming)),
    naming,
  );
  const { missing, undeclared, differing } = differenceOf(desired, worldOf(view), new Set(kinds));
  const operations = [...missing, ...differing];
  const unsaved = fresh.openingsIn(JSON.stringify(operations));
  const read = await readerOf(log, { operations }, unsaved);
  const named = ({ kind, id, name }: { kind: ResourceKind; id: string; name: Operation['name'] }) => ({
    kind,
    name: typeof name === 'string' ? name : (read(name.commitment) ?? id),
  });
  return {
    size: (await log.head()).size,
    missing: missing.map((each) => ({ ...named(each), entry: null })),
    undeclared: undeclared.map((each) => ({ ...named(each), entry: each.entry })),
    differing: differing.map((each) => ({
      ...named(each),
      entry: each.base,
      fields: fieldsOf(each, read),
    })),
  };
}
