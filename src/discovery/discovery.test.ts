import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { decodeEntry, type EntryData, type Rows } from '#verifier';
import { describeEngines } from '../../test/support/engines.ts';
import { testSigner } from '../../test/support/log-signer.ts';
import { sealWith } from '../crypto/index.ts';
import { manualClock } from '../kernel/index.ts';
import { type Database, type Log, openLog } from '../store/index.ts';
import { defineListing, defineSource, type RawPage } from './contract.ts';
import { createDiscovery, type Discovery } from './service.ts';
import { SourceError } from './source-error.ts';

interface Item {
  name: string;
  owner?: string;
  secret?: string;
  lastUsed?: string | null;
}

/** What the made-up provider says, listing by listing: pages, or what it throws. */
type Says = Record<string, Array<Partial<RawPage> | Error>>;

const things = defineListing({
  listing: 'things',
  about: 'things',
  operations: ['list things'],
  shape: (marks) =>
    marks.object({
      name: marks.text(),
      owner: marks.personal().optional(),
      secret: marks.secret().optional(),
      join: marks.text().optional(),
    }),
  map: (item) => [
    {
      class: 'identity',
      naturalId: item.name,
      label: item.name,
      attributes: { kind: 'thing', owner: item.owner, fingerprint: item.secret?.fingerprint },
      joins: item.join === undefined ? [] : [item.join],
    },
  ],
});

const uses = defineListing({
  listing: 'uses',
  about: 'when things were used',
  operations: ['list uses'],
  restsOn: ['things'],
  shape: (marks) => marks.object({ name: marks.text(), lastUsed: marks.text().nullable() }),
  map: (item) => [
    {
      class: 'identity',
      naturalId: item.name,
      label: item.name,
      attributes: { kind: 'thing', lastUsed: item.lastUsed },
    },
  ],
});

const makings = defineListing({
  listing: 'makings',
  about: 'who made what',
  operations: ['list makings'],
  events: true,
  shape: (marks) => marks.object({ name: marks.text(), event: marks.text(), by: marks.personal() }),
  map: (item) => [
    {
      class: 'identity',
      naturalId: item.name,
      label: item.name,
      attributes: { kind: 'thing', creationEvent: item.event, creationSource: 'its log', createdBy: item.by },
    },
  ],
});

/** A source type whose provider says what a test has it say, to each partition. */
function provider(says: { now: Record<string, Says> }) {
  return defineSource({
    type: 'fake',
    version: 1,
    title: 'a made-up provider',
    settings: z.strictObject({}),
    secrets: { token: { about: 'a token', optional: true } },
    operations: [],
    listings: [things, uses, makings],
    open: async (_, opening) => ({
      partitions: async () =>
        Object.entries(says.now).map(([partition, listings]) => ({
          partition,
          scope: Object.fromEntries(Object.keys(listings).map((name) => [name, ['everywhere']])),
        })),
      async *read({ partition }, listing) {
        const pages = says.now[partition]?.[listing] ?? [];
        for (const page of pages) {
          opening.signal.throwIfAborted();
          if (page instanceof Error) throw page;
          yield { operation: `list ${listing}`, request: {}, items: [], end: false, ...page };
        }
      },
      close: async () => undefined,
    }),
  });
}

const item = (name: string, more: Partial<Item> = {}): Item => ({ name, ...more });
const whole = (...items: object[]): Partial<RawPage> => ({ items, end: true });

describeEngines('sweeps', (engine) => {
  let database: Database;
  let log: Log;
  let discovery: Discovery;
  const clock = manualClock(new Date('2026-03-01T00:00:00Z'));
  const says: { now: Record<string, Says> } = { now: {} };
  let serial = 0;

  before(async () => {
    database = await engine.open();
    log = await openLog({ database, signer: testSigner(), clock });
    discovery = createDiscovery({
      ...{ database, log, clock, seal: sealWith(Buffer.alloc(32, 7), '') },
      fingerprintKey: new Uint8Array(32),
      types: [provider(says)],
    });
  });
  after(async () => {
    await discovery.close();
    await log.close();
    await database.close();
  });

  /** A new source, so that cases do not meet. */
  async function configured(now: Record<string, Says>): Promise<string> {
    serial += 1;
    const source = `fake-${serial}`;
    says.now = now;
    await discovery.configure({ source, type: 'fake', settings: {}, secrets: {}, everySeconds: null }, 'sys');
    return source;
  }
  async function sweep(source: string, now: Record<string, Says>) {
    says.now = now;
    const [first] = await discovery.sweep(source, 'sys');
    assert.ok(first);
    return first;
  }
  const rowsOf = async (source: string): Promise<Array<Rows['observation']>> =>
    (await log.rows('observation')).filter((row) => row.source === source);
  const present = async (source: string): Promise<string[]> =>
    (await rowsOf(source))
      .filter((row) => row.present)
      .map(({ label }) => String(label))
      .sort();

  const FAULTY: Array<{ name: string; pages: Says['']; verdict: string; why: RegExp }> = [
    {
      name: 'a refusal',
      pages: [new SourceError('denied', 'no permission (403)')],
      verdict: 'FAILED',
      why: /no listing/,
    },
    { name: 'nothing at all', pages: [], verdict: 'FAILED', why: /no listing/ },
    {
      name: 'an end that does not come',
      pages: [{ items: [item('a')] }],
      verdict: 'FAILED',
      why: /no listing/,
    },
    {
      name: 'a page that repeats',
      pages: [{ items: [item('a')] }, { items: [item('a')] }, whole()],
      verdict: 'FAILED',
      why: /no listing/,
    },
    {
      name: 'a count that disagrees',
      pages: [{ ...whole(item('a')), providerCount: 2 }],
      verdict: 'PARTIAL',
      why: /counts 2, 1/,
    },
    {
      name: 'an item that breaks its shape',
      pages: [whole(item('a'), { name: 7 })],
      verdict: 'PARTIAL',
      why: /1 read failed/,
    },
    {
      name: 'a part that is refused',
      pages: [{ ...whole(item('a')), denied: [{ what: 'b', why: 'no' }] }],
      verdict: 'PARTIAL',
      why: /1 range/,
    },
    {
      name: 'an error on the way',
      pages: [{ items: [item('a')] }, new Error('socket')],
      verdict: 'FAILED',
      why: /no listing/,
    },
  ];
  for (const { name, pages, verdict, why } of FAULTY) {
    test(`${name} is never complete, and makes nothing gone`, async () => {
      const source = await configured({ one: { things: [whole(item('a'), item('b'))] } });
      assert.equal((await sweep(source, says.now)).verdict, 'COMPLETE');
      const faulty = await sweep(source, { one: { things: pages } });
      assert.equal(faulty.verdict, verdict);
      assert.match(faulty.why, why);
      assert.equal(faulty.differences.gone, 0);
      assert.deepEqual(await present(source), ['a', 'b']);
    });
  }

  test('what a whole listing no longer shows is gone, and comes back as new', async () => {
    const source = await configured({ one: { things: [whole(item('a'), item('b'))] } });
    const first = await sweep(source, says.now);
    assert.deepEqual(first.differences, { new: 2, changed: 0, gone: 0 });
    const again = await sweep(source, says.now);
    assert.deepEqual(again.differences, { new: 0, changed: 0, gone: 0 });
    assert.equal(again.listDigest, first.listDigest);
    const less = await sweep(source, { one: { things: [whole(item('a'))] } });
    assert.deepEqual(less.differences, { new: 0, changed: 0, gone: 1 });
    const back = await sweep(source, { one: { things: [whole(item('a'), item('b'))] } });
    assert.deepEqual(back.differences, { new: 1, changed: 0, gone: 0 });
  });

  test('partitions stand alone: one that is refused takes nothing from the other, and one that is missing is a finding', async () => {
    const both = { one: { things: [whole(item('a'))] }, two: { things: [whole(item('a'))] } };
    const source = await configured(both);
    assert.equal((await discovery.sweep(source, 'sys')).length, 2);
    says.now = { ...both, two: { things: [new SourceError('denied', 'no permission (403)')] } };
    const [one, two] = await discovery.sweep(source, 'sys');
    assert.deepEqual([one?.verdict, two?.verdict], ['COMPLETE', 'FAILED']);
    await sweep(source, { one: both.one });
    assert.deepEqual(await present(source), ['a', 'a']);
    const missing = async () =>
      (await log.rows('finding')).filter(
        ({ rule, closed }) => rule === 'partition-missing' && closed === null,
      );
    assert.deepEqual(
      (await missing()).map(({ subject }) => subject),
      [`${source}/two`],
    );
    await sweep(source, both);
    assert.deepEqual(await missing(), []);
  });

  test('fields of several listings are put together, and what one could not tell again still stands', async () => {
    const day = '2026-02-01T00:00:00.000Z';
    const source = await configured({
      one: { things: [whole(item('a'))], uses: [whole({ name: 'a', lastUsed: day })] },
    });
    await sweep(source, says.now);
    const [row] = await rowsOf(source);
    assert.equal(row?.attributes.lastUsed, day);
    assert.deepEqual(
      row.provenance.map(({ listing, fields }) => [listing, fields]),
      [
        ['things', ['kind']],
        ['uses', ['kind', 'lastUsed']],
      ],
    );
    const refused = { things: [whole(item('a'))], uses: [new SourceError('denied', 'no permission (403)')] };
    const partial = await sweep(source, { one: refused });
    assert.equal(partial.verdict, 'PARTIAL');
    assert.deepEqual(partial.differences, { new: 0, changed: 0, gone: 0 });
    assert.equal((await rowsOf(source))[0]?.attributes.lastUsed, day);
  });

  test('a listing that rests on one which is not whole is not whole either', async () => {
    const source = await configured({
      one: { things: [{ items: [item('a')] }], uses: [whole({ name: 'a', lastUsed: null })] },
    });
    const { listings, verdict } = await sweep(source, says.now);
    assert.equal(verdict, 'PARTIAL');
    assert.deepEqual(
      listings.map(({ listing, whole: all }) => [listing, all]),
      [
        ['things', false],
        ['uses', false],
      ],
    );
  });

  test('what passes by is not gone when it has passed, and an unapproved making is a finding until it is claimed', async () => {
    const made = { name: 'b', event: 'evt-1', by: 'mallory' };
    const source = await configured({ one: { things: [whole(item('b'))], makings: [whole(made)] } });
    await sweep(source, says.now);
    const open = async () =>
      (await log.rows('finding')).filter(
        ({ rule, closed }) => rule === 'unapproved-creation' && closed === null,
      );
    const [row] = await rowsOf(source);
    assert.deepEqual(
      (await open()).map(({ subject }) => subject),
      [row?.key],
    );
    const later = await sweep(source, { one: { things: [whole(item('b'))], makings: [whole()] } });
    assert.deepEqual(later.differences, { new: 0, changed: 0, gone: 0 });
    assert.equal((await rowsOf(source))[0]?.attributes.creationEvent, 'evt-1');
    const until = '2026-04-01T00:00:00.000Z';
    await discovery.dispose({
      observation: row?.key ?? '',
      disposition: 'dismissed',
      reason: 'a test',
      until,
      actor: 'sys',
    });
    await discovery.judge();
    assert.deepEqual(await open(), []);
  });

  test('what a listing and a log told of is gone when the listing no longer shows it; what the log alone told of is not', async () => {
    const both = { name: 'b', event: 'evt-1', by: 'mallory' };
    const source = await configured({
      one: { things: [whole(item('b'))], makings: [whole(both, { ...both, name: 'c' })] },
    });
    await sweep(source, says.now);
    const later = await sweep(source, { one: { things: [whole()], makings: [whole()] } });
    assert.equal(later.differences.gone, 1);
    assert.deepEqual(await present(source), ['c']);
  });

  test('things of two sources that go by one name are one, until a person splits them', async () => {
    const shared = { name: 'a', join: 'ssh:SHA256:abc' };
    const first = await configured({ one: { things: [whole(shared)] } });
    await sweep(first, says.now);
    const second = await configured({ one: { things: [whole({ ...shared, name: 'z' })] } });
    await sweep(second, says.now);
    const joinsNow = async () =>
      (await log.rows('join')).filter(({ a }) => a.startsWith(first) || a.startsWith(second));
    const [join] = await joinsNow();
    assert.match(join?.reason ?? '', /ssh:SHA256:abc/);
    await discovery.split({ a: join?.b ?? '', b: join?.a ?? '', reason: 'two keys', actor: 'sys' });
    await sweep(first, { one: { things: [whole({ ...shared, owner: 'ada' })] } });
    assert.deepEqual(
      (await joinsNow()).map(({ split }) => split),
      [true],
    );
  });

  test('secrets and names of persons are in no page, no entry and no row; what no shape names is hidden', async () => {
    const source = await configured({
      one: {
        things: [
          whole({ ...item('a', { owner: 'Ada Arden', secret: 'hunter2-hunter2' }), password: 'swordfish' }),
        ],
      },
    });
    const { manifest, entry } = await sweep(source, says.now);
    const pages = JSON.parse(String(await discovery.document(manifest ?? ''))) as Array<{ digest: string }>;
    const page = String(await discovery.document(pages[0]?.digest ?? ''));
    const kept = [page, JSON.stringify(await rowsOf(source))];
    for (let at = entry; at >= 0; at -= 1) kept.push(String((await log.entry(at))?.body));
    for (const hidden of ['Ada Arden', 'hunter2', 'swordfish'])
      assert.ok(!kept.some((text) => text.includes(hidden)), hidden);
    const [row] = await rowsOf(source);
    assert.ok(row);
    const { commitment } = row.attributes.owner as { commitment: string };
    assert.equal((await log.open([commitment])).get(commitment)?.value, 'Ada Arden');
    assert.equal(row.provenance[0]?.document, pages[0]?.digest);
  });

  test('a sweep that is cancelled counts nothing, and the next one starts over', async () => {
    const source = await configured({ one: { things: [whole(item('a'))] } });
    says.now = { one: { things: [{ items: [item('a')] }, { items: [item('b')] }, whole()] } };
    const running = discovery.sweep(source, 'sys');
    await assert.rejects(discovery.sweep(source, 'sys'), { code: 'sweep_running' });
    assert.ok(discovery.cancel(source));
    const [result] = await running;
    assert.equal(result?.verdict, 'FAILED');
    assert.match(result?.why ?? '', /cancelled/);
    assert.deepEqual(await rowsOf(source), []);
    assert.deepEqual(discovery.running(), []);
    assert.equal((await sweep(source, says.now)).verdict, 'COMPLETE');
  });

  test('a source is an entry without its secrets, and refuses what its type does not know', async () => {
    const request = { source: 'acme', type: 'fake', settings: {}, secrets: {}, everySeconds: 3600 };
    const refusals: Array<[object, string]> = [
      [{ settings: { region: 'x' } }, 'invalid_source'],
      [{ secrets: { password: { value: 'x' } } }, 'invalid_source'],
      [{ everySeconds: 1 }, 'invalid_source'],
      [{ type: 'nothing' }, 'not_found'],
      [{ source: 'Not A Name' }, 'invalid_name'],
    ];
    for (const [wrong, code] of refusals)
      await assert.rejects(discovery.configure({ ...request, ...wrong }, 'sys'), { code });
    const { entry } = await discovery.configure(
      { ...request, secrets: { token: { value: 'tops3cret-value' } } },
      'sys',
    );
    const stored = await log.entry(entry);
    assert.ok(stored?.body && !String(Buffer.from(stored.body)).includes('tops3cret-value'));
    const { body } = decodeEntry(entry, stored.leaf, stored.body);
    const { spec } = (body as NonNullable<typeof body>).data as EntryData['source.configured'];
    assert.deepEqual(spec.secrets, { token: { from: 'sealed' } });
    const kept = async () =>
      (await database.db.selectFrom('sealed_secret').select('name').execute()).filter(({ name }) =>
        name.startsWith('source/acme/'),
      );
    assert.equal((await kept()).length, 1);
    await discovery.configure(request, 'sys');
    assert.deepEqual(await kept(), [], 'a secret that is not given again is kept no longer');
    await discovery.remove('acme', 'no longer there', 'sys');
    await assert.rejects(discovery.sweep('acme', 'sys'), { code: 'not_found' });
  });
});
