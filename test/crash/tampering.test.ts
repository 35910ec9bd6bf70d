/**
 * Tampering by one who has the database's password or the data folder: each case is done to a real log, and found by what the
 * table says finds it. The table in the threat model is this one.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import {
  concatBytes,
  emptyFrontier,
  extendFrontier,
  frontierRoot,
  leafHash,
  parseVerifierKey,
  verifierKey,
} from '#verifier';
import { tileRoot, verifyTileFolder } from '../../src/ledger/index.ts';
import { type Database, type LogSigner, openLog, restoreBackup, verifyRows } from '../../src/store/index.ts';
import { granted, lockLifted, lockPlaced, sessionEnded } from '../support/drafts.ts';
import { describeEngines, type EngineUnderTest } from '../support/engines.ts';
import { testSigner } from '../support/log-signer.ts';
import { CASES, type Finder } from './tampering-cases.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Past a first full tile, so that there are tiles in the database and in the folder. */
const ENTRIES = 300;
const SCRATCHED = 40;

interface Scene {
  database: Database;
  signer: LogSigner;
  folder: string;
  /** A checkpoint that somebody took away when the log had fewer entries, and the newest one. */
  kept: Uint8Array;
  newest: Uint8Array;
  /** A backup from the same early moment. */
  backup: Uint8Array;
}

const base = mkdtempSync(join(tmpdir(), 'tampering-'));
after(() => rmSync(base, { recursive: true, force: true }));

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concatBytes(...all);
}

async function makeScene(database: Database, name: string): Promise<Scene> {
  const folder = join(base, name);
  const signer = testSigner('log.example/tampered');
  const log = await openLog({ database, signer, folder });
  await log.append([lockPlaced('lok_a', 'idn_a'), lockLifted('lok_a'), granted('idn_a')]);
  await log.append(Array.from({ length: ENTRIES / 2 }, (_, n) => sessionEnded('per_a', `first ${n}`)));
  const kept = Buffer.from((await log.head()).checkpoint);
  const backup = await collected(log.backup());
  await log.append(Array.from({ length: ENTRIES / 2 }, (_, n) => sessionEnded('per_a', `second ${n}`)));
  const newest = Buffer.from((await log.head()).checkpoint);
  await log.close();
  return { database, signer, folder, kept, newest, backup };
}

/** With the guard switched off, as whoever owns the tables may. */
const asVandal = (database: Database, ...statements: RawBuilder<unknown>[]) =>
  database.ownerTransaction(async (tx) => {
    const guard = (word: string) =>
      ['entry', 'body', 'tile'].map(
        (table) => sql`alter table ${sql.table(table)} ${sql.raw(word)} trigger user`,
      );
    for (const each of [...guard('disable'), ...statements, ...guard('enable')]) await each.execute(tx);
  });

/** One who knows how it is made: leaf hashes, tiles, root and edge are computed again, so that the database agrees with itself. */
async function recompute({ database }: Scene): Promise<void> {
  const entries = await database.db.selectFrom('entry').select(['idx', 'leaf']).orderBy('idx').execute();
  const hashes = entries.map(({ leaf }) => leafHash(leaf));
  const frontier = hashes.reduce(extendFrontier, emptyFrontier());
  const full = Array.from({ length: Math.floor(hashes.length / 256) }, (_, at) =>
    hashes.slice(at * 256, (at + 1) * 256),
  );
  await asVandal(
    database,
    ...hashes.map((hash, idx) => sql`update entry set leaf_hash = ${hash} where idx = ${idx}`),
    sql`delete from tile where level > 0 or idx >= ${full.length}`,
    ...full.map(
      (tile, idx) =>
        sql`update tile set hashes = ${concatBytes(...tile)}, root = ${tileRoot(tile)} where idx = ${idx}`,
    ),
    sql`update log_head set size = ${hashes.length}, root = ${frontierRoot(frontier)},
      frontier = ${concatBytes(...frontier.hashes)}`,
  );
}

const flipped = (path: string, at: number): void => {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

/** What each case does; the words are in `CASES`. */
const DEEDS: Record<
  (typeof CASES)[number]['name'],
  (scene: Scene, engine: EngineUnderTest) => Promise<unknown>
> = {
  'a row edited': ({ database }) =>
    database.db.executeQuery(
      sql`update row_lock set data = jsonb_set(data, '{reason}', '"better"') where known_to is null`.compile(
        database.db,
      ),
    ),
  'a row removed': ({ database }) => database.db.deleteFrom('row_credential').execute(),
  'a row added': ({ database }) =>
    sql`insert into row_finding (key, known_from, valid_from, data) values ('fnd_x', 7, '2026-01-01T00:00:00.000Z', '{}')`.execute(
      database.db,
    ),
  "an entry's body edited": ({ database }) =>
    asVandal(
      database,
      sql`update body set bytes = set_byte(bytes, 9, get_byte(bytes, 9) # 1) where idx = ${SCRATCHED}`,
    ),
  "an entry's leaf edited": ({ database }) =>
    asVandal(
      database,
      sql`update entry set leaf = set_byte(leaf, 9, get_byte(leaf, 9) # 1) where idx = ${SCRATCHED}`,
    ),
  'an entry deleted from the middle': ({ database }) =>
    asVandal(
      database,
      sql`delete from entry where idx = ${SCRATCHED}`,
      sql`delete from body where idx = ${SCRATCHED}`,
    ),
  'a tile in the database changed': ({ database }) =>
    asVandal(
      database,
      sql`update tile set hashes = set_byte(hashes, ${32 * SCRATCHED}, get_byte(hashes, ${32 * SCRATCHED}) # 1)`,
    ),
  'a published tile changed': async ({ folder }) => flipped(join(folder, 'tile/0/000'), 32 * SCRATCHED),
  'a published entry changed': async ({ folder }) => flipped(join(folder, 'tile/entries/000'), 2000),
  'the tail cut off, in the database': (scene) => cutTail(scene),
  'an old backup restored': (scene, engine) => restoreOld(scene, engine),
  'an entry replaced, and all hashes above it computed again': async (scene) => {
    const { database } = scene;
    const theirs = sql`(select leaf from entry where idx = ${SCRATCHED + 1})`;
    const body = sql`(select bytes from body where idx = ${SCRATCHED + 1})`;
    await asVandal(
      database,
      sql`update entry set leaf = ${theirs} where idx = ${SCRATCHED}`,
      sql`update body set bytes = ${body} where idx = ${SCRATCHED}`,
    );
    await recompute(scene);
  },
  'two logs forked: the same key signs another tree': (scene, engine) => fork(scene, engine),
};

async function cutTail(scene: Scene): Promise<void> {
  const last = ENTRIES;
  const { database } = scene;
  await asVandal(
    database,
    sql`delete from body where idx >= ${last}`,
    sql`delete from entry where idx >= ${last}`,
  );
  await recompute(scene);
}

async function restoreOld(scene: Scene, engine: EngineUnderTest): Promise<void> {
  scene.database = await engine.open();
  await restoreBackup({
    database: scene.database,
    bytes: (async function* () {
      yield scene.backup;
    })(),
    openKey: async (standing) => parseVerifierKey(standing),
  });
}

/** The old backup is gone on from, and grows past what was published: both trees are signed by the same key. */
async function fork(scene: Scene, engine: EngineUnderTest): Promise<void> {
  await restoreOld(scene, engine);
  const folder = `${scene.folder}-fork`;
  const log = await openLog({ database: scene.database, signer: scene.signer, folder });
  await log.append(Array.from({ length: ENTRIES }, (_, n) => sessionEnded('per_a', `other ${n}`)));
  await log.close();
  rmSync(scene.folder, { recursive: true });
  cpSync(folder, scene.folder, { recursive: true });
}

const lines = (report: { problems: Array<string | { what: string }> }): string =>
  report.problems.map((problem) => (typeof problem === 'string' ? problem : problem.what)).join('\n');

/** What each way of looking says; empty where it finds nothing. */
const FINDERS: Record<Finder, (scene: Scene) => Promise<string>> = {
  '`muniment ledger verify --rows`': async ({ database }) => lines(await verifyRows(database)),
  '`muniment ledger verify`': async ({ folder, signer }) =>
    lines(await verifyTileFolder(folder, { key: keyOf(signer) })),
  'the server, at its start': async ({ database, signer, folder }) => {
    try {
      await (await openLog({ database, signer, folder })).close();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  },
  '`muniment ledger verify --checkpoint FILE`': async ({ folder, signer, newest }) =>
    lines(await verifyTileFolder(folder, { key: keyOf(signer), kept: newest })),
  '`muniment ledger verify --rows --checkpoint FILE`': async ({ database, newest }) =>
    lines(await verifyRows(database, { known: [{ from: 'kept', note: newest }] })),
};

const keyOf = ({ origin, publicKey }: LogSigner) => verifierKey(origin, publicKey);

describeEngines('tampering', (engine) => {
  let count = 0;
  for (const { name, finds } of CASES) {
    test(`${name}: found, and named`, async () => {
      count += 1;
      const scene = await makeScene(await engine.open(), `${engine.name}-${count}`);
      await DEEDS[name](scene, engine);
      for (const [finder, words] of Object.entries(finds)) {
        assert.match(await FINDERS[finder as Finder](scene), words, finder);
      }
    });
  }

  test('what nobody touched is found by nobody', async () => {
    const scene = await makeScene(await engine.open(), `${engine.name}-whole`);
    for (const [finder, look] of Object.entries(FINDERS)) assert.equal(await look(scene), '', finder);
  });
});

test('the threat model has this table', () => {
  const text = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');
  const rows = CASES.map(({ name, finds }) => `| ${name} | ${Object.keys(finds).join('; ')} |`);
  const found = text.slice(text.indexOf('## Who finds what'));
  for (const row of rows) assert.ok(found.includes(row), `missing: ${row}`);
});
