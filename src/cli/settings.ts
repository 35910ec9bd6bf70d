import { MunimentError } from '../kernel/index.ts';
import type { SettingSchema } from './source-text.ts';

const usage = (message: string): MunimentError => new MunimentError('unknown_option', message);

function asJson(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`\`--set ${key}=…\` is to be JSON`);
  }
}

/** Text becomes what the schema asks for; the server has the last word on it. */
function typed(key: string, text: string, schema: SettingSchema | undefined): unknown {
  switch (schema?.type) {
    case 'integer':
    case 'number':
    case 'boolean':
      return asJson(key, text);
    case 'array':
    case 'object':
      return /^[[{]/.test(text) ? asJson(key, text) : text;
    case 'string':
      return text;
    default:
      return /^([[{]|-?\d+$|true$|false$)/.test(text) ? asJson(key, text) : text;
  }
}

/**
 * Settings out of `key=value`; a list takes its members one by one, or as JSON.
 * @throws MunimentError `unknown_option`
 */
export function settingsOf(
  given: readonly string[],
  schemas: Readonly<Record<string, SettingSchema>>,
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const each of given) {
    const [key = '', text] = each.split(/=(.*)/s);
    if (text === undefined || key === '') throw usage(`\`--set ${each}\` is to be key=value`);
    const schema = schemas[key];
    const value = typed(key, text, schema?.type === 'array' && !text.startsWith('[') ? schema.items : schema);
    const known = settings[key];
    if (schema?.type === 'array' && !Array.isArray(value))
      settings[key] = [...(Array.isArray(known) ? known : []), value];
    else if (known === undefined) settings[key] = value;
    else throw usage(`\`--set ${key}=…\` is given twice`);
  }
  return settings;
}
