import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Running } from '../../testing/double.ts';
import { type FaultHouse, openFaultHouse } from '../../testing/fault-house.ts';
import { httpDouble } from '../../testing/http-double.ts';
import { OPTIONAL_LISTINGS } from './settings.ts';
import { ACCOUNT, awsProvider } from './testing/double.ts';
import { event, type MadeTrail, makeTrail } from './testing/trail.ts';

const KEY = event('CreateAccessKey', {
  accessKey: { accessKeyId: 'AKIAMADE', userName: 'bob', status: 'Active' },
});
const HOURS = [
  [KEY],
  [event('ListUsers', {})],
  [event('CreateUser', { user: { userId: 'AIDABOB', userName: 'bob' } })],
];

describe('creation events from delivered log files', () => {
  let house: FaultHouse;
  let made: MadeTrail;
  let number = 0;
  before(async () => {
    house = await openFaultHouse();
  });
  after(() => house.close());
  beforeEach(() => {
    made = makeTrail(mkdtempSync(join(tmpdir(), 'muniment-trail-')), ACCOUNT, HOURS, new Date());
  });

  /** What a sweep of the trail says, and what it saw. */
  async function sweep(t: TestContext, more: object = {}) {
    t.after(() => rmSync(made.folder, { recursive: true, force: true }));
    const double = httpDouble(awsProvider([...OPTIONAL_LISTINGS]));
    const running = await double.start(t, { items: 0, name: String, fault: 'none' });
    const cloudtrail = { folder: made.folder, publicKeys: made.keys, ...more };
    const source = `trail-${++number}`;
    await house.configure(source, 'aws', {
      ...running,
      settings: { ...running.settings, cloudtrail },
    } as Running);
    const results = await house.sweep(source);
    const told = results.find(({ partition }) => partition === `${ACCOUNT}/cloudtrail`);
    assert.ok(told);
    const rows = (await house.present(source)).filter(
      ({ attributes }) => attributes.creationSource === 'cloudtrail',
    );
    const whys = [...told.errors, ...told.denied].map(({ why }) => why);
    return { verdict: told.verdict, whys, denied: told.denied, rows };
  }
  const rewrite = (name: string, change: (content: string) => string) => {
    const path = join(made.folder, name);
    writeFileSync(path, gzipSync(change(gunzipSync(readFileSync(path)).toString('utf8'))));
  };

  test('are the things that were made, with who made them as a commitment', async (t) => {
    const { verdict, whys, rows } = await sweep(t);
    assert.deepEqual([verdict, whys], ['COMPLETE', []]);
    const key = rows.find(({ label }) => label === 'AKIAMADE');
    assert.ok(key);
    const { createdBy, ...rest } = key.attributes;
    assert.deepEqual(rest, {
      kind: 'aws-access-key',
      created: '2026-01-02T03:04:05Z',
      creationEvent: 'event-CreateAccessKey',
      creationSource: 'cloudtrail',
    });
    assert.ok(typeof createdBy === 'object' && createdBy !== null && 'commitment' in createdBy);
    assert.deepEqual(key.joins, ['aws-key:AKIAMADE']);
    assert.equal(rows.length, 2);
    assert.ok(!JSON.stringify(rows).includes('alice') && !JSON.stringify(rows).includes('bob'));
  });

  test('a log file that was changed is an error, and tells nothing', async (t) => {
    rewrite(made.logs[0] ?? '', (content) => content.replace('AKIAMADE', 'AKIAELSE'));
    const { verdict, whys, rows } = await sweep(t);
    assert.equal(verdict, 'PARTIAL');
    assert.deepEqual(whys, ['not what its digest says: it was changed']);
    assert.deepEqual(
      rows.map(({ class: kind }) => kind),
      ['identity'],
    );
  });

  test('a log file that is gone is an error', async (t) => {
    rmSync(join(made.folder, made.logs[0] ?? ''));
    assert.deepEqual((await sweep(t)).whys, ['ENOENT']);
  });

  test('a digest that was changed is an error', async (t) => {
    rewrite(made.digests[2] ?? '', (content) => content.replace('SHA-256', 'SHA-256 '));
    const { verdict, whys, rows } = await sweep(t);
    assert.equal(verdict, 'PARTIAL');
    assert.deepEqual(whys, ['a digest that is not what it should be']);
    assert.deepEqual(
      rows.map(({ label }) => label),
      ['AKIAMADE'],
    );
  });

  test('a digest whose signature does not hold is an error', async (t) => {
    rewrite(made.digests[2] ?? '', (content) => `${content} `);
    assert.deepEqual((await sweep(t)).whys, ['the signature of the digest does not hold']);
  });

  test('a digest that is missing is a gap: a denied range', async (t) => {
    rmSync(join(made.folder, made.digests[1] ?? ''));
    const { verdict, whys, denied } = await sweep(t);
    assert.equal(verdict, 'PARTIAL');
    assert.deepEqual(whys, ['a gap in the chain of digests']);
    assert.match(denied[0]?.what ?? '', /^events from .+Z to .+Z$/);
  });

  test('the first digest missing is a denied range, unless the declared period starts later', async (t) => {
    rmSync(join(made.folder, made.digests[0] ?? ''));
    assert.deepEqual((await sweep(t)).whys, ['the digest before it is not there']);
    const since = new Date(Date.now() - 60 * 60 * 1000 - 60_000).toISOString();
    assert.deepEqual((await sweep(t, { since })).whys, []);
  });

  test('a trail that stopped is a denied range', async (t) => {
    rmSync(made.folder, { recursive: true });
    const stopped = new Date(Date.now() - 6 * 60 * 60 * 1000);
    made = makeTrail(made.folder, ACCOUNT, HOURS, stopped);
    assert.deepEqual((await sweep(t)).whys, ['no digest tells of them']);
    assert.deepEqual((await sweep(t, { until: stopped.toISOString() })).verdict, 'COMPLETE');
  });

  test('keys of another are no keys, and a folder without digests is no empty trail', async (t) => {
    const other = makeTrail(
      mkdtempSync(join(tmpdir(), 'muniment-trail-')),
      '999988887777',
      HOURS,
      new Date(),
    );
    t.after(() => rmSync(other.folder, { recursive: true, force: true }));
    const { verdict, whys } = await sweep(t, { publicKeys: other.keys });
    assert.equal(verdict, 'PARTIAL');
    assert.ok(whys.includes('the signature of the digest does not hold'));
    const { verdict: failed, whys: none } = await sweep(t, { folder: other.folder });
    assert.deepEqual([failed, none], ['FAILED', ['no digest of this account is there']]);
  });
});
