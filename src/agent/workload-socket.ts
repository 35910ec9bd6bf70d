import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import type { ConnectNodeAdapterOptions } from '@connectrpc/connect-node';
import { MunimentError, SOCKET_PATH_MAX_BYTES } from '../kernel/index.ts';
import { createWorkloadServer } from './workload-server.ts';

/** Anyone may connect: who they are is for the kernel to say. */
const SOCKET_MODE = 0o666;

export interface WorkloadSocket {
  readonly path: string;
  close(): Promise<void>;
}

/** Refuses a path that the kernel would cut off (unix(7): 108 bytes with the closing zero). */
export function checkSocketPath(path: string): string {
  if (Buffer.byteLength(path) > SOCKET_PATH_MAX_BYTES) {
    throw new MunimentError(
      'socket_path_too_long',
      `socket path is longer than ${SOCKET_PATH_MAX_BYTES} bytes`,
    );
  }
  return path;
}

/**
 * Serves gRPC on a unix socket. Throws `socket_path_too_long`, `port_taken` where another process answers there or
 * something else stands there, `data_unwritable`.
 */
export async function listenWorkloadSocket(
  path: string,
  routes: ConnectNodeAdapterOptions['routes'],
): Promise<WorkloadSocket> {
  checkSocketPath(path);
  await removeStaleSocket(path);
  const server = createWorkloadServer(routes);
  await listen(server.listener, path);
  chmodSync(path, SOCKET_MODE);
  return { path, close: () => server.close() };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new MunimentError('data_unwritable', `cannot listen on \`${path}\``, { cause })),
    );
    server.listen(path, resolve);
  });
}

/** A socket that a killed agent left behind is replaced; one that somebody answers is not, and anything else is left alone. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new MunimentError('port_taken', `\`${path}\` is there and is no socket`);
  if (await mayAnswer(path)) throw new MunimentError('port_taken', `another process serves \`${path}\``);
  unlinkSync(path);
}

/** Only a refused connection proves that nobody listens. */
function mayAnswer(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}
