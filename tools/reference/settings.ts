import { describeSettings } from '../../src/config.ts';
import { code, page, table } from './markdown.ts';
import { docstringBefore, textOf } from './source.ts';

/** The name of the host, in what depends on it. */
const HOST = 'HOSTNAME';

/** Docstrings of the keys where the schema has them. */
function wordsOf(key: string, lines: readonly string[]): string {
  const line = lines.findIndex((each) => each.startsWith(`  ${key}:`) || each === `  ${key},`);
  return docstringBefore(lines, line);
}

export function settingsPage(): string {
  const lines = textOf('src/config.ts').split('\n');
  const schema = lines.slice(lines.indexOf('const settings = z.strictObject({'));
  const rows = describeSettings(HOST).map(({ key, variable, standard }) => [
    code(key),
    code(variable),
    code(standard),
    wordsOf(key, schema),
  ]);
  return page(
    'Settings',
    'Flags over variables over `muniment.yaml` (or the file that `MUNIMENT_CONFIG` names) over defaults; an unknown key or variable is refused. `muniment config` shows what is in force and where it came from.',
    table(['key', 'variable', 'default', 'what it is'], rows),
  );
}
