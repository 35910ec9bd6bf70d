/** The commands of a README, run as a newcomer would: its files written under the names that the text gives them, its shell blocks run. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = /^```(\w+)\n([\s\S]*?)^```$/gm;
const TIMEOUT_MS = 60_000;

/** Fenced blocks of one language below a heading, in order. */
export function blocksOf(readme: string, language: string): string[] {
  return [...readFileSync(readme, 'utf8').matchAll(BLOCK)]
    .filter(([, told]) => told === language)
    .map(([, , text]) => text ?? '');
}

/**
 * Runs the shell blocks in a folder, each to its end, but for those of our own command: the test does what they do.
 * Throws with what they said where one fails.
 */
export function runRecipe(
  readme: string,
  folder: string,
  files: Record<string, string>,
  env: NodeJS.ProcessEnv,
): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const blocks = blocksOf(readme, 'sh').filter((commands) => !commands.startsWith('muniment '));
  for (const commands of blocks)
    execFileSync('bash', ['-euo', 'pipefail', '-c', commands], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: 'pipe',
      timeout: TIMEOUT_MS,
    });
}
