import type { Command } from 'commander';
import { RESOURCE_KINDS } from '#verifier';
import { type CommonOptions, client, command } from '../context.ts';
import { readManifests } from '../manifests.ts';
import { EXIT_REFUSED, print, printable } from '../terminal.ts';

interface DriftOptions extends CommonOptions {
  kind?: string[];
}

interface Thing {
  kind: string;
  name: string;
}

interface Drift {
  size: number;
  missing: Thing[];
  undeclared: Thing[];
  differing: Array<Thing & { fields: Array<{ field: string; declared: unknown; inForce: unknown }> }>;
}

const named = ({ kind, name }: Thing): string => `${kind} ${printable(name)}`;
const shown = (value: unknown): string => printable(JSON.stringify(value));

function textOf({ size, missing, undeclared, differing }: Drift): string {
  const lines = [
    ...missing.map((each) => `+ ${named(each)}: declared, not in force`),
    ...undeclared.map((each) => `- ${named(each)}: in force, not declared`),
    ...differing.flatMap((each) => [
      `~ ${named(each)}: differs`,
      ...each.fields.map(
        ({ field, declared, inForce }) =>
          `    ${field}: declared ${shown(declared)}, in force ${shown(inForce)}`,
      ),
    ]),
  ];
  return lines.length === 0
    ? `no drift: what is declared is in force, and nothing else (log size ${size})`
    : lines.join('\n');
}

/** Exit 1 where there is drift. */
async function run(paths: string[], options: DriftOptions): Promise<void> {
  const asked = { manifests: readManifests(paths), kinds: options.kind };
  const drift = await (await client(options)).post<Drift>('/changes/drift', asked);
  print(drift, options.json, () => textOf(drift));
  const found = [drift.missing, drift.undeclared, drift.differing].some(({ length }) => length > 0);
  if (found) process.exitCode = EXIT_REFUSED;
}

export const driftCommand = (): Command =>
  command(
    'drift',
    'compare manifests with what is in force, both ways; exit 1 where they differ',
    'muniment drift manifests/ --kind Identity --kind Trust',
  )
    .argument('<paths...>', 'manifest files, or folders of them')
    .option(
      '--kind <kind>',
      `look at this kind alone; repeat it for more (${RESOURCE_KINDS.join(', ')})`,
      (kind: string, before: string[] = []) => [...before, kind],
    )
    .action(run);
