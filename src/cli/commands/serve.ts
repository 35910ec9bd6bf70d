import { writeSync } from 'node:fs';
import type { Command } from 'commander';
import type { Recovery, Served } from '../../api/index.ts';
import type { Config } from '../../config.ts';
import { MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command } from '../context.ts';
import { note, printable } from '../terminal.ts';
import { type PostureLine, postureLines } from './inventory.ts';

interface ServeOptions extends CommonOptions {
  config?: string;
  consolePort?: string;
  apiPort?: string;
  trustDomain?: string;
  sweep?: boolean;
  restore?: string;
  knownCheckpoint?: string;
  newOrigin?: string;
  reason?: string;
}

interface Overview {
  found: { byClass: Record<string, number> };
  posture: PostureLine[];
  identities: Record<string, number>;
  log: { size: number; origin: string };
}

/** The latest sweep of one partition. */
interface Sweep {
  source: string;
  partition: string;
  verdict: string;
  ended: string;
  why: string;
  items: number;
  denied: Array<{ what: string; why: string }>;
}

interface Screen {
  overview: Overview;
  sweeps: Sweep[];
}

const SWEEP_EVERY_MS = 24 * 3600 * 1000;
const DENIED_SHOWN = 5;
const SWEEPS_SHOWN = 10;
/** The source that every server has. */
const HOST = 'host';

/** Only what was given on the command line is a flag; a default of an option is none. */
async function configOf(options: ServeOptions, self: Command): Promise<Config> {
  const { readConfig } = await import('../../config.ts');
  const given = (name: string): boolean => self.getOptionValueSource(name) === 'cli';
  const flags = {
    data: given('data') ? options.data : undefined,
    consolePort: options.consolePort,
    apiPort: options.apiPort,
    trustDomain: options.trustDomain,
    sweep: given('sweep') ? options.sweep : undefined,
    knownCheckpoint: options.knownCheckpoint,
  };
  return readConfig({ flags, file: options.config });
}

/** @throws MunimentError `unknown_option` where a new name comes without a reason, or the other way round */
function recoveryOf({ restore, newOrigin, reason }: ServeOptions): Recovery {
  if ((newOrigin === undefined) !== (reason === undefined))
    throw new MunimentError('unknown_option', '`--new-origin` and `--reason` go together');
  if (newOrigin !== undefined && !isOrigin(newOrigin))
    throw new MunimentError('unknown_option', '`--new-origin` may hold neither a space nor `+`');
  return {
    ...(restore === undefined ? {} : { restore }),
    ...(newOrigin === undefined || reason === undefined ? {} : { newOrigin: { origin: newOrigin, reason } }),
  };
}

const ORIGIN_MAX_CHARACTERS = 253;
const isOrigin = (name: string): boolean =>
  name.length <= ORIGIN_MAX_CHARACTERS && /^[^\s+\p{Cc}\p{Cf}]+$/u.test(name);

const isOld = (sweeps: Sweep[]): boolean =>
  !sweeps.some(({ source, ended }) => source === HOST && Date.now() - Date.parse(ended) <= SWEEP_EVERY_MS);

/** Asks the server that it just started, as any command would. */
async function look(config: Config): Promise<Screen> {
  const api = await client({ data: config.data });
  const sweepsNow = async () => (await api.get<{ items: Sweep[] }>('/sweeps')).items;
  let sweeps = await sweepsNow();
  if (config.sweep && isOld(sweeps)) {
    note('sweeping this host …');
    await api.post('/sweeps', { source: HOST });
    sweeps = await sweepsNow();
  }
  return { overview: await api.get<Overview>('/overview'), sweeps };
}

/** What was found in the whole estate, and of each sweep what it could not read. */
function foundLines({ overview, sweeps }: Screen): string[] {
  if (sweeps.length === 0) return ['Nothing was swept: `muniment sweep host` reads this host.'];
  const counts = Object.entries(overview.found.byClass).map(([name, count]) => `${count} ${name}`);
  const shown = sweeps.slice(0, SWEEPS_SHOWN).flatMap(sweepLines);
  const more = sweeps.length - SWEEPS_SHOWN;
  return [
    ...(counts.length > 0 ? [`Found: ${counts.join(', ')}.`] : []),
    ...shown,
    ...(more > 0 ? [`and ${more} more sweeps`] : []),
  ];
}

function sweepLines({ source, partition, verdict, ended, why, items, denied }: Sweep): string[] {
  const more = denied.length - DENIED_SHOWN;
  return [
    `${printable(`${source}, ${partition}`)}: ${items} things, swept ${ended}: ${verdict}, ${printable(why)}`,
    ...denied
      .slice(0, DENIED_SHOWN)
      .map(({ what, why }) => `  not read: ${printable(what)} (${printable(why)})`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function identityLine({ identities }: Overview): string {
  const total = Object.values(identities).reduce((sum, count) => sum + count, 0);
  const states = Object.entries(identities).map(([state, count]) => `${count} ${state}`);
  return total === 0 ? 'No identity is declared yet.' : `Identities: ${states.join(', ')}.`;
}

const SEAL_WORDS =
  'Keys are sealed under a key file beside the data, which protects from nobody who can read that folder; MUNIMENT_SEAL_KEY names a better place.';

/** A one-time link in a log file would be a key left lying about: it is for a person at a terminal. */
async function wayIn(served: Served): Promise<string[]> {
  const { house, urls } = served;
  const nobody = (await house.log.view()).rows('person').size === 0;
  const link = nobody && process.stdout.isTTY ? await served.signIn() : undefined;
  if (link !== undefined)
    return [`Console, to enrol the first administrator (once, ten minutes): ${link.url}`];
  const how = nobody
    ? 'Nobody is enrolled yet: muniment person key ada.key && muniment person enrol ada --key ada.key'
    : 'A link to sign in: muniment person sign-in NAME';
  return [`Console: ${urls.console}`, how];
}

async function screen(served: Served, config: Config): Promise<string> {
  const { overview, sweeps } = await look(config);
  return [
    ...foundLines({ overview, sweeps }),
    ...postureLines(overview.posture),
    'The list behind each: `muniment inventory NAME`.',
    identityLine(overview),
    `The log ${overview.log.origin} has ${overview.log.size} entries.`,
    ...(config.sealKey === undefined ? [SEAL_WORDS] : []),
    '',
    ...(await wayIn(served)),
    `API: ${served.urls.api}`,
  ].join('\n');
}

/** Resolves when a person or the system asks the process to end. */
const asked = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

async function run(options: ServeOptions, self: Command): Promise<void> {
  const config = await configOf(options, self);
  const recovery = recoveryOf(options);
  const stop = asked();
  // Loaded here alone: the other commands should start without the whole house.
  const { serve } = await import('../../api/index.ts');
  const served = await serve(config, recovery);
  try {
    const text = options.json ? JSON.stringify(served.urls) : await screen(served, config);
    writeSync(1, `${text}\n`);
    await stop;
  } finally {
    if (!options.json) note('stopping …');
    await served.close();
  }
  process.exit(0);
}

export const serveCommand = (): Command =>
  command('serve', 'start the control plane on this host', 'muniment serve --data ./data')
    .option('--no-sweep', 'do not sweep this host at the start')
    .option('--console-port <port>', 'loopback, plain http; 0 takes any free one')
    .option('--api-port <port>', 'everything, TLS; 0 takes any free one')
    .option('--trust-domain <name>', 'of the SPIFFE IDs that are issued')
    .option('--config <file>', 'settings file')
    .option('--restore <file>', 'fill the empty data folder or database from this backup first')
    .option(
      '--known-checkpoint <where>',
      'file or address of a checkpoint kept elsewhere, to be compared with',
    )
    .option('--new-origin <name>', 'the tail of the log is lost for good: let it go on under this name')
    .option('--reason <text>', 'why, for the first entry under the new name')
    .action(run);
