import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SPIFFE_ID_MAX_BYTES } from '../kernel/limits.ts';
import {
  carryOut,
  enrolTwo,
  type House,
  openHouse,
  PAYMENTS,
  type People,
  propose,
  TRUST_DOMAIN,
} from './testing/house.ts';

const identity = (name: string, spiffePath?: string): string => `---
apiVersion: muniment/v1
kind: Identity
name: ${name}
spec:
  kind: bot
  purpose: p
  application: payments
  owner: olga
  profile: read-only-api
  environment: test
${spiffePath === undefined ? '' : `  spiffePath: ${JSON.stringify(spiffePath)}\n`}`;

const agentIdentity = (path: string): string => `---
apiVersion: muniment/v1
kind: Identity
name: muniment-agent
spec:
  kind: service-account
  purpose: Attests
  application: muniment
  owner: ada
  profile: muniment-agent
  environment: production
  spiffePath: ${path}
`;

/** The longest path that still makes a SPIFFE ID in this trust domain. */
const LONGEST = SPIFFE_ID_MAX_BYTES - `spiffe://${TRUST_DOMAIN}`.length;
const pathOf = (bytes: number): string => `/${'x'.repeat(bytes - 1)}`;

describe('the SPIFFE path of an identity', () => {
  let house: House;
  let people: People;
  before(async () => {
    house = await openHouse();
    people = await enrolTwo(house);
    await carryOut(house, people, PAYMENTS);
  });
  after(() => house.close());

  const refused = (manifests: string, fault: object) =>
    assert.rejects(propose(house, people.ada.id, manifests), fault);

  const FAULTS: Array<[string, string, string, RegExp]> = [
    ['too long in this trust domain', pathOf(LONGEST + 1), 'invalid_spiffe_id', /longer than 2048 bytes/],
    ['no slash first', 'payments/x', 'invalid_manifest', /must start with `\/`/],
    ['a slash last', '/payments/', 'invalid_spiffe_id', /empty segment/],
    ['an empty segment', '/a//b', 'invalid_spiffe_id', /empty segment/],
    ['the root', '/', 'invalid_spiffe_id', /empty segment/],
    ['a dotted segment', '/a/../b', 'invalid_spiffe_id', /`\.\.`/],
    ['percent encoding', '/a%2fb', 'invalid_spiffe_id', /not allowed/],
    ['a query', '/a?b', 'invalid_spiffe_id', /not allowed/],
    ['a letter that is not ASCII', '/ä', 'invalid_spiffe_id', /not allowed/],
    ['the path of an agent', '/muniment/agent/agt_1', 'invalid_manifest', /kept for Muniment/],
    ['the path that agents join as', '/muniment/agent', 'invalid_manifest', /kept for Muniment/],
    ['anything of our own', '/muniment/x', 'invalid_manifest', /kept for Muniment/],
    ['another identity’s', '/payments/payments-api', 'invalid_manifest', /of another identity/],
  ];
  for (const [what, spiffePath, code, message] of FAULTS) {
    test(`${what} is refused with its place`, () =>
      refused(identity('other', spiffePath), { code, message, path: 'documents[0].spec.spiffePath' }));
  }

  test('what only looks like one of those may stand', async () => {
    for (const path of [pathOf(LONGEST), '/munimentx/a', '/a/muniment/b', '/A/payments-api', '/...']) {
      const { plan } = await propose(house, people.ada.id, identity('other', path));
      assert.deepEqual(
        plan.operations.map(({ op, name }) => [op, name]),
        [['create', 'other']],
      );
    }
  });

  test('two of one set may not share a path, given or by default', async () => {
    const fault = { code: 'invalid_manifest', path: 'documents[0].spec.spiffePath' };
    await refused(identity('one', '/same') + identity('two', '/same'), fault);
    await refused(identity('one') + identity('two', '/payments/one'), fault);
  });

  test('a path is free again once its identity is retired, also in the same set', async () => {
    const retire = '---\napiVersion: muniment/v1\nkind: Identity\nname: payments-api\nretire: true\n';
    const set = `${retire}---\napiVersion: muniment/v1\nkind: Policy\nname: payments-issue\nretire: true\n`;
    const { plan } = await propose(house, people.ada.id, set + identity('other', '/payments/payments-api'));
    assert.ok(plan.operations.some(({ op, name }) => op === 'create' && name === 'other'));
  });

  test('the identity that agents join as keeps its path and may take no other of ours', async () => {
    const { plan } = await propose(house, people.ada.id, agentIdentity('/muniment/agent'));
    assert.equal(plan.operations.length, 1);
    const fault = { code: 'invalid_manifest', message: /kept for Muniment/ };
    await refused(agentIdentity('/muniment/agent/agt_1'), fault);
  });
});
