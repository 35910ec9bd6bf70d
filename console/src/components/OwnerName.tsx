import type { Identity } from '../api/types.ts';
import { visible } from '../lib/format.ts';
import { nameOf } from '../lib/names.ts';

/** Who answers for a thing, and whether they are still there. */
export const OwnerName = ({ owner }: { owner: Identity['owner'] }) => (
  <span className="name" title={nameOf(owner)}>
    {visible(nameOf(owner))}
    {owner.status === 'left' && <span className="left"> · left</span>}
  </span>
);
