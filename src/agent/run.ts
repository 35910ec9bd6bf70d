import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MunimentError, systemClock } from '../kernel/index.ts';
import { createAttestor } from './attest-unix.ts';
import { createBundles } from './bundles.ts';
import { Holdings } from './cache.ts';
import { createServerClient, type ServerClient } from './client.ts';
import { countDeliveries } from './deliveries.ts';
import { listenToServer } from './events.ts';
import { makeFolder } from './files.ts';
import {
  type AgentIdentity,
  joinServer,
  keepFresh,
  loadIdentity,
  sizeAtIssue,
  validityOf,
} from './identity.ts';
import type { Log } from './log.ts';
import { type CaPin, pinnedCa } from './pinned-ca.ts';
import { createProber } from './probe.ts';
import { openReceipts } from './receipts.ts';
import { lockHandlers } from './revoke.ts';
import { createSvids } from './svids.ts';
import { Watchers } from './watchers.ts';
import { workloadApi } from './workload-api.ts';
import { checkSocketPath, listenWorkloadSocket } from './workload-socket.ts';
import { createWorkloads } from './workloads.ts';

const CA_FILE = 'ca.pem';

export interface AgentOptions {
  /** `https://host:port`. */
  server: string;
  ca: CaPin;
  /** The agent's own folder. */
  data: string;
  /** `DATA/workload.sock` where absent. */
  socket?: string;
  /** Asked for only when the agent has not joined yet. */
  joinToken(): Promise<string | undefined>;
  name: string;
  log: Log;
  /** See `SvidsOptions`. */
  userRate?: number;
  signal: AbortSignal;
}

export interface RunningAgent {
  agent: string;
  name: string;
  trustDomain: string;
  socketPath: string;
  /** Resolves when it was stopped; rejects with `join_refused` once its own credentials have ended. */
  ended: Promise<void>;
}

/** Joins if need be, then serves until `signal` aborts. Throws what keeps it from starting. */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { data, log } = options;
  const socketPath = checkSocketPath(resolve(options.socket ?? join(data, 'workload.sock')));
  const server = serverUrl(options.server);
  makeFolder(data);
  const client = createServerClient({ server, ca: await pinnedCa(server, options.ca, join(data, CA_FILE)) });
  const identity = await ownIdentity(client, server, options);
  client.use(identity);
  try {
    return await serve(client, identity, socketPath, options);
  } catch (error) {
    client.close();
    log.warn({ error: (error as Error).message }, 'could not start');
    throw error;
  }
}

async function serve(
  client: ServerClient,
  identity: AgentIdentity,
  socketPath: string,
  { data, log, signal, userRate }: AgentOptions,
): Promise<RunningAgent> {
  const { agent, name, trustDomain } = identity;
  const prober = createProber(client, log);
  const watchers = new Watchers((entry, at) => prober.redacted(entry, at));
  const holdings = new Holdings();
  const receipts = openReceipts(data, log);
  const deliveries = countDeliveries(client, systemClock, log);
  const bundles = createBundles(client, () => watchers.wakeAll());
  const svids = createSvids({
    ...(userRate === undefined ? {} : { userRate }),
    upstream: client,
    holdings,
    clock: systemClock,
    listening: () => events.listening(),
    onIssued: (items) => receipts.keep(items),
  });
  const events = listenToServer(
    client,
    lockHandlers({ agent, holdings, svids, watchers, bundles, prober, log }),
    log,
    sizeAtIssue(identity),
  );
  const workloads = createWorkloads({
    attestor: createAttestor({ seed: `${agent}\n${bootId()}` }),
    svids,
    bundles,
    watchers,
    onDelivered: deliveries.count,
  });
  const stopping = new AbortController();
  const stop = async () => {
    stopping.abort();
    events.stop();
    bundles.stop();
    prober.stop();
    await socket?.close();
    await deliveries.stop();
    await receipts.settled();
    client.close();
  };
  const socket = await listenWorkloadSocket(socketPath, workloadApi(workloads, trustDomain)).catch(
    async (error) => {
      await stop();
      throw error;
    },
  );
  const fresh = keepFresh({
    folder: data,
    identity,
    client,
    log,
    signal: AbortSignal.any([signal, stopping.signal]),
    onRenewed: client.use,
  });
  return { agent, name, trustDomain, socketPath, ended: fresh.finally(stop) };
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new MunimentError('bad_request', `\`${text}\` is no https:// address`);
  }
  return url;
}

async function ownIdentity(client: ServerClient, server: URL, options: AgentOptions): Promise<AgentIdentity> {
  const { data, log, name, signal } = options;
  const known = loadIdentity(data);
  if (known && validityOf(known).to > Date.now()) {
    if (known.server === server.href) return known;
    throw new MunimentError(
      'conflict',
      `this folder's agent joined \`${known.server}\`; use another --data for another server`,
    );
  }
  const token = await options.joinToken();
  if (token === undefined) {
    const why = known ? 'the credentials in this folder have ended' : 'this agent has not joined';
    throw new MunimentError('join_refused', `${why}; make a one-time token and give it by --join-token-file`);
  }
  const identity = await joinServer({ folder: data, server: server.href, name, token, client, log, signal });
  log.info({ agent: identity.agent, name, trustDomain: identity.trustDomain }, 'joined');
  return identity;
}

/** Process numbers and start times begin anew with each boot. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
