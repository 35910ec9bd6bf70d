import { z } from 'zod';
import { timestamp } from '../../../kernel/index.ts';
import type { Mapping, Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';

/** GitLab gives moments, and days for the end of tokens: they end as that day (UTC) begins. */
export const time = () => z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** A moment in UTC; null stays: GitLab told that there is none. */
export const utc = <Value extends string | null>(value: Value): Value =>
  (value === null ? null : timestamp(new Date(value))) as Value;

/** An attribute that GitLab may leave out: absent stays absent, null stays null. */
export const told = <Name extends string>(
  name: Name,
  value: string | null | undefined,
): { [Key in Name]?: string | null } =>
  (value === undefined ? {} : { [name]: utc(value) }) as { [Key in Name]?: string | null };

/** Of an address its host alone is kept: paths of chat services are secrets themselves. */
export const host = () => z.string().transform((url) => (URL.canParse(url) ? new URL(url).host : 'unknown'));

export const placeShape = (marks: Marks) =>
  marks.object({ kind: z.enum(['group', 'project']), id: z.int(), path: marks.text() });

export type Place = z.output<ReturnType<typeof placeShape>>;

export const placeKey = (mapping: Mapping, { kind, id }: { kind: string; id: number }): string =>
  mapping.key('identity', `${kind}/${id}`);

export const accountKey = (mapping: Mapping, userId: number): string =>
  mapping.key('identity', `user/${userId}`);

export const account = (userId: number, kind: string, label: string): Observed => ({
  class: 'identity',
  naturalId: `user/${userId}`,
  label,
  attributes: { kind },
});

const ROLES: Record<number, string> = {
  5: 'Minimal access',
  10: 'Guest',
  15: 'Planner',
  20: 'Reporter',
  30: 'Developer',
  40: 'Maintainer',
  50: 'Owner',
};
export const OWNER_LEVEL = 50;
export const roleOf = (level: number): string => ROLES[level] ?? `role ${level}`;
