import type { Command } from 'commander';
import { type CommonOptions, client, command, group } from '../context.ts';
import { print, table } from '../terminal.ts';

interface ReasonOptions extends CommonOptions {
  reason: string;
}

interface Lock {
  id: string;
  target: { kind: string; id: string; name?: string | null };
  reason: string;
  placed: string;
  lifted: string | null;
}

interface Probe {
  point: string;
  credential: number | null;
  outcome: string;
  latencyMs: number | null;
  detail: string;
}

async function place(kind: string, id: string, options: ReasonOptions): Promise<void> {
  const api = await client(options);
  const placed = await api.post<{ lock: string; placed: string; entry: number }>('/locks', {
    target: { kind, id },
    reason: options.reason,
  });
  print(
    placed,
    options.json,
    () => `locked ${kind} ${id} at ${placed.placed}: ${placed.lock}, entry ${placed.entry}`,
  );
}

async function lift(lock: string, options: ReasonOptions): Promise<void> {
  const lifted = await (await client(options)).post<{ entry: number }>(
    `/locks/${encodeURIComponent(lock)}/lift`,
    { reason: options.reason },
  );
  print(lifted, options.json, () => `lifted ${lock}, entry ${lifted.entry}; what it killed stays dead`);
}

async function list(options: CommonOptions): Promise<void> {
  const { items } = await (await client(options)).get<{ items: Lock[] }>('/locks');
  const rows = items.map((it) => [
    it.id,
    it.target.kind,
    it.target.name ?? it.target.id,
    it.placed,
    it.lifted,
    it.reason,
  ]);
  print(items, options.json, () =>
    table(['LOCK', 'KIND', 'TARGET', 'PLACED', 'LIFTED', 'REASON'], rows, 'nothing is locked'),
  );
}

async function show(lock: string, options: CommonOptions): Promise<void> {
  const found = await (await client(options)).get<Lock & { probes: Array<{ probes: Probe[] }> }>(
    `/locks/${encodeURIComponent(lock)}`,
  );
  const rows = found.probes
    .flatMap(({ probes }) => probes)
    .map((it) => [it.point, it.credential, it.outcome, it.latencyMs, it.detail]);
  const head = `${found.id}: ${found.target.kind} ${found.target.name ?? found.target.id}, placed ${found.placed}`;
  print(
    found,
    options.json,
    () => `${head}\n${table(['POINT', 'CREDENTIAL', 'OUTCOME', 'MS', 'DETAIL'], rows, 'not tried yet')}`,
  );
}

export const lockCommand = (): Command =>
  group('lock', 'immediate refusal: place, lift, list, show', [
    command(
      'place',
      'refuse a target from now on and kill what it holds',
      'muniment lock place identity payments-api --reason "key leaked"',
    )
      .argument('<kind>', 'identity, credential, instance, trust, owner, application or agent')
      .argument('<id>', 'its id or name')
      .requiredOption('--reason <text>')
      .action(place),
    command(
      'lift',
      'let a target ask again; dead credentials stay dead',
      'muniment lock lift lok_… --reason "key replaced"',
    )
      .argument('<lock>')
      .requiredOption('--reason <text>')
      .action(lift),
    command('list', 'locks, newest first', 'muniment lock list').action(list),
    command('show', 'one lock and where the dead credentials were tried', 'muniment lock show lok_…')
      .argument('<lock>')
      .action(show),
  ]);
