import { RESOURCE_TABLES, type Rows, type State } from '../words/index.ts';

type Change = Rows['change'];

const entriesOf = ({ entry, approvals }: Change): number[] => [entry, ...approvals.map((each) => each.entry)];

/** The entries that let a declared row stand: its own, and its change's plan and approvals. */
function declaredEntries(state: State): number[] {
  return Object.values(RESOURCE_TABLES).flatMap((table) =>
    [...state.tables[table].values()].flatMap(({ retired, entry, change }) => {
      if (retired) return [];
      const explaining = change === null ? undefined : state.tables.change.get(change);
      return [entry, ...(explaining ? entriesOf(explaining) : [])];
    }),
  );
}

/**
 * The older entries that a package must carry to explain its snapshot's rows (`state`: the fold before it): what was
 * declared, who approved it, which locks hold, which agents had joined. Ascending. More may be carried.
 */
export function carriedIndices(state: State): number[] {
  const locks = [...state.tables.lock.values()].filter(({ lifted }) => lifted === null);
  const agents = [...state.tables.agent.values()];
  const all = [...declaredEntries(state), ...[...locks, ...agents].map(({ entry }) => entry)];
  return [...new Set(all)].sort((a, b) => a - b);
}
