import type { FaultCase } from './double.ts';

/** One page as a double gives it out. */
export interface FaultyPage {
  items: unknown[];
  /** Number of the next page; undefined where this is said to be the last. */
  next: number | undefined;
  /** The provider's count of all. */
  total: number;
}

/**
 * A page of a list of numbered pages, with the faults that a provider would make itself.
 * @param number of the page, from 1
 * @param breakItem makes an item one that breaks its shape
 */
export function faultyPage(
  fault: FaultCase,
  all: readonly unknown[],
  { number, size, breakItem }: { number: number; size: number; breakItem(item: unknown): unknown },
): FaultyPage {
  const items = all.slice((number - 1) * size, number * size);
  const isLast = number * size >= all.length;
  const page = { items, next: isLast ? undefined : number + 1, total: all.length };
  if (fault === 'repeated-page' && number === 2) return { ...page, next: 2 };
  if (fault === 'cut-page' && number === 1) return { ...page, items: items.slice(1) };
  if (fault === 'empty-last-page' && isLast && items.length > 0) return { ...page, next: number + 1 };
  if (fault === 'broken-item' && number === 1)
    return { ...page, items: [breakItem(items[0]), ...items.slice(1)] };
  return fault === 'count-disagrees' ? { ...page, total: all.length + 1 } : page;
}
