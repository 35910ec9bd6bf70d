import { z } from 'zod';
import { parseYaml } from '../../formats/documents.ts';
import { SourceError } from '../../source-error.ts';

/** Standard attributes that a file may give, by the form of their values. */
export const ATTRIBUTES = {
  text: [
    'kind',
    'ownerFrom',
    'fingerprint',
    'creationEvent',
    'creationSource',
    'environment',
    'path',
    'issuer',
    'subject',
    'audience',
    'conditions',
    'location',
  ],
  /** May name a person, so they may be taken from a personal column. */
  whose: ['owner', 'createdBy', 'lastUsedFrom'],
  moment: ['created', 'rotated', 'modified', 'lastUsed', 'expires', 'usesKnownSince'],
  truth: ['enabled', 'administrator'],
  list: ['grants', 'reaches', 'usedAt'],
} as const;

const value = z.union([
  z.string(),
  z
    .strictObject({
      column: z.string().optional(),
      /** The same for every row. */
      constant: z.union([z.string(), z.boolean()]).optional(),
      /** An empty cell says that there is none; without it an empty cell says nothing. */
      emptyIsNone: z.boolean().default(false),
      /** Of a list's members; `;` where absent. */
      separator: z.string().min(1).default(';'),
    })
    .refine(
      ({ column, constant }) => (column === undefined) !== (constant === undefined),
      'is a column or a constant',
    ),
]);

const file = z.strictObject({
  class: z.enum(['identity', 'credential', 'permission', 'trust', 'exposure']),
  /** With columns in braces, e.g. `user/{id}`. */
  naturalId: z.string().regex(/\{[^{}]+\}/, 'names no column'),
  label: z.string().optional(),
  /** Natural id of the identity that it belongs to, with columns in braces. */
  holder: z.string().optional(),
  attributes: z.record(z.string(), value),
  /** Attributes that are the file's own. */
  ownAttributes: z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,60}$/), value).default({}),
  /** Columns that name persons: what is made of them is a commitment. */
  personal: z.array(z.string()).default([]),
  claim: z.strictObject({
    system: z.string().min(1),
    madeBy: z.string().min(1),
    madeAt: z.union([z.iso.datetime(), z.iso.date()]),
    rows: z.int().nonnegative(),
    complete: z.boolean(),
    how: z.string().min(1),
  }),
});

export type MappingFile = z.output<typeof file>;
export type ValueRule = z.output<typeof value>;

export const columnsIn = (template: string): string[] =>
  [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);

export const ruleOf = (rule: ValueRule) =>
  typeof rule === 'string' ? { column: rule, constant: undefined, emptyIsNone: false, separator: ';' } : rule;

const refuse = (message: string): never => {
  throw new SourceError('failed', `mapping file: ${message}`);
};

const STANDARD: ReadonlySet<string> = new Set(Object.values(ATTRIBUTES).flat());
const MAY_BE_PERSONAL: ReadonlySet<string> = new Set(ATTRIBUTES.whose);

/** @throws SourceError that says what is wrong where */
export function parseMapping(text: string): MappingFile {
  const { success, data, error } = file.safeParse(parseYaml(text));
  if (!success) {
    const [issue] = error.issues;
    return refuse(
      `\`${issue?.path.join('.') ?? ''}\`: ${issue?.code === 'unrecognized_keys' ? `unknown key \`${issue.keys.join('`, `')}\`` : (issue?.message ?? '').toLowerCase()}`,
    );
  }
  for (const name of Object.keys(data.attributes))
    if (!STANDARD.has(name))
      refuse(`\`${name}\` is no standard attribute; others go under \`ownAttributes\``);
  for (const name of Object.keys(data.ownAttributes))
    if (STANDARD.has(name) || name === 'holder')
      refuse(`\`${name}\` is a standard attribute and goes under \`attributes\``);
  const personal = new Set(data.personal);
  for (const [name, rule] of Object.entries(data.attributes))
    if (personal.has(ruleOf(rule).column ?? '') && !MAY_BE_PERSONAL.has(name))
      refuse(`\`${name}\` may not come from the personal column \`${ruleOf(rule).column}\``);
  return data;
}

/** Every column that the mapping speaks of must be one of the file's. @throws SourceError */
export function checkColumns(mapping: MappingFile, columns: Iterable<string>): void {
  const known = new Set(columns);
  const rules = [...Object.values(mapping.attributes), ...Object.values(mapping.ownAttributes)];
  const spoken = [
    ...[mapping.naturalId, mapping.label ?? '', mapping.holder ?? ''].flatMap(columnsIn),
    ...rules.flatMap((rule) => ruleOf(rule).column ?? []),
    ...mapping.personal,
  ];
  for (const column of spoken) if (!known.has(column)) refuse(`there is no column \`${column}\` in the file`);
}
