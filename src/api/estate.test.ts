/** Sources, the inventory, decisions and differences over HTTP, on a made-up estate. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { approvalMessage } from '#verifier';
import { adoptions, type SourceType } from '../discovery/index.ts';
import { type Estate, madeUpSource } from '../discovery/testing/made-up.ts';
import { followOnce } from '../monitoring/index.ts';
import { type Place, pageOfObservations } from './read/inventory/queries.ts';

import { carryOut, enrol, openTestHouse, operatorDoor, type TestHouse, type TestPerson } from './testing.ts';

const SECRET = 'made up, and sealed at once';

describe('the estate, over HTTP', () => {
  let house: TestHouse;
  let ada: TestPerson;
  let bo: TestPerson;
  const estate: Estate = { things: [], denied: false };
  const door = operatorDoor();
  const key = new Map<string, string>();

  const get = async (path: string) => {
    const answer = await house.call(`/api/v1${path}`, { headers: ada.bearer });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  const operate = (path: string, body: unknown, method = 'POST') =>
    house.call(`/api/v1${path}`, { method, body, door });
  const named = async (query: string): Promise<string[]> =>
    (await get(`/observations?${query}`)).items.map(({ label }: { label: string }) => label);
  const at = (label: string, rest = '') => `/observations/${encodeURIComponent(key.get(label) ?? '')}${rest}`;
  const sweep = async (source = 'left') => {
    const answer = await operate('/sweeps', { source });
    assert.equal(answer.status, 200, answer.text);
    for (const item of (await get('/observations?limit=500')).items) key.set(item.label, item.key);
    return answer.json.items;
  };

  before(async () => {
    house = await openTestHouse({}, undefined, [madeUpSource(estate) as SourceType]);
    ada = await enrol(house, 'ada');
    bo = await enrol(house, 'bo');
    await carryOut(house, ada, bo);
  });
  after(() => house.close());

  test('kinds of sources say what they take and what they may call', async () => {
    const { items } = await get('/source-types');
    const made = items.find(({ type }: { type: string }) => type === 'made-up');
    assert.deepEqual(Object.keys(made.settings.properties), ['place']);
    assert.deepEqual(made.secrets, [{ name: 'token', about: 'a token', optional: true }]);
    assert.deepEqual(made.operations[0], { name: 'list things', privilege: 'things:read', note: null });
    assert.equal((await get('/sources/made-up/explain')).title, 'Made up');
  });

  test('a secret is sealed, and neither comes back nor is in the log', async () => {
    const request = { type: 'made-up', settings: { place: 'left' }, secrets: { token: { value: SECRET } } };
    const refused = await house.call('/api/v1/sources/left', {
      ...{ method: 'PUT', body: { ...request, secrets: { token: { file: '/etc/shadow' } } } },
      headers: ada.bearer,
    });
    assert.deepEqual([refused.status, refused.json.code], [403, 'forbidden']);
    const file = {
      type: 'import',
      settings: { file: '/etc/shadow.csv', mapping: '/etc/map.yaml' },
      secrets: {},
    };
    const read = await house.call('/api/v1/sources/read-here', {
      ...{ method: 'PUT', body: file, headers: ada.bearer },
    });
    assert.deepEqual([read.status, read.json.code], [403, 'forbidden']);
    const put = await operate('/sources/left', request, 'PUT');
    assert.equal(put.status, 200, put.text);
    assert.deepEqual(put.json.source.secrets, { token: { from: 'sealed' } });
    for await (const { body } of house.house.log.entries(0, (await house.house.log.head()).size))
      assert.equal(Buffer.from(body ?? []).includes(SECRET), false);
    assert.equal(JSON.stringify(await get('/sources')).includes(SECRET), false);
    await operate('/sources/right', { type: 'made-up', settings: { place: 'right' } }, 'PUT');
  });

  test('what a source takes is checked', async () => {
    const wrong = await operate('/sources/x', { type: 'made-up', settings: { plaice: 'left' } }, 'PUT');
    assert.deepEqual([wrong.status, wrong.json.code], [400, 'invalid_source']);
    const none = await operate('/sources/x', { type: 'no-such', settings: {} }, 'PUT');
    assert.deepEqual([none.status, none.json.code], [404, 'not_found']);
  });

  test('a test reads and records nothing', async () => {
    const before = (await house.house.log.head()).size;
    const tried = await operate('/sources/left/test', {});
    assert.deepEqual(tried.json, {
      failed: null,
      partitions: [
        {
          partition: 'left',
          listings: [{ listing: 'things', ok: true, why: '', items: 0, privileges: ['things:read'] }],
        },
      ],
    });
    assert.equal((await house.house.log.head()).size, before);
  });

  test('a sweep is recorded with each listing, and its pages are kept', async () => {
    estate.things = [
      { name: 'app', class: 'identity', join: 'one', owner: 'ada', lastUsed: '2026-01-02T00:00:00.000Z' },
      { name: 'app key', class: 'credential', holder: 'app', lastUsed: '2026-01-01T00:00:00.000Z' },
      { name: 'app right', class: 'permission', holder: 'app', administrator: true },
      { name: 'app trust', class: 'trust', holder: 'app' },
      { name: 'other', class: 'identity', created: 'somebody@example.com' },
    ];
    const [record] = await sweep();
    assert.deepEqual([record.verdict, record.items, record.listings.length], ['COMPLETE', 5, 1]);
    assert.deepEqual((await get('/sweeps?source=left')).items, [record]);
    const { items } = await get('/sources');
    const left = items.find(({ source }: { source: string }) => source === 'left');
    assert.deepEqual([left.verdict, left.lastComplete, left.running], ['COMPLETE', record.ended, null]);
    const auditor = await house.call(`/api/v1/documents/${record.manifest}`, { door });
    assert.equal(createHash('sha256').update(auditor.bytes).digest('hex'), record.manifest);
    assert.equal((await house.call(`/api/v1/documents/${'0'.repeat(64)}`, { door })).status, 404);
  });

  test('a denied listing makes the source partial, and its last good sweep stays', async () => {
    const before = await get('/sources/left');
    estate.denied = true;
    const [record] = await sweep();
    estate.denied = false;
    assert.notEqual(record.verdict, 'COMPLETE');
    const source = await get('/sources/left');
    assert.deepEqual([source.verdict, source.lastComplete], [record.verdict, before.lastComplete]);
    assert.deepEqual(await named('present=false'), []);
    await sweep();
  });

  const FILTERS: Array<[query: string, labels: string[]]> = [
    ['class=identity&sort=label', ['app', 'other']],
    ['source=left&class=permission', ['app right']],
    ['source=righ', []],
    ['source=left&partition=left&class=trust', ['app trust']],
    ['partition=right', []],
    ['kind=made-up-credential', ['app key']],
    ['administrator=true', ['app right']],
    ['administrator=false&class=permission', []],
    ['registered=true', []],
    ['disposition=dismissed', []],
    ['class=identity&disposition=none&sort=label&order=desc', ['other', 'app']],
    ['q=APP%20K', ['app key']],
    ['q=somebody%40', ['other']],
    ['q=100%25', []],
    ['sort=lastUsed&order=desc&limit=2', ['app', 'app key']],
  ];
  for (const [query, labels] of FILTERS)
    test(`observations by ${query}`, async () => assert.deepEqual(await named(query), labels));

  for (const sort of ['key', 'firstSeen', 'lastUsed', 'label', 'source'] as const) {
    for (const order of ['asc', 'desc'] as const)
      test(`page by page in the order of ${sort}, ${order}, each comes once`, async () => {
        const keys: string[] = [];
        for (let cursor = ''; ; ) {
          const more = cursor === '' ? '' : `&cursor=${cursor}`;
          const { items, next } = await get(`/observations?sort=${sort}&order=${order}&limit=2${more}`);
          keys.push(...items.map((item: { key: string }) => item.key));
          if (next === null) break;
          cursor = next;
        }
        assert.equal(new Set(keys).size, keys.length);
        assert.equal(keys.length, 5);
        const whole = await get(`/observations?sort=${sort}&order=${order}`);
        assert.deepEqual(
          keys,
          whole.items.map((item: { key: string }) => item.key),
        );
      });
  }

  test('a total is told when it is asked for; a cursor of somebody else is refused', async () => {
    assert.equal((await get('/observations')).total, null);
    assert.equal((await get('/observations?count=true&class=identity')).total, 2);
    const answer = await house.call('/api/v1/observations?cursor=bm9uZQ', { headers: ada.bearer });
    assert.deepEqual([answer.status, answer.json.code], [400, 'bad_request']);
  });

  test('one thing is told with where it came from, whose it may be, and what it holds', async () => {
    const app = await get(at('app'));
    assert.deepEqual(app.provenance[0].operation, 'list things');
    assert.deepEqual(app.holds.map(({ label }: { label: string }) => label).sort(), [
      'app key',
      'app right',
      'app trust',
    ]);
    assert.equal(app.holds.at(-1).class, 'permission');
    assert.deepEqual(
      app.proposals.map((each: { owner: { id: string }; confidence: string }) => [
        each.owner.id,
        each.confidence,
      ]),
      [[ada.id, 'high']],
    );
    assert.equal((await get(at('app key'))).holder.label, 'app');
    const other = await get(at('other'));
    assert.deepEqual([other.proposals[0].owner, other.proposals[0].confidence], [null, 'low']);
  });

  test('the same thing from two sides is a group with its reason, until somebody splits it', async () => {
    estate.things.push({ name: 'app over there', class: 'identity', join: 'one', at: 'right' });
    await sweep('right');
    const [same] = (await get(at('app'))).group;
    assert.deepEqual([same.label, same.with], ['app over there', key.get('app')]);
    assert.match(same.reason, /`made-up:one`/);
    const map = await get(at('app key', '/map'));
    const edges = map.edges.map((edge: { relation: string }) => edge.relation.replace(/:.*/, '')).sort();
    assert.deepEqual(edges, ['holds', 'is the same', 'lets in', 'may']);
    assert.deepEqual([map.nodes.length, map.truncated], [5, 0]);
    const split = { a: key.get('app'), b: same.key, reason: 'two programs of one name' };
    assert.equal((await operate('/observations/split', split)).status, 200);
    assert.deepEqual((await get(at('app'))).group, []);
  });

  test('a map says how much it leaves out', async () => {
    estate.things.push({ name: 'many', class: 'identity', at: 'right' });
    for (let n = 0; n < 450; n += 1)
      estate.things.push({ name: `right ${n}`, class: 'permission', holder: 'many', at: 'right' });
    await sweep('right');
    const { items } = await get('/observations?q=many&class=identity');
    const map = await get(`/observations/${encodeURIComponent(items[0].key)}/map`);
    assert.deepEqual([map.nodes.length, map.truncated], [400, 51]);
    const detail = await get(`/observations/${encodeURIComponent(items[0].key)}`);
    assert.deepEqual([detail.holds.length, detail.holdsMore], [100, 350]);
  });

  test('what is dismissed lapses; what must be gone is told', async () => {
    const until = new Date(house.clock.now().getTime() + 86_400_000).toISOString();
    const decision = { disposition: 'dismissed', reason: 'a test', until };
    const { json, status, text } = await operate(at('other', '/dispose'), decision);
    assert.equal(status, 200, text);
    assert.deepEqual(
      [json.observation.disposed.disposition, json.observation.disposed.lapsed],
      ['dismissed', false],
    );
    assert.deepEqual(await named('disposition=dismissed'), ['other']);
    assert.deepEqual(await named(`disposition=none&class=identity&source=left`), ['app']);
    const later = new Date(Date.parse(until) + 1000).toISOString();
    assert.deepEqual(await named(`disposition=dismissed&asOf=${later}`), []);
    const past = await operate(at('other', '/dispose'), { ...decision, until: '2020-01-01T00:00:00Z' });
    assert.equal(past.json.code, 'invalid_time');
  });

  test('what is adopted is claimed once the change is applied, by whoever follows the log', async () => {
    const asked = {
      ...{ name: 'found-app', purpose: 'Serves what was found', application: 'payments' },
      ...{ owner: 'ada', profile: 'read-only-api', environment: 'production' },
    };
    const nobody = await operate(at('app', '/adopt'), asked);
    assert.deepEqual([nobody.status, nobody.json.code], [403, 'forbidden']);
    const adopted = await house.call(`/api/v1${at('app', '/adopt')}`, { body: asked, headers: ada.bearer });
    assert.equal(adopted.status, 200, adopted.text);
    const { change, planDigest } = adopted.json;
    const told = await get(`/changes/${change}`);
    assert.deepEqual(
      [told.title, told.source],
      [`adopt ${key.get('app')} as found-app`, `observation ${key.get('app')}`],
    );
    const signature = { type: 'ed25519', keyId: bo.keyId, signature: bo.sign(approvalMessage(planDigest)) };
    const approved = await house.call(`/api/v1/changes/${change}/approvals`, {
      ...{ body: { planDigest, signature }, headers: bo.bearer },
    });
    assert.equal(approved.status, 200, approved.text);
    await house.call(`/api/v1/changes/${change}/apply`, { body: { planDigest }, headers: ada.bearer });
    assert.deepEqual(await named('registered=true'), []);
    const follower = adoptions(house.house.log);
    assert.ok((await followOnce(house.house, follower)) > 0);
    assert.deepEqual(await named('registered=true'), ['app']);
    assert.equal((await get(at('app'))).identity.name, 'found-app');
    const claims = async () =>
      (await house.house.log.search({ kinds: ['observation.claimed'], limit: 9 })).length;
    const before = await claims();
    await followOnce(house.house, { ...follower, name: 'adoptions again' });
    assert.equal(await claims(), before, 'claimed twice');
    const again = await house.call(`/api/v1${at('app', '/adopt')}`, { body: asked, headers: ada.bearer });
    assert.equal(again.json.code, 'conflict');
  });

  test('a difference tells what is new, gone and changed, with before and after', async () => {
    const from = (await house.house.log.head()).size;
    const [app] = estate.things;
    assert.ok(app);
    app.lastUsed = '2026-02-02T00:00:00.000Z';
    estate.things = estate.things.filter(({ name }) => name !== 'app key');
    estate.things.push({ name: 'fresh', class: 'credential', holder: 'app' });
    await sweep();
    const { items } = await get(`/diff?from=${from}&source=left`);
    const told = Object.fromEntries(
      items.map((item: { change: string; label: string }) => [item.change, item.label]),
    );
    assert.deepEqual(told, { new: 'fresh', gone: 'app key', changed: 'app' });
    const changed = items.find(({ change }: { change: string }) => change === 'changed');
    assert.deepEqual(
      [changed.before.attributes.lastUsed, changed.after.attributes.lastUsed],
      ['2026-01-02T00:00:00.000Z', '2026-02-02T00:00:00.000Z'],
    );
    const one = await get(`/diff?from=${from}&source=left&limit=1`);
    const rest = await get(`/diff?from=${from}&source=left&cursor=${one.next}`);
    assert.deepEqual([...one.items, ...rest.items], items);
    assert.deepEqual((await get(`/diff?from=${from}&to=${from}`)).items, []);
    assert.deepEqual((await get(`/diff?from=${from}&change=gone&class=identity`)).items, []);
  });

  test('files: a formula is text, JSON is whole, a workbook is one, and all are of one moment', async () => {
    estate.things.push({ name: '=HYPERLINK("http://x")', class: 'exposure' });
    await sweep();
    const file = (format: string, more = '') =>
      house.call(`/api/v1/observations/export?format=${format}&source=left${more}`, { headers: ada.bearer });
    const csv = await file('csv');
    assert.equal(csv.status, 200, csv.text);
    assert.match(csv.text, /,"'=HYPERLINK\(""http:\/\/x""\)",/);
    assert.equal(csv.text.trim().split('\r\n').length, 1 + (await named('source=left')).length);
    const rows = z.array(z.object({ key: z.string() })).parse(JSON.parse((await file('json')).text));
    assert.equal(rows.length, (await named('source=left')).length);
    assert.deepEqual(JSON.parse((await file('json', '&q=no%20such')).text), []);
    const workbook = await file('xlsx');
    assert.deepEqual([...workbook.bytes.subarray(0, 2)], [0x50, 0x4b]);
    assert.match(workbook.headers.get('content-disposition') ?? '', /inventory\.xlsx/);
  });

  test('a sweep that is only started tells how far it is, and ends when it is told to', async () => {
    let letGo = (): void => undefined;
    estate.wait = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const started = await operate('/sweeps?wait=false', { source: 'left' });
    assert.deepEqual([started.status, started.json.source], [202, 'left']);
    const second = await operate('/sweeps?wait=false', { source: 'left' });
    assert.equal(second.json.code, 'sweep_running');
    assert.equal((await get('/sweeps/running')).items.length, 1);
    assert.equal((await operate('/sweeps/running/left', undefined, 'DELETE')).status, 204);
    letGo();
    estate.wait = undefined;
    while ((await get('/sweeps/running')).items.length > 0) await new Promise(setImmediate);
    const [latest] = (await get('/sweeps?source=left')).items;
    assert.notEqual(latest.verdict, 'COMPLETE');
    assert.equal((await operate('/sweeps/running/left', undefined, 'DELETE')).status, 404);
    assert.equal((await operate('/sweeps?wait=false', { source: 'nowhere' })).status, 404);
  });

  test('a removed source is read no more, and what it told stays', async () => {
    const removed = await operate('/sources/right', { reason: 'no longer ours' }, 'DELETE');
    assert.equal(removed.status, 200, removed.text);
    assert.equal((await operate('/sweeps', { source: 'right' })).status, 404);
    assert.equal((await get('/observations?source=right&count=true')).total > 400, true);
    const own = await operate('/sources/host', { reason: 'x' }, 'DELETE');
    assert.equal(own.json.code, 'conflict');
  });

  test('a search looks at so many at a time, and says where it goes on', async () => {
    const { db } = house.house.database;
    const page = { known: {}, now: '', sort: 'key', order: 'asc', limit: 500, searchRows: 200 } as const;
    const found: string[] = [];
    let looks = 0;
    for (let after: Place | undefined; ; looks += 1) {
      const { rows, next } = await pageOfObservations(db, { ...page, filter: { q: 'right 44' }, after });
      found.push(...rows.map(({ row }) => String(row.label)));
      if (next === null) break;
      after = next;
    }
    assert.equal(found.length, 11);
    assert.ok(looks >= 2, 'it looked at everything at once');
  });
});
