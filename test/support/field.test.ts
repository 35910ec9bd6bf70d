import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { csrOf, freePort, joinClient, newKey, operate, settle, startServer } from './field.ts';

test('a server in a process of its own issues over HTTPS, is killed, and goes on where it was', async (t) => {
  const data = join(mkdtempSync(join(tmpdir(), 'muniment-field-')), 'data');
  t.after(() => rmSync(join(data, '..'), { recursive: true, force: true }));
  await settle({ data });
  const apiPort = await freePort();
  const first = await startServer({ data }, { apiPort });
  t.after(() => first.kill());
  const client = await joinClient(first, 'host-1');
  const csr = csrOf(newKey());
  const issued = await client.issue({ csr });
  assert.equal(issued.status, 200, issued.text);
  assert.equal((await client.issue({ audience: ['orders'] })).status, 200);
  await first.kill();
  await assert.rejects(client.issue({ csr }));
  const second = await startServer({ data }, { apiPort });
  t.after(() => second.stop());
  const again = await client.issue({ csr });
  assert.ok(again.json.items[0].entry > issued.json.items[0].entry);
  assert.equal((await operate({ data }, '/overview')).status, 200);
  client.close();
});
