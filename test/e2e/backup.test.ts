/** The drill: a backup under load, restored into the other engine, and the story goes on; an old one is noticed; a new name. */
import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hex, parseCheckpoint, parseNote, parseVerifierKey, verifyPackage } from '#verifier';
import { type Recovery, type Served, serve } from '../../src/api/index.ts';
import { readConfig } from '../../src/config.ts';
import { openSeal, type Seal, sealWith } from '../../src/crypto/index.ts';
import { bytesOf } from '../../src/evidence/testing/house.ts';
import {
  askJwt,
  askX509,
  joinAgent,
  seeds,
  type TestAgent,
  type World,
} from '../../src/issuance/testing/world.ts';
import { restoreFrom } from '../../src/recovery/index.ts';
import { type Draft, openDatabase, verifyRows } from '../../src/store/index.ts';
import { muniment } from '../../tools/demo/programs.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../support/postgres.ts';

type EngineName = 'embedded' | 'postgresql';

const skip = postgresPrograms() === undefined ? 'needs PostgreSQL' : false;
const base = mkdtempSync(join(tmpdir(), 'backup-'));
let postgres: TestPostgres;
let count = 0;

/** A place where a house could be: an empty data folder, and an empty database where the engine is PostgreSQL. */
async function place(engine: EngineName, sealFrom?: string) {
  count += 1;
  const data = join(base, `data-${count}`);
  mkdirSync(data, { mode: 0o700 });
  if (sealFrom !== undefined) cpSync(join(sealFrom, 'keys'), join(data, 'keys'), { recursive: true });
  const url = engine === 'postgresql' ? await postgres.database(`house_${count}`) : undefined;
  return { data, ...(url === undefined ? {} : { databaseUrl: url }) };
}

type Place = Awaited<ReturnType<typeof place>>;

const open = (where: Place, recovery: Recovery = {}, more: Record<string, string> = {}): Promise<Served> => {
  const flags = { ...where, consolePort: 0, apiPort: 0, sweep: false, logLevel: 'silent', ...more };
  return serve(readConfig({ environment: {}, flags }), recovery);
};

/** What is declared in the first days needs no change. */
const firstDays = (): Draft[] => [
  { kind: 'bootstrap.opened', subject: '', actor: 'sys', data: { reason: 'drill' } },
  ...seeds().map((draft) =>
    draft.kind === 'resource.declared' ? { ...draft, data: { ...draft.data, bootstrap: true } } : draft,
  ),
];

const asWorld = ({ house }: Served): World => house as unknown as World;

/** Appends all the while, until it is told to stop. @returns how many were acknowledged */
function load({ house }: Served) {
  let stopped = false;
  const running = (async () => {
    let written = 0;
    for (; !stopped; written += 1) {
      const data = { person: 'per_ann', reason: `load ${written}` };
      await house.log.append([{ kind: 'session.ended', subject: 'per_ann', actor: 'per_ann', data }]);
    }
    return written;
  })();
  return () => {
    stopped = true;
    return running;
  };
}

interface BackupAnswer {
  file: string;
  size: number;
  origin: string;
}

async function backUp({ data }: Place, name: string): Promise<BackupAnswer> {
  const { code, answer, errors } = await muniment<BackupAnswer>([
    'backup',
    '--data',
    data,
    '--out',
    join(base, name),
  ]);
  assert.equal(code, 0, errors);
  return answer;
}

async function holds(served: Served): Promise<void> {
  assert.deepEqual((await verifyRows(served.house.database)).problems, []);
}

const isLocked = ({ refused }: { refused: Array<{ code: string }> }) => refused.map(({ code }) => code);

function drill(from: EngineName, to: EngineName): void {
  describe(`a backup of ${from}, restored into ${to}`, { skip }, () => {
    let home: Place;
    let served: Served;
    let agent: TestAgent;
    let first: BackupAnswer;
    let newest: string;
    const opened: Served[] = [];
    const start = async (...asked: Parameters<typeof open>) => {
      const house = await open(...asked);
      opened.push(house);
      return house;
    };
    const stop = async (house: Served) => {
      opened.splice(opened.indexOf(house), 1);
      await house.close();
    };

    before(async () => {
      home = await place(from);
      served = await start(home);
      await served.house.log.append(firstDays());
      agent = await joinAgent(asWorld(served));
      for (let n = 0; n < 300; n += 50) {
        const data = { person: 'per_dee', reason: `before ${n}` };
        await served.house.log.append(
          Array.from({ length: 50 }, () => ({
            kind: 'session.ended' as const,
            subject: 'per_dee',
            actor: 'per_dee',
            data,
          })),
        );
      }
    });
    after(async () => {
      for (const house of opened.splice(0)) await house.close();
    });

    it('is made while entries are written, for its owner alone', async () => {
      const end = load(served);
      first = await backUp(home, `first-${from}`);
      assert.ok((await end()) > 0);
      assert.equal(statSync(first.file).mode & 0o777, 0o600);
      assert.deepEqual(
        readdirSync(base).filter((name) => name.endsWith('.partial')),
        [],
      );
      const seal = readFileSync(join(home.data, 'keys', 'seal.key'));
      const bytes = readFileSync(first.file);
      assert.ok(
        !bytes.includes(seal) && !bytes.includes(seal.toString('base64')) && !bytes.includes('PRIVATE'),
      );
      const { size } = await served.house.log.head();
      assert.ok(first.size < size, `${first.size} of ${size} entries`);
    });

    it('holds what it claims elsewhere, and the story goes on there', async () => {
      const there = await start(await place(to, home.data), { restore: first.file });
      await holds(there);
      const { log } = there.house;
      assert.equal(log.verifierKey, served.house.log.verifierKey);
      const known = await served.house.log.consistency(first.size);
      assert.ok(Array.isArray(known));
      const [entry] = (await askX509(asWorld(there), agent)).granted;
      assert.ok(entry);
      await there.house.revocation.lock({ kind: 'identity', id: 'idn_payments' }, 'drill', 'sys');
      assert.deepEqual(isLocked(await askX509(asWorld(there), agent)), ['locked']);
      await holds(there);
      await stop(there);
    });

    it('is refused where something is, where it is damaged, of another version, or under another key', async () => {
      const refusals = await refusedRestores(first.file, home.data, to);
      assert.deepEqual(refusals, {
        'not empty': 'restore_not_empty',
        'one row changed': 'backup_damaged',
        'cut off': 'backup_damaged',
        'not a backup': 'backup_damaged',
        'another version': 'backup_version',
        'another seal key': 'seal_key_wrong',
        'no seal key': 'seal_key_wrong',
        'no such file': 'not_found',
      });
    });

    it('an old one is noticed by a checkpoint kept elsewhere, with both sizes', async () => {
      await askX509(asWorld(served), agent);
      const { checkpoint, size } = await served.house.log.head();
      newest = join(base, `newest-${from}`);
      writeFileSync(newest, checkpoint);
      const where = await place(to, home.data);
      await assert.rejects(
        open(where, { restore: first.file }, { knownCheckpoint: newest }),
        (error: Error) => {
          assert.equal((error as unknown as { code: string }).code, 'log_ahead_of_database');
          assert.match(
            error.message,
            new RegExp(`has ${size} entries.*has only ${first.size}.*--new-origin`),
          );
          return true;
        },
      );
    });

    it('an old one is noticed by the published log that is still there', async () => {
      const where = await place(to, home.data);
      await eventually(() => publishedSize(home.data) > first.size);
      cpSync(join(home.data, 'log'), join(where.data, 'log'), { recursive: true });
      await assert.rejects(open(where, { restore: first.file }), { code: 'log_ahead_of_database' });
    });

    it('goes on under a new name, and whatever the lost entries granted is refused', async () => {
      const lost = await askJwt(asWorld(served), agent);
      const token = lost.granted[0]?.jwt ?? '';
      assert.equal((await served.house.revocation.introspect(token)).active, true);
      const where = await place(to, home.data);
      await eventually(() => publishedSize(home.data) > first.size);
      cpSync(join(home.data, 'log'), join(where.data, 'log'), { recursive: true });
      const newOrigin = { origin: 'log.example/second', reason: 'the disk of the first is gone' };
      const there = await start(where, { restore: first.file, newOrigin }, { knownCheckpoint: newest });
      const { log, revocation, authority } = there.house;
      assert.equal(log.origin, 'log.example/second');
      const entry = await log.entry(first.size);
      assert.equal(entry?.kind, 'log.continued');
      const { data } = JSON.parse(Buffer.from(entry?.body ?? []).toString('utf8'));
      assert.equal(data.kept, first.size);
      assert.equal(data.origin, served.house.log.origin);
      const last = parseCheckpoint(parseNote(readFileSync(join(home.data, 'log', 'checkpoint'))).text);
      assert.ok(data.size >= last.size || data.size > first.size);
      assert.equal(data.root, hex(parseCheckpoint(parseNote(Buffer.from(data.checkpoint)).text).root));
      assert.equal((await revocation.introspect(token)).active, false);
      assert.notDeepEqual(authority.root().certificate, served.house.authority.root().certificate);
      // The agent's own certificate is of the CA before.
      await assert.rejects(askX509(asWorld(there), agent));
      const again = await joinLocked(there);
      assert.deepEqual(again, ['locked']);
      await holds(there);
      await lifted(there);
      const fresh = await joinAgent(asWorld(there), 'host-2');
      assert.equal((await askX509(asWorld(there), fresh)).granted.length, 1);
      await stop(there);
      const restarted = await start(where, {}, { knownCheckpoint: newest });
      assert.equal(restarted.house.log.origin, 'log.example/second');
      assert.ok(readdirSync(where.data).some((name) => name.startsWith('log.before-')));
      await provesTheBreak(restarted);
      await stop(restarted);
    });
  });
}

const publishedSize = (data: string): number => {
  try {
    return parseCheckpoint(parseNote(readFileSync(join(data, 'log', 'checkpoint'))).text).size;
  } catch {
    return 0;
  }
};

async function eventually(is: () => boolean): Promise<void> {
  const limit = Date.now() + 30_000;
  while (!is()) {
    assert.ok(Date.now() < limit, 'it never came to be');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function joinLocked({ house }: Served): Promise<string[]> {
  const { token } = await house.tokens.create({ agentName: 'host-1', actor: 'sys' });
  const { csr } = await import('../../src/issuance/testing/world.ts').then(({ newKey }) => newKey());
  const request = {
    door: 'agent',
    address: '192.0.2.1',
    action: 'join' as const,
    token,
    name: 'host-1',
    csr,
  };
  return isLocked(await house.issuance.issue(request));
}

async function lifted({ house }: Served): Promise<void> {
  const locks = [...(await house.log.view()).rows('lock').values()].filter(({ lifted }) => lifted === null);
  for (const { id } of locks) await house.revocation.lift(id, 'looked at', 'sys');
}

/** A package over the break verifies, and the reader is told of it. */
async function provesTheBreak({ house }: Served): Promise<void> {
  const { time } = await house.log.head();
  const period = {
    from: new Date(Date.parse(time) - 3_600_000).toISOString(),
    to: new Date(Date.parse(time) + 1).toISOString(),
  };
  await house.log.append([
    {
      kind: 'session.ended',
      subject: 'per_ann',
      actor: 'per_ann',
      data: { person: 'per_ann', reason: 'end' },
    },
  ]);
  const bytes = await bytesOf(await house.evidence.build({ ...period, actor: 'sys' }));
  const report = await verifyPackage(bytes, { keys: [parseVerifierKey(house.log.verifierKey)] });
  assert.deepEqual(report.problems, []);
  // The seeds' personal values were never kept, so they count as withheld.
  assert.equal(report.outcome, 'PARTIAL');
  assert.equal(report.facts.continued?.length, 1);
  assert.equal(
    parseVerifierKey(report.facts.continued?.[0]?.logKey ?? '').name,
    report.facts.continued?.[0]?.origin,
  );
}

/** The code of each refusal; after each the place is as empty as before. */
async function refusedRestores(
  file: string,
  sealed: string,
  engine: EngineName,
): Promise<Record<string, string>> {
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8');
  const variant = (name: string, changed: string): string => {
    const path = join(base, `${name}-${engine}`);
    writeFileSync(path, changed);
    return path;
  };
  const where = await place(engine);
  const database = await openDatabase(
    'databaseUrl' in where ? { url: where.databaseUrl ?? '' } : { folder: where.data },
  );
  const right = openSeal(join(sealed, 'keys', 'seal.key'), sealed);
  const wrong = sealWith(Buffer.alloc(32, 3), '');
  const cases: Array<[string, string, Seal]> = [
    [
      'one row changed',
      variant('changed', text.replace('muniment-agent-token', 'muniment-agent-tokem')),
      right,
    ],
    ['cut off', variant('cut', text.slice(0, -3000)), right],
    ['not a backup', variant('other', '{"v":1}\n'), right],
    ['another version', variant('version', text.replace(/"schema":\d+/, '"schema":999')), right],
    ['another seal key', file, wrong],
    ['no such file', join(base, 'nowhere'), right],
  ];
  const codes: Record<string, string> = {};
  for (const [name, path, seal] of cases) codes[name] = await codeOf(restoreFrom(path, database, seal));
  // Nothing of any attempt is left: the whole one is taken now, and then no second.
  assert.equal(await codeOf(restoreFrom(file, database, right)), 'taken');
  codes['not empty'] = await codeOf(restoreFrom(file, database, right));
  await database.close();
  codes['no seal key'] = await codeOf(open({ data: where.data }, { restore: file }));
  return codes;
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

before(async () => {
  if (!skip) postgres = await startPostgres();
});
after(async () => {
  await postgres?.stop();
  rmSync(base, { recursive: true, force: true });
});

drill('embedded', 'postgresql');
drill('postgresql', 'embedded');
