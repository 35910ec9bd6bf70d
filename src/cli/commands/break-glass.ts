import type { Command } from 'commander';
import { type CommonOptions, client, command, group } from '../context.ts';
import { print, table } from '../terminal.ts';

interface Key {
  key: string;
  person: { id: string; name: string | null };
  until: string | null;
  used: {
    change: string;
    time: string;
    due: string;
    reviewed: { by: { name: string | null }; outcome: string } | null;
  } | null;
}

function state({ used }: Key): string {
  if (used === null) return 'laid away';
  const { change, time, due, reviewed } = used;
  const review = reviewed
    ? `${reviewed.outcome}, says ${reviewed.by.name ?? '(erased)'}`
    : `to be reviewed by ${due}`;
  return `used on ${change} at ${time}; ${review}`;
}

async function list(options: CommonOptions): Promise<void> {
  const { items } = await (await client(options)).get<{ items: Key[] }>('/break-glass');
  const rows = items.map((key) => [key.key, key.person.name ?? key.person.id, key.until ?? '-', state(key)]);
  print(items, options.json, () =>
    table(['KEY', 'HOLDER', 'UNTIL', 'STATE'], rows, 'no break-glass key is laid away'),
  );
}

async function review(
  key: string,
  options: CommonOptions & { outcome: string; note: string },
): Promise<void> {
  const api = await client(options);
  const { outcome, note } = options;
  const answer = await api.post<{ entry: number }>(`/break-glass/${encodeURIComponent(key)}/review`, {
    outcome,
    note,
  });
  print(answer, options.json, () => `reviewed ${key}: ${outcome}; entry ${answer.entry}`);
}

export const breakGlassCommand = (): Command =>
  group('break-glass', 'keys laid away for emergencies: list, review their use', [
    command('list', 'every such key, and what became of it', 'muniment break-glass list').action(list),
    command(
      'review',
      'say, as another person, whether the use was justified',
      "muniment break-glass review key_… --outcome justified --note 'the approver was in the air' --key-file grace.key",
    )
      .argument('<key>')
      .requiredOption('--outcome <word>', 'justified or not-justified')
      .requiredOption('--note <text>', 'what was found')
      .action(review),
  ]);
