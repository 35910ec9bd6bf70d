/**
 * A made-up provider of many identities, in a process of its own: `provider.ts IDENTITIES`; prints where it listens as JSON.
 * `/told` says when it last answered (milliseconds of the epoch), which is when a sweep had read everything.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const PAGE_ITEMS = 1_000;
export const GRANTS_PER_IDENTITY = 10;
const TEAMS = 40;
const UNUSED_SHARE = 7;
const DAY_MS = 86_400_000;
const EPOCH_MS = Date.parse('2026-01-01T00:00:00Z');
const DAYS = 365;

export interface IdentityItem {
  id: string;
  name: string;
  team: string;
  enabled: boolean;
  created: string;
  lastUsed: string | null;
}

export interface PermissionItem {
  identity: string;
  policy: string;
  grants: string[];
}

const idOf = (index: number): string => `svc-${String(index).padStart(8, '0')}`;
const daysAgo = (days: number): string => new Date(EPOCH_MS - days * DAY_MS).toISOString();

const identity = (index: number): IdentityItem => ({
  id: idOf(index),
  name: `service ${index} of team ${index % TEAMS}`,
  team: `team-${index % TEAMS}`,
  enabled: index % UNUSED_SHARE !== 0,
  created: daysAgo(index % DAYS),
  lastUsed: index % UNUSED_SHARE === 0 ? null : daysAgo(index % UNUSED_SHARE),
});

const permission = (index: number): PermissionItem => ({
  identity: idOf(index),
  policy: `policy-${index}`,
  grants: Array.from(
    { length: GRANTS_PER_IDENTITY },
    (_, at) => `storage:read on bucket/team-${index % TEAMS}/service-${index}/part-${at}`,
  ),
});

const LISTS: Record<string, (index: number) => unknown> = {
  '/identities': identity,
  '/permissions': permission,
};

function pageOf(make: (index: number) => unknown, page: number, total: number) {
  const first = page * PAGE_ITEMS;
  const length = Math.max(0, Math.min(PAGE_ITEMS, total - first));
  return {
    items: Array.from({ length }, (_, at) => make(first + at)),
    next: first + length < total ? page + 1 : null,
    total,
  };
}

function serve(total: number): void {
  let last = Date.now();
  const answer = (outgoing: ServerResponse, body: unknown) =>
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server = createServer(({ url = '/' }, outgoing) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const make = LISTS[pathname];
    if (pathname === '/told') return answer(outgoing, { last });
    if (make === undefined) return outgoing.writeHead(404).end();
    answer(outgoing, pageOf(make, Number(searchParams.get('page')), total));
    last = Date.now();
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ base: `http://127.0.0.1:${port}` }));
  });
}

if (import.meta.main) serve(Number(process.argv[2]));
