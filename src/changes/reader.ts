import type { Operation } from '#verifier';
import type { Log, Opening } from '../store/index.ts';
import { worldAfter, worldOf } from './model.ts';
import type { Reader } from './text.ts';

const COMMITMENT = /"commitment":"([0-9a-f]{64})"/g;

const commitmentsIn = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(COMMITMENT)].map(([, commitment]) => commitment as string);

/** Reads ids of what stands or would stand as names, and commitments as the values behind them where they are kept. */
export async function readerOf(
  log: Log,
  plan: { operations: readonly Operation[] },
  unsaved: readonly Opening[] = [],
): Promise<Reader> {
  const view = await log.view();
  const world = worldAfter(worldOf(view), plan.operations);
  const known = new Map(view.rows('person'));
  const names = [...known.values()].map(({ name }) => name);
  const opened = await log.open(new Set([...commitmentsIn(plan), ...commitmentsIn(names)]));
  const values = new Map<string, string>();
  for (const { commitment, value } of [...opened.values(), ...unsaved]) values.set(commitment, value);
  const things = [
    ...known.values(),
    ...plan.operations,
    ...Object.values(world).flatMap((each) => [...each.values()]),
  ];
  for (const { id, name } of things) {
    const text = typeof name === 'string' ? name : values.get(name.commitment);
    if (text !== undefined) values.set(id, text);
  }
  return (idOrCommitment) => values.get(idOrCommitment);
}
