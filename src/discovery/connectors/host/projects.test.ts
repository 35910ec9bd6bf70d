import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { readGitHub, readGitLab } from '../../files/ci.ts';
import { isComposeFile, isContainerFile } from '../../files/compose.ts';
import { Reader } from '../../files/reader.ts';
import { findFiles, WALK_MAX_DEPTH } from '../../files/walk.ts';
import { DOCUMENT_MAX_BYTES, nodesOf, parseYaml } from '../../formats/documents.ts';
import { CANARY, ofKind, openFixture, plain, recorded } from './testing/fixture.ts';

const fixture = openFixture();
after(() => fixture.remove());

const DIGEST = `@sha256:${'0'.repeat(64)}`;
const COMMIT = `@${'a'.repeat(40)}`;

before(() => {
  fixture.put(
    '/srv/app/compose.yaml',
    `x-env: &env {API_TOKEN: ${CANARY}, PORT: 80}
services:
  web: {image: "web:latest", privileged: true, environment: {<<: *env, DB_PASSWORD: "\${DB_PASSWORD}"}, env_file: [.env, ../../etc/shadow]}
  cd: {image: "cd${DIGEST}", volumes: ["/var/run/docker.sock:/s"], environment: ["CD_SECRET=${CANARY}", "FROM_CALLER_TOKEN"], secrets: [key]}
`,
  );
  fixture.put('/srv/app/.env', `SMTP_PASSWORD=${CANARY}\n`);
  fixture.put('/etc/shadow', `ROOT_PASSWORD=${CANARY}\n`);
  fixture.put(
    '/srv/app/Dockerfile',
    `FROM node:24 AS build\nENV NPM_TOKEN=${CANARY} \\\n  MODE=x\nFROM base${DIGEST}\nUSER app\n`,
  );
  fixture.put(
    '/srv/app/.github/workflows/ci.yml',
    `on: [push]
permissions: {id-token: write}
jobs:
  a: {steps: [{uses: "actions/checkout@v4"}, {uses: "b/c${COMMIT}"}, {uses: ./own}], env: {KEY_TOKEN: ${CANARY}, T: "\${{ secrets.DEPLOY_KEY }}"}}
`,
  );
  fixture.put(
    '/srv/app/.gitlab-ci.yml',
    'job:\n  image: x:1\n  id_tokens: {T: {aud: x}}\n  script: ["echo $DEPLOY_TOKEN $HOME"]\n',
  );
  fixture.put('/srv/app/node_modules/x/compose.yaml', 'services: {never: {image: x}}\n');
  fixture.put('/srv/broken/compose.yml', 'services: [\n');
});

describe('compose and container files', () => {
  it('tell containers, and which are as good as root', async () => {
    const page = (await fixture.sweep()).get('projects');
    const containers = ofKind(page, 'container').map(
      ({ attributes: { image, pinned, secretVariables, secrets } }) => [
        image,
        pinned,
        secretVariables,
        secrets,
      ],
    );
    assert.deepEqual(containers, [
      ['web:latest', false, ['API_TOKEN', 'DB_PASSWORD'], []],
      [`cd${DIGEST}`, true, ['CD_SECRET', 'FROM_CALLER_TOKEN'], ['key']],
    ]);
    const paths = ofKind(page, 'container-permission').map(({ attributes }) => attributes.path);
    assert.deepEqual(paths, ['privileged container', 'container with the Docker socket']);
    const [build] = ofKind(page, 'container-build');
    assert.deepEqual([build?.attributes.unpinned, build?.attributes.runsAs], [['node:24'], 'app']);
    assert.deepEqual(page?.errors, [{ what: '/srv/broken/compose.yml', why: 'is no YAML that may be read' }]);
  });

  it('tell written secrets as exposures and reach no file outside their folder', async () => {
    const pages = await fixture.sweep();
    const page = pages.get('projects');
    const exposed = ofKind(page, 'inline-secret').map(({ attributes }) => plain(attributes.variable));
    assert.deepEqual(exposed.sort(), ['NPM_TOKEN', 'cd/CD_SECRET', 'jobs/a/env/KEY_TOKEN', 'web/API_TOKEN']);
    assert.deepEqual(
      ofKind(page, 'environment-secret').map(({ attributes }) => plain(attributes.name)),
      ['SMTP_PASSWORD'],
    );
    assert.ok(page?.denied.some(({ what }) => what === '/etc/shadow'));
    assert.ok(!recorded(pages.values()).includes(CANARY));
  });

  it('go by their names', () => {
    for (const name of ['compose.yaml', 'docker-compose.yml', 'compose.prod.yaml'])
      assert.ok(isComposeFile(`/x/${name}`));
    for (const name of ['compose.txt', 'decompose.yaml']) assert.ok(!isComposeFile(`/x/${name}`));
    for (const name of ['Dockerfile', 'Containerfile', 'Dockerfile.dev', 'web.Dockerfile'])
      assert.ok(isContainerFile(`/x/${name}`));
    assert.ok(!isContainerFile('/x/Dockerfiles/readme'));
  });
});

describe('CI files', () => {
  it('tell OIDC, secrets by name and what is not pinned', async () => {
    const page = (await fixture.sweep()).get('projects');
    const workflows = ofKind(page, 'ci-workflow').map(
      ({ attributes: { platform, oidc, secrets, unpinned, triggers } }) => [
        platform,
        oidc,
        secrets,
        unpinned,
        triggers,
      ],
    );
    assert.deepEqual(workflows, [
      ['gitlab', true, ['DEPLOY_TOKEN'], ['x:1'], []],
      ['github', true, ['DEPLOY_KEY'], ['actions/checkout@v4'], ['push']],
    ]);
    assert.equal(ofKind(page, 'ci-oidc').length, 2);
  });

  const oidc: Array<[string, boolean]> = [
    ['permissions: write-all', true],
    ['permissions: {id-token: write}', true],
    ['jobs: {a: {permissions: {id-token: write}}}', true],
    ['permissions: {id-token: none}', false],
    ['permissions: read-all', false],
    ['env: {id-token: write}', false],
  ];
  for (const [text, expected] of oidc)
    it(`\`${text}\` asks for a token: ${expected}`, () =>
      assert.equal(readGitHub(parseYaml(text), text).oidc, expected));

  it('never break a sweep, whatever they hold', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        readGitHub(parseYaml(text), text);
        readGitLab(parseYaml(text), text);
      }),
    );
  });
});

describe('documents of others', () => {
  it('may not grow out of what they are written as', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 9; at += 1)
      bomb.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      );
    assert.equal(parseYaml(bomb.join('\n')), undefined);
    assert.equal(parseYaml(`a: ${'x'.repeat(DOCUMENT_MAX_BYTES)}`), undefined);
    assert.equal(parseYaml(`${'['.repeat(20_000)}`), undefined);
  });

  it('are walked to a limit, and give no object a new prototype', () => {
    const document = parseYaml('__proto__: {polluted: true}\nok: 1');
    assert.ok(nodesOf(document).length >= 1);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});

describe('the walk', () => {
  it('follows no link, passes over copies, and says where it stopped', async () => {
    const deep = Array.from({ length: WALK_MAX_DEPTH + 2 }, (_, at) => `d${at}`).join('/');
    fixture.put(`/opt/${deep}/compose.yaml`, 'services: {}\n');
    mkdirSync(join(fixture.root, '/opt/links'), { recursive: true });
    symlinkSync(join(fixture.root, '/srv'), join(fixture.root, '/opt/links/srv'));
    const reader = new Reader(fixture.root);
    const found = await findFiles(reader, ['/opt', '/srv'], isComposeFile);
    assert.deepEqual(found, ['/srv/app/compose.yaml', '/srv/broken/compose.yml']);
    assert.deepEqual(
      reader.denied.map(({ why }) => why),
      [`deeper than ${WALK_MAX_DEPTH}`],
    );
  });

  it('looks where it is told to', async () => {
    fixture.put('/data/x/compose.yaml', 'services: {a: {image: x}}\n');
    const page = (await fixture.sweep({ sweepRoots: ['/data'] })).get('projects');
    assert.deepEqual(
      ofKind(page, 'container').map(({ attributes }) => attributes.image),
      ['x'],
    );
  });
});
