import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import * as parse from './credential-parsers.ts';
import { withoutNames } from './personal.ts';
import { CANARY, context, ofKind, openFixture, plain, recorded } from './testing/fixture.ts';

type Row = [name: string, form: string];
const rows = (found: ReturnType<parse.Parser>): Row[] | undefined =>
  found?.map(({ name, form }) => [name, form]);

describe('each file of credentials', () => {
  const cases: Array<[string, parse.Parser, string, Row[] | undefined]> = [
    [
      'aws',
      parse.aws,
      `[default]\naws_access_key_id = ID\naws_secret_access_key = ${CANARY}\n[sso]\ncredential_process = /bin/x\n`,
      [
        ['default/aws_secret_access_key', 'plain'],
        ['sso/credential_process', 'helper'],
      ],
    ],
    [
      'gcloud, a user',
      parse.google,
      JSON.stringify({ type: 'authorized_user', client_secret: CANARY, refresh_token: CANARY }),
      [
        ['client_secret', 'plain'],
        ['refresh_token', 'plain'],
      ],
    ],
    [
      'gcloud, federated',
      parse.google,
      JSON.stringify({ type: 'external_account', token_url: 'x' }),
      [['external_account', 'reference']],
    ],
    [
      'docker',
      parse.docker,
      JSON.stringify({
        auths: { 'r.example': { auth: CANARY }, 'e.example': {} },
        credHelpers: { 'h.example': 'x' },
      }),
      [
        ['r.example', 'plain'],
        ['h.example', 'helper'],
      ],
    ],
    [
      'npm',
      parse.npm,
      `//r.example/:_authToken=${CANARY}\n//s.example/:_authToken=\${NPM_TOKEN}\nregistry=https://r.example\n`,
      [
        ['//r.example/:_authToken', 'plain'],
        ['//s.example/:_authToken', 'reference'],
      ],
    ],
    [
      'pypi',
      parse.pypi,
      `[pypi]\nusername = __token__\npassword = ${CANARY}\n`,
      [['pypi/password', 'plain']],
    ],
    [
      'netrc',
      parse.netrc,
      `machine a.example login x\n password ${CANARY}\n# machine b password c\n`,
      [['a.example', 'plain']],
    ],
    [
      'gh',
      parse.ghHosts,
      `a.example:\n  user: x\n  oauth_token: ${CANARY}\nb.example:\n  user: y\n`,
      [
        ['a.example', 'plain'],
        ['b.example', 'helper'],
      ],
    ],
    [
      'kube',
      parse.kube,
      `users:\n- name: a\n  user: {token: ${CANARY}}\n- name: b\n  user: {exec: {command: x}}\n- name: c\n  user: {client-key: /k}\n`,
      [
        ['a/token', 'plain'],
        ['b/exec', 'helper'],
        ['c/client-key', 'reference'],
      ],
    ],
    [
      'git',
      parse.gitCredentials,
      `https://u:${CANARY}@g.example\nhttps://g.example\nnonsense\n`,
      [['u@g.example', 'plain']],
    ],
    ['pgpass', parse.pgpass, `h:5432:db:u:${CANARY}\nshort:line\n`, [['h:5432:db:u', 'plain']]],
    [
      'msal',
      parse.json,
      JSON.stringify({ RefreshToken: { one: { secret: CANARY } } }),
      [['RefreshToken/one/secret', 'plain']],
    ],
    ['a JSON that is none', parse.json, '{"token":', undefined],
    ['a YAML that is none', parse.kube, 'users: [', undefined],
    ['an empty store', parse.sealed, '', []],
  ];
  for (const [name, parser, text, expected] of cases)
    it(name, () => assert.deepEqual(rows(parser(text)), expected));

  it('tells when a token ends, in any of the usual ways', () => {
    const token = (more: object) =>
      parse.json(JSON.stringify({ accessToken: CANARY, ...more }))?.[0]?.expires;
    assert.equal(token({ expiresAt: 1_767_225_600_000 }), '2026-01-01T00:00:00.000Z');
    assert.equal(token({ expires_at: 1_767_225_600 }), '2026-01-01T00:00:00.000Z');
    assert.equal(token({ expires_on: '2026-01-01T00:00:00Z' }), '2026-01-01T00:00:00.000Z');
    assert.equal(token({ expiry: 'soon' }), undefined);
  });

  it('never throws, whatever it meets', () => {
    const parsers = Object.values(parse).filter((each) => typeof each === 'function');
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.json(),
      fc.string({ maxLength: 40 }).map((text) => `a: ${text}\nb: [*a, &c x]`),
    );
    fc.assert(fc.property(texts, (text) => parsers.forEach((parser) => void (parser as parse.Parser)(text))));
  });
});

describe('places that could not be read', () => {
  const told = withoutNames([
    { name: 'anna', uid: 1000 },
    { name: 'git', uid: 990 },
  ]);
  const cases: Array<[string, string]> = [
    ['/home/anna/.ssh/key', '/home/uid-1000/.ssh/key'],
    ['3 folders, from /home/anna/x', '3 folders, from /home/uid-1000/x'],
    ['/home/eve/.ssh', '/home/unknown/.ssh'],
    ['/home/git/.ssh', '/home/git/.ssh'],
    ['/var/spool/cron/crontabs/anna', '/var/spool/cron/crontabs/uid-1000'],
    ['/home', '/home'],
    ['journal', 'journal'],
  ];
  for (const [place, expected] of cases)
    it(`${place}: ${expected}`, () => assert.equal(told(place), expected));
});

describe('the credential files of a host', () => {
  const fixture = openFixture();
  after(() => fixture.remove());
  before(() => {
    fixture.put('/home/anna/.aws/credentials', `[work]\naws_secret_access_key = ${CANARY}\n`, 0o644);
    fixture.put('/root/.aws/credentials', `[work]\naws_secret_access_key = ${CANARY}\n`, 0o600);
    fixture.put(
      '/root/.config/gcloud/legacy_credentials/x/adc.json',
      JSON.stringify({ refresh_token: CANARY }),
    );
    fixture.put('/root/.docker/config.json', 'not json');
    fixture.put('/root/.kube/target', `users: [{name: a, user: {token: ${CANARY}}}]`);
  });

  it('are told by kind, age, mode and keyed fingerprint, never by value', async () => {
    const pages = await fixture.sweep();
    const page = pages.get('credential-files');
    const items = ofKind(page, 'aws-credentials');
    assert.deepEqual(
      items.map(({ attributes }) => [plain(attributes.account), attributes.mode, attributes.othersMayRead]),
      [
        ['root', '0600', false],
        ['anna', '0644', true],
      ],
    );
    assert.ok(items.every(({ attributes }) => attributes.fingerprint === context.fingerprint(CANARY)));
    assert.match(String(items[0]?.attributes.modified), /^\d{4}-.*Z$/);
    assert.deepEqual([items[0]?.attributes.created, items[0]?.attributes.lastUsed], [null, null]);
    assert.equal(ofKind(page, 'gcloud-credentials').length, 1);
    assert.deepEqual(page?.errors, [
      { what: '/root/.docker/config.json', why: 'is no container-registry that may be read' },
    ]);
    const text = recorded(pages.values());
    assert.ok(!text.includes(CANARY) && !text.includes(Buffer.from(CANARY).toString('base64')));
  });

  it('say of every credential when it was made, changed and used, as far as is known', async () => {
    const credentials = [...(await fixture.sweep()).values()]
      .flatMap(({ items }) => items)
      .filter((item) => item.class === 'credential');
    const isTime = (value: unknown) => value === null || !Number.isNaN(Date.parse(String(value)));
    assert.ok(credentials.length > 0);
    for (const { naturalId, attributes } of credentials)
      for (const name of ['created', 'modified', 'lastUsed'])
        assert.ok(name in attributes && isTime(attributes[name]), `${naturalId}: ${name}`);
  });

  it("name a person's account nowhere in clear", async () => {
    const page = (await fixture.sweep()).get('credential-files');
    const annas = ofKind(page, 'aws-credentials').filter(
      ({ attributes }) => plain(attributes.account) === 'anna',
    );
    const { accountRef: _, ...attributes } = annas[0]?.attributes ?? {};
    const clear = Object.values(attributes).filter((value) => typeof value === 'string');
    assert.equal(annas.length, 1);
    assert.ok(
      clear.every((value) => !String(value).includes('anna')),
      clear.join(),
    );
  });

  it("do not reach through an account's link into another's files", async () => {
    mkdirSync(join(fixture.root, '/home/anna/.config'), { recursive: true });
    symlinkSync(join(fixture.root, '/root/.kube'), join(fixture.root, '/home/anna/.kube'));
    symlinkSync(join(fixture.root, '/root/.kube/target'), join(fixture.root, '/root/.kube/config'));
    const page = (await fixture.sweep()).get('credential-files');
    assert.deepEqual(ofKind(page, 'kubeconfig'), []);
    assert.deepEqual(page?.denied, [
      { what: '/root/.kube/config', why: 'is a symbolic link' },
      { what: '/home/uid-1000/.kube/config', why: 'is a symbolic link' },
    ]);
    symlinkSync(join(fixture.root, '/root/.aws'), join(fixture.root, '/home/anna/.config/gh'));
    fixture.put('/root/.aws/hosts.yml', `h: {oauth_token: ${CANARY}}`);
    const through = (await fixture.sweep()).get('credential-files');
    assert.deepEqual(ofKind(through, 'github-token'), []);
    assert.ok(through?.denied.some(({ why }) => why === 'is reached through a symbolic link'));
  });
});
