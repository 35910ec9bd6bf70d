import type { Command } from 'commander';
import { type CommonOptions, client, command, group } from '../context.ts';
import { print, table } from '../terminal.ts';
import { verify } from './ledger-verify.ts';

interface EntriesOptions extends CommonOptions {
  kind?: string;
  subject?: string;
  before?: string;
  limit?: string;
}

interface EntrySummary {
  index: number;
  time: string;
  kind: string;
  subject: string;
  actor: string;
}

interface EntryPage {
  index: number;
  leaf: string;
  body: string | null;
  proof: string[];
  checkpoint: string;
}

async function entries(options: EntriesOptions): Promise<void> {
  const { kind, subject, before, limit } = options;
  const answer = await (await client(options)).get<{ items: EntrySummary[]; size: number }>(
    '/ledger/entries',
    { kind, subject, before, limit },
  );
  const rows = answer.items.map((it) => [it.index, it.time, it.kind, it.subject, it.actor]);
  print(answer, options.json, () =>
    table(['ENTRY', 'TIME', 'KIND', 'SUBJECT', 'ACTOR'], rows, 'no entry matches'),
  );
}

const pretty = (json: string | null): string =>
  json === null ? '(withheld or erased)' : JSON.stringify(JSON.parse(json), null, 2);

async function entry(index: string, options: CommonOptions): Promise<void> {
  const found = await (await client(options)).get<EntryPage>(`/ledger/entries/${encodeURIComponent(index)}`);
  print(found, options.json, () => `entry ${found.index}\n${pretty(found.leaf)}\n${pretty(found.body)}`);
}

async function checkpoint(options: CommonOptions): Promise<void> {
  const text = (await (await client(options)).file('/log/checkpoint')).toString();
  print({ checkpoint: text }, options.json, () => text.trimEnd());
}

/** The proof as C2SP tlog-proof has it: the hashes, then the checkpoint that they lead to. */
async function prove(index: string, options: CommonOptions): Promise<void> {
  const found = await (await client(options)).get<EntryPage>(`/ledger/entries/${encodeURIComponent(index)}`);
  const answer = { index: found.index, leaf: found.leaf, proof: found.proof, checkpoint: found.checkpoint };
  print(
    answer,
    options.json,
    () => `index ${found.index}\n${found.proof.join('\n')}\n\n${found.checkpoint.trimEnd()}`,
  );
}

interface ConsistencyProof {
  from: number;
  to: number;
  proof: string[];
  checkpoint: string;
}

/** That the log of today begins with the one of `size` entries that somebody kept a checkpoint of. */
async function consistency(size: string, options: CommonOptions): Promise<void> {
  const answer = await (await client(options)).get<ConsistencyProof>('/ledger/consistency', { from: size });
  print(
    answer,
    options.json,
    () => `from ${answer.from} to ${answer.to}\n${answer.proof.join('\n')}\n\n${answer.checkpoint.trimEnd()}`,
  );
}

export const ledgerCommand = (): Command =>
  group('ledger', 'the log: entries, checkpoint, proofs, verification', [
    command('entries', 'entries, newest first', 'muniment ledger entries --kind credential.refused')
      .option('--kind <kind>')
      .option('--subject <id>')
      .option('--before <index>')
      .option('--limit <number>')
      .action(entries),
    command('entry', 'one entry, leaf and body', 'muniment ledger entry 42')
      .argument('<index>')
      .action(entry),
    command('checkpoint', 'the signed tree head', 'muniment ledger checkpoint > checkpoint').action(
      checkpoint,
    ),
    command('prove', "an entry's inclusion proof", 'muniment ledger prove 42')
      .argument('<index>')
      .action(prove),
    command(
      'consistency',
      'the proof that the log only grew since it had that many entries',
      'muniment ledger consistency 42',
    )
      .argument('<size>', 'of the checkpoint that you kept')
      .action(consistency),
    command(
      'verify',
      'check tiles and checkpoint without the server; with --rows, rows against entries',
      'muniment ledger verify --rows',
    )
      .option('--rows', 'fold every entry again and compare with the rows')
      .option('--log <dir>', 'folder of tiles (default: log in the data folder)')
      .option('--key <vkey>', "the log's verifier key; default: the one in the data folder")
      .action(verify),
  ]);
