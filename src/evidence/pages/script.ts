import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MunimentError } from '../../kernel/index.ts';

/** Made by `tools/bundle-verifier.ts`, which `npm start` runs. */
const VERIFIER_FILE = join(import.meta.dirname, '../../../verifier/dist/muniment-verify.mjs');
const PAGE_SCRIPT = readFileSync(join(import.meta.dirname, 'self-check.js'), 'utf8');

/** The bundle's one export statement, at its end: `export { local as name, … };` */
const EXPORTS = /\nexport \{([^{}]*)\};\s*$/;

function localName(exported: string, list: string): string {
  const items = list.split(',').map((item) => item.trim().split(' as '));
  const found = items.find((item) => item.at(-1) === exported)?.[0];
  if (found === undefined)
    throw new MunimentError('internal', `the verifier's bundle does not export \`${exported}\``);
  return found;
}

function readBundle(): string {
  try {
    return readFileSync(VERIFIER_FILE, 'utf8');
  } catch {
    throw new MunimentError('tool_missing', 'the offline verifier is not bundled yet: run `npm start` once');
  }
}

/**
 * The bundled verifier and the page's own few lines as one module: an inline script can then be named by its hash, and
 * needs no import that a page opened from a file could not make.
 */
export function verifierScript(): string {
  const bundle = readBundle().replace(/^#!.*\n/, '');
  const list = EXPORTS.exec(bundle)?.[1];
  if (list === undefined) throw new MunimentError('internal', "the verifier's bundle ends with no export");
  const names = ['verifyPackage', 'formatReport'].map((name) => `${name}: ${localName(name, list)}`);
  const script = `${bundle.replace(EXPORTS, '')}\n${PAGE_SCRIPT}\nofferSelfCheck({ ${names.join(', ')} });\n`;
  // The text of a script ends at the first closing tag, wherever that stands.
  return script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}
