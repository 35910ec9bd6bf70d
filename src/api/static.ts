import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Context } from 'hono';
import type { Env } from './env.ts';

/** The console's built files, held in memory: a path that was not there at start can name nothing. */
export interface StaticFiles {
  answer(c: Context<Env>): Response | undefined;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * No script, style, frame or connection but our own. No Strict-Transport-Security: it would bind every port of a host
 * name, and so lock people out of the loopback console.
 */
const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
export const API_HEADERS = {
  ...COMMON_HEADERS,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};
const CONSOLE_HEADERS = {
  ...COMMON_HEADERS,
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
};
/** The build puts the hash of a file into its name, so what is under this folder never changes. */
const HASHED = '/assets/';
const YEAR_SECONDS = 31_536_000;

interface StaticFile {
  bytes: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

export function openStatic(folder: string): StaticFiles {
  const files = existsSync(folder) ? readAll(folder) : new Map<string, StaticFile>();
  return {
    answer(c) {
      if (!['GET', 'HEAD'].includes(c.req.method)) return undefined;
      const file = files.get(c.req.path) ?? (isPage(c) ? files.get('/index.html') : undefined);
      if (file === undefined) return undefined;
      if (c.req.header('if-none-match') === file.headers.etag) return c.body(null, 304, file.headers);
      return c.req.method === 'HEAD'
        ? c.body(null, 200, file.headers)
        : c.body(file.bytes, 200, file.headers);
    },
  };
}

/** Whoever navigates gets the console, which finds its way by itself; a script that is missing is missing. */
function isPage(c: Context<Env>): boolean {
  const { path } = c.req;
  if (path.startsWith(HASHED)) return false;
  return extname(path) === '' || (c.req.header('accept') ?? '').includes('text/html');
}

function readAll(folder: string): Map<string, StaticFile> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = `/${relative(folder, file).split(sep).join('/')}`;
      return [path, readOne(path, file)];
    }),
  );
}

function readOne(path: string, file: string): StaticFile {
  const bytes = new Uint8Array(readFileSync(file));
  const caching = path.startsWith(HASHED) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache';
  return {
    bytes,
    headers: {
      ...CONSOLE_HEADERS,
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'cache-control': caching,
      etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
    },
  };
}
