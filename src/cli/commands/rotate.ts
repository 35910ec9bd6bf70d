import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import type { Client } from '../client.ts';
import { type CommonOptions, client, command, group } from '../context.ts';
import { note, print, printable, table } from '../terminal.ts';

const LOOK_MS = 300;

interface RotateOptions extends CommonOptions {
  now?: boolean;
  dryRun?: boolean;
}

interface Run {
  id: string;
  old: string;
  new: string | null;
  phase: string;
  phases: Array<{ phase: string; time: string; detail: string; entry: number }>;
  stalled: { cause: string; detail: string; finding: string } | null;
  ended: string | null;
  outcome: string | null;
}

interface Rotation {
  id: string;
  name: string;
  identity: { name: string | null };
  target: string;
  intervalDays: number;
  due: string;
  rotated: string | null;
  run: Run | null;
}

interface Plan {
  due: string;
  starts: boolean;
  old: string;
  steps: Array<{ phase: string; what: string }>;
}

const pathOf = (name: string, rest: string): string => `/rotations/${encodeURIComponent(name)}/${rest}`;

async function dryRun(name: string, options: RotateOptions): Promise<void> {
  const plan = await (await client(options)).get<Plan>(pathOf(name, 'plan'));
  const steps = plan.steps.map(({ phase, what }) => `  ${phase.padEnd(10)} ${what}`);
  const when = plan.starts ? 'is due' : 'would not start by itself now';
  print(plan, options.json, () =>
    printable(`${name} ${when} (due ${plan.due}); in force: ${plan.old}`)
      .concat('\n', steps.map(printable).join('\n'))
      .concat('\nnothing was touched'),
  );
}

/** Tells of each phase once it stands; ends with the run, or with what it waits for a person to mend. */
async function follow(api: Client, name: string, id: string): Promise<Run> {
  for (let told = 0; ; await pause(LOOK_MS)) {
    const { items } = await api.get<{ items: Rotation[] }>('/rotations');
    const run = items.find((item) => item.name === name || item.id === name)?.run;
    if (run?.id !== id) throw new MunimentError('not_found', 'the run is gone');
    for (const { phase, detail, entry } of run.phases.slice(told))
      note(printable(`${phase.padEnd(10)} entry ${entry}${detail === '' ? '' : `: ${detail}`}`));
    told = run.phases.length;
    if (run.ended !== null || run.stalled !== null) return run;
  }
}

async function rotate(name: string, options: RotateOptions): Promise<void> {
  if (options.dryRun) return dryRun(name, options);
  const api = await client(options);
  const { run: id } = await api.post<{ run: string }>(pathOf(name, 'runs'), { early: options.now === true });
  const run = await follow(api, name, id);
  print(run, options.json, () =>
    printable(
      run.stalled === null
        ? `${name}: ${run.outcome}; ${run.old} gave way to ${run.new}`
        : `${name}: stalled after ${run.phase}: ${run.stalled.detail} (finding ${run.stalled.finding})`,
    ),
  );
  if (run.outcome !== 'completed') process.exitCode = 1;
}

const stateOf = ({ run }: Rotation): string => {
  if (run === null) return 'never';
  if (run.ended !== null) return `${run.outcome}`;
  return run.stalled === null ? run.phase : `${run.phase}, stalled: ${run.stalled.cause}`;
};

async function list(options: CommonOptions): Promise<void> {
  const { items } = await (await client(options)).get<{ items: Rotation[] }>('/rotations');
  const rows = items.map((it) => [it.name, it.identity.name, it.target, it.rotated, it.due, stateOf(it)]);
  print(items, options.json, () =>
    table(['ROTATION', 'IDENTITY', 'TARGET', 'ROTATED', 'DUE', 'RUN'], rows, 'nothing is under rotation'),
  );
}

async function abandon(name: string, options: CommonOptions & { reason: string }): Promise<void> {
  const { reason } = options;
  const rotation = await (await client(options)).post<Rotation>(pathOf(name, 'abandon'), { reason });
  print(rotation, options.json, () =>
    printable(`${name}: abandoned; ${rotation.run?.old ?? 'the old secret'} is in force again`),
  );
}

export const rotateCommand = (): Command =>
  command(
    'rotate',
    'replace a secret if it is due, and follow it to the end',
    'muniment rotate deploy-key --now',
  )
    .argument('<name>', 'of the rotation')
    .option('--now', 'whether it is due or not')
    .option('--dry-run', 'print every step and touch nothing')
    .action(rotate);

export const rotationCommand = (): Command =>
  group('rotation', 'secrets under rotation: list, abandon', [
    command(
      'list',
      'what is rotated, when it is due, and where its run stands',
      'muniment rotation list',
    ).action(list),
    command(
      'abandon',
      'end a run with the old secret in force again',
      'muniment rotation abandon deploy-key --reason "its consumer cannot be restarted"',
    )
      .argument('<name>', 'of the rotation')
      .requiredOption('--reason <text>')
      .action(abandon),
  ]);
