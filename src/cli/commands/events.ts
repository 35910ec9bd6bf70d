import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { UseRecord } from '#verifier';
import { isMunimentError, MunimentError } from '../../kernel/index.ts';
import type { Client } from '../client.ts';
import { type CommonOptions, client, command, group } from '../context.ts';
import { type KeyFile, readKeyFile, signEvents } from '../key-file.ts';
import { print, withProgress } from '../terminal.ts';

const BATCH_EVENTS = 500;

interface ImportOptions extends CommonOptions {
  source: string;
  sourceKey: string;
}

/** One JSON object a line; `identity` may be a declared name. */
function readEvents(path: string): UseRecord[] {
  const text = readFileSync(path, 'utf8');
  return text
    .split('\n')
    .map((line, at) => ({ line, at }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, at }) => parsed(line, `${path}:${at + 1}`));
}

function parsed(line: string, where: string): UseRecord {
  try {
    const { at, identity, instance, credential, action, outcome, address } = JSON.parse(line);
    const time = new Date(at).toISOString();
    return {
      at: time,
      identity: identity ?? null,
      instance: instance ?? null,
      credential: credential ?? null,
      action,
      outcome,
      address: address ?? null,
    };
  } catch {
    throw new MunimentError('bad_request', 'is no event', { path: where });
  }
}

/** Names become ids before anything is signed: what is signed is what the entry holds. */
async function withIds(api: Client, events: UseRecord[]): Promise<UseRecord[]> {
  const ids = new Map<string, string>();
  for (const { identity } of events) {
    if (identity === null || ids.has(identity)) continue;
    ids.set(identity, (await api.get<{ id: string }>(`/identities/${encodeURIComponent(identity)}`)).id);
  }
  return events.map((event) => ({ ...event, identity: event.identity && (ids.get(event.identity) ?? null) }));
}

/** A batch is named by what it holds, so that an import that was broken off can simply be run again. */
const batchName = (events: UseRecord[]): string =>
  createHash('sha256').update(JSON.stringify(events)).digest('hex');

async function send(api: Client, source: string, key: KeyFile, events: UseRecord[]): Promise<number> {
  const content = { source, batch: batchName(events), events };
  try {
    await api.post('/events', { ...content, signature: signEvents(key, content) });
    return events.length;
  } catch (error) {
    if (isMunimentError(error) && error.code === 'conflict') return 0;
    throw error;
  }
}

async function importFile(file: string, options: ImportOptions): Promise<void> {
  const api = await client(options);
  const key = readKeyFile(options.sourceKey);
  const events = (await withIds(api, readEvents(file))).sort((a, b) => (a.at < b.at ? -1 : 1));
  let imported = 0;
  const all = async () => {
    for (let from = 0; from < events.length; from += BATCH_EVENTS)
      imported += await send(api, options.source, key, events.slice(from, from + BATCH_EVENTS));
  };
  await withProgress(`importing ${file}`, all());
  const known = events.length - imported;
  print({ imported, known }, options.json, () => `${imported} events imported, ${known} were known`);
}

export const eventsCommand = (): Command =>
  group('events', 'uses of credentials that others recorded', [
    command(
      'import',
      'tell of recorded uses (JSON lines), signed by a source that the settings name',
      'muniment events import uses.jsonl --source gateway --source-key gateway.key',
    )
      .argument('<file>')
      .requiredOption('--source <name>', 'as `eventSources` in the settings has it')
      .requiredOption('--source-key <file>', 'its Ed25519 key')
      .action(importFile),
  ]);
