import type { Context } from 'hono';
import type { Config } from '../../config.ts';
import type { Env } from '../env.ts';
import type { Places } from '../guard.ts';

/** By which names clients know this server. None is taken from a request's port: another server on this host may have that. */

export const TOKEN_PATH = '/oauth/token';
const HTTPS_PORT = 443;

const baseOf = (host: string, port: number): string => {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === HTTPS_PORT ? `https://${name}` : `https://${name}:${port}`;
};

const withoutSlash = (url: string): string => url.replace(/\/$/, '');

/** The issuer for whoever asks (RFC 8414, section 2): the one that is configured, else the host name that they use. */
export function issuerFor(c: Context<Env>, { issuerUrl }: Config, places: Places): string {
  if (issuerUrl !== undefined) return issuerUrl;
  const asked = new URL(`http://${c.req.header('host') ?? 'localhost'}`).hostname.replace(/^\[(.*)\]$/, '$1');
  const host = places.hosts.find((name) => name.toLowerCase() === asked) ?? places.hosts[0] ?? 'localhost';
  return baseOf(host.toLowerCase(), places.apiPort());
}

export const endpoint = (issuer: string, path: string): string => withoutSlash(issuer) + path;

/** What an assertion may name as its audience: an issuer or token endpoint of ours (RFC 7523, section 3). */
export function audiencesOf({ issuerUrl }: Config, places: Places): string[] {
  const bases = places.hosts.map((host) => baseOf(host.toLowerCase(), places.apiPort()));
  const issuers = [...bases, ...(issuerUrl === undefined ? [] : [issuerUrl])];
  return issuers.flatMap((issuer) => [issuer, endpoint(issuer, TOKEN_PATH)]);
}
