import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseVerifierKey, type VerifierKey } from '#verifier';
import { isMunimentError, MunimentError } from '../../kernel/index.ts';
import { verifyTileFolder } from '../../ledger/index.ts';
import { type CommonOptions, client } from '../context.ts';
import { EXIT_REFUSED, print, withProgress } from '../terminal.ts';
import { givenVerifierKey } from '../verifier-key.ts';

export interface VerifyOptions extends CommonOptions {
  rows?: boolean;
  log?: string;
  key?: string;
  checkpoint?: string;
}

interface Judged {
  ok: boolean;
  size: number;
  problems: string[];
}

const VKEY_FILE = 'log.vkey';

/** As given, or `@` and a file; otherwise the one in the data folder, which proves less, and is said. */
function keyOf(given: string | undefined, data: string): VerifierKey | undefined {
  if (given !== undefined) return givenVerifierKey(given);
  try {
    return parseVerifierKey(readFileSync(join(data, VKEY_FILE), 'utf8').trim());
  } catch {
    return undefined;
  }
}

/** @throws MunimentError `not_found` */
function keptOf({ checkpoint }: VerifyOptions): { kept?: Uint8Array } {
  if (checkpoint === undefined) return {};
  try {
    return { kept: new Uint8Array(readFileSync(checkpoint)) };
  } catch (cause) {
    throw new MunimentError('not_found', `the checkpoint \`${checkpoint}\` cannot be read`, { cause });
  }
}

async function verifyFolder(
  options: VerifyOptions,
): Promise<Judged & { signatureChecked: boolean; pinned: boolean }> {
  const folder = resolve(options.log ?? join(options.data, 'log'));
  const key = keyOf(options.key, options.data);
  const report = await withProgress(
    'reading the log',
    verifyTileFolder(folder, { ...(key && { key }), ...keptOf(options) }),
  );
  return { ...report, ok: report.problems.length === 0, pinned: options.key !== undefined };
}

/** Through the running server; where none answers, the store is opened for as long as it takes. */
async function verifyRows(options: VerifyOptions): Promise<Judged> {
  return withProgress(
    'folding every entry',
    rowsThroughServer(options).catch((error) => rowsAlone(options, error)),
  );
}

const rowsThroughServer = async (options: VerifyOptions): Promise<Judged> =>
  (await client(options)).post<Judged>('/ledger/verify', { rows: true, ...keptText(options) });

function keptText(options: VerifyOptions): { checkpoint?: string } {
  const { kept } = keptOf(options);
  return kept === undefined ? {} : { checkpoint: Buffer.from(kept).toString('utf8') };
}

async function rowsAlone(options: VerifyOptions, error: unknown): Promise<Judged> {
  const { data, server } = options;
  const nobody = isMunimentError(error) && error.code === 'server_unreachable';
  if (!nobody || server !== undefined || !existsSync(data)) throw error;
  const [{ readConfig }, { verifyRowsAlone }] = await Promise.all([
    import('../../config.ts'),
    import('../../api/index.ts'),
  ]);
  return verifyRowsAlone(readConfig({ flags: { data } }), keptOf(options).kept);
}

function text(judged: Judged & { signatureChecked?: boolean; pinned?: boolean }): string {
  const head = judged.ok
    ? `${judged.size} entries: everything holds`
    : `${judged.size} entries: ${judged.problems.length} problems`;
  const unsigned =
    judged.signatureChecked === false
      ? 'the signature was not checked: no key was given and none lies in the data folder'
      : '';
  const unpinned =
    judged.signatureChecked && judged.pinned === false
      ? 'the key came from the data folder itself; give --key to pin it'
      : '';
  return [head, ...judged.problems.map((problem) => `  ${problem}`), unsigned, unpinned]
    .filter((part) => part !== '')
    .join('\n');
}

export async function verify(options: VerifyOptions): Promise<void> {
  if (options.rows && (options.log !== undefined || options.key !== undefined)) {
    throw new MunimentError('unknown_option', '`--rows` goes with neither `--log` nor `--key`');
  }
  const judged = options.rows ? await verifyRows(options) : await verifyFolder(options);
  print(judged, options.json, () => text(judged));
  if (!judged.ok) process.exitCode = EXIT_REFUSED;
}
