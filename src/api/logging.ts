import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

export type { Logger };

const STDERR = 2;
const LEFT_OUT = '(left out)';

/** Whatever could carry a secret is left out, wherever an object that is logged holds it. */
const REDACTED = [
  'authorization',
  'cookie',
  'token',
  'access_token',
  'client_assertion',
  'signature',
  'challenge',
  'csr',
  'jwt',
  'csrf',
  'password',
  'secret',
  'sealKey',
  'databaseUrl',
];

/**
 * What looks like a secret, in whatever text: our own tokens, JWTs, passwords in addresses, private keys. The last net, for
 * messages of libraries and databases that quote what they were given.
 */
const SECRET_SHAPES = [
  /\bm(?:u[a-z]|jt)_[A-Za-z0-9_-]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)?/g,
  /\bBearer [A-Za-z0-9._~+/=-]+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=")|$)/g,
];

/** What follows the name is taken whether or not an `@` ends it: each character is looked at once, whatever the line. */
const USER_AND_PASSWORD = /([a-z]:\/\/[^\s/:@"]*:)[^\s@"]+(@?)/g;

const withoutPasswords = (text: string): string =>
  text.replace(USER_AND_PASSWORD, (whole, name: string, end: string) =>
    end === '' ? whole : `${name}${LEFT_OUT}${end}`,
  );

export const scrub = (line: string): string =>
  SECRET_SHAPES.reduce((text, shape) => text.replace(shape, LEFT_OUT), withoutPasswords(line));

/** Our own log: to stderr, so that standard output stays what a command answers. */
export function createLogger(config: Pick<Config, 'logLevel'>, to?: DestinationStream): Logger {
  const paths = REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  const stream = to ?? destination({ dest: STDERR, sync: true });
  const options = { name: 'muniment', level: config.logLevel, redact: { paths, censor: LEFT_OUT } };
  return pino({ ...options, hooks: { streamWrite: scrub } }, stream);
}
