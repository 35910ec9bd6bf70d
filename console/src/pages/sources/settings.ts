import type { SourceType } from '../../api/types.ts';

/** One setting of a source, as a form can ask for it. */
export interface SettingField {
  name: string;
  kind: 'text' | 'number' | 'flag' | 'list' | 'json';
  required: boolean;
  about: string;
}

interface Schema {
  type?: string;
  description?: string;
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
}

function kindOf({ type, items, anyOf }: Schema): SettingField['kind'] {
  if (anyOf !== undefined) return 'json';
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'boolean') return 'flag';
  return type === 'array' && items?.type === 'string' ? 'list' : 'json';
}

/** The settings that a type's JSON Schema names and that may be given from here, those that must be there first. */
export function fieldsOf({ settings, hostSettings }: SourceType): SettingField[] {
  const { properties = {}, required = [] } = settings as Schema;
  const given = Object.entries(properties).filter(([name]) => !hostSettings.includes(name));
  const fields = given.map(([name, schema]) => ({
    name,
    kind: kindOf(schema),
    required: required.includes(name),
    about: [schema.description ?? '', schema.enum ? `One of ${schema.enum.join(', ')}.` : '']
      .join(' ')
      .trim(),
  }));
  return fields.sort((a, b) => Number(b.required) - Number(a.required));
}

const PARSE: Record<SettingField['kind'], (text: string) => unknown> = {
  text: (text) => text,
  number: Number,
  flag: (text) => text === 'true',
  list: (text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  json: (text) => JSON.parse(text) as unknown,
};

/** What a form says; an empty field is a setting that is not given. Throws `SyntaxError` for what is no JSON. */
export function readForm(type: SourceType, form: FormData) {
  const given = (name: string): string => String(form.get(name) ?? '');
  const settings = fieldsOf(type)
    .filter(({ name }) => given(`setting:${name}`).trim() !== '')
    .map(({ name, kind }) => [name, PARSE[kind](given(`setting:${name}`))] as const);
  const secrets = type.secrets
    .filter(({ name }) => given(`secret:${name}`) !== '')
    .map(({ name }) => [name, { value: given(`secret:${name}`) }] as const);
  return { settings: Object.fromEntries(settings), secrets: Object.fromEntries(secrets) };
}
