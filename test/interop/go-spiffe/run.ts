/**
 * One-off: builds the Go program beside this file and lets it loose on a real agent of a real server. Needs Go and, the
 * first time, its module proxy; so it is no part of `npm test`. Usage: node test/interop/go-spiffe/run.ts
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openAgentHouse } from '../../support/agent-house.ts';

const TTL_SECONDS = 6;
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'muniment-interop');
const program = join(cache, 'go-spiffe');

mkdirSync(cache, { recursive: true });
const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: import.meta.dirname, stdio: 'inherit' });
if (built.status !== 0) throw new Error('the Go program does not build');

const house = await openAgentHouse({ maxTtlSeconds: TTL_SECONDS });
try {
  const agent = await house.startAgent();
  const child = spawn(program, ['-socket', `unix://${agent.socketPath}`, '-watch', '3'], {
    stdio: 'inherit',
  });
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
} finally {
  await house.close();
}
