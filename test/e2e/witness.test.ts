/** A server with a witness: what it shows, what a package carries, and an old backup that is noticed by the witness alone. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  parseNote,
  parseVerifierKey,
  parseWitnessKey,
  utf8,
  verifyCosignatures,
  verifyNote,
  verifyPackage,
} from '#verifier';
import { type Served, serve } from '../../src/api/serve.ts';
import { readConfig } from '../../src/config.ts';
import { bytesOf } from '../../src/evidence/testing/house.ts';
import { muniment } from '../../tools/demo/programs.ts';
import { sessionEnded } from '../support/drafts.ts';
import { TestWitness } from '../support/witness.ts';

const WAIT_MS = 60_000;

describe('a server with a witness', () => {
  let folder: string;
  let data: string;
  let witness: TestWitness;
  let server: Served | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-witnessed-'));
    data = join(folder, 'data');
    witness = await TestWitness.start(folder);
  });
  after(async () => {
    await server?.close();
    await witness.close();
    rmSync(folder, { recursive: true });
  });

  function start(): Promise<Served> {
    const named = [{ name: 'auditor', url: witness.url, verifierKey: witness.verifierKey }];
    const ports = { apiPort: 0, consolePort: 0 };
    const flags = { data, ...ports, sweep: false, logLevel: 'silent', witnesses: named };
    return serve(readConfig({ environment: {}, flags }));
  }

  function get({ urls }: Served, path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { socketPath: urls.adminSocket, path, headers: { host: 'localhost' } };
      request(options, async (answer) => resolve(Buffer.concat(await answer.toArray()).toString()))
        .once('error', reject)
        .end();
    });
  }

  /** Waits until the witness vouches for all that there is. */
  async function witnessed({ house }: Served): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const [status] = await house.witnesses.status();
      if (status?.outcome === 'cosigned' && status.behind === 0) return;
      assert.ok(Date.now() < deadline, JSON.stringify(status));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('shows its witnesses, and serves a cosigned checkpoint that every reader takes', async () => {
    server = await start();
    const { house } = server;
    witness.logs.set(house.log.origin, house.log.verifierKey);
    await house.log.append([sessionEnded('per_a')]);
    await witnessed(server);
    const keys = [parseWitnessKey(witness.verifierKey)];
    const deadline = Date.now() + WAIT_MS;
    for (let cosigned = 0; cosigned === 0; ) {
      assert.ok(Date.now() < deadline, 'no cosigned checkpoint was served');
      const note = parseNote(utf8(await get(server, '/log/checkpoint')));
      assert.equal((await verifyNote(note, [parseVerifierKey(house.log.verifierKey)])).length, 1);
      cosigned = (await verifyCosignatures(note, keys)).length;
    }
    const shown = JSON.parse(await get(server, '/api/v1/ledger/witnesses'));
    assert.deepEqual(
      [shown.items[0].name, shown.items[0].outcome, shown.cosigned.cosignatures],
      ['auditor', 'cosigned', 1],
    );
    assert.match(await get(server, '/metrics'), /^muniment_witness_size\{witness="auditor"\} \d+$/m);
    assert.match(await get(server, '/readyz'), /^ok embedded\n$/);
    const told = await muniment<{ items: Array<{ name: string }> }>(['ledger', 'witnesses', '--data', data]);
    assert.deepEqual(
      told.answer.items.map(({ name }) => name),
      ['auditor'],
    );
  });

  it('a package carries the cosignature; without the witness it says that nobody vouches', async () => {
    assert.ok(server);
    const { evidence, clock, log } = server.house;
    const to = clock.now().toISOString();
    const from = new Date(clock.now().getTime() - 3_600_000).toISOString();
    const keys = [parseVerifierKey(log.verifierKey)];
    const witnesses = [parseWitnessKey(witness.verifierKey)];
    const first = await verifyPackage(await bytesOf(await evidence.build({ from, to })), { keys, witnesses });
    assert.equal(first.exitCode, 0, JSON.stringify(first.problems));
    assert.equal(first.facts.witnesses?.given[0]?.name, witness.name);
    assert.ok(first.facts.witnesses?.given[0]?.cosigned);
    witness.mischief = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    const later = await bytesOf(await evidence.build({ from, to: clock.now().toISOString() }));
    witness.mischief = undefined;
    const alone = await verifyPackage(later, { keys });
    assert.equal(alone.exitCode, 0, JSON.stringify(alone.problems));
    assert.deepEqual(alone.facts.witnesses, { given: [], quorum: 0, unchecked: [] });
    assert.equal((await verifyPackage(later, { keys, witnesses })).exitCode, 1);
  });

  it('an old backup, published folder and all, is refused at the start, and by name of the witness', async () => {
    assert.ok(server);
    await server.close();
    const backup = join(folder, 'backup');
    cpSync(data, backup, { recursive: true });
    server = await start();
    await server.house.log.append([sessionEnded('per_b'), sessionEnded('per_c')]);
    await witnessed(server);
    await server.close();
    server = undefined;
    rmSync(data, { recursive: true });
    cpSync(backup, data, { recursive: true });
    await assert.rejects(start(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'log_ahead_of_database');
      assert.match(
        error.message,
        /the witness `auditor` knows a log of \d+ entries, but the database has only \d+/,
      );
      return true;
    });
  });
});
