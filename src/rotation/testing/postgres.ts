import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { RotationSpec } from '#verifier';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { RULE } from './specs.ts';

export const ROLE = 'billing "of" the shop';

/** A real cluster with a role whose password is rotated, by way of an administrator who may not see everything by right. */
export interface PostgresWorld {
  server: TestPostgres;
  passwordFile: string;
  connectionFile: string;
  spec(format?: 'plain' | 'pgpass'): RotationSpec;
  /** True where the password opens a session of the role. */
  opens(password: string): Promise<boolean>;
  /** Reads the file and opens a short session, again and again. */
  startConsumer(): { stop(): Promise<void>; failures(): number };
  /** Statements that the server was told, as its log has them. */
  query(text: string): Promise<pg.QueryResult>;
  remove(): Promise<void>;
}

export async function openPostgres(): Promise<PostgresWorld> {
  const server = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'muniment-rotation-'));
  const [passwordFile, connectionFile] = [join(folder, 'password'), join(folder, 'connection')];
  const password = randomBytes(12).toString('hex');
  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  };
  await query(`create role ${pg.escapeIdentifier(ROLE)} login password ${pg.escapeLiteral(password)}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  writeFileSync(connectionFile, `${server.url}\n`, { mode: 0o600 });
  const open = (secret: string): Promise<boolean> => session(server.url, secret);
  return {
    ...{ server, passwordFile, connectionFile, query, opens: open },
    spec: (format = 'plain') => ({
      ...RULE,
      rotator: 'postgres-password',
      target: { connection: { file: connectionFile }, role: ROLE, passwordFile, format },
    }),
    startConsumer: () => startConsumer(() => open(readFileSync(passwordFile, 'utf8').trim())),
    async remove() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function session(admin: string, password: string): Promise<boolean> {
  const url = new URL(admin);
  url.username = encodeURIComponent(ROLE);
  url.password = encodeURIComponent(password);
  const client = new pg.Client({ connectionString: url.href });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const PERIOD_MILLISECONDS = 50;

function startConsumer(use: () => Promise<boolean>) {
  let stopped = false;
  let failures = 0;
  const loop = (async () => {
    while (!stopped) {
      if (!(await use())) failures += 1;
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MILLISECONDS));
    }
  })();
  return {
    failures: () => failures,
    async stop() {
      stopped = true;
      await loop;
    },
  };
}
