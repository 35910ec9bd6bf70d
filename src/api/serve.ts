import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { encodePem } from '../crypto/index.ts';
import { type House, type HouseOptions, openHouse } from '../house.ts';
import { startJobs } from '../jobs.ts';
import { MunimentError } from '../kernel/index.ts';
import { createApi, type MunimentApi } from './create.ts';
import {
  checkSocketPath,
  type Listener,
  listenConsole,
  listenPki,
  listenSocket,
  listenTls,
  type TlsListener,
  type TlsMaterial,
} from './listen.ts';
import { createLogger, type Logger } from './logging.ts';
import { createSpanExporter } from './otlp.ts';
import { personNamed } from './read/people.ts';

export interface Urls {
  console: string;
  /** Without `/api/v1`. */
  api: string;
  adminSocket: string;
}

export interface Served {
  readonly urls: Urls;
  readonly house: House;
  /** A one-time link for a person; without a name, for a house that has no people yet (undefined once it has). */
  signIn(name?: string): Promise<{ token: string; url: string; ends: string } | undefined>;
  close(): Promise<void>;
}

/** What a start after a loss is told besides. */
export type Recovery = Pick<HouseOptions, 'restore' | 'newOrigin'>;

type Closer = () => unknown;

const CONSOLE_FOLDER = join(import.meta.dirname, '..', '..', 'console', 'dist');
const TICK_MS = 15_000;
const RENEW_MS = 6 * 3_600_000;
const OWNER_ONLY = 0o600;
const READABLE = 0o644;
const FOLDER_MODE = 0o700;

/**
 * Starts everything that `muniment serve` is: house, API, listeners, jobs. Prints nothing.
 * @throws MunimentError `port_taken`, `socket_path_too_long`, and what `openHouse` throws
 */
export async function serve(
  config: Config,
  recovery: Recovery & Pick<HouseOptions, 'sourceTypes'> = {},
): Promise<Served> {
  const logger = createLogger(config);
  checkSocketPath(socketPath(config));
  makeFolder(config.data);
  const closers: Closer[] = [];
  const close = () => closeAll(closers);
  try {
    return { ...(await start(config, recovery, logger, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Last opened, first closed; what fails to close keeps nothing else open. */
async function closeAll(closers: Closer[]): Promise<void> {
  const faults: unknown[] = [];
  for (const step of closers.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}

const socketPath = ({ data }: Pick<Config, 'data'>): string => join(data, 'admin.sock');

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  } catch (cause) {
    throw new MunimentError('data_unwritable', `the data folder \`${folder}\` cannot be written`, { cause });
  }
}

async function start(
  config: Config,
  recovery: Recovery,
  logger: Logger,
  closers: Closer[],
): Promise<Omit<Served, 'close'>> {
  const onFault = (error: unknown) => logger.error({ err: error }, 'background work failed');
  const house = await openHouse(config, { ...recovery, onFault });
  closers.push(() => house.close());
  let { consolePort, apiPort } = config;
  const spans = tracing(config, onFault, closers);
  const api = createApi({
    house,
    spans,
    places: { consolePort: () => consolePort, apiPort: () => apiPort, hosts: config.hosts },
    party: relyingParty(config, () => ({ console: consolePort, api: apiPort })),
    logger,
    consoleFolder: CONSOLE_FOLDER,
  });
  closers.push(() => api.close());
  const listeners = await listenAll(config, house, api, closers);
  consolePort = listeners.console.port;
  apiPort = listeners.tls.port;
  keepGoing(house, api, listeners.tls, onFault, closers);
  closers.push(await startJobs(house, onFault));
  const urls = urlsOf(config, listeners);
  writeFiles(config, house, urls, closers);
  return { urls, house, signIn: (name) => signIn(house, api, name) };
}

function tracing({ otelEndpoint }: Config, onFault: (error: unknown) => void, closers: Closer[]) {
  if (otelEndpoint === undefined) return undefined;
  const spans = createSpanExporter(otelEndpoint, onFault);
  closers.push(() => spans.close());
  return spans;
}

interface Listeners {
  console: Listener;
  tls: TlsListener;
}

async function listenAll(
  config: Config,
  house: House,
  api: MunimentApi,
  closers: Closer[],
): Promise<Listeners> {
  const kept = <L extends Listener>(listener: L): L => {
    closers.push(() => listener.close());
    return listener;
  };
  // Streams end first, or no listener could close.
  const console = kept(await listenConsole(api, config.consolePort));
  const tls = kept(await listenTls(api, config.apiPort, await tlsMaterial(config, house)));
  if (config.pkiPort !== undefined) kept(await listenPki(api, config.pkiPort));
  kept(await listenSocket(api, socketPath(config)));
  closers.push(() => house.stopStreams());
  return { console, tls };
}

/** Timers of the API and of the server's own certificate. */
function keepGoing(
  house: House,
  api: MunimentApi,
  tls: TlsListener,
  onFault: (error: unknown) => void,
  closers: Closer[],
): void {
  const tick = setInterval(() => void api.tick().catch(onFault), TICK_MS);
  const renew = setInterval(() => {
    tlsMaterial(house.config, house).then((material) => tls.use(material), onFault);
  }, RENEW_MS);
  closers.push(() => {
    clearInterval(tick);
    clearInterval(renew);
  });
}

async function tlsMaterial(config: Config, { authority }: House): Promise<TlsMaterial> {
  const agents = await authority.publishedFor('control');
  const clientCas = agents.map(({ certificate }) => encodePem(certificate, 'CERTIFICATE'));
  if (config.certificateFile !== undefined && config.keyFile !== undefined) {
    return { cert: readPem(config.certificateFile), key: readPem(config.keyFile), clientCas };
  }
  const { cert, key } = await authority.serverIdentity(config.hosts);
  return { cert, key, clientCas };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new MunimentError('bad_request', `\`${path}\` cannot be read`, { cause });
  }
}

/** Passkeys are bound to one host name; on this host browsers count `localhost` as secure. */
function relyingParty({ passkeyHost = 'localhost' }: Config, ports: () => { console: number; api: number }) {
  return {
    id: passkeyHost,
    get origins() {
      const { console, api } = ports();
      return [
        `http://localhost:${console}`,
        api === 443 ? `https://${passkeyHost}` : `https://${passkeyHost}:${api}`,
      ];
    },
  };
}

const urlsOf = ({ data }: Config, { console, tls }: Listeners): Urls => ({
  console: `http://localhost:${console.port}`,
  api: `https://localhost:${tls.port}`,
  adminSocket: socketPath({ data }),
});

/**
 * `ca.pem` for whoever pins our root, `log.vkey` for whoever checks the log; `server.json` for commands on this host that
 * look for the running server.
 */
function writeFiles({ data }: Config, { authority, log }: House, urls: Urls, closers: Closer[]): void {
  writeWhole(join(data, 'ca.pem'), encodePem(authority.root().certificate, 'CERTIFICATE'));
  writeWhole(join(data, 'log.vkey'), `${log.verifierKey}\n`);
  const path = join(data, 'server.json');
  writeWhole(path, `${JSON.stringify({ ...urls, pid: process.pid })}\n`, OWNER_ONLY);
  closers.push(() => rmSync(path, { force: true }));
}

/** Whoever reads it, after a power cut too, meets what it held before or all of this. */
function writeWhole(path: string, text: string, mode = READABLE): void {
  const partial = `${path}.tmp`;
  rmSync(partial, { force: true });
  writeFileSync(partial, text, { mode, flush: true });
  renameSync(partial, path);
}

async function signIn({ log }: House, api: MunimentApi, name: string | undefined) {
  const person = name === undefined ? null : await personNamed(log, name);
  if (person === undefined) throw new MunimentError('not_found', `there is no person \`${name}\``);
  if (person === null && (await log.view()).rows('person').size > 0) return undefined;
  const made = await api.sessions.makeSignInToken(person?.id ?? null);
  return { ...made, url: api.signInUrl(made.token) };
}
