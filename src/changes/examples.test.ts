import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { carryOut, enrolTwo, openHouse } from './testing/house.ts';

const FOLDER = join(import.meta.dirname, '../../docs/guide/examples/payments');

test('the guide’s example is planned, approved and applied as it stands', async (t) => {
  const house = await openHouse();
  t.after(() => house.close());
  const people = await enrolTwo(house);
  const manifests = readdirSync(FOLDER)
    .sort()
    .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
    .join('\n---\n');
  const { text } = await carryOut(house, people, manifests);
  assert.match(text, /identity payments-api gains proof by unix where uid = 1001/);
  assert.match(
    text,
    /application payments gains forbid join, renew, issue-x509-svid, issue-jwt-svid, issue-access-token under conditions/,
  );
  assert.equal((await house.log.view()).named('identity', 'payments-api')?.state, 'active');
});
