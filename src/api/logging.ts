import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

export type { Logger };

const STDERR = 2;

/** Whatever could carry a secret is left out, wherever an object that is logged holds it. */
const REDACTED = [
  'authorization',
  'cookie',
  'token',
  'signature',
  'csr',
  'jwt',
  'csrf',
  'password',
  'sealKey',
  'databaseUrl',
];

/** Our own log: to stderr, so that standard output stays what a command answers. */
export function createLogger(config: Pick<Config, 'logLevel'>, to?: DestinationStream): Logger {
  const paths = REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  const stream = to ?? destination({ dest: STDERR, sync: true });
  return pino({ name: 'muniment', level: config.logLevel, redact: { paths, censor: '(left out)' } }, stream);
}
