import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Mapping, Observed } from '../../contract.ts';
import type { FileRead } from '../../files/reader.ts';
import { marksOf } from '../../marks.ts';
import { state } from './mapping-state.ts';
import { isStateFile, SHOWN, stateItems } from './state.ts';

const SECRET = 'made-up-for-this-test';
const CLIENT = '00000000-0000-4000-8000-0000000000AA';
const ROBOT = 'robot@shop.iam.gserviceaccount.com';

const mapping: Mapping = {
  source: 'test',
  partition: 'shop',
  key: (observed, naturalId) => `${observed} ${naturalId}`,
};

const fileOf = (path: string, document: object): FileRead =>
  ({ path, text: JSON.stringify(document) }) as FileRead;

const resource = (type: string, attributes: object, more: object = {}) => ({
  ...{ mode: 'managed', type, name: 'it', instances: [{ attributes, ...more }] },
});

/** What a page keeps of a state, and what is told of it. */
function told(resources: object[], path = '/prod.tfstate'): { kept: string; observed: Observed[] } {
  const { marks } = marksOf('test', new Uint8Array(32).fill(1));
  const kept = stateItems(fileOf(path, { version: 4, resources })).map((item) =>
    state.shape(marks).parse(item),
  );
  const observed = kept.flatMap((item) => state.map(item as never, mapping));
  return { kept: JSON.stringify(kept), observed };
}

const joinsOf = (observed: Observed[], kind: string): string[] =>
  observed.filter(({ attributes }) => attributes.kind === kind).flatMap(({ joins = [] }) => joins);

describe('what a state tells', () => {
  const CASES: Array<[string, object, string, string[]]> = [
    [
      'aws_iam_access_key',
      { id: 'key-1', secret: SECRET, status: 'Inactive', create_date: '2026-01-02T03:04:05Z' },
      'aws-access-key',
      ['aws-key:key-1'],
    ],
    [
      'aws_iam_user',
      { arn: 'arn:aws:iam::1:user/ci', name: 'ci', unique_id: 'id-1' },
      'aws-iam-user',
      ['aws:arn:aws:iam::1:user/ci', 'aws:id-1'],
    ],
    [
      'aws_iam_role',
      { arn: 'arn:aws:iam::1:role/ci', name: 'ci' },
      'aws-iam-role',
      ['aws:arn:aws:iam::1:role/ci'],
    ],
    ['google_service_account', { email: ROBOT }, 'gcp-service-account', [`gcp:${ROBOT}`]],
    [
      'google_service_account_key',
      { name: `projects/shop/serviceAccounts/${ROBOT}/keys/k1`, private_key: SECRET },
      'gcp-service-account',
      [`gcp:${ROBOT}`],
    ],
    ['azuread_application', { client_id: CLIENT }, 'entra-application', [`entra:${CLIENT.toLowerCase()}`]],
    [
      'azuread_application',
      { application_id: CLIENT },
      'entra-application',
      [`entra:${CLIENT.toLowerCase()}`],
    ],
    ['azuread_application_password', { key_id: 'k1', value: SECRET }, 'entra-client-secret', []],
    [
      'kubernetes_service_account',
      { metadata: [{ name: 'worker', namespace: 'jobs' }] },
      'kubernetes-service-account',
      [],
    ],
  ];
  for (const [type, attributes, kind, joins] of CASES)
    it(`${type} ${Object.keys(attributes)[0]}: ${kind}`, () => {
      const { observed, kept } = told([{ ...resource(type, attributes), module: 'module.a' }]);
      const thing = observed.find((each) => each.attributes.kind === kind);
      assert.deepEqual([thing?.attributes.owner, thing?.attributes.ownerFrom], ['module.a', 'terraform']);
      assert.deepEqual(joinsOf(observed, kind), joins);
      const holdsSecret = JSON.stringify(attributes).includes(SECRET);
      assert.equal(observed.filter((each) => each.class === 'exposure').length, holdsSecret ? 1 : 0);
      assert.ok(!kept.includes(SECRET));
    });

  it('a key is known by its public half, also where a certificate or a host has it', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const attributes = {
      private_key_pem: pem,
      public_key_pem: publicKey.export({ type: 'spki', format: 'pem' }),
      public_key_fingerprint_sha256: 'SHA256:abc',
    };
    const { observed, kept } = told([resource('tls_private_key', attributes)]);
    const [ssh, spki] = joinsOf(observed, 'private-key');
    assert.equal(ssh, 'ssh:SHA256:abc');
    assert.match(spki ?? '', /^spki:[0-9a-f]{64}$/);
    assert.ok(!kept.includes('PRIVATE KEY'));
  });

  it('a credential belongs to what the same state manages', () => {
    const { observed } = told([
      resource('aws_iam_user', { arn: 'arn:aws:iam::1:user/ci', name: 'ci', unique_id: 'id-1' }),
      resource('aws_iam_access_key', { id: 'key-1', user: 'ci' }),
      resource('azuread_application', { id: '/applications/1', client_id: CLIENT }),
      resource('azuread_application_password', { application_id: '/applications/1', key_id: 'k1' }),
    ]);
    const holders = observed.flatMap(({ attributes }) => attributes.holder ?? []);
    const [user, , application] = observed.map(({ class: kind, naturalId }) => `${kind} ${naturalId}`);
    assert.deepEqual(holders, [user, application]);
  });

  it('secrets by type, by mark and by name; no name alone makes one of what is about a secret', () => {
    const marked = { sensitive_attributes: [[{ type: 'get_attr', value: 'motto' }]] };
    const { observed, kept } = told([
      resource('random_password', { result: SECRET, bcrypt_hash: 'hash-of-it', length: 16 }),
      resource('kubernetes_secret', { data: { a: SECRET, b: 'another-secret' } }),
      resource('some_thing', { motto: 'marked-as-secret', admin_password: 'named-as-secret' }, marked),
      resource('some_thing', { secret_arn: 'arn:aws:x', password_length: 'sixteen', password: '' }),
      { ...resource('random_password', { result: SECRET }), mode: 'data' },
    ]);
    const variables = observed.map(({ attributes }) => attributes.variable);
    assert.deepEqual(variables, ['result', 'data.a', 'data.b', 'motto', 'admin_password']);
    for (const value of [SECRET, 'another-secret', 'marked-as-secret', 'named-as-secret', 'hash-of-it'])
      assert.ok(!kept.includes(value), value);
  });

  it('a person who may log in to the console is a commitment wherever they are named', () => {
    const { kept, observed } = told([
      resource('aws_iam_user', { arn: 'arn:aws:iam::1:user/mia', name: 'mia', unique_id: 'id-1' }),
      resource('aws_iam_user_login_profile', { user: 'mia', password: SECRET }),
      resource('aws_iam_access_key', { id: 'key-1', user: 'mia', secret: SECRET }),
    ]);
    assert.ok(!kept.includes('mia'), kept);
    assert.deepEqual(joinsOf(observed, 'aws-iam-user'), ['aws:id-1']);
  });

  it('a backup exposes, but tells nothing of the estate', () => {
    const { observed } = told(
      [resource('aws_iam_access_key', { id: 'key-1', secret: SECRET })],
      '/a.tfstate.backup',
    );
    assert.deepEqual(
      observed.map(({ class: kind, attributes }) => [kind, attributes.current]),
      [['exposure', false]],
    );
  });

  it('a type that is called after what every object has is a type like any other', () => {
    for (const type of ['constructor', '__proto__', 'toString'])
      assert.equal(told([resource(type, { password: SECRET })]).observed.length, 1);
  });

  const REFUSED: Array<[string, object, RegExp]> = [
    ['a sealed state', { encrypted_data: 'x', encryption_version: 'v0' }, /is encrypted/],
    ['an older form', { version: 3, modules: [] }, /version 4/],
    ['a newer output', { format_version: '2.0', values: {} }, /version 1/],
  ];
  for (const [name, document, why] of REFUSED)
    it(`${name} is not an empty one`, () =>
      assert.throws(() => stateItems(fileOf('/a.tfstate', document)), why));
});

describe('names of states', () => {
  for (const name of [
    '/terraform.tfstate',
    '/a.tfstate.backup',
    '/a.tfstate.1700000000.backup',
    '/plan.json',
  ])
    it(`${name} is one`, () => assert.ok(isStateFile(name)));
  for (const name of ['/a.tf', '/tfstate', '/floor-plans.json', '/replan.json'])
    it(`${name} is none`, () => assert.ok(!isStateFile(name)));
  it('of JSON the beginning decides', () => {
    for (const text of ['{"format_version":"1.2",', '{\n  "version": 4,\n  "terraform_version": "1"'])
      assert.match(text, SHOWN);
    for (const text of ['{"name": "plan"}', '{"version": 4, "steps": []}']) assert.doesNotMatch(text, SHOWN);
  });
});
