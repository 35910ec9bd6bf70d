/** One data folder, one server: whoever else comes is refused, by whatever path, and whatever engine. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FieldServer, operate, type Place, settle, startServer } from '../support/field.ts';
import { postgresPrograms, startPostgres } from '../support/postgres.ts';

const AT_ONCE = 5;

function temporary(t: TestContext): string {
  const base = mkdtempSync(join(tmpdir(), 'muniment-folder-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  return base;
}

const isRefused = (error: unknown): boolean => /\[data_in_use\]/.test(String(error));

/** Starts servers at the same moment. @returns the one that runs; every other one was refused with the one code */
async function race(places: Place[]): Promise<FieldServer> {
  const started = await Promise.allSettled(places.map((place) => startServer(place)));
  const running = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  try {
    const others = started.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    assert.deepEqual(
      others.filter((reason) => !isRefused(reason)),
      [],
    );
    assert.equal(running.length, 1);
  } catch (error) {
    await Promise.all(running.map((server) => server.kill()));
    throw error;
  }
  return running[0] as FieldServer;
}

test('of five that start at once one wins, and the lock of one that was killed is none', async (t) => {
  const data = join(temporary(t), 'data');
  await settle({ data });
  const first = await race(Array.from({ length: AT_ONCE }, () => ({ data })));
  const link = join(data, '..', 'link');
  symlinkSync(data, link);
  await assert.rejects(startServer({ data: link }), isRefused);
  await refusedByBindMount(t, data);
  assert.equal((await operate({ data }, '/overview')).status, 200, 'the one that runs was harmed');
  await first.kill();
  const second = await startServer({ data: link });
  await second.stop();
});

async function refusedByBindMount(t: TestContext, data: string): Promise<void> {
  if (process.getuid?.() !== 0) return t.diagnostic('not tried through a bind mount: not root');
  const bound = join(data, '..', 'bound');
  mkdirSync(bound);
  execFileSync('mount', ['--bind', data, bound]);
  try {
    await assert.rejects(startServer({ data: bound }), isRefused);
  } finally {
    execFileSync('umount', [bound]);
  }
}

test('two databases do not make two servers of one folder', async (t) => {
  if (postgresPrograms() === undefined) return t.skip('needs PostgreSQL');
  const data = join(temporary(t), 'data');
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const places = await Promise.all(
    ['one', 'two'].map(async (name) => ({ data, databaseUrl: await postgres.database(name) })),
  );
  const first = await race([...places, { data }]);
  await first.kill();
  const again = await startServer(first.place);
  await again.stop();
});
