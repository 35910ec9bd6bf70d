import type { Rows } from '#verifier';
import type { View } from '../../store/index.ts';
import { type Names, refOf, refOrNull } from './names.ts';

const stateOf = ({ acknowledged, resolved }: Rows['alert']) => {
  if (resolved !== null) return 'resolved' as const;
  return acknowledged === null ? ('open' as const) : ('acknowledged' as const);
};

/** An alert as the API shows it; the owner is the identity's owner now: whoever has to see to it. */
export const viewAlert = (row: Rows['alert'], view: View, names: Names) => ({
  id: row.id,
  detector: row.detector,
  about: row.about,
  state: stateOf(row),
  identity: refOrNull(names, row.identity),
  owner: refOrNull(names, view.rows('identity').get(row.identity ?? '')?.spec.owner),
  instance: row.instance,
  expected: row.expected,
  seen: row.seen,
  entries: row.entries,
  raised: row.raised,
  acknowledged: row.acknowledged && {
    by: refOf(names, row.acknowledged.by),
    time: row.acknowledged.time,
  },
  resolved: row.resolved && { ...row.resolved, by: refOf(names, row.resolved.by) },
  entry: row.entry,
});
