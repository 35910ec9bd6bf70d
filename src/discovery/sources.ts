import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Rows, SecretPlace, SourceSpec } from '#verifier';
import type { Seal } from '../crypto/index.ts';
import { MunimentError } from '../kernel/index.ts';
import type { Database, Draft, Log, Tx } from '../store/index.ts';
import type { Catalog } from './catalog.ts';
import type { SourceType } from './contract.ts';
import { dropSealed, getSealed, putSealed, sealedFolder } from './queries.ts';
import { SourceError } from './source-error.ts';

export const SOURCE_NAME = /^[a-z][a-z0-9-]{0,62}$/;
export const SWEEP_EVERY_MIN_SECONDS = 300;
const SWEEP_EVERY_MAX_SECONDS = 31 * 86_400;
const SECRET_MAX_BYTES = 64 * 1024;

/** Where a secret is to be had, or its value, which is sealed at once. */
export type GivenSecret = { environment: string } | { file: string } | { value: string };

export interface SourceRequest {
  source: string;
  type: string;
  settings: Record<string, unknown>;
  secrets: Record<string, GivenSecret>;
  /** Seconds between sweeps; null: only when asked. */
  everySeconds: number | null;
}

/** A source that can be read: its type, and what it was told. */
export interface Configured {
  source: string;
  type: SourceType;
  spec: SourceSpec;
  /** Declared by an entry; false for what every server has. */
  declared: boolean;
}

export interface SourceBook {
  list(): Promise<Array<{ source: string; spec: SourceSpec; since: string | null }>>;
  /** Throws `not_found`. */
  get(source: string): Promise<Configured>;
  /** Throws `invalid_source`, `not_found`, `conflict` (built in). */
  configure(request: SourceRequest, actor: string): Promise<{ entry: number }>;
  /** Throws `not_found`, `conflict`. */
  remove(source: string, reason: string, actor: string): Promise<{ entry: number }>;
  /** A secret's value. Throws `SourceError` where it cannot be had. */
  secret(configured: Configured, name: string): Promise<string>;
}

interface Needs {
  database: Database;
  log: Log;
  seal: Seal;
  catalog: Catalog;
  /** Sources of every server, e.g. the host itself. */
  builtIn: Record<string, SourceSpec>;
}

const sealedName = (source: string, secret: string): string => `${sealedFolder(source)}${secret}`;
const invalid = (message: string): MunimentError => new MunimentError('invalid_source', message);

/** Names settings that are wrong, never their values: somebody may have put a secret there. */
function checkSettings(type: SourceType, settings: unknown): void {
  const result = type.settings.safeParse(settings);
  if (result.success) return;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.');
  throw invalid(
    `setting \`${unknown ?? ''}\` of \`${type.type}\`: ${issue?.code === 'unrecognized_keys' ? 'is not known' : 'is missing or wrong'}`,
  );
}

function checkSecrets(type: SourceType, secrets: SourceRequest['secrets']): void {
  for (const name of Object.keys(secrets))
    if (type.secrets[name] === undefined) throw invalid(`\`${type.type}\` has no secret \`${name}\``);
  for (const [name, { optional }] of Object.entries(type.secrets))
    if (optional !== true && secrets[name] === undefined) throw invalid(`secret \`${name}\` is missing`);
}

const placeOf = (given: GivenSecret): SecretPlace =>
  'environment' in given
    ? { from: 'environment', name: given.environment }
    : 'file' in given
      ? { from: 'file', path: given.file }
      : { from: 'sealed' };

const Every = z.int().min(SWEEP_EVERY_MIN_SECONDS).max(SWEEP_EVERY_MAX_SECONDS).nullable();

export function createSourceBook(needs: Needs): SourceBook {
  const { database, log, seal, catalog, builtIn } = needs;
  const standing = async (source: string): Promise<Rows['source'] | undefined> => {
    const row = await log.row('source', source);
    return row?.removed === null ? row : undefined;
  };

  const sealed = (source: string, name: string, value: string): Uint8Array =>
    seal.seal(sealedName(source, name), Buffer.from(value, 'utf8'));

  /** What is kept of secrets stands or falls with the entry. */
  async function commit(draft: Draft, beside: (tx: Tx) => Promise<void>): Promise<{ entry: number }> {
    const { appended } = await log.commit({
      decide: () => ({ drafts: [draft], result: undefined }),
      beside,
    });
    return { entry: appended[0]?.index ?? -1 };
  }

  async function fromSeal({ source }: Configured, name: string): Promise<string> {
    const sealed = await getSealed(database.db, sealedName(source, name));
    if (sealed === undefined) throw new SourceError('failed', `secret \`${name}\` is not kept any more`);
    return Buffer.from(seal.open(sealedName(source, name), sealed)).toString('utf8');
  }

  async function check({
    source,
    type: word,
    settings,
    secrets,
    everySeconds,
  }: SourceRequest): Promise<void> {
    if (!SOURCE_NAME.test(source))
      throw new MunimentError('invalid_name', `\`${source}\` is no name of a source`);
    if (builtIn[source] !== undefined) throw new MunimentError('conflict', `\`${source}\` is built in`);
    const type = await catalog.type(word);
    checkSettings(type, settings);
    checkSecrets(type, secrets);
    if (!Every.safeParse(everySeconds).success)
      throw invalid(`between sweeps lie ${SWEEP_EVERY_MIN_SECONDS} to ${SWEEP_EVERY_MAX_SECONDS} seconds`);
    const before = await standing(source);
    // Another kind of source under the old name would make what was seen of the old one look gone.
    if (before !== undefined && before.spec.type !== word)
      throw new MunimentError(
        'conflict',
        `\`${source}\` is of type \`${before.spec.type}\`: remove it, or take another name`,
      );
  }

  return {
    async list() {
      const rows = (await log.rows('source')).filter(({ removed }) => removed === null);
      const own = Object.entries(builtIn).map(([source, spec]) => ({ source, spec, since: null }));
      return [...own, ...rows.map(({ source, spec, since }) => ({ source, spec, since }))];
    },
    async get(source) {
      const own = builtIn[source];
      if (own !== undefined)
        return { source, spec: own, type: await catalog.type(own.type), declared: false };
      const row = await standing(source);
      if (row === undefined) throw new MunimentError('not_found', `there is no source \`${source}\``);
      return { source, spec: row.spec, type: await catalog.type(row.spec.type), declared: true };
    },
    async configure(request, actor) {
      await check(request);
      const { source, type, settings, everySeconds } = request;
      const secrets = Object.fromEntries(
        Object.entries(request.secrets).map(([name, given]) => [name, placeOf(given)]),
      );
      const data = { source, spec: { type, settings, secrets, everySeconds } };
      return commit({ kind: 'source.configured', subject: '', actor, data }, async (tx) => {
        await dropSealed(tx, source);
        for (const [name, given] of Object.entries(request.secrets))
          if ('value' in given)
            await putSealed(tx, sealedName(source, name), sealed(source, name, given.value));
      });
    },
    async remove(source, reason, actor) {
      if (builtIn[source] !== undefined) throw new MunimentError('conflict', `\`${source}\` is built in`);
      const row = await standing(source);
      if (row === undefined) throw new MunimentError('not_found', `there is no source \`${source}\``);
      const data = { source, reason };
      return commit({ kind: 'source.removed', subject: '', actor, data }, (tx) => dropSealed(tx, source));
    },
    async secret(configured, name) {
      const place = configured.spec.secrets[name];
      if (place === undefined) throw new SourceError('failed', `secret \`${name}\` is not configured`);
      if (place.from === 'sealed') return fromSeal(configured, name);
      const value = place.from === 'environment' ? process.env[place.name] : await fromFile(place.path);
      if (value === undefined || value === '')
        throw new SourceError('failed', `secret \`${name}\` is empty or not there`);
      return value;
    },
  };
}

/** A last line break is an editor's, not the secret's. */
async function fromFile(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.length > SECRET_MAX_BYTES) return undefined;
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}
