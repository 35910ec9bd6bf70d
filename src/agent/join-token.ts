import { readFileSync } from 'node:fs';
import { MunimentError } from '../kernel/index.ts';

const VARIABLE = 'MUNIMENT_AGENT_JOIN_TOKEN';
const TOKEN_MAX_BYTES = 4096;

/**
 * The one-time token from a file, from standard input (`-`), or from the environment. Not from the command line: every user
 * of the host can read that. Throws `bad_request` for a file that cannot be read or holds none.
 */
export function readJoinToken(file: string | undefined): string | undefined {
  if (file === undefined) return takeFromEnvironment();
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new MunimentError('bad_request', `token file \`${file}\` cannot be read`, { cause });
  }
  const token = text.trim();
  if (token === '' || token.length > TOKEN_MAX_BYTES || /\s/.test(token)) {
    throw new MunimentError('bad_request', `token file \`${file}\` holds no token`);
  }
  return token;
}

/** Taken out as well, so that no program that the agent starts inherits it. */
function takeFromEnvironment(): string | undefined {
  const token = process.env[VARIABLE]?.trim();
  delete process.env[VARIABLE];
  return token === '' ? undefined : token;
}
