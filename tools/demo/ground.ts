/** Where a story plays: folders, programs with paths of their own, and free ports. */
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './programs.ts';

/** Uids that no distribution hands out to people or services by default. */
const ALLOWED_UID = 50_101;
const STRANGER_UID = 50_102;

export interface Ground {
  /** The server's data folder. */
  data: string;
  /** A folder that every uid can reach: socket, CA, programs. */
  open: string;
  /** A folder of other programs' files, which the server sweeps. */
  estate: string;
  socket: string;
  agentData: string;
  /** Copies of the Node binary under names of their own, so that path and hash mean something. */
  programs: { payments: string; stranger: string };
  workload: string;
  sha256: string;
  separateUids: boolean;
  allowedUid: number;
  strangerUid: number;
  remove(): void;
}

async function bundleWorkload(to: string): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'tools/demo/workload.ts')],
    outfile: to,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  chmodSync(to, 0o644);
}

function copyProgram(folder: string, name: string): string {
  const path = join(folder, 'bin', name);
  copyFileSync(process.execPath, path);
  chmodSync(path, 0o755);
  return path;
}

export async function prepareGround(data: string): Promise<Ground> {
  const open = mkdtempSync(join(tmpdir(), 'muniment-'));
  chmodSync(open, 0o755);
  for (const folder of ['bin', 'estate']) mkdirSync(join(open, folder), { mode: 0o755 });
  const workload = join(open, 'workload.mjs');
  await bundleWorkload(workload);
  const programs = { payments: copyProgram(open, 'payments-api'), stranger: copyProgram(open, 'stranger') };
  const separateUids = process.getuid?.() === 0;
  const own = process.getuid?.() ?? 0;
  return {
    data,
    open,
    estate: join(open, 'estate'),
    socket: join(open, 'workload.sock'),
    agentData: join(data, 'agent'),
    programs,
    workload,
    sha256: createHash('sha256').update(readFileSync(programs.payments)).digest('hex'),
    separateUids,
    allowedUid: separateUids ? ALLOWED_UID : own,
    strangerUid: separateUids ? STRANGER_UID : own,
    remove: () => rmSync(open, { recursive: true, force: true }),
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The usual port where it is free, otherwise 0: any. */
export const portOrAny = async (port: number): Promise<number> => ((await isFree(port)) ? port : 0);
