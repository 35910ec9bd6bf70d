import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, openTestHouse, type TestHouse, TLS_DOOR } from '../testing.ts';

let test_: TestHouse;
before(async () => {
  test_ = await openTestHouse();
});
after(() => test_.close());

test('a sign-in token opens one session and no second', async () => {
  const { token } = await test_.api.sessions.makeSignInToken(null);
  const first = await test_.call('/api/v1/sessions', { body: { token } });
  assert.equal(first.status, 200, first.text);
  assert.equal(first.json.person, null);
  assert.equal(first.json.bootstrap, true);
  assert.match(
    first.headers.get('set-cookie') ?? '',
    /^muniment_session=mus_[^;]+;.*HttpOnly; SameSite=Strict/,
  );
  const again = await test_.call('/api/v1/sessions', { body: { token } });
  assert.equal(again.status, 401);
  assert.equal(again.json.code, 'sign_in_refused');
  const opened = await test_.house.log.search({ kinds: ['session.opened'], limit: 10 });
  assert.equal(opened.length, 1);
});
