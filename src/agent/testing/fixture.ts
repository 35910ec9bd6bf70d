import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../kernel/index.ts';
import { createAttestor } from '../attest-unix.ts';
import { BinaryHashes } from '../binary-hash.ts';
import { createBundles } from '../bundles.ts';
import { Holdings } from '../cache.ts';
import type { EventHandlers } from '../events.ts';
import { createLog } from '../log.ts';
import { createProber, type Prober } from '../probe.ts';
import { lockHandlers } from '../revoke.ts';
import { createSvids } from '../svids.ts';
import { Watchers } from '../watchers.ts';
import { workloadApi } from '../workload-api.ts';
import { listenWorkloadSocket } from '../workload-socket.ts';
import { createWorkloads } from '../workloads.ts';
import { createTestAuthority, type TestAuthority, TRUST_DOMAIN } from './authority.ts';
import { ForeignClient } from './foreign-client.ts';

export const uid = process.getuid?.() ?? -1;
export const OWN_ID = `spiffe://${TRUST_DOMAIN}/own`;

/** A Workload API over an authority in this process: everything of the agent but the way to its server. */
export interface Fixture {
  authority: TestAuthority;
  client: ForeignClient;
  watchers: Watchers;
  holdings: Holdings;
  hashes: BinaryHashes;
  prober: Prober;
  /** What the server would say over the event stream. */
  server: EventHandlers;
  delivered: Array<{ entry: number; instance: string }>;
  folder: string;
  socketPath: string;
  close(): Promise<void>;
}

export async function startFixture(): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-agent-'));
  const log = createLog('silent', () => {});
  const authority = await createTestAuthority();
  authority.allowed.set(uid, [OWN_ID]);
  const prober = createProber(authority, log);
  const watchers = new Watchers((entry, at) => prober.redacted(entry, at));
  const holdings = new Holdings();
  const hashes = new BinaryHashes();
  const svids = createSvids({ upstream: authority, holdings, clock: systemClock });
  const bundles = createBundles(authority, () => watchers.wakeAll());
  const delivered: Fixture['delivered'] = [];
  const workloads = createWorkloads({
    attestor: createAttestor({ seed: folder, hashes }),
    svids,
    bundles,
    watchers,
    onDelivered: (entry, instance) => delivered.push({ entry, instance }),
  });
  const socket = await listenWorkloadSocket(join(folder, 'w.sock'), workloadApi(workloads, TRUST_DOMAIN));
  const client = new ForeignClient(socket.path);
  const server = lockHandlers({ agent: 'agt_test', holdings, svids, watchers, bundles, prober, log });
  return {
    authority,
    client,
    watchers,
    holdings,
    hashes,
    prober,
    server,
    delivered,
    folder,
    socketPath: socket.path,
    async close() {
      client.close();
      prober.stop();
      bundles.stop();
      await socket.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once `holds` is true; fails loudly when that takes more than ten seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
