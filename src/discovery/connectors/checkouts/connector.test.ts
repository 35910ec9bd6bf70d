import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { SourceError } from '../../source-error.ts';
import { of, type ReadListing, readSource } from '../../testing/read.ts';
import { source } from './connector.ts';
import { STATE_MAX_BYTES } from './state-document.ts';

const SECRET = 'made-up-for-this-test';

/** A repository without a commit, which holds these files. */
function checkout(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'checkouts-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const git = { '.git/HEAD': 'ref: refs/heads/main\n', '.git/objects/x': '', '.git/refs/x': '' };
  for (const [path, text] of Object.entries({ ...git, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const listingOf = async (folder: string, listing: string): Promise<ReadListing> =>
  of(await readSource(source, { settings: { folders: [folder] } }), listing, folder);

const keptOf = ({ committed }: ReadListing): string => JSON.stringify(committed);

const whys = (faults: ReadListing['denied']): string[] => faults.map(({ why }) => why);

describe('checkouts', () => {
  it('a folder that is not there is no empty one', async () => {
    const read = await listingOf('/nonexistent/code', 'repositories');
    assert.deepEqual(read.thrown, new SourceError('failed', 'the folder is not there'));
  });

  it('a folder that is a repository is one partition with both', async (t) => {
    const folder = checkout(t, {});
    const all = await readSource(source, { settings: { folders: [folder, `${folder}/`] } });
    const listings = ['repositories', 'ci', 'agents', 'compose', 'helm', 'state', 'owners'];
    assert.deepEqual(
      all.map(({ partition, listing }) => [partition, listing]),
      listings.map((listing) => [folder, listing]),
    );
    for (const { listing, denied, errors, end } of all)
      assert.deepEqual([denied, errors, end], [[], [], true], listing);
  });

  it('repositories that lie too deep are a denied range', async (t) => {
    const folder = checkout(t, { 'a/b/c/d/e/f/g/h/.git/HEAD': '' });
    rmSync(join(folder, '.git'), { recursive: true });
    const { denied, committed, errors } = await listingOf(folder, 'repositories');
    assert.deepEqual([committed, errors, whys(denied)], [[], [], ['deeper than 6']]);
  });

  it('files that lie too deep, or are too large, are denied ranges of each listing', async (t) => {
    const folder = checkout(t, { 'a/b/c/d/e/f/compose.yaml': '', 'big.tfstate': '', '.mcp.json': '' });
    truncateSync(join(folder, 'big.tfstate'), STATE_MAX_BYTES + 1);
    truncateSync(join(folder, '.mcp.json'), 1024 * 1024 + 1);
    assert.deepEqual(whys((await listingOf(folder, 'compose')).denied), ['deeper than 5']);
    const state = await listingOf(folder, 'state');
    assert.deepEqual(whys(state.denied), ['deeper than 5', `larger than ${STATE_MAX_BYTES} bytes`]);
    assert.deepEqual(whys((await listingOf(folder, 'agents')).denied), [
      'deeper than 5',
      'larger than 1048576 bytes',
    ]);
  });

  it('a link out of the checkout is not followed, be it a file, a folder or the history', async (t) => {
    const outside = checkout(t, { 'compose.yaml': 'services: {web: {image: web}}\n' });
    const folder = checkout(t, {});
    symlinkSync(join(outside, 'compose.yaml'), join(folder, 'compose.yaml'));
    symlinkSync(outside, join(folder, 'deploy'));
    const { committed, errors } = await listingOf(folder, 'compose');
    assert.deepEqual([committed, errors], [[], []]);
    rmSync(join(folder, '.git/objects'), { recursive: true });
    symlinkSync(join(outside, '.git/objects'), join(folder, '.git/objects'));
    assert.match(whys((await listingOf(folder, 'owners')).denied).join(), /from elsewhere/);
    rmSync(join(folder, '.git'), { recursive: true });
    symlinkSync(join(outside, '.git'), join(folder, '.git'));
    assert.match(whys((await listingOf(folder, 'owners')).denied).join(), /kept elsewhere/);
  });

  it('a history that is none is an error, told once', async (t) => {
    const folder = checkout(t, {
      'compose.yaml': 'services: {a: {}}',
      'b/compose.yaml': 'services: {a: {}}',
    });
    writeFileSync(join(folder, '.git/HEAD'), 'nonsense');
    assert.deepEqual(whys((await listingOf(folder, 'owners')).errors), ['the history cannot be read']);
  });

  it('takes no settings but absolute folders', () => {
    for (const bad of [{}, { folders: [] }, { folders: ['a'] }, { folders: ['/a'], more: 1 }])
      assert.equal(source.settings.safeParse(bad).success, false);
  });
});

const VALUES = `
db: {password: ${SECRET}, passwordFile: /run/db}
sealed: {password: 'ENC[AES256_GCM,data:abc]', token: '{{ .Values.token }}', apiKey: vault:secret/x}
anything: https://user:${SECRET}@registry.example
env: [{name: API_TOKEN, value: ${SECRET}}, {name: LEVEL, value: information}]
worker:
  serviceAccount:
    create: true
    name: worker
    annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/worker'}
`;

describe('what a checkout holds', () => {
  it('Helm: secrets by name and by shape, and service accounts with what they assume', async (t) => {
    const folder = checkout(t, { 'chart/values-eu.yaml': VALUES, 'chart/Chart.yaml': 'name: shop\n' });
    const read = await listingOf(folder, 'helm');
    const { observed, errors } = read;
    const variables = observed.flatMap(({ attributes }) => attributes.variable ?? []);
    assert.deepEqual([variables, errors], [['db/password', 'anything', 'env/API_TOKEN'], []]);
    assert.ok(!keptOf(read).includes(SECRET));
    const { attributes } = observed.find((each) => each.class === 'identity') ?? assert.fail('no account');
    assert.equal(attributes.serviceAccount, 'worker');
    assert.equal(attributes.chart, 'shop');
    assert.deepEqual(attributes.assumes, ['aws:arn:aws:iam::111122223333:role/worker']);
  });

  it('agents: what would name a person is a commitment, its natural id too', async (t) => {
    const server = { command: '/home/mia/bin/server', env: { API_TOKEN: SECRET } };
    const folder = checkout(t, {
      '.mcp.json': JSON.stringify({ mcpServers: { 'mia@team.example': server } }),
    });
    const read = await listingOf(folder, 'agents');
    const { observed, dropped } = read;
    const kept = keptOf(read);
    assert.deepEqual([observed.map((each) => each.class), dropped], [['identity', 'credential'], 0]);
    assert.ok(!kept.includes('mia') && !kept.includes(SECRET), kept);
  });

  it('CI: a workflow, and the tokens that it may ask for', async (t) => {
    const text = 'on: push\npermissions: write-all\njobs: {a: {env: {T: secrets.DEPLOY}}}\n';
    const folder = checkout(t, { '.github/workflows/a.yml': text });
    const { observed } = await listingOf(folder, 'ci');
    assert.deepEqual(
      observed.map(({ attributes: { kind, secrets } }) => [kind, secrets]),
      [
        ['ci-workflow', ['DEPLOY']],
        ['ci-oidc', undefined],
      ],
    );
  });
});
