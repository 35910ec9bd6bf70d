import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import type { Mapping, Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';
import { administratesBy, grantsOf } from './policy.ts';

/** Shapes and attributes that several listings share. Pure. */

/** A policy by name, with its rules as they were listed: null where it could not be read or understood. */
export const rights = (marks: Marks) =>
  z.array(
    marks.object({
      policy: marks.text(),
      rules: z.array(marks.object({ path: marks.text(), capabilities: z.array(marks.text()) })).nullable(),
    }),
  );
export type Rights = z.output<ReturnType<typeof rights>>;

export const texts = (marks: Marks) => z.array(marks.text()).nullish();
/** Seconds; some answers have them as text, `0` meaning the default of the mount. */
export const seconds = () => z.union([z.number(), z.string().max(40)]).nullish();

/** What every role has that the source adds: where it is. */
export const placed = (marks: Marks) => ({ mount: marks.text(), name: marks.text() });

/** The zero moment of the server means never. */
export const moment = (text: string | null | undefined): string | null =>
  !text || text.startsWith('0001-01-01') ? null : new Date(text).toISOString().replace(/\.000Z$/, 'Z');

/** One permission for each policy of a holder, in parts where it has many rules. */
export function permissionsOf(
  holderId: string,
  label: Observed['label'],
  held: Rights,
  { key }: Mapping,
): Observed[] {
  return held.flatMap(({ policy, rules }) => {
    const naturalId = `policy/${policy}/${holderId}`;
    const grants = grantsOf(rules ?? []);
    const why = administratesBy(policy, rules ?? []);
    const common = {
      kind: 'vault-policy',
      holder: key('identity', holderId),
      path: why ?? `policy ${policy}`,
      // Of rules that nobody could read it cannot be told.
      ...(why !== undefined ? { administrator: true } : rules === null ? {} : { administrator: false }),
    };
    const parts = Math.max(1, Math.ceil(grants.length / GRANTS_MAX));
    return Array.from(
      { length: parts },
      (_, part): Observed => ({
        class: 'permission',
        naturalId: part === 0 ? naturalId : `${naturalId}/${part + 1}`,
        label: typeof label === 'string' ? `${policy} for ${label}` : label,
        attributes: {
          ...common,
          ...(rules === null ? {} : { grants: grants.slice(part * GRANTS_MAX, (part + 1) * GRANTS_MAX) }),
        },
      }),
    );
  });
}
