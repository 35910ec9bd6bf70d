import { z } from 'zod';
import type { Commitment, ObservedValue, StandardAttributes } from '#verifier';
import type { Observed } from '../../contract.ts';
import type { Marks } from '../../marks.ts';

type Loose = { [Name in keyof StandardAttributes]: StandardAttributes[Name] | undefined } & {
  kind: string;
} & Record<string, ObservedValue | undefined>;

/** Attributes that the source tells: what is undefined cannot be told, and is absent. */
export const told = (attributes: Loose): Observed['attributes'] =>
  Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined),
  ) as Observed['attributes'];

const OWNER_TAG = /^(?:owner|contact|owned-?by|maintainer)$/i;
const TEAM_TAG = /^(?:team|squad|group|service-?team)$/i;
const ENVIRONMENT_TAG = /^(?:env|environment|stage)$/i;

/** Values of tags stay hidden but for those that say whose a thing is and where it belongs. */
export const tagsOf = (marks: Marks) =>
  z
    .array(
      z.union([
        z.object({ Key: z.string().regex(OWNER_TAG), Value: marks.personal() }),
        z.object({ Key: z.string().regex(TEAM_TAG), Value: marks.text() }),
        z.object({ Key: z.string().regex(ENVIRONMENT_TAG), Value: marks.text() }),
        z.object({ Key: marks.text(), Value: marks.hidden() }),
      ]),
    )
    .optional();

export type Tags = z.output<ReturnType<typeof tagsOf>>;

const tagged = (tags: Tags, wanted: RegExp): string | Commitment | undefined => {
  const value = tags?.find(({ Key }) => wanted.test(Key))?.Value;
  if (value === undefined) return undefined;
  return typeof value === 'object' && 'hidden' in value ? undefined : (value as string | Commitment);
};

/** What tags say of a thing; an attribute that no tag tells is absent. */
export function toldByTags(tags: Tags): Pick<StandardAttributes, 'owner' | 'ownerFrom' | 'environment'> {
  const owner = tagged(tags, OWNER_TAG) ?? tagged(tags, TEAM_TAG);
  const environment = tagged(tags, ENVIRONMENT_TAG);
  return {
    ...(owner === undefined ? {} : { owner, ownerFrom: 'tag' }),
    ...(typeof environment === 'string' ? { environment: environment.toLowerCase() } : {}),
  };
}

/** An ARN of a user or of a person's session: its last part may be a person's name. */
const NAMES_PERSON = /:user\/|:assumed-role\/|:federated-user\/|@/;

/** ARNs, principals and resources: those that can name a person are commitments. */
export const nameOf = (marks: Marks) =>
  z.union([
    z
      .string()
      .regex(NAMES_PERSON)
      .pipe(marks.personal() as z.ZodType<Commitment, string>),
    marks.text(),
  ]);

export type Name = z.output<ReturnType<typeof nameOf>>;

/** For a list of grants and other text. */
export const shown = (name: Name): string => (typeof name === 'string' ? name : 'a person');

/** Keys of conditions whose values say who is believed; other values may be anything, and are hidden. */
const TELLING_KEY =
  /:(?:sub|aud|amr|environment|repository|job_workflow_ref|sourcearn|sourceaccount|sourceorgid|principalorgid|principalarn|principalaccount|multifactorauthpresent|requestedregion)$/i;

export const conditionsOf = (marks: Marks) =>
  z.array(
    z.union([
      z.object({
        operator: marks.text(),
        key: z.string().regex(TELLING_KEY),
        values: z.array(nameOf(marks)),
      }),
      z.object({ operator: marks.text(), key: marks.text(), values: z.array(marks.hidden()) }),
    ]),
  );

export type Conditions = z.output<ReturnType<typeof conditionsOf>>;

/** Values of a condition key that are shown. */
export const valuesOf = (conditions: Conditions, suffix: string): string[] =>
  conditions
    .filter(({ key }) => key.toLowerCase().endsWith(suffix))
    .flatMap(({ values }) => values.map((value) => (typeof value === 'string' ? value : 'a person')));

export const conditionText = (conditions: Conditions): string =>
  conditions
    .map(({ operator, key, values }) => {
      const told = values.map((value) =>
        typeof value === 'string' ? value : 'hidden' in value ? '…' : 'a person',
      );
      return `${operator} ${key} = ${told.join(' | ')}`;
    })
    .join('; ');
