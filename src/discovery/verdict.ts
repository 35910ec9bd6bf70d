import type { ListingRecord, SweepVerdict } from '#verifier';
import type { Gathered, Listed } from './gathered.ts';

/** Names of the listings in scope. */
type Scope = readonly string[];

const countsAgree = ({ providerCount, items }: Listed): boolean =>
  providerCount === null || providerCount === items;

/** INVARIANT: only of a listing that is whole can a thing be gone. */
export function isWhole(gathered: Gathered, listing: string): boolean {
  const listed = gathered.listed.get(listing);
  if (listed === undefined) return false;
  const { ended, denied, errors, restsOn } = listed;
  if (!ended || denied.length > 0 || errors.length > 0 || !countsAgree(listed)) return false;
  return restsOn.every((other) => isWhole(gathered, other));
}

export const listingRecords = (gathered: Gathered): ListingRecord[] =>
  [...gathered.listed.values()].map((listed) => ({
    listing: listed.listing,
    pages: listed.pages,
    items: listed.items,
    observations: listed.observations,
    providerCount: listed.providerCount,
    endSeen: listed.ended,
    whole: isWhole(gathered, listed.listing),
  }));

const number = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** COMPLETE only where every declared listing was read to its end with nothing denied, nothing failed, counts agreeing. */
export function verdictOf(scope: Scope, gathered: Gathered): { verdict: SweepVerdict; why: string } {
  const listed = [...gathered.listed.values()];
  const missing = scope.filter((listing) => gathered.listed.get(listing)?.ended !== true);
  if (missing.length === scope.length) return { verdict: 'FAILED', why: 'no listing was read to its end' };
  const failed = listed.flatMap(({ errors }) => errors).length;
  const refused = listed.flatMap(({ denied }) => denied).length;
  const disagree = listed.filter((each) => !countsAgree(each));
  const why = [
    ...(missing.length > 0 ? [`not read to the end: ${missing.join(', ')}`] : []),
    ...(failed > 0 ? [`${number(failed, 'read', 'reads')} failed`] : []),
    ...(refused > 0 ? [`${number(refused, 'range', 'ranges')} could not be read`] : []),
    ...disagree.map(
      ({ listing, providerCount, items }) =>
        `${listing}: the source counts ${providerCount}, ${items} were seen`,
    ),
  ];
  return why.length === 0
    ? { verdict: 'COMPLETE', why: 'every declared listing was read to its end' }
    : { verdict: 'PARTIAL', why: why.join('; ') };
}

/** The source's own count over all listings; null unless each gives one. */
export function countedBySource({ listed }: Gathered): number | null {
  const counts = [...listed.values()].map(({ providerCount }) => providerCount);
  return counts.every((count) => count !== null) ? counts.reduce((sum, count) => sum + count, 0) : null;
}
