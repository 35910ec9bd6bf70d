import type { Command } from 'commander';
import { ALERT_OUTCOMES } from '#verifier';
import { type CommonOptions, client, command, group } from '../context.ts';
import { print, printable, table } from '../terminal.ts';

interface Alert {
  id: string;
  detector: string;
  about: string;
  state: string;
  identity: { id: string; name: string | null } | null;
  expected: string;
  seen: string;
  entries: number[];
  raised: string;
  resolved: { outcome: string; reason: string } | null;
}

interface ListOptions extends CommonOptions {
  state?: string;
  identity?: string;
}

async function list(options: ListOptions): Promise<void> {
  const { state, identity } = options;
  const { items } = await (await client(options)).get<{ items: Alert[] }>('/alerts', { state, identity });
  const rows = items.map((it) => [
    it.id,
    it.detector,
    it.identity?.name ?? it.identity?.id ?? it.about,
    it.state,
    it.raised,
    it.seen,
  ]);
  print(items, options.json, () =>
    table(['ALERT', 'DETECTOR', 'ABOUT', 'STATE', 'RAISED', 'SEEN'], rows, 'no alert'),
  );
}

async function show(alert: string, options: CommonOptions): Promise<void> {
  const found = await (await client(options)).get<Alert>(`/alerts/${encodeURIComponent(alert)}`);
  const lines = [
    `${found.id}: ${found.detector} about ${found.identity?.name ?? found.about}, ${found.state}`,
    `  expected: ${printable(found.expected)}`,
    `  seen:     ${printable(found.seen)}`,
    `  entries:  ${found.entries.join(', ')}`,
    ...(found.resolved === null
      ? []
      : [`  resolved: ${found.resolved.outcome}, ${printable(found.resolved.reason)}`]),
  ];
  print(found, options.json, () => lines.join('\n'));
}

async function acknowledge(alert: string, options: CommonOptions): Promise<void> {
  const path = `/alerts/${encodeURIComponent(alert)}/acknowledge`;
  const done = await (await client(options)).post<{ entry: number }>(path, {});
  print(done, options.json, () => `acknowledged ${alert}, entry ${done.entry}`);
}

interface ResolveOptions extends CommonOptions {
  outcome: string;
  reason: string;
}

async function resolve(alert: string, options: ResolveOptions): Promise<void> {
  const { outcome, reason } = options;
  const path = `/alerts/${encodeURIComponent(alert)}/resolve`;
  const done = await (await client(options)).post<{ entry: number }>(path, { outcome, reason });
  print(done, options.json, () => `resolved ${alert}, entry ${done.entry}`);
}

interface Detector {
  detector: string;
  alive: boolean;
  tested: string;
  why: string;
}

async function test(options: CommonOptions): Promise<void> {
  const { items } = await (await client(options)).post<{ items: Detector[] }>('/detectors/test', {});
  const rows = items.map((it) => [it.detector, it.alive ? 'alive' : 'DEAD', it.tested, it.why]);
  print(items, options.json, () => table(['DETECTOR', 'STATE', 'TESTED', 'WHY'], rows, 'no detector'));
  if (items.some(({ alive }) => !alive)) process.exitCode = 1;
}

export const alertCommand = (): Command =>
  group('alert', 'departures from what is normal: list, show, ack, resolve, test', [
    command('list', 'alerts, newest first', 'muniment alert list --state open')
      .option('--state <state>', 'open, acknowledged or resolved')
      .option('--identity <id>', 'only about this identity, by id or name')
      .action(list),
    command('show', 'what was expected, what was seen, and the entries', 'muniment alert show alr_…')
      .argument('<alert>')
      .action(show),
    command('ack', 'say that you have it in hand', 'muniment alert ack alr_… --key-file ada.key')
      .argument('<alert>')
      .action(acknowledge),
    command(
      'resolve',
      'close it with what it was and why',
      'muniment alert resolve alr_… --outcome expected --reason "planned move" --key-file ada.key',
    )
      .argument('<alert>')
      .requiredOption('--outcome <outcome>', ALERT_OUTCOMES.join(', '))
      .requiredOption('--reason <text>')
      .action(resolve),
    command('test', 'fire a test event at every detector now', 'muniment alert test').action(test),
  ]);
