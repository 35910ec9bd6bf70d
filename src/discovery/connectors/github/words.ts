import { z } from 'zod';
import { GRANTS_MAX } from '#verifier';
import { timestamp } from '../../../kernel/index.ts';
import type { Mapping, Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';

/** GitHub writes moments with offsets and without. */
export const time = () => z.iso.datetime({ offset: true });

/** A moment in UTC; null stays: GitHub told that there is none. */
export const utc = <Value extends string | null | undefined>(value: Value): Value =>
  (typeof value === 'string' ? timestamp(new Date(value)) : value) as Value;

/** Host of an address, the one part of it that cannot hold a secret. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'unknown');
export const host = () => z.string().transform(hostOf);

/** Ids mean the same thing only on one site: names that other sources may know are given for github.com alone. */
export const onGitHub = <Join>(site: string, join: Join): Join[] => (site === 'github.com' ? [join] : []);

export const repositoryShape = (marks: Marks) => marks.object({ id: z.int(), name: marks.text() });

export const repositoryKey = (mapping: Mapping, { id }: { id: number }): string =>
  mapping.key('identity', `repository/${id}`);

export interface Granted {
  naturalId: string;
  holder: string;
  kind: string;
  label: string;
  path: string;
  grants: string[];
  administrator?: boolean;
}

/** Rights of one holder by one path, in as many observations as they need; none where there are none. */
export function permissions({ naturalId, label, grants, ...attributes }: Granted): Observed[] {
  const parts = Array.from({ length: Math.ceil(grants.length / GRANTS_MAX) }, (_, part) =>
    grants.slice(part * GRANTS_MAX, (part + 1) * GRANTS_MAX),
  );
  return parts.map((some, part) => ({
    class: 'permission' as const,
    naturalId: part === 0 ? naturalId : `${naturalId}/${part + 1}`,
    label,
    attributes: { ...attributes, grants: some },
  }));
}

/** Rights that reach the settings or the people of an organisation or repository. */
const ADMINISTRATION = /^(?:administration|organization_administration|members|organization_custom_roles)$/;

export const isAdministration = (name: string, level: string): boolean =>
  ADMINISTRATION.test(name) && level !== 'read';
