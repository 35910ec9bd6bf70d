/** Checkouts against git's own repositories, Terraform's own states, and checkouts that want to run something. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { source } from '../../src/discovery/connectors/checkouts/connector.ts';
import type { Observed } from '../../src/discovery/contract.ts';
import { openFaultHouse } from '../../src/discovery/testing/fault-house.ts';
import { of, type ReadListing, readSource } from '../../src/discovery/testing/read.ts';

const has = (tool: string, ...args: string[]): boolean => spawnSync(tool, args).status === 0;
const skip = has('git', '--version') ? false : 'needs git';
const skipTerraform = has('terraform', 'version')
  ? false
  : 'Terraform is not installed, and the registries that tests install from do not have it';

const MAIL = 'mia@team.example';
const SECRET = 'a-secret-of-this-test';
const WORKFLOW = 'on: push\npermissions: {id-token: write}\njobs: {a: {steps: [{uses: a/b@v1}]}}\n';

const read = (folder: string) => readSource(source, { settings: { folders: [folder] } });
const keptOf = ({ committed }: ReadListing): string => JSON.stringify(committed);
const write = (folder: string, files: Record<string, string>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
};

const ENVIRONMENT = {
  ...{ PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  ...{ GIT_AUTHOR_NAME: 'Mia', GIT_AUTHOR_EMAIL: MAIL, GIT_COMMITTER_NAME: 'Mia', GIT_COMMITTER_EMAIL: MAIL },
  GIT_COMMITTER_DATE: '2026-02-03T04:05:06Z',
};
const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: folder, env: ENVIRONMENT, encoding: 'utf8', stdio: 'pipe' });

/** A repository with these files committed. */
function commit(folder: string, files: Record<string, string>): string {
  write(folder, files);
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '.');
  git(folder, 'commit', '-q', '-m', 'first');
  return folder;
}

describe('checkouts against git', { skip }, () => {
  let folder: string;
  let code: string;
  let all: ReadListing[];
  const at = (name: string, listing: string) => of(all, listing, join(code, name));
  const deniedOf = (name: string): string[] => at(name, 'owners').denied.map(({ why }) => why);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'discovery-checkouts-'));
    code = join(folder, 'code');
    const shop = commit(join(code, 'shop'), {
      '.github/workflows/ci.yml': WORKFLOW,
      'compose.yaml': `services: {db: {image: "postgres:17", environment: {DB_PASSWORD: ${SECRET}}}}\n`,
      CODEOWNERS: '*.yaml @acme/platform\n',
    });
    write(shop, { 'docker-compose.yaml': 'services: {web: {image: web}}\n' });
    git(shop, 'worktree', 'add', '-q', join(code, 'group/tree'), '-b', 'other');
    git(code, 'clone', '-q', '--depth', '1', `file://${shop}`, 'shallow');
    git(code, 'clone', '-q', '--shared', shop, 'borrowing');
    mkdirSync(join(code, 'unborn'));
    git(join(code, 'unborn'), 'init', '-q');
    symlinkSync(shop, join(code, 'linked'));
    write(folder, { 'outside.tfstate': '{}' });
    symlinkSync(join(folder, 'outside.tfstate'), join(shop, 'linked.tfstate'));
    all = await read(code);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('each repository is a partition, and a link to one is none', () => {
    const partitions = new Set(all.map(({ partition }) => partition.slice(folder.length)));
    const names = ['borrowing', 'shallow', 'shop', 'unborn', 'group/tree'].map((name) => `/code/${name}`);
    assert.deepEqual([...partitions], ['/code', ...names]);
    assert.equal(of(all, 'repositories', code).committed.length, names.length);
  });

  it('the last committer answers for what CODEOWNERS does not name, and is a commitment', () => {
    const { observed, committed, denied, errors } = at('shop', 'owners');
    assert.deepEqual([denied, errors], [[], []]);
    const workflow = observed.find(({ attributes }) => attributes.kind === 'ci-workflow');
    assert.equal(workflow?.attributes.ownerFrom, 'git');
    assert.equal(workflow?.attributes.modified, '2026-02-03T04:05:06.000Z');
    assert.ok(typeof workflow?.attributes.owner === 'object');
    assert.ok(!JSON.stringify(committed).includes(MAIL));
  });

  it('CODEOWNERS comes first, also for what was never committed', () => {
    const owned = at('shop', 'owners').observed.filter(({ attributes }) => attributes.kind === 'container');
    assert.deepEqual(
      owned.map(({ attributes: { owner, ownerFrom, modified } }) => [owner, ownerFrom, modified]),
      [
        ['@acme/platform', 'code-owners', '2026-02-03T04:05:06.000Z'],
        ['@acme/platform', 'code-owners', undefined],
      ],
    );
  });

  it('owners are told of the very things that the other listings tell', () => {
    const keys = ({ observed }: ReadListing) =>
      observed.map(({ class: kind, naturalId }) => `${kind} ${naturalId}`);
    const others = [...keys(at('shop', 'ci')), ...keys(at('shop', 'compose'))];
    assert.deepEqual(
      keys(at('shop', 'owners')).filter((key) => !others.includes(key)),
      [],
    );
    assert.equal(at('shop', 'owners').committed.length, others.length);
  });

  it('what a file tells of the clone is not taken for the age of a secret', () => {
    const [exposure] = at('shop', 'compose').observed.filter((each) => each.class === 'exposure');
    assert.equal(exposure?.attributes.location, '/compose.yaml');
    for (const name of ['created', 'modified', 'lastUsed', 'expires'])
      assert.ok(!(name in (exposure?.attributes ?? {})), name);
    assert.ok(!keptOf(at('shop', 'compose')).includes(SECRET));
  });

  it('a history that is elsewhere, borrowed or cut is a denied range', () => {
    assert.match(deniedOf('group/tree').join(), /kept elsewhere/);
    assert.match(deniedOf('borrowing').join(), /from elsewhere/);
    assert.match(deniedOf('shallow').join(), /shallow/);
  });

  it('a repository without a commit has no last committer, and that is no fault', () => {
    const { denied, errors, end } = at('unborn', 'owners');
    assert.deepEqual([denied, errors, end], [[], [], true]);
  });

  it('swept, a thing and its owner are one, and a second sweep changes nothing', async () => {
    const house = await openFaultHouse();
    const only = { folders: [join(code, 'shop')] };
    const running = { settings: only, secrets: {}, asked: () => [], heal: () => {}, stop: async () => {} };
    try {
      await house.configure('code', 'checkouts', running);
      const [first] = await house.sweep('code');
      assert.equal(first?.verdict, 'COMPLETE', first?.why);
      const seen = await house.present('code');
      const workflow = seen.find(({ attributes }) => attributes.kind === 'ci-workflow');
      assert.deepEqual([workflow?.attributes.ownerFrom, workflow?.attributes.oidc], ['git', true]);
      assert.equal(seen.filter(({ attributes }) => attributes.kind === 'container').length, 2);
      const [second] = await house.sweep('code');
      assert.deepEqual(second?.differences, { new: 0, changed: 0, gone: 0 });
    } finally {
      await house.close();
    }
  });

  it('a state that a link leads to is not read', () =>
    assert.deepEqual([at('shop', 'state').committed.length, at('shop', 'state').errors], [0, []]));
});

describe('a checkout that wants to run something', { skip }, () => {
  let folder: string;
  let shop: string;
  let ran: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'discovery-hostile-'));
    ran = join(folder, 'ran');
    shop = commit(join(folder, 'code/shop'), {
      '.github/workflows/ci.yml': WORKFLOW,
      '.gitattributes': '*.yml diff=evil filter=evil\n',
    });
    const program = join(folder, 'program');
    writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${ran}\n`);
    chmodSync(program, 0o755);
    const hostile = {
      ...{
        'core.fsmonitor': program,
        'core.pager': program,
        'core.editor': program,
        'core.hooksPath': folder,
      },
      ...{ 'core.sshCommand': program, 'core.askPass': program, 'core.alternateRefsCommand': program },
      ...{ 'gpg.program': program, 'gpg.ssh.program': program, 'log.showSignature': 'true' },
      ...{ 'diff.external': program, 'diff.evil.textconv': program, 'diff.evil.command': program },
      ...{ 'filter.evil.clean': program, 'filter.evil.smudge': program, 'filter.evil.process': program },
      ...{ 'pager.log': program, 'alias.log': `!${program}`, 'credential.helper': `!${program}` },
      ...{ 'core.repositoryformatversion': '1', 'extensions.partialClone': 'origin' },
      ...{ 'remote.origin.url': `ext::${program}`, 'remote.origin.promisor': 'true' },
      ...{ 'protocol.ext.allow': 'always', 'remote.origin.uploadpack': program },
    };
    for (const [name, value] of Object.entries(hostile)) git(shop, 'config', name, value);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('runs it with the git of a careless reader', () => {
    spawnSync('git', ['status'], { cwd: shop, env: ENVIRONMENT });
    assert.ok(existsSync(ran));
    rmSync(ran);
  });

  it('runs nothing, and its history is read', async () => {
    const owners = of(await read(join(folder, 'code')), 'owners', shop);
    assert.equal(existsSync(ran), false);
    assert.equal(owners.observed[0]?.attributes.ownerFrom, 'git');
  });

  it('fetches nothing that its history lacks: an error', async () => {
    const tree = git(shop, '-c', 'core.fsmonitor=', 'rev-parse', 'HEAD^{tree}').trim();
    rmSync(join(shop, '.git/objects', tree.slice(0, 2), tree.slice(2)));
    rmSync(ran, { force: true });
    const owners = of(await read(join(folder, 'code')), 'owners', shop);
    assert.equal(existsSync(ran), false);
    assert.deepEqual([owners.committed.length, owners.errors.length], [0, 1]);
  });
});

const MODULE = `
variable "secret" { sensitive = true }
resource "terraform_data" "kept" {
  for_each = toset(["eu"])
  input    = var.secret
}
output "kept" {
  value     = terraform_data.kept["eu"].output
  sensitive = true
}
`;
const ROOT = `
variable "secret" { sensitive = true }
module "payments" {
  source = "./payments"
  secret = var.secret
}
output "kept" {
  value     = module.payments.kept
  sensitive = true
}
`;

describe('checkouts against Terraform', { skip: skip || skipTerraform }, () => {
  let folder: string;
  let all: ReadListing[];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'discovery-terraform-'));
    write(folder, { 'main.tf': ROOT, 'payments/main.tf': MODULE, '.git/HEAD': 'ref: refs/heads/main\n' });
    const env = { PATH: process.env.PATH, HOME: folder, CHECKPOINT_DISABLE: '1', TF_VAR_secret: SECRET };
    const terraform = (...args: string[]): string =>
      execFileSync('terraform', args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
    terraform('init', '-input=false');
    terraform('apply', '-auto-approve', '-input=false');
    writeFileSync(join(folder, 'state.json'), terraform('show', '-json'));
    terraform('plan', '-input=false', '-out=saved');
    writeFileSync(join(folder, 'plan.json'), terraform('show', '-json', 'saved'));
    all = await read(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('the same secrets are found in a state, in its JSON and in a plan', () => {
    const state = of(all, 'state', folder);
    assert.deepEqual([state.denied, state.errors, state.dropped], [[], [], 0]);
    const told = state.observed.map(({ attributes: { location, address, owner } }: Observed) =>
      [location, address, owner].join(' '),
    );
    const inEach = (place: string) => [
      `${place} module.payments.terraform_data.kept["eu"] module.payments`,
      `${place} output.kept root module`,
    ];
    for (const place of ['/plan.json', '/state.json', '/terraform.tfstate'])
      for (const line of inEach(place))
        assert.ok(told.includes(line), `${line} is not in\n${told.join('\n')}`);
    assert.equal(new Set(state.observed.map(({ attributes }) => attributes.fingerprint)).size, 1);
    assert.ok(!keptOf(state).includes(SECRET));
  });
});
