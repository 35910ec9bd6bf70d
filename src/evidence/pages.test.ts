import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readZip, sha256Hex, verifyMembers, verifyPackage } from '#verifier';
import { createCatalog } from '../discovery/catalog.ts';
import { defineListing, defineSource } from '../discovery/contract.ts';
import { remapPackage } from '../discovery/index.ts';
import { timestamp } from '../kernel/index.ts';
import { buildBytes, openHouse } from './testing/house.ts';

const MINUTE_MS = 60_000;

/** A provider of two things; `version` is its mapping's. */
const provider = (version: number, kind: string) =>
  defineSource({
    type: 'fake',
    version,
    title: 'a made-up provider',
    settings: z.strictObject({}),
    secrets: {},
    operations: [],
    listings: [
      defineListing({
        listing: 'things',
        about: 'things',
        operations: [],
        shape: (marks) => marks.object({ name: marks.text(), owner: marks.personal() }),
        map: ({ name, owner }) => [
          { class: 'identity', naturalId: name, label: name, attributes: { kind, owner } },
        ],
      }),
    ],
    open: async () => ({
      partitions: async () => [{ partition: 'one', scope: { things: ['everywhere'] } }],
      async *read() {
        const items = [
          { name: 'a', owner: 'Ada Arden' },
          { name: 'b', owner: 'Bo Berg' },
        ];
        yield { operation: 'list', request: {}, items, end: true };
      },
      close: async () => undefined,
    }),
  });

/** A package over one sweep. */
async function packed(t: { after(fn: () => Promise<void>): void }) {
  const house = await openHouse();
  t.after(() => house.close());
  const discovery = house.discovery([provider(1, 'thing')]);
  const from = timestamp(house.clock.now());
  await discovery.configure(
    { source: 'acme', type: 'fake', settings: {}, secrets: {}, everySeconds: null },
    'sys',
  );
  await discovery.sweep('acme', 'sys');
  house.clock.advance(MINUTE_MS);
  const bytes = await buildBytes(house, { from, to: timestamp(house.clock.now()) });
  return { bytes, keys: [house.vkey] };
}

test('a package holds the pages that its observations rest on, and they lead to them again', async (t) => {
  const { bytes, keys } = await packed(t);
  const report = await verifyPackage(bytes, { keys });
  assert.equal(report.exitCode, 0);
  assert.deepEqual(
    report.checks.find(({ check }) => check === 'pages'),
    {
      ...{ check: 'pages', outcome: 'OK', detail: '2 pages, 0 withheld' },
    },
  );
  const pages = readZip(bytes).filter(({ name }) => name.startsWith('pages/'));
  for (const { name, bytes: page } of pages) assert.equal(name, `pages/${sha256Hex(page)}.json`);
  assert.ok(!pages.some((page) => String(Buffer.from(page.bytes)).includes('Ada')));

  const outcomeWith = async (version: number, kind: string) =>
    (await remapPackage(bytes, createCatalog([provider(version, kind)]))).map(({ outcome }) => outcome);
  assert.deepEqual(await outcomeWith(1, 'thing'), ['SAME']);
  assert.deepEqual(await outcomeWith(1, 'something else'), ['DIFFERENT']);
  assert.deepEqual(await outcomeWith(2, 'thing'), ['NOT_EVALUABLE']);
});

test('a page that is missing or another one is found', async (t) => {
  const { bytes, keys } = await packed(t);
  const members = readZip(bytes);
  const isPage = ({ name }: { name: string }) => name.startsWith('pages/');
  const without = members.filter((member) => member !== members.find(isPage));
  assert.equal((await verifyMembers(without, { keys })).outcome, 'BROKEN');
  const other = members.map((member) =>
    isPage(member) ? { name: member.name, bytes: new TextEncoder().encode('[]') } : member,
  );
  assert.equal((await verifyMembers(other, { keys })).outcome, 'BROKEN');
});
