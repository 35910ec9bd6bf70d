/** Our tokens and every forged one, before go-jose. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FORGERIES } from './forgeries.ts';
import { judges } from './judges.ts';
import { record } from './support.ts';
import { API, ISSUER, openTokenHouse, type TokenHouse } from './tokens.ts';

const MODULE = 'github.com/go-jose/go-jose/v4';

describe('tokens before go-jose', () => {
  let house: TokenHouse;
  before(async () => {
    house = await openTokenHouse();
  });
  after(() => house.close());

  for (const kind of ['access token', 'JWT-SVID'] as const) {
    test(`it accepts our ${kind} by our JWKS and refuses every forged variant`, async (t) => {
      const go = judges(t);
      if (go === undefined) return;
      const token = await house.issue[kind]();
      const tokens = [token, ...(await house.forged(token))];
      const question = { keys: await house.jwks(), audience: API, issuer: ISSUER, tokens };
      const [genuine, ...forged] = go.ask('jose', question).lines;
      assert.equal(genuine?.subject, house.house.orders.id, JSON.stringify(genuine));
      const accepted = FORGERIES.filter((_, at) => forged[at]?.refused === undefined).map(({ name }) => name);
      assert.deepEqual(accepted, []);
      record(t, {
        tool: 'go-jose',
        version: go.version(MODULE),
        checked: `${kind} by our JWKS`,
        outcome: `genuine accepted, ${FORGERIES.length} of ${FORGERIES.length} forged variants refused`,
      });
    });
  }
});
