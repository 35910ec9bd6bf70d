import { hostname } from 'node:os';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isMunimentError, MunimentError } from '../kernel/index.ts';
import { USER_RATE } from './budget.ts';
import { readJoinToken } from './join-token.ts';
import { createLog, LEVELS, type Level } from './log.ts';
import type { CaPin } from './pinned-ca.ts';
import { readReceipt } from './receipts.ts';
import { type RunningAgent, startAgent } from './run.ts';
import { readStatus } from './status-report.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const DEFAULT_DATA = './data-agent';

interface RunFlags {
  server: string;
  ca?: string;
  caFingerprint?: string;
  data: string;
  socket?: string;
  joinTokenFile?: string;
  name: string;
  logLevel: Level;
  userRate: number;
  json?: boolean;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A host name as an agent's name: lower case, and only what a name may hold. */
const defaultName = (): string =>
  hostname()
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63) || 'agent';

function pinFrom({ ca, caFingerprint }: RunFlags): CaPin {
  if (ca !== undefined) return { file: ca };
  if (caFingerprint !== undefined) return { fingerprint: caFingerprint };
  throw new MunimentError(
    'unknown_option',
    'one of --ca and --ca-fingerprint is needed: the agent trusts no other CA',
  );
}

const readyText = ({ name, agent, socketPath, trustDomain }: RunningAgent): string =>
  `agent \`${name}\` (${agent}) serves unix://${socketPath} for ${trustDomain}`;

const readyFact = ({ name, agent, socketPath, trustDomain }: RunningAgent): string =>
  JSON.stringify({ event: 'ready', agent, name, socket: socketPath, trustDomain });

async function run(flags: RunFlags): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const agent = await startAgent({
    server: flags.server,
    ca: pinFrom(flags),
    data: flags.data,
    ...(flags.socket === undefined ? {} : { socket: flags.socket }),
    joinToken: async () => readJoinToken(flags.joinTokenFile),
    name: flags.name,
    log: createLog(flags.logLevel, (line) => process.stderr.write(line)),
    userRate: flags.userRate,
    signal: stopping.signal,
  });
  say(flags.json ? readyFact(agent) : readyText(agent));
  await agent.ended;
}

function readRate(text: string): number {
  const rate = Number(text);
  if (!Number.isSafeInteger(rate) || rate < 1)
    throw new InvalidArgumentError('must be a whole number from 1 on');
  return rate;
}

const dataOption = (): Option =>
  new Option('--data <dir>', "the agent's own folder").env('MUNIMENT_AGENT_DATA').default(DEFAULT_DATA);

const runCommand = (): Command =>
  new Command('run')
    .description('Join the server if need be, then give workloads on this host their identities')
    .addOption(
      new Option('--server <url>', 'https://host:port').env('MUNIMENT_AGENT_SERVER').makeOptionMandatory(),
    )
    .addOption(new Option('--ca <file>', "the server's CA, PEM").env('MUNIMENT_AGENT_CA'))
    .addOption(
      new Option('--ca-fingerprint <sha256>', "or the SHA-256 of the server's root certificate")
        .env('MUNIMENT_AGENT_CA_FINGERPRINT')
        .conflicts('ca'),
    )
    .addOption(dataOption())
    .addOption(
      new Option('--socket <path>', 'where to serve; DATA/workload.sock unless given').env(
        'MUNIMENT_AGENT_SOCKET',
      ),
    )
    .addOption(
      new Option(
        '--join-token-file <file>',
        'one-time token, `-` for standard input; or in MUNIMENT_AGENT_JOIN_TOKEN',
      ),
    )
    .addOption(
      new Option('--name <name>', 'as the token has it')
        .env('MUNIMENT_AGENT_NAME')
        .default(defaultName(), 'the name of this host'),
    )
    .addOption(
      new Option('--log-level <level>').choices(LEVELS).env('MUNIMENT_AGENT_LOG_LEVEL').default('info'),
    )
    .addOption(
      new Option('--user-rate <n>', 'questions a second that one user of this host may put to the server')
        .env('MUNIMENT_AGENT_USER_RATE')
        .argParser(readRate)
        .default(USER_RATE),
    )
    .option('--json', 'say that it serves as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  muniment-agent run --server https://localhost:7443 --ca data/ca.pem --join-token-file token.txt',
    )
    .action(run);

const receiptCommand = (): Command =>
  new Command('receipt')
    .description('Print the proof that a credential of this host is in the log')
    .argument('<id>', 'entry index, certificate serial or jti')
    .addOption(dataOption())
    .addHelpText('after', '\nExample:\n  muniment-agent receipt 42 --data data-agent')
    .action((id: string, { data }: { data: string }) => say(JSON.stringify(readReceipt(data, id), null, 2)));

const statusCommand = (): Command =>
  new Command('status')
    .description('Say who this agent is, until when, and whether it answers')
    .addOption(dataOption())
    .option('--socket <path>', 'where it serves, if not in its folder')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  muniment-agent status --data data-agent')
    .action(async ({ data, socket, json }: { data: string; socket?: string; json?: boolean }) => {
      const status = await readStatus(data, socket);
      say(json ? JSON.stringify(status, null, 2) : status.lines.join('\n'));
      if (!status.healthy) throw new Unhealthy();
    });

function strict(command: Command): Command {
  command.exitOverride().showHelpAfterError(`(\`${command.name()} --help\` says what it takes)`);
  for (const child of command.commands) strict(child);
  return command;
}

/** The whole command line of an agent. */
export const program = (): Command =>
  strict(
    new Command('muniment-agent')
      .description('Attests the processes of this host and serves them the SPIFFE Workload API')
      .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 usage')
      .addCommand(runCommand())
      .addCommand(receiptCommand())
      .addCommand(statusCommand()),
  );

/** Said by `status` already: only the exit code is left to give. */
class Unhealthy extends Error {}

/** One clear line; a stack trace only of a fault of ours, and only when asked for by `MUNIMENT_AGENT_LOG_LEVEL=debug`. */
function fail(error: unknown): number {
  if (error instanceof Unhealthy) return EXIT_FAILED;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const known = isMunimentError(error) ? error : new MunimentError('internal', 'something went wrong inside');
  process.stderr.write(`muniment-agent: ${known.message} [${known.code}]\n`);
  if (known !== error && process.env.MUNIMENT_AGENT_LOG_LEVEL === 'debug') console.error(error);
  return known.code === 'unknown_option' ? EXIT_USAGE : EXIT_FAILED;
}

/** Runs one command and answers with the exit code: 0 done, 1 refused or failed, 2 usage. */
export async function main(args: string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return fail(error);
  }
}
