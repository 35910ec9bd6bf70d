import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { INPUT_MAX_BYTES } from './mutate.ts';

/** A parser that never comes back cannot be stopped from its own thread: another one keeps the input and ends the process. */

export const HANG_LIMIT_MS = 10_000;
const HEADER_BYTES = 8;

interface Data {
  shared: SharedArrayBuffer;
  folder: string;
}

export interface Watchdog {
  /** Says which input is fed next. */
  watch(input: Buffer): void;
  end(): Promise<unknown>;
}

export function startWatchdog(folder: string): Watchdog {
  const shared = new SharedArrayBuffer(HEADER_BYTES + INPUT_MAX_BYTES);
  const [header, bytes] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, HEADER_BYTES)];
  const worker = new Worker(new URL(import.meta.url), { workerData: { shared, folder } satisfies Data });
  worker.unref();
  return {
    watch(input) {
      bytes.set(input.subarray(0, INPUT_MAX_BYTES));
      Atomics.store(header, 1, input.length);
      Atomics.add(header, 0, 1);
    },
    end: () => worker.terminate(),
  };
}

/** Keeps what hangs and ends the whole process: nothing gentler works. */
function guard({ shared, folder }: Data): void {
  const [header, bytes] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, HEADER_BYTES)];
  let last = -1;
  setInterval(() => {
    const now = Atomics.load(header, 0);
    if (now !== last) {
      last = now;
      return;
    }
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `hang-${now}`), bytes.slice(0, Atomics.load(header, 1)));
    process.stderr.write(`HANG: longer than ${HANG_LIMIT_MS} ms; input kept in ${folder}\n`);
    process.kill(process.pid, 'SIGKILL');
  }, HANG_LIMIT_MS);
}

if (!isMainThread && (workerData as Data | null)?.shared) guard(workerData as Data);
