import type { Context } from './context.ts';
import { identityOf, mayBePersonal, overSeen } from './estate.ts';
import { departure, type Finding, finding, type Judged } from './result.ts';
import { readWhole, type Seen, spansOf } from './sweeps.ts';

/** Authorised is what a declared identity holds whose purpose was approved by a change. */
function justified(context: Context, each: Seen): Finding | undefined {
  const { key, entry, attributes } = each.row;
  if (attributes.administrator !== true) return undefined;
  const id = identityOf(context, each.row);
  const path = `administrator by ${String(attributes.path ?? 'a path that is not told')}`;
  if (id === undefined)
    return mayBePersonal(each.row)
      ? finding('NOT_EVALUABLE', key, `${path}; nobody has said whether it is a machine's`, entry)
      : departure(key, `${path}, and nobody has authorised it`, spansOf(each), entry);
  const row = context.history('identity').get(id)?.at(-1)?.row;
  if (row === undefined || row.retired)
    return departure(key, `${path}, of ${id}, which does not stand`, spansOf(each), entry);
  return row.change === null
    ? departure(key, `${path}, of ${id}, which no change approved`, spansOf(each), entry)
    : finding('PASS', key, `${path}, of ${id}, by ${row.change}: ${row.spec.purpose}`, entry);
}

/** NHI-AUZ-03: privileged identities are listed per system, each authorised with a reason. */
export function privilegeIsJustified(context: Context): Judged[] {
  return [
    overSeen(
      context,
      'every privileged identity is declared with a purpose that was approved',
      ['identity', 'permission'],
      (each) => justified(context, each),
      'no privileged identity was found',
    ),
    readWhole(context, 'privileged identity'),
  ];
}
