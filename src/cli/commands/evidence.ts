import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { isMunimentError, MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command, group } from '../context.ts';
import { print, table, withProgress } from '../terminal.ts';

interface PeriodOptions extends CommonOptions {
  from?: string;
  to?: string;
}

interface BuildOptions extends CommonOptions {
  from: string;
  to: string;
  out: string;
  withhold?: string[];
  pdf?: string;
}

interface Control {
  id: string;
  title: string;
  verdict: string;
  population: number | null;
  why: string;
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { mode: 0o600 });
  } catch {
    throw new MunimentError('data_unwritable', `cannot write \`${file}\``);
  }
}

/** Where the summary went, or why there is none: the package stands without it. */
type Pdf = { out: string } | { missing: string };

/** Typst is large and not there for every platform, so it is loaded only here. */
async function writePdf(file: string, bytes: Uint8Array): Promise<Pdf> {
  const { summaryPdf } = await import('../../report/index.ts');
  try {
    write(file, await summaryPdf(bytes));
    return { out: file };
  } catch (error) {
    if (isMunimentError(error) && error.code === 'tool_missing') return { missing: error.message };
    throw error;
  }
}

function pdfText(pdf: Pdf | null): string {
  if (pdf === null) return '';
  return 'out' in pdf ? `wrote ${pdf.out}\n` : `no PDF was made: ${pdf.missing}\n`;
}

async function build(options: BuildOptions): Promise<void> {
  const api = await client(options);
  const request = { from: options.from, to: options.to, withhold: options.withhold };
  const bytes = await withProgress('building the package', api.bytes('/evidence', request));
  write(options.out, bytes);
  const pdf = options.pdf === undefined ? null : await writePdf(options.pdf, bytes);
  print(
    { out: options.out, bytes: bytes.length, ...(pdf === null ? {} : { pdf }) },
    options.json,
    () =>
      `wrote ${options.out} (${bytes.length} bytes)\n${pdfText(pdf)}check it with: muniment verify ${options.out} --key …`,
  );
}

async function controls(options: PeriodOptions): Promise<void> {
  const answer = await (await client(options)).get<{ controls: Control[] }>('/controls', {
    from: options.from,
    to: options.to,
  });
  const rows = answer.controls.map((it) => [it.id, it.verdict, it.population, it.title, it.why]);
  print(answer, options.json, () =>
    table(['CONTROL', 'VERDICT', 'OF', 'TITLE', 'WHY'], rows, 'no control is declared'),
  );
}

interface Ref {
  id: string;
  name: string | null;
}

interface Exception {
  name: string;
  control: string;
  subject: Ref;
  owner: Ref;
  approvers: Ref[];
  compensating: string;
  until: string;
  lapsed: boolean;
}

interface ControlOwner {
  covers: string;
  target: Ref;
  owner: Ref | null;
  reviewer: Ref | null;
  why: string;
}

const nameOf = (ref: Ref | null): string => ref?.name ?? ref?.id ?? '';

async function exceptions(options: CommonOptions): Promise<void> {
  const answer = await (await client(options)).get<{ items: Exception[] }>('/exceptions');
  const rows = answer.items.map((it) => [
    it.name,
    it.control,
    nameOf(it.subject),
    nameOf(it.owner),
    it.approvers.map(nameOf).join(', '),
    it.lapsed ? `${it.until} (lapsed)` : it.until,
    it.compensating,
  ]);
  const header = ['EXCEPTION', 'CONTROL', 'SUBJECT', 'OWNER', 'APPROVED BY', 'UNTIL', 'INSTEAD'];
  print(answer, options.json, () => table(header, rows, 'no exception is declared'));
}

async function controlOwners(options: CommonOptions): Promise<void> {
  const answer = await (await client(options)).get<{ holes: number; items: ControlOwner[] }>(
    '/control-owners',
  );
  const rows = answer.items.map((it) => [
    it.covers,
    nameOf(it.target),
    nameOf(it.owner),
    nameOf(it.reviewer),
    it.why,
  ]);
  const header = ['COVERS', 'TARGET', 'OWNER', 'REVIEWER', 'MISSING'];
  print(
    answer,
    options.json,
    () =>
      `${table(header, rows, 'nothing has to be answered for')}\n${answer.holes} of ${answer.items.length} have nobody`,
  );
}

const many = (value: string, before: string[] = []): string[] => [...before, value];

export const evidenceCommand = (): Command =>
  group('evidence', 'evidence: verdicts, and the sealed package for a period', [
    command(
      'build',
      'build the package for a period',
      'muniment evidence build --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z --out package.zip',
    )
      .requiredOption('--from <time>', 'start of the period, RFC 3339')
      .requiredOption('--to <time>', 'end of the period (not in it)')
      .requiredOption('--out <file>')
      .option('--pdf <file>', 'write a summary as PDF too, with the signed manifest attached')
      .option('--withhold <what>', 'leave out, and say so; repeat for more', many)
      .action(build),
    command(
      'exceptions',
      'departures that were allowed, and until when',
      'muniment evidence exceptions',
    ).action(exceptions),
    command(
      'control-owners',
      'who answers for every way in, rule, refusal and kind of change; holes first',
      'muniment evidence control-owners',
    ).action(controlOwners),
    command('controls', 'every control with its verdict', 'muniment evidence controls')
      .option('--from <time>')
      .option('--to <time>')
      .action(controls),
  ]);
