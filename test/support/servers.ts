/** Servers of others that tests start: on a free port, until they answer, until the test ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;
const SAID_MAX_CHARACTERS = 4_000;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface Started {
  child: ChildProcess;
  stop(): Promise<void>;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

/**
 * Starts a program and waits until `answers` resolves true; what it throws means not yet.
 * @throws Error with the last that the program said, where it ends before or takes too long
 */
export async function startServer(
  program: string,
  args: string[],
  options: { answers: () => Promise<boolean>; timeoutMs: number; env?: NodeJS.ProcessEnv; cwd?: string },
): Promise<Started> {
  const { answers, timeoutMs, env = process.env, cwd } = options;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd });
  let said = '';
  const hear = (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-SAID_MAX_CHARACTERS);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  for (const deadline = Date.now() + timeoutMs; !(await answers().catch(() => false)); await pause(POLL_MS)) {
    if (child.exitCode === null && Date.now() < deadline) continue;
    await stopped(child);
    throw new Error(`${program} does not answer: ${said}`);
  }
  return { child, stop: () => stopped(child) };
}
