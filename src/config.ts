import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkTrustDomain, MunimentError } from './kernel/index.ts';

/** Settings: flags over `MUNIMENT_*` variables over `muniment.yaml` over what follows from the machine. */

const PORT_MAX = 65_535;
export const CONSOLE_PORT = 7440;
export const API_PORT = 7443;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const HOST_NAME =
  /^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$|^[0-9a-fA-F:.]+$/;
const NAME_MAX_CHARACTERS = 253;

/** 0 takes any free port. */
const port = z.coerce.number().int().min(0).max(PORT_MAX);
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);
const path = z.string().min(1);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a short name');
const hostName = z.string().max(NAME_MAX_CHARACTERS).regex(HOST_NAME, 'must be a host name or an address');
const trustDomain = z.string().superRefine((name, context) => {
  try {
    checkTrustDomain(name);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** Lists are written as YAML in a variable too. */
const listOf = <S extends z.ZodType>(item: S) => z.preprocess(listIn, z.array(item));

function listIn(value: unknown): unknown {
  try {
    return typeof value === 'string' ? parse(value) : value;
  } catch {
    // Text is no list: the check that follows says so.
    return value;
  }
}

const destination = z.union([
  z.strictObject({ name, to: z.literal('file'), path, rotateBytes: z.number().int().positive().optional() }),
  z.strictObject({
    name,
    to: z.literal('https'),
    url: z.url({ protocol: /^https$/ }),
    bearerFile: path.optional(),
    caFile: path.optional(),
  }),
  z.strictObject({
    name,
    to: z.literal('syslog-tls'),
    host: hostName,
    port: z.number().int().min(1).max(PORT_MAX),
    caFile: path.optional(),
    certFile: path.optional(),
    keyFile: path.optional(),
  }),
]);

const target = z.union([
  z.strictObject({
    name,
    to: z.literal('webhook'),
    url: z.url({ protocol: /^https$/ }),
    secretFile: path,
    caFile: path.optional(),
  }),
  z.strictObject({ name, to: z.literal('slack'), urlFile: path, caFile: path.optional() }),
  z.strictObject({
    name,
    to: z.literal('e-mail'),
    host: hostName,
    port: z.number().int().min(1).max(PORT_MAX),
    from: z.email(),
    recipients: z.array(z.email()).min(1),
    user: path.optional(),
    passwordFile: path.optional(),
    caFile: path.optional(),
    plain: z.boolean().optional(),
  }),
]);

const LOOPBACK = /^http:\/\/(localhost|127\.[0-9.]+|\[::1\])(:|\/|$)/;

const witness = z.strictObject({
  name,
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => url.startsWith('https:') || LOOPBACK.test(url), 'must be https, except on this host'),
  verifierKey: z.string().min(1),
  caFile: path.optional(),
});

const settings = z.strictObject({
  /** Folder of everything this host keeps. */
  data: path,
  /** Plain http on loopback, for people on this host. */
  consolePort: port,
  /** TLS, for everything. */
  apiPort: port,
  /** Names and addresses that requests may be for and the server certificate holds; several by commas. */
  hosts: z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
    z.array(hostName).min(1),
  ),
  /** Of the SPIFFE IDs that are issued. */
  trustDomain,
  /** PostgreSQL; the embedded database is used without it. `DATABASE_URL` is read too. */
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with `postgresql://`')
    .optional(),
  /** `/path/to/32-byte-file` or `command:…`; a key file beside the data is used without it. */
  sealKey: z.string().min(1).optional(),
  /** Sweep this host at the start. */
  sweep: flag,
  /** Folders below which a sweep looks for checkouts, compose files and private keys; for checkouts in every home, too. */
  sweepRoots: z.preprocess(
    (value) => (typeof value === 'string' ? value.split(':') : value),
    z.array(z.string().regex(/^\//, 'must be an absolute path')),
  ),
  /** Of the server's own log, on standard error. */
  logLevel: z.enum(LOG_LEVELS),
  /** Base address of an OpenTelemetry collector (OTLP/HTTP); absent means no traces. */
  otelEndpoint: z.url({ protocol: /^https?$/ }).optional(),
  /** Server certificate, PEM, instead of one from our own CA. */
  certificateFile: path.optional(),
  /** Goes with `certificateFile`. */
  keyFile: path.optional(),
  /** Plain http for CRLs and CA certificates alone. */
  pkiPort: port.optional(),
  /** Where relying parties reach that port; certificates carry a CRL address only with it. */
  pkiUrl: z.url({ protocol: /^http$/ }).optional(),
  /** Name of the log, when it is first made. */
  origin: z
    .string()
    .min(1)
    .max(NAME_MAX_CHARACTERS)
    .regex(/^[^\s+]+$/, 'may hold neither a space nor `+`')
    .optional(),
  /** A checkpoint kept elsewhere (file, or http address): a start is refused where the database does not hold what it was signed over. */
  knownCheckpoint: z.string().min(1).optional(),
  /** `iss` of JWTs, and where relying parties look for our keys. */
  issuerUrl: z.url({ protocol: /^https$/ }).optional(),
  /** Host that passkeys are bound to. */
  passkeyHost: hostName.optional(),
  /** Where a SIEM gets its events; secrets are named by file. */
  exports: listOf(destination).optional(),
  /** Who is told that a change waits, a rotation stands still, an alert was raised. */
  notify: listOf(target).optional(),
  /** Who cosigns our checkpoints (C2SP tlog-witness); keys are verifier keys of type cosignature/v1. */
  witnesses: listOf(witness).optional(),
  /** Who may tell us of uses of credentials: Ed25519 keys, SPKI, DER, base64url. */
  eventSources: listOf(
    z.strictObject({ name, publicKey: z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be base64url') }),
  ).optional(),
});

export type Settings = z.output<typeof settings>;
type Key = keyof Settings;

export interface Config extends Settings {
  /** Where each setting in force came from. */
  readonly from: Readonly<Partial<Record<Key, string>>>;
}

const VARIABLES: Record<Key, string> = {
  data: 'MUNIMENT_DATA',
  consolePort: 'MUNIMENT_CONSOLE_PORT',
  apiPort: 'MUNIMENT_API_PORT',
  hosts: 'MUNIMENT_HOSTS',
  trustDomain: 'MUNIMENT_TRUST_DOMAIN',
  databaseUrl: 'MUNIMENT_DATABASE_URL',
  sealKey: 'MUNIMENT_SEAL_KEY',
  sweep: 'MUNIMENT_SWEEP',
  sweepRoots: 'MUNIMENT_SWEEP_ROOTS',
  logLevel: 'MUNIMENT_LOG_LEVEL',
  otelEndpoint: 'MUNIMENT_OTEL_ENDPOINT',
  certificateFile: 'MUNIMENT_CERTIFICATE_FILE',
  keyFile: 'MUNIMENT_KEY_FILE',
  pkiPort: 'MUNIMENT_PKI_PORT',
  pkiUrl: 'MUNIMENT_PKI_URL',
  origin: 'MUNIMENT_ORIGIN',
  knownCheckpoint: 'MUNIMENT_KNOWN_CHECKPOINT',
  issuerUrl: 'MUNIMENT_ISSUER_URL',
  passkeyHost: 'MUNIMENT_PASSKEY_HOST',
  exports: 'MUNIMENT_EXPORTS',
  notify: 'MUNIMENT_NOTIFY',
  witnesses: 'MUNIMENT_WITNESSES',
  eventSources: 'MUNIMENT_EVENT_SOURCES',
};
const CONFIG_VARIABLE = 'MUNIMENT_CONFIG';
/** Variables of our other programs, of the command line and of tests: not ours to judge. */
const OTHERS = /^MUNIMENT_(AGENT|CLI|TEST|DEMO|BENCH)_|^MUNIMENT_CONFIG$/;
const SECRET_KEYS: ReadonlySet<Key> = new Set(['databaseUrl', 'sealKey']);
const DEFAULT_FILE = 'muniment.yaml';

export interface ConfigSources {
  flags?: Record<string, unknown>;
  environment?: Record<string, string | undefined>;
  /** Must be there if it is named; `muniment.yaml` need not. */
  file?: string | undefined;
}

type Layered = Map<string, { value: unknown; from: string }>;

/**
 * Reads and checks the settings.
 * @throws MunimentError `unknown_option` for a key that is none of ours, `bad_request` for a value that is not valid
 */
export function readConfig({ flags = {}, environment = process.env, file }: ConfigSources = {}): Config {
  const layered: Layered = new Map();
  for (const [key, value] of Object.entries(defaults())) layered.set(key, { value, from: 'default' });
  addFile(layered, file ?? environment[CONFIG_VARIABLE]);
  addVariables(layered, environment);
  for (const [key, value] of Object.entries(flags)) {
    if (value !== undefined) layered.set(key, { value, from: 'flag' });
  }
  return check(layered);
}

const defaults = (host = hostname()): Partial<Record<Key, unknown>> => ({
  data: './data',
  consolePort: CONSOLE_PORT,
  apiPort: API_PORT,
  hosts: [...new Set(['localhost', '127.0.0.1', '::1', host])].filter((name) => HOST_NAME.test(name)),
  trustDomain: 'muniment.local',
  sweep: true,
  sweepRoots: ['/srv', '/opt'],
  logLevel: 'warn',
});

function addFile(layered: Layered, named: string | undefined): void {
  const path = named ?? DEFAULT_FILE;
  const text = readText(path, named !== undefined);
  if (text === undefined) return;
  const values = parseYaml(text, path);
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new MunimentError('bad_request', `\`${path}\` must hold keys and values`);
  }
  for (const [key, value] of Object.entries(values)) layered.set(key, { value, from: `file \`${path}\`` });
}

function readText(path: string, mustBe: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (!mustBe && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new MunimentError('bad_request', `settings file \`${path}\` cannot be read`, { cause });
  }
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (cause) {
    throw new MunimentError('bad_request', `settings file \`${path}\` is not valid YAML`, { cause });
  }
}

function addVariables(layered: Layered, environment: Record<string, string | undefined>): void {
  const keys = new Map(Object.entries(VARIABLES).map(([key, name]) => [name, key]));
  if (environment.DATABASE_URL)
    layered.set('databaseUrl', { value: environment.DATABASE_URL, from: 'variable `DATABASE_URL`' });
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('MUNIMENT_') || OTHERS.test(name) || value === undefined || value === '') continue;
    const key = keys.get(name);
    if (key === undefined) throw new MunimentError('unknown_option', `unknown variable \`${name}\``);
    layered.set(key, { value, from: `variable \`${name}\`` });
  }
}

function check(layered: Layered): Config {
  const parsed = settings.safeParse(Object.fromEntries([...layered].map(([key, { value }]) => [key, value])));
  if (!parsed.success) throw invalid(parsed.error, layered);
  const config = parsed.data;
  if ((config.certificateFile === undefined) !== (config.keyFile === undefined)) {
    throw new MunimentError('bad_request', '`certificateFile` and `keyFile` go together');
  }
  const from = Object.fromEntries([...layered].map(([key, value]) => [key, value.from]));
  return { ...config, data: resolve(config.data), from };
}

function invalid(error: z.ZodError, layered: Layered): MunimentError {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return new MunimentError('unknown_option', `unknown setting \`${key}\` (${layered.get(key)?.from})`, {
      path: key,
    });
  }
  const key = String(issue?.path[0] ?? '');
  const message = issue?.message ?? 'is not valid';
  return new MunimentError('bad_request', `setting \`${key}\` (${layered.get(key)?.from}): ${message}`, {
    path: key,
  });
}

/** Every setting with its variable and its default on a host of this name, for the reference. */
export function describeSettings(host: string): Array<{ key: Key; variable: string; standard: string }> {
  const standard = defaults(host);
  return (Object.keys(VARIABLES) as Key[]).map((key) => ({
    key,
    variable: VARIABLES[key],
    standard: key in standard ? shown(key, standard[key]) : '',
  }));
}

/** What is in force and where each value came from. A secret's value is never shown. */
export function explain(config: Config): Array<{ key: Key; value: string; from: string }> {
  return (Object.keys(VARIABLES) as Key[])
    .filter((key) => config[key] !== undefined)
    .map((key) => ({ key, value: shown(key, config[key]), from: config.from[key] ?? 'default' }));
}

function shown(key: Key, value: unknown): string {
  if (SECRET_KEYS.has(key)) return '(set; not shown)';
  if (!Array.isArray(value)) return String(value);
  const isList = value.some((item) => typeof item === 'object');
  return isList ? JSON.stringify(value) : value.join(', ');
}
