import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command, group, withWhen } from '../context.ts';
import { EXIT_REFUSED, print, table } from '../terminal.ts';

interface ListOptions extends CommonOptions {
  asOf?: string;
  knownAt?: string;
  identity?: string;
  live?: boolean;
}

interface Credential {
  entry: number;
  type: string;
  subject: string;
  granted: string;
  notAfter: string;
  state: string;
}

interface Check {
  known: boolean;
  entry: number | null;
  state: string;
  why: string;
}

async function list(options: ListOptions): Promise<void> {
  const { identity, live, asOf, knownAt } = options;
  const query = { identity, live, asOf, knownAt, limit: 500 };
  const { items } = await (await client(options)).get<{ items: Credential[] }>('/credentials', query);
  const rows = items.map((it) => [it.entry, it.type, it.state, it.subject, it.granted, it.notAfter]);
  print(items, options.json, () =>
    table(
      ['ENTRY', 'TYPE', 'STATE', 'SUBJECT', 'GRANTED', 'NOT AFTER'],
      rows,
      'no credential was issued yet',
    ),
  );
}

const PEM = '-----BEGIN CERTIFICATE-----';
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** A certificate in PEM, or a JWT: whatever the file holds. */
function presented(path: string): { certificate: string } | { jwt: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch {
    throw new MunimentError('not_found', `cannot read \`${path}\``);
  }
  if (text.includes(PEM)) return { certificate: text };
  if (JWT.test(text)) return { jwt: text };
  throw new MunimentError('bad_request', `\`${path}\` holds neither a certificate in PEM nor a JWT`);
}

/** Exit 1 for a credential that resolves to no entry: it was not made here. */
async function check(path: string, options: CommonOptions): Promise<void> {
  const answer = await (await client(options)).post<Check>('/credentials/check', presented(path));
  print(
    answer,
    options.json,
    () => `${answer.known ? `entry ${answer.entry}, ${answer.state}` : 'unknown'}: ${answer.why}`,
  );
  if (!answer.known) process.exitCode = EXIT_REFUSED;
}

/** RFC 7662: what a relying party would be told. */
async function introspect(path: string, options: CommonOptions): Promise<void> {
  const token = presented(path);
  if (!('jwt' in token)) throw new MunimentError('bad_request', `\`${path}\` holds no JWT`);
  const answer = await (await client(options)).form<{ active: boolean }>('/oauth/introspect', {
    token: token.jwt,
  });
  print(answer, options.json, () => (answer.active ? 'active' : 'not active'));
}

interface ValidOptions extends CommonOptions {
  at?: string;
  serial?: string;
  jti?: string;
  fingerprint?: string;
}

interface ValidAt {
  valid: boolean;
  state: string;
  why: string;
  at: string;
  signature: 'good' | 'bad' | 'unchecked' | null;
  entry: number | null;
  log: { size: number };
}

/** What is asked about: a file, or one of its names. */
function named(path: string | undefined, { serial, jti, fingerprint }: ValidOptions): Record<string, string> {
  const given = [
    ...(path === undefined ? [] : [presented(path)]),
    ...(serial === undefined ? [] : [{ serial }]),
    ...(jti === undefined ? [] : [{ jti }]),
    ...(fingerprint === undefined ? [] : [{ fingerprint: fingerprint.replaceAll(':', '').toLowerCase() }]),
  ];
  if (given.length !== 1)
    throw new MunimentError('unknown_option', 'name one: a file, --serial, --jti or --fingerprint');
  return given[0] as Record<string, string>;
}

/** Exit 1 for no. */
async function valid(path: string | undefined, options: ValidOptions): Promise<void> {
  const asked = { ...named(path, options), at: options.at };
  const answer = await (await client(options)).post<ValidAt>('/credentials/valid-at', asked);
  print(answer, options.json, () => {
    const { signature, entry, log } = answer;
    const facts = [
      `state ${answer.state}`,
      ...(entry === null ? [] : [`entry ${entry}`]),
      ...(signature === null ? [] : [`signature ${signature}`]),
      `judged at log size ${log.size}`,
    ];
    return `${answer.valid ? 'yes' : 'no'} (${facts.join(', ')}): ${answer.why}`;
  });
  if (!answer.valid) process.exitCode = EXIT_REFUSED;
}

export const credentialCommand = (): Command =>
  group('credential', 'credentials: list, check, valid', [
    withWhen(
      command(
        'list',
        'credentials that were issued, newest first',
        'muniment credential list --identity payments-api --live',
      ),
    )
      .option('--identity <name>')
      .option('--live', 'only those that still hold')
      .action(list),
    command(
      'check',
      'which entry a credential names; exit 1 where it names none',
      'muniment credential check cert.pem',
    )
      .argument('<file>')
      .action(check),
    command('introspect', 'whether a JWT still holds', 'muniment credential introspect token.jwt')
      .argument('<file>')
      .action(introspect),
    command(
      'valid',
      'whether a credential was valid at a moment, with the proof in --json; exit 1 for no',
      'muniment credential valid cert.pem --at 2026-03-03T09:00:00Z',
    )
      .argument('[file]')
      .option('--at <time>', 'RFC 3339; now where it is left out')
      .option('--serial <hex>', 'serial of a certificate, in place of a file')
      .option('--jti <jti>', 'jti of a token, in place of a file')
      .option('--fingerprint <hex>', 'SHA-256 of a certified public key (SPKI), in place of a file')
      .action(valid),
  ]);
