import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newCsr } from '../../src/api/testing.ts';
import { COLUMNS, type Column, type Seat, seatAll } from './callers.ts';
import { EXPECTED_ROWS, MARKS, markFor } from './judge.ts';
import { MATRIX } from './matrix.ts';

let table: Awaited<ReturnType<typeof seatAll>>;
before(async () => {
  table = await seatAll();
});
after(() => table.close());

const marksOf = (row: string): string => (MATRIX[row] ?? '').replaceAll(' ', '');
const seatOf = (column: Column): Seat => table.seats.get(column) as Seat;

test('every route has a row, and every row a route', () => {
  assert.deepEqual(Object.keys(MATRIX).sort(), [...EXPECTED_ROWS].sort());
});

test('every row has a mark for every caller', () => {
  for (const row of EXPECTED_ROWS) {
    assert.equal(marksOf(row).length, COLUMNS.length, row);
    assert.ok(
      [...marksOf(row)].every((mark) => Object.values(MARKS).includes(mark)),
      row,
    );
  }
});

for (const [at, column] of COLUMNS.entries()) {
  test(`as the table says: ${column}`, async () => {
    const got: Record<string, string> = {};
    for (const row of EXPECTED_ROWS) got[row] = await markFor(row, seatOf(column));
    assert.deepEqual(got, Object.fromEntries(EXPECTED_ROWS.map((row) => [row, marksOf(row)[at]])));
  });
}

test('a locked agent is admitted and gets nothing: the decision refuses, and records it', async () => {
  const { house, call } = seatOf('an agent that is locked');
  const answer = await house.call('/api/v1/agent/renew', { ...call, body: { csr: newCsr() } });
  assert.deepEqual([answer.status, answer.json.code], [403, 'locked'], answer.text);
  assert.equal(typeof answer.json.entry, 'number');
});

test("nobody approves in another's name, whatever session they come with", async () => {
  const { house, call } = seatOf('viewer, operator and auditor, by cookie and its token');
  const asked = {
    manifests: 'apiVersion: muniment/v1\nkind: Application\nname: a\nspec: {description: d, owner: admin}\n',
    title: 't',
    reason: 'r',
  };
  const proposed = await house.call('/api/v1/changes', { ...call, body: asked });
  assert.equal(proposed.status, 200, proposed.text);
  const { change, planDigest } = proposed.json;
  const people = (await house.call('/api/v1/persons', call)).json.items as Array<{
    name: string;
    keys: Array<{ id: string }>;
  }>;
  const keyId = people.find(({ name }) => name === 'approver')?.keys[0]?.id;
  const signature = { type: 'ed25519', keyId, signature: Buffer.alloc(64).toString('base64url') };
  for (const column of ['viewer', 'approver', 'admin', 'the local operator'] as const) {
    const answer = await house.call(`/api/v1/changes/${change}/approvals`, {
      ...seatOf(column).call,
      body: { planDigest, signature },
    });
    assert.match(
      answer.json.code,
      /^(?:approval_refused|approval_channel_refused|self_approval_refused|forbidden|invalid_signature)$/,
      column,
    );
  }
});
