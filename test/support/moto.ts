/** moto, a stand-in for AWS that checks signatures and policies: started for a test file, gone afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { motoPython } from '../interop/python.ts';

const START_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 100;

export interface Moto {
  endpoint: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

async function answers(endpoint: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + START_MILLISECONDS;
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(`${endpoint}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(POLL_MILLISECONDS);
  }
  throw new Error('moto did not start');
}

/**
 * @param unchecked requests that need no valid signature and no policy, the first ones; all later ones do
 * @returns undefined where it cannot be installed
 */
export async function startMoto(unchecked: number): Promise<Moto | undefined> {
  const python = motoPython();
  if (python === undefined) return undefined;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'muniment-moto-'));
  const child = spawn(join(dirname(python), 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      INITIAL_NO_AUTH_ACTION_COUNT: String(unchecked),
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
    },
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint, child).catch(async (error) => {
    await stop();
    throw error;
  });
  return { endpoint, stop };
}
