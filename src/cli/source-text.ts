import { printable, table } from './terminal.ts';

/** What a kind of source takes and what it may call, as people read it. */
export interface SourceType {
  type: string;
  version: number;
  title: string;
  settings: { properties?: Record<string, SettingSchema>; required?: string[] };
  secrets: Array<{ name: string; about: string; optional: boolean }>;
  operations: Array<{ name: string; privilege: string; note: string | null }>;
  listings: Array<{ listing: string; about: string; operations: string[] }>;
}

/** JSON Schema, as far as a command line looks at it. */
export interface SettingSchema {
  type?: string;
  description?: string;
  items?: SettingSchema;
}

/** Exactly the rights that it needs, and every call that it will make. */
export function explainText({
  title,
  type,
  version,
  settings,
  secrets,
  operations,
  listings,
}: SourceType): string {
  const required = new Set(settings.required ?? []);
  const properties = Object.entries(settings.properties ?? {});
  return [
    `${title} (\`${type}\`, version ${version})`,
    '',
    'It needs these rights, and no more:',
    ...[...new Set(operations.map(({ privilege }) => privilege))].map(
      (privilege) => `  ${printable(privilege)}`,
    ),
    '',
    'It makes these calls, and no other:',
    ...operations.map(
      ({ name, note }) => `  ${printable(name)}${note === null ? '' : ` (${printable(note)})`}`,
    ),
    '',
    table(
      ['IT READS', 'WHAT IT TELLS', 'BY'],
      listings.map((each) => [each.listing, each.about, each.operations.join(', ')]),
      'it reads nothing',
    ),
    '',
    table(
      ['SETTING', 'NEEDED', 'WHAT'],
      properties.map(([name, schema]) => [
        name,
        required.has(name) ? 'yes' : 'no',
        schema.description ?? schema.type,
      ]),
      'it takes no setting',
    ),
    '',
    table(
      ['SECRET', 'NEEDED', 'WHAT'],
      secrets.map(({ name, optional, about }) => [name, optional ? 'no' : 'yes', about]),
      'it takes no secret',
    ),
  ].join('\n');
}
