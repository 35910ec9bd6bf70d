import type { Context } from './context.ts';
import { environmentOf, overSeen } from './estate.ts';
import { type Finding, finding, type Judged } from './result.ts';
import { readWhole, type Seen, seen } from './sweeps.ts';

/** Rights that were read, by the key of what holds them. */
function rightsByHolder(context: Context): Map<string, Seen[]> {
  const rights = seen(context, 'permission');
  return Map.groupBy(rights, ({ row }) => String(row.attributes.holder ?? ''));
}

const isPrivileged = ({ row }: Seen): boolean => row.attributes.administrator === true;

/** Privileged or of production: what it reaches must be known. */
function reach(context: Context, rights: ReadonlyMap<string, Seen[]>, each: Seen): Finding | undefined {
  const { key, entry } = each.row;
  const held = rights.get(key) ?? [];
  const privileged = isPrivileged(each) || held.some(isPrivileged);
  const environment = environmentOf(context, each.row);
  if (environment === undefined && !privileged)
    return finding('NOT_EVALUABLE', key, 'its environment is not known', entry);
  if (!privileged && environment !== 'production') return undefined;
  const grants = held.filter(({ row }) => row.attributes.grants !== undefined);
  return grants.length > 0
    ? finding('PASS', key, `${grants.length} lists of rights were read`, entry)
    : finding('NOT_EVALUABLE', key, 'no list of its rights was read', entry);
}

/** Where personal data is reached somebody must have written down why; no source tells of such records. */
function personalData({ row }: Seen): Finding | undefined {
  const { reaches } = row.attributes;
  if (!Array.isArray(reaches))
    return finding('NOT_EVALUABLE', row.key, 'what data it reaches is not told', row.entry);
  return reaches.includes('personal-data')
    ? finding(
        'NOT_EVALUABLE',
        row.key,
        'reaches personal data, and no processing record is kept here',
        row.entry,
      )
    : finding('PASS', row.key, `reaches ${reaches.join(', ')}`, row.entry);
}

/** NHI-INV-05: what privileged and productive identities reach is known, and whether personal data is among it. */
export function reachIsKnown(context: Context): Judged[] {
  const rights = rightsByHolder(context);
  return [
    overSeen(
      context,
      'the rights of every privileged or productive identity were read',
      ['identity'],
      (each) => reach(context, rights, each),
      'no privileged or productive identity was found',
    ),
    overSeen(
      context,
      'what reaches personal data has a processing record',
      ['permission'],
      personalData,
      'no right was found',
    ),
    readWhole(context, 'right'),
  ];
}
