import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Disk, disksNeed } from '../support/disk.ts';
import { type FieldClient, type FieldServer, joinClient, settle, startServer } from '../support/field.ts';
import { Account, checkAccount } from './account.ts';
import { POWER_CUTS } from './counts.ts';
import { startStorm } from './storm.ts';

const DISK_MEBIBYTES = 512;
const UNSYNCED_BYTES = 1024 * 1024;
const ANSWERS_MAX = 150;

/** The process stands still, so that the disk has a state; what it had not synced is not part of it. */
async function cutPower(server: FieldServer, disk: Disk, name: string): Promise<Disk> {
  writeFileSync(join(disk.mount, name), Buffer.alloc(UNSYNCED_BYTES, 1));
  process.kill(server.pid, 'SIGSTOP');
  try {
    return await disk.afterPowerCut(name);
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
}

/** Unless this holds, the copy shows what lay in memory, and the test could not fail. */
function checkLost({ mount }: Disk, name: string): void {
  const path = join(mount, name);
  assert.ok(
    !existsSync(path) || statSync(path).size < UNSYNCED_BYTES,
    'what was never synced is on the disk',
  );
}

async function cutUnderLoad(
  server: FieldServer,
  clients: FieldClient[],
  { disk, account, name }: { disk: Disk; account: Account; name: string },
): Promise<number> {
  const storm = startStorm(server, clients, account);
  await storm.answers(1 + Math.floor(Math.random() * ANSWERS_MAX));
  const copy = await cutPower(server, disk, name);
  // A stopped process answers nothing: all this was told before.
  const told = account.copy();
  await storm.stop();
  try {
    checkLost(copy, name);
    return await checkAccount({ data: join(copy.mount, 'data') }, told);
  } finally {
    copy.remove();
  }
}

/** A server on a disk of its own, and clients; all of it is put away in the end, the last first. */
async function onDisk(t: TestContext, work: (field: Field) => Promise<void>): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'muniment-power-'));
  const disk = Disk.make(base, 'disk', DISK_MEBIBYTES);
  const place = { data: join(disk.mount, 'data') };
  let server: FieldServer | undefined;
  t.after(async () => {
    await server?.kill();
    disk.remove();
    rmSync(base, { recursive: true, force: true });
  });
  await settle(place);
  const started = await startServer(place);
  server = started;
  const clients = await Promise.all(['host-1', 'host-2'].map((name) => joinClient(started, name)));
  await work({ base, disk, server, clients });
  for (const client of clients) client.close();
}

interface Field {
  base: string;
  disk: Disk;
  server: FieldServer;
  clients: FieldClient[];
}

test('after a power cut under load the embedded engine has everything that was acknowledged', async (t) => {
  const need = disksNeed();
  if (need !== undefined) return t.skip(need);
  await onDisk(t, async ({ base, disk, server, clients }) => {
    const account = new Account();
    for (let cut = 0; cut < POWER_CUTS; cut += 1) {
      const name = `cut-${cut}`;
      const size = await cutUnderLoad(server, clients, { disk, account, name });
      t.diagnostic(`cut ${cut}: ${size} entries`);
      rmSync(join(base, `${name}.img`));
    }
  });
});
