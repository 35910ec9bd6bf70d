import { resolve } from 'node:path';
import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command } from '../context.ts';
import { print, withProgress } from '../terminal.ts';

interface ExportOptions extends CommonOptions {
  to: string;
  check?: boolean;
  received?: string;
  path?: string;
  rotateBytes?: string;
  url?: string;
  bearerFile?: string;
  host?: string;
  port?: string;
  trust?: string;
  clientCert?: string;
  clientKey?: string;
}

interface Checked {
  expected: number;
  count: number | null;
  duplicates: number | null;
  missing: number | null;
  firstMissing: number | null;
  waiting: number;
  complete: boolean | null;
}

function needed(value: string | undefined, option: string): string {
  if (value === undefined) throw new MunimentError('unknown_option', `this destination needs \`${option}\``);
  return value;
}

/** The server reads and writes these files: a path must mean the same to it as to whoever typed it. */
const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(path));

function destinationOf(options: ExportOptions): Record<string, unknown> {
  const caFile = absolute(options.trust);
  switch (options.to) {
    case 'file': {
      const rotateBytes = options.rotateBytes === undefined ? undefined : Number(options.rotateBytes);
      return { to: 'file', path: resolve(needed(options.path, '--path')), rotateBytes };
    }
    case 'https':
      return {
        to: 'https',
        url: needed(options.url, '--url'),
        bearerFile: absolute(options.bearerFile),
        caFile,
      };
    case 'syslog-tls':
      return {
        to: 'syslog-tls',
        host: needed(options.host, '--host'),
        port: Number(needed(options.port, '--port')),
        caFile,
        certFile: absolute(options.clientCert),
        keyFile: absolute(options.clientKey),
      };
    default:
      throw new MunimentError('unknown_option', 'a destination is `file`, `https` or `syslog-tls`');
  }
}

function checkedText({ expected, waiting, ...there }: Checked): string {
  const sent = `${expected} events sent, ${waiting} more in the log`;
  if (there.complete === null)
    return `${sent}; the receiver cannot be asked: name a file of its own by --received`;
  const more = there.duplicates === null ? '' : `, ${there.duplicates} told more than once`;
  const first = there.firstMissing === null ? '' : `, the first that of entry ${there.firstMissing}`;
  const verdict = there.complete ? 'complete' : `${there.missing} MISSING${first}`;
  return `${sent}; ${there.count} at the other end${more}: ${verdict}`;
}

async function run(options: ExportOptions): Promise<void> {
  const api = await client(options);
  const destination = destinationOf(options);
  if (options.check) {
    const checked = await api.post<Checked>('/exports/check', {
      destination,
      received: absolute(options.received),
    });
    print(checked, options.json, () => checkedText(checked));
    if (!checked.complete) process.exitCode = 1;
    return;
  }
  const sending = api.post<{ sent: number; next: number }>('/exports/run', { destination });
  const sent = await withProgress(`exporting to ${options.to}`, sending);
  print(sent, options.json, () => `${sent.sent} events sent, up to entry ${sent.next}`);
}

export const exportCommand = (): Command =>
  command(
    'export',
    'send what a SIEM wants to see, as OCSF 1.8, at least once; or compare counts',
    'muniment export --to file --path events.jsonl',
  )
    .requiredOption('--to <destination>', 'file, https or syslog-tls')
    .option('--check', 'compare what is at the other end with the log')
    .option('--received <file>', 'with --check: a file that the receiver wrote; lines that end in the JSON')
    .option('--path <file>', 'file: JSON lines are added to it')
    .option('--rotate-bytes <bytes>', 'file: set it aside once it is that large')
    .option('--url <url>', 'https: where batches are posted')
    .option('--bearer-file <file>', 'https: holds the bearer token')
    .option('--host <name>', 'syslog-tls')
    .option('--port <port>', 'syslog-tls')
    .option('--trust <file>', 'roots to trust at the other end, PEM')
    .option('--client-cert <file>', 'syslog-tls: our certificate, PEM')
    .option('--client-key <file>', 'syslog-tls: its key')
    .action(run);
