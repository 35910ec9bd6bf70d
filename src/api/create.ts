import { attestCertificate } from '../attestation/index.ts';
import type { House } from '../house.ts';
import type { SpanSink } from '../kernel/index.ts';
import { type Admission, createAdmission } from './admission.ts';
import { type Api, createFrame } from './app.ts';
import { createAttempts } from './attempts.ts';
import { callerOf } from './caller.ts';
import type { Caller, Door } from './env.ts';
import type { Places } from './guard.ts';
import { mountAgents } from './handlers/agents.ts';
import { mountBreakGlass } from './handlers/break-glass.ts';
import { mountChanges } from './handlers/changes.ts';
import { mountCredentials } from './handlers/credentials.ts';
import { mountDiscovery } from './handlers/discovery.ts';
import { mountEvidence } from './handlers/evidence.ts';
import { mountDeclared, mountIdentities } from './handlers/facts.ts';
import { mountGovernance } from './handlers/governance.ts';
import { mountDecisions, mountInventory } from './handlers/inventory.ts';
import { mountLedger } from './handlers/ledger.ts';
import { mountLocks } from './handlers/locks.ts';
import { mountMonitoring } from './handlers/monitoring.ts';
import { mountNames } from './handlers/names.ts';
import { mountOpen } from './handlers/open.ts';
import { mountPeople } from './handlers/people.ts';
import type { Rooms } from './handlers/rooms.ts';
import { mountRotations } from './handlers/rotations.ts';
import { mountSessions } from './handlers/sessions.ts';
import { mountSources } from './handlers/sources.ts';
import type { Logger } from './logging.ts';
import { createMetrics } from './metrics.ts';
import { mountOAuth } from './oauth/index.ts';
import { createSessions, type RelyingParty, type Sessions } from './sessions/index.ts';
import { openStatic } from './static.ts';

export interface ApiOptions {
  house: House;
  places: Places;
  party: RelyingParty;
  logger: Logger;
  spans?: SpanSink | undefined;
  /** The console's build; one that is not there leaves its pages out. */
  consoleFolder: string;
}

export interface MunimentApi {
  readonly admission: Admission;
  fetch(request: Request, door: Door): Response | Promise<Response>;
  readonly sessions: Sessions;
  signInUrl(token: string): string;
  /** Writes what is due by itself: ended sessions, counted requests. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

/** The whole HTTP API over a house, without a listener. */
export function createApi({ house, places, party, logger, spans, consoleFolder }: ApiOptions): MunimentApi {
  const { log, clock, database } = house;
  const sessions = createSessions({ database, log, clock, party });
  const stopWatching = endWithLeaving(house, sessions, logger);
  const attempts = createAttempts(clock);
  const admission = createAdmission((source) => attempts.note(source, 'overloaded'));
  const metrics = createMetrics(house, admission);
  const signInUrl = (token: string) => `http://localhost:${places.consolePort()}/#token=${token}`;
  const onFault = (error: unknown) => logger.error({ err: error }, 'work that nobody waits for failed');
  const rooms: Rooms = { ...house, sessions, attempts, metrics, places, signInUrl, onFault };
  const operators = new Set([0, process.getuid?.() ?? 0]);
  const sources = { log, sessions, operators, agentOf: (der: Uint8Array) => agentOf(house, der) };
  const files = openStatic(consoleFolder);
  const app = createFrame({
    places,
    logger,
    metrics,
    attempts,
    files,
    spans,
    onUnrecorded: () => log.noteUnrecorded(),
    callerOf: (c) => callerOf(sources, c),
  });
  mountAll(app, rooms);

  const count = (all: boolean) => attempts.record((drafts) => log.append(drafts), all);

  return {
    admission,
    fetch: (request, door) => app.fetch(request, door),
    sessions,
    signInUrl,
    async tick() {
      await count(false);
      await sessions.endOfLeavers();
      await sessions.purge();
    },
    async close() {
      stopWatching();
      metrics.close();
      await count(true);
    },
  };
}

const PEOPLE_MAY_LEAVE: ReadonlySet<string> = new Set(['resource.declared', 'resource.retired']);

/** Whoever has left is signed out with the change that says so; what that misses, the next tick does. */
function endWithLeaving({ log }: House, sessions: Sessions, logger: Logger): () => void {
  return log.onAppend((appended) => {
    if (!appended.some(({ kind }) => PEOPLE_MAY_LEAVE.has(kind))) return;
    sessions
      .endOfLeavers()
      .catch((error: unknown) => logger.error({ err: error }, 'sessions of people who left were not ended'));
  });
}

function mountAll(app: Api, rooms: Rooms): void {
  mountSessions(app, rooms);
  mountPeople(app, rooms);
  mountIdentities(app, rooms);
  mountDeclared(app, rooms);
  mountCredentials(app, rooms);
  mountAgents(app, rooms);
  mountLocks(app, rooms);
  mountLedger(app, rooms);
  mountChanges(app, rooms);
  mountBreakGlass(app, rooms);
  mountNames(app, rooms);
  mountSources(app, rooms);
  mountDiscovery(app, rooms);
  mountInventory(app, rooms);
  mountDecisions(app, rooms);
  mountRotations(app, rooms);
  mountEvidence(app, rooms);
  mountGovernance(app, rooms);
  mountOAuth(app, rooms);
  mountMonitoring(app, rooms);
  mountOpen(app, rooms);
}

async function agentOf({ log, authority, clock }: House, der: Uint8Array): Promise<Caller> {
  const issuerKeys = async () =>
    (await authority.publishedFor('control')).map(({ issuer }) => issuer.signer.publicKey);
  const { agent, credential } = await attestCertificate({ log, issuerKeys }, der, clock.now());
  return { kind: 'agent', agent: agent.id, instance: agent.instance, credential: credential.entry };
}
