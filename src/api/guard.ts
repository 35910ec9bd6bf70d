import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { MunimentError } from '../kernel/index.ts';
import type { Door, Env } from './env.ts';

/** What keeps other sites out: exact `Host`, exact `Origin`, and a CSRF token on every change by cookie. */

export interface Places {
  /** Port of the console on loopback; read at each request, for it may have been any free one. */
  consolePort(): number;
  /** Port of the TLS listener, likewise. */
  apiPort(): number;
  /** Host names that the TLS listener answers to. */
  hosts: readonly string[];
}

const CONSOLE_HOST = 'localhost';
const LOOPBACK_HOSTS = ['127.0.0.1', '[::1]'];
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Probes come by address; nothing here is worth rebinding a name for. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Doors that no browser comes through with anything to lose. */
const HOSTLESS: ReadonlySet<Door['kind']> = new Set(['socket', 'pki']);

const refuse = (message: string): never => {
  throw new MunimentError('origin_refused', message);
};

export const isChange = (method: string): boolean => !SAFE_METHODS.has(method);

/**
 * Attack: DNS rebinding. A page whose name resolves to 127.0.0.1 reaches the loopback port with its own name in `Host`.
 * Answers with a redirect where a reader came by address, with undefined where the request may go on.
 */
export function checkHost(c: Context<Env>, places: Places): Response | undefined {
  if (HOSTLESS.has(c.env.kind)) return undefined;
  const host = c.req.header('host')?.toLowerCase() ?? '';
  return c.env.kind === 'tls' ? checkTlsHost(host, places) : checkConsoleHost(c, host, places.consolePort());
}

function checkTlsHost(host: string, { hosts }: Places): undefined {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (!hosts.some((allowed) => allowed.toLowerCase() === name)) refuse('this server has another name');
}

function checkConsoleHost(c: Context<Env>, host: string, port: number): Response | undefined {
  const ending = port === 80 ? '' : `:${port}`;
  if (host === CONSOLE_HOST + ending) return undefined;
  if (!LOOPBACK_HOSTS.some((name) => host === name + ending)) return refuse('this server has another name');
  if (PROBES.has(c.req.path)) return undefined;
  if (isChange(c.req.method)) return refuse('use the name `localhost`');
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(`http://${CONSOLE_HOST}${ending}${pathname}${search}`, 308);
}

/** A browser names the page that a change comes from; a page of another origin is refused whatever it carries. */
export function checkOrigin(c: Context<Env>, places: Places): void {
  if (HOSTLESS.has(c.env.kind)) return;
  const site = c.req.header('sec-fetch-site');
  if (isChange(c.req.method) && site !== undefined && !['same-origin', 'none'].includes(site)) {
    refuse('this request comes from another site');
  }
  const origin = c.req.header('origin');
  if (origin !== undefined && !originsOf(c.env, c.req.header('host') ?? '', places).includes(origin)) {
    refuse('this request comes from another site');
  }
}

/** `Host` has been checked before, so an origin that equals it is ours. */
function originsOf(door: Door, host: string, places: Places): string[] {
  return door.kind === 'tls' ? [`https://${host}`] : [`http://${CONSOLE_HOST}:${places.consolePort()}`];
}

/** Cookies ignore ports, so `SameSite` does not keep another service on this host out: the token does. */
export function checkCsrf(c: Context<Env>): void {
  const caller = c.get('caller');
  if (!isChange(c.req.method) || (caller.kind !== 'person' && caller.kind !== 'bootstrap')) return;
  if (caller.session.carrier !== 'cookie') return;
  const sent = Buffer.from(c.req.header('x-csrf-token') ?? '');
  const wanted = Buffer.from(caller.session.csrf);
  if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted)) {
    throw new MunimentError('csrf_refused', 'the header `x-csrf-token` is missing or wrong');
  }
}
