import { z } from 'zod';
import type { Commitment } from '#verifier';
import type { Observed } from '../../contract.ts';
import { idOf, type Marks, TEXT_MAX_CHARACTERS } from '../../marks.ts';

/** Shapes and names that several listings share. Pure. */

export const metadata = <More extends z.ZodRawShape>(marks: Marks, more: More) =>
  marks.object({
    name: marks.text(),
    namespace: marks.text().optional(),
    uid: marks.text().optional(),
    creationTimestamp: marks.text().nullish(),
    ...more,
  });

/** What authenticates itself: names below `system:` are of machines, any other may be a person's. */
export const userName = (marks: Marks) =>
  z.union([z.string().startsWith('system:').max(TEXT_MAX_CHARACTERS), marks.personal()]);
export type UserName = string | Commitment;

export const accountId = (namespace: string, name: string): string => `serviceaccount/${namespace}/${name}`;

const ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Namespace and name, where a user is a service account by another spelling. */
export function accountOfUser(user: UserName): [namespace: string, name: string] | undefined {
  const found = typeof user === 'string' ? ACCOUNT_USER.exec(user) : null;
  return found === null ? undefined : [found[1] ?? '', found[2] ?? ''];
}

/** Natural id of the identity behind a user name. */
export function userId(user: UserName): string {
  const account = accountOfUser(user);
  return account === undefined ? `user/${idOf(user)}` : accountId(...account);
}

/** The API keeps no users: one is known by what names it. A service account is listed as what it is. */
export function userOf(user: UserName, attributes: Partial<Observed['attributes']> = {}): Observed[] {
  if (accountOfUser(user) !== undefined) return [];
  const kind =
    typeof user === 'string' && user.startsWith('system:node:') ? 'kubernetes-node' : 'kubernetes-user';
  return [{ class: 'identity', naturalId: userId(user), label: user, attributes: { ...attributes, kind } }];
}

/** An attribute only where it is told: absent means that it cannot be told. */
export const told = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [key in Name]?: Value } => (value === undefined ? {} : ({ [name]: value } as { [key in Name]?: Value }));
