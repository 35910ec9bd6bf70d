import { z } from 'zod';
import type { Marks } from '../marks.ts';

/** The shape of a `HostObserved`: the committed page holds what its reader saw, and the mapping adds nothing. */
export const asSeen = (marks: Marks) => {
  const personal = z.strictObject({ personal: marks.personal() }).transform((value) => value.personal);
  const scalar = z.union([marks.text(), z.number(), z.boolean(), z.null()]);
  const list = z.array(z.union([marks.text(), z.number()]));
  return z.strictObject({
    class: z.enum(['identity', 'credential', 'permission', 'trust', 'exposure']),
    naturalId: marks.text(),
    label: z.union([marks.text(), personal]),
    attributes: z.record(z.string(), z.union([scalar, list, personal])),
  });
};
