import { formatWitnessKey } from '#verifier';
import type { Db } from '../store/index.ts';
import type { Cosigned, Kept, Witness } from './model.ts';
import { keptCosignatures } from './queries.ts';

/** What is kept of the witnesses that are configured now, by verifier key. */
export async function keptOf(
  db: Db,
  origin: string,
  witnesses: readonly Witness[],
): Promise<ReadonlyMap<string, Kept>> {
  const known = new Set(witnesses.map(({ key }) => formatWitnessKey(key)));
  const rows = await keptCosignatures(db, origin);
  return new Map(rows.filter(({ witness }) => known.has(witness)).map((row) => [row.witness, row]));
}

/** The checkpoint over more than `last` entries that most witnesses cosigned; of several such the largest. Pure. */
export function bestOf(kept: Iterable<Kept>, last: number): Cosigned | undefined {
  const groups = Map.groupBy(kept, ({ checkpoint }) => checkpoint);
  const found = [...groups].map(([checkpoint, rows]) => ({
    size: rows[0]?.size ?? 0,
    note: checkpoint + rows.map(({ line }) => line).join(''),
    cosignatures: rows.length,
  }));
  const [best] = found
    .filter(({ size }) => size > last)
    .sort((a, b) => b.cosignatures - a.cosignatures || b.size - a.size);
  return best;
}
