import { ID_PREFIXES, type IdKind } from '../../kernel/index.ts';
import type { Log, View } from '../../store/index.ts';
import { viewPeople } from './people.ts';

/** Names for people to read, by opaque id; null where a personal name was erased. */
export type Names = Record<string, string | null>;

const NAMED = {
  application: 'application',
  profile: 'profile',
  identity: 'identity',
  policy: 'policy',
  trust: 'trust',
  exception: 'exception',
  agent: 'agent',
} as const;

const prefixOf = (kind: IdKind): string => `${ID_PREFIXES[kind]}_`;

function declaredName(view: View, id: string): string | undefined {
  const table = Object.values(NAMED).find((kind) => id.startsWith(prefixOf(kind)));
  const name = table && view.rows(table).get(id)?.name;
  return typeof name === 'string' ? name : undefined;
}

/** Names of whatever among these ids has one. */
export async function namesOf(log: Log, ids: Iterable<string>): Promise<Names> {
  const view = await log.view();
  const wanted = new Set(ids);
  const names: Names = {};
  for (const id of wanted) {
    const name = declaredName(view, id);
    if (name !== undefined) names[id] = name;
  }
  const people = [...wanted].flatMap((id) => view.rows('person').get(id) ?? []);
  for (const { id, name, displayName } of await viewPeople(log, people)) names[id] = displayName ?? name;
  await addChanges(log, wanted, names);
  return names;
}

async function addChanges(log: Log, ids: ReadonlySet<string>, names: Names): Promise<void> {
  for (const id of ids) {
    if (!id.startsWith(prefixOf('change'))) continue;
    const change = await log.row('change', id);
    if (change) names[id] = change.plan.title;
  }
}

export const refOf = (names: Names, id: string) => ({ id, name: names[id] ?? null });
export const refOrNull = (names: Names, id: string | null | undefined) =>
  id === null || id === undefined ? null : refOf(names, id);
