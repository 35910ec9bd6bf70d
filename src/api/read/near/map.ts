import type { Rows } from '#verifier';
import { type Database, type Known, knownOf, type Log } from '../../../store/index.ts';
import { namesOf, refOrNull } from '../names.ts';
import { openingsOf, openLabel } from '../observations.ts';
import type { Moment } from '../when.ts';
import { heldBy, joinsAt, observationsByKey } from './queries.ts';

/** What one drawing can show. */
export const MAP_NODES_MAX = 400;
/** From a permission over its identity and what is one with it to what that may do. */
const MAP_STEPS = 4;

type Observation = Rows['observation'];

interface Edge {
  from: string;
  to: string;
  relation: string;
}

/** A key of something that was seen: attributes name others by it. */
const KEY = /^[a-z0-9-]+\/(?:identity|credential|permission|trust|exposure)\/[0-9a-f]{32}$/;
const PLACES = ['location', 'usedAt', 'lastUsedFrom'] as const;
const PLACE_RELATION = {
  location: 'is kept at',
  usedAt: 'is used at',
  lastUsedFrom: 'was last used from',
} as const;
const HELD: Record<Observation['class'], string> = {
  identity: 'is part of',
  credential: 'holds',
  permission: 'may',
  trust: 'lets in',
  exposure: 'is exposed by',
};

const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');

const referencesOf = ({ attributes }: Observation): Array<[name: string, key: string]> =>
  Object.entries(attributes).flatMap(([name, value]) =>
    textsOf(value)
      .filter((text) => KEY.test(text))
      .map((key): [string, string] => [name, key]),
  );

/** A trust leads to what it lets in; everything else is led to by what holds it. */
function referenceEdge(row: Observation, name: string, key: string): Edge {
  if (name !== 'holder') return { from: row.key, to: key, relation: name };
  const relation = HELD[row.class];
  return row.class === 'trust' ? { from: row.key, to: key, relation } : { from: key, to: row.key, relation };
}

const placesOf = (row: Observation): Array<{ key: string; label: string; edge: Edge }> =>
  PLACES.flatMap((name) =>
    textsOf(row.attributes[name]).map((label) => {
      const key = `place:${label}`;
      return { key, label, edge: { from: row.key, to: key, relation: PLACE_RELATION[name] } };
    }),
  );

/** The things around one, step by step: those of a step that are too many are counted and left out. */
class Surroundings {
  readonly rows = new Map<string, Observation>();
  readonly edges = new Map<string, Edge>();
  truncated = 0;

  get room(): number {
    return MAP_NODES_MAX - this.rows.size;
  }

  link(edge: Edge): void {
    this.edges.set(`${edge.from} ${edge.to} ${edge.relation}`, edge);
  }

  /** @returns those that are new, as many as there is room for */
  take(rows: readonly Observation[]): Observation[] {
    const fresh = rows.filter(({ key }) => !this.rows.has(key));
    const taken = fresh.slice(0, Math.max(0, this.room));
    for (const row of taken) this.rows.set(row.key, row);
    this.truncated += fresh.length - taken.length;
    return taken;
  }
}

async function step(
  db: Database['db'],
  around: Surroundings,
  edge: readonly Observation[],
  known: Known,
): Promise<Observation[]> {
  const keys = edge.map(({ key }) => key);
  const joins = await joinsAt(db, keys, known);
  for (const { a, b, reason } of joins) around.link({ from: a, to: b, relation: `is the same: ${reason}` });
  const named = [...edge.flatMap(referencesOf).map(([, key]) => key), ...joins.flatMap(({ a, b }) => [a, b])];
  const wanted = [...new Set(named)].filter((key) => !around.rows.has(key));
  const near = around.take(await observationsByKey(db, wanted, known));
  const held = await heldBy(db, keys, known, MAP_NODES_MAX);
  around.truncated += held.total - held.rows.length;
  return [...near, ...around.take(held.rows)];
}

/** Trusts, identity, credentials, permissions, and where they are used, around one observation. */
export async function mapAround(
  { log, database: { db } }: { log: Log; database: Pick<Database, 'db'> },
  centre: Observation,
  moment: Moment,
) {
  const known = await knownOf(db, moment.when);
  const around = new Surroundings();
  let edge = around.take([centre]);
  for (let steps = 0; steps < MAP_STEPS && edge.length > 0; steps += 1)
    edge = await step(db, around, edge, known);
  for (const row of around.rows.values())
    for (const [name, key] of referencesOf(row)) around.link(referenceEdge(row, name, key));
  const places = placesAround(around);
  const nodes = [...(await viewNodes(log, [...around.rows.values()])), ...places];
  const shown = new Set(nodes.map(({ key }) => key));
  const edges = [...around.edges.values()].filter(({ from, to }) => shown.has(from) && shown.has(to));
  return { centre: centre.key, nodes, edges, truncated: around.truncated };
}

function placesAround(around: Surroundings) {
  const places = new Map<string, string>();
  for (const row of around.rows.values()) {
    for (const { key, label, edge } of placesOf(row)) {
      if (!places.has(key) && places.size >= around.room) {
        around.truncated += 1;
        continue;
      }
      places.set(key, label);
      around.link(edge);
    }
  }
  const nothing = { kind: null, source: null, present: true, administrator: false, identity: null };
  return [...places].map(([key, label]) => ({ key, class: 'place' as const, label, ...nothing }));
}

async function viewNodes(log: Log, rows: Observation[]) {
  const [openings, names] = await Promise.all([
    openingsOf(log, rows),
    namesOf(
      log,
      rows.flatMap(({ identity }) => identity ?? []),
    ),
  ]);
  return rows.map((row) => ({
    key: row.key,
    class: row.class,
    kind: typeof row.attributes.kind === 'string' ? row.attributes.kind : null,
    label: openLabel(row, openings),
    source: row.source,
    present: row.present,
    administrator: row.attributes.administrator === true,
    identity: refOrNull(names, row.identity),
  }));
}
