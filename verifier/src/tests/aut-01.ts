import type { Context } from './context.ts';
import { overSeen } from './estate.ts';
import { departure, type Finding, finding, type Judged } from './result.ts';
import { readWhole, type Seen, seen, spansOf } from './sweeps.ts';

/** Of a public key; everything else is a keyed fingerprint of a secret's value. */
const isPublic = (fingerprint: string): boolean => fingerprint.startsWith('SHA256:');

const places = ({ row }: Seen): string[] => {
  const { location, usedAt } = row.attributes;
  return [
    ...(typeof location === 'string' ? [`${row.source} ${row.partition} ${location}`] : []),
    ...(Array.isArray(usedAt) ? usedAt.map(String) : []),
  ];
};

/** Everything that holds one and the same secret, by its fingerprint. */
function holdersBySecret(context: Context): Map<string, Seen[]> {
  const holding = [...seen(context, 'credential'), ...seen(context, 'exposure')];
  return Map.groupBy(holding, ({ row }) => {
    const { fingerprint } = row.attributes;
    return typeof fingerprint === 'string' && !isPublic(fingerprint) ? fingerprint : '';
  });
}

/** One secret at two places is shared; where no place is told, nobody can say. */
function single(holders: ReadonlyMap<string, Seen[]>, each: Seen): Finding {
  const { key, entry, attributes } = each.row;
  const same = holders.get(String(attributes.fingerprint ?? '')) ?? [];
  const twins = attributes.fingerprint === undefined ? [each] : same.length > 0 ? same : [each];
  const all = [...new Set(twins.flatMap(places))].sort();
  if (all.length > 1)
    return departure(key, `in ${all.length} places: ${all.slice(0, 3).join('; ')}`, spansOf(each), entry);
  return all.length === 1
    ? finding('PASS', key, `at ${all[0]} alone`, entry)
    : finding('NOT_EVALUABLE', key, 'where it is used is not told', entry);
}

/** NHI-AUT-01: one credential serves one workload in one environment. */
export function oneWorkloadOneCredential(context: Context): Judged[] {
  const holders = holdersBySecret(context);
  return [
    overSeen(
      context,
      'no credential is at two places',
      ['credential'],
      (each) => single(holders, each),
      'no credential was found',
    ),
    readWhole(context, 'second place of a credential'),
  ];
}
