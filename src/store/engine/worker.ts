import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DurableNodeFS, syncs } from './durable-fs.ts';
import { emptyCluster } from './empty-cluster.ts';
import type { EngineAnswer, EngineFailure, EngineOptions, EngineRequest, EngineStart } from './messages.ts';

// A thread has its own say in Node's report of a crash: like the process, it leaves the environment out.
if (process.report) process.report.excludeEnv = true;

/**
 * The engine's thread: PGlite runs each statement synchronously, so on the main thread every query would stop the server.
 * Statements run strictly in the order they arrive; keeping transactions apart is the main thread's task.
 */
const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread only');

/**
 * A sync method that wasm really has. One session alone writes: a third of PGlite's own buffers serves it as well, for the
 * kernel caches the files too, and what is once touched of them is never given back.
 */
const SETTINGS = ['wal_sync_method=fsync', 'shared_buffers=48MB', 'wal_buffers=2MB', 'max_connections=5'];
/** PGlite's own parameters but for `-F`, which turns fsync off. */
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...SETTINGS.flatMap((setting) => ['-c', setting]),
];

async function open({ folder }: EngineOptions): Promise<PGlite> {
  if (folder === null) return PGlite.create({ loadDataDir: await emptyCluster() });
  const options = { fs: new DurableNodeFS(folder), startParams };
  if (existsSync(join(folder, 'PG_VERSION'))) return PGlite.create(options);
  return PGlite.create({ ...options, loadDataDir: await emptyCluster() });
}

/** SQLSTATE of what PGlite itself refuses before PostgreSQL sees it: a parameter that is no value of its type. */
const INVALID_PARAMETER = '22023';

/** PostgreSQL's own refusals carry a severity and a code. */
function failure(error: unknown): EngineFailure {
  const { message, code, constraint } = error as { message?: string; code?: unknown; constraint?: string };
  return {
    message: String(message ?? error),
    code: typeof code === 'string' ? code : INVALID_PARAMETER,
    ...(constraint === undefined ? {} : { constraint }),
  };
}

/** The engine broke: PostgreSQL said so, or its program trapped, aborted or ended. */
function isFatal(error: unknown): boolean {
  const { severity, name, message = '' } = error as { severity?: string; name?: string; message?: string };
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  return (
    error instanceof WebAssembly.RuntimeError ||
    name === 'ExitStatus' ||
    /Aborted\(|PGlite is clos/.test(message)
  );
}

async function answer(pg: PGlite, request: EngineRequest): Promise<unknown> {
  switch (request.type) {
    case 'query': {
      const { rows, affectedRows } = await pg.query(request.sql, [...request.parameters]);
      return { rows, affected: affectedRows ?? 0 };
    }
    case 'syncs':
      return syncs.count;
    case 'close':
      return pg.close();
  }
}

async function serve(pg: PGlite, request: EngineRequest): Promise<void> {
  let reply: EngineAnswer;
  try {
    reply = { id: request.id, ok: true, value: await answer(pg, request) };
  } catch (error) {
    reply = { id: request.id, ok: false, error: failure(error), fatal: isFatal(error) };
  }
  port?.postMessage(reply);
  if (request.type === 'close') port?.close();
}

try {
  const pg = await open(workerData as EngineOptions);
  let last = Promise.resolve();
  port.on('message', (request: EngineRequest) => {
    last = last.then(() => serve(pg, request));
  });
  port.postMessage({ started: true } satisfies EngineStart);
} catch (error) {
  port.postMessage({ started: false, error: failure(error) } satisfies EngineStart);
  port.close();
}
