import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RowChange, Rows } from '#verifier';
import { BucketMap } from './bucket-map.ts';
import { TableView } from './view.ts';

const writes = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 40 }).map(String), fc.option(fc.nat(), { nil: undefined })),
);

test('a map with shared buckets says what a map says, and the one before it stays as it was', () => {
  fc.assert(
    fc.property(writes, writes, (first, second) => {
      const plain = new Map<string, number>();
      const apply = (all: typeof first) => {
        for (const [key, value] of all) value === undefined ? plain.delete(key) : plain.set(key, value);
        return [...plain].sort();
      };
      const before = BucketMap.empty<number>().with(first);
      const expected = apply(first);
      const after = before.with(second);
      assert.deepEqual([...before].sort(), expected);
      assert.deepEqual([...after.entries()].sort(), apply(second));
      assert.equal(after.size, plain.size);
      assert.deepEqual([...after.keys()].sort(), [...plain.keys()].sort());
      assert.equal([...after.values()].length, plain.size);
      for (let key = 0; key <= 40; key += 1) {
        assert.equal(after.get(String(key)), plain.get(String(key)));
        assert.equal(after.has(String(key)), plain.has(String(key)));
      }
    }),
  );
});

const identity = (key: string, name: string, retired: boolean): RowChange => ({
  table: 'identity',
  key,
  row: { id: key, name, retired } as Rows['identity'],
});

test('names lead to the rows that stand, however they are renamed, retired and taken again', () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd');
  const change = fc.tuple(ids, fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }), (batches) => {
      let view = TableView.empty();
      const rows = new Map<string, Rows['identity']>();
      for (const [epoch, batch] of batches.entries()) {
        // Of the rows that stand, each has a name of its own: that much is so in the log.
        const changes = batch.map(([id, other, retired]) => identity(id, `${id}${other}`, retired));
        for (const { key, row } of changes) rows.set(key, row as Rows['identity']);
        view = view.after(changes, epoch);
      }
      for (const id of ['a', 'b', 'c', 'd'])
        for (const name of [`${id}true`, `${id}false`]) {
          const expected = [...rows.values()].find((row) => row.name === name && !row.retired);
          assert.equal(view.named('identity', name), expected);
        }
    }),
  );
});

test('a name that another row took in the same batch is not given up with the first', () => {
  const view = TableView.empty().after([identity('a', 'web', false)], 1);
  const after = view.after([identity('b', 'web', false), identity('a', 'web', true)], 2);
  assert.equal(after.named('identity', 'web')?.id, 'b');
  assert.equal(view.named('identity', 'web')?.id, 'a');
});
