import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseManifests } from './manifests.ts';
import {
  carryOut,
  enrolTwo,
  type House,
  openHouse,
  PAYMENTS,
  type People,
  propose,
} from './testing/house.ts';

const HOST_KEY = `ssh-ed25519 ${Buffer.alloc(51, 1).toString('base64')}`;

const SSH_TARGET = {
  keyFile: '/srv/deploy/key',
  account: 'deploy',
  host: 'host.example',
  port: 2222,
  hostKey: HOST_KEY,
  authorizedKeys: '/home/deploy/.ssh/authorized_keys',
  log: { file: '/var/log/auth.log' } as object,
};
const SPEC = {
  identity: 'payments-api',
  rotator: 'ssh-key',
  target: SSH_TARGET as object,
  intervalDays: 90,
  graceHours: 24,
  noticeDays: 14,
};

const manifest = (spec: object, name = 'deploy-key'): string =>
  `apiVersion: muniment/v1\nkind: Rotation\nname: ${name}\nspec: ${JSON.stringify(spec)}\n`;

describe('a Rotation in a manifest', () => {
  const target = (change: object) => ({ ...SPEC, target: { ...SSH_TARGET, ...change } });
  const refused: Array<[string, object, RegExp]> = [
    ['a relative path', target({ keyFile: 'key' }), /absolute/],
    ['a path that goes up', target({ keyFile: '/srv/../etc/shadow' }), /must not go up/],
    ['a host that is an option', target({ host: '-oProxyCommand=x' }), /host/],
    ['an account that is an option', target({ account: '-x' }), /account/],
    ['a host key of two lines', target({ hostKey: `${HOST_KEY}\n@cert-authority * ${HOST_KEY}` }), /hostKey/],
    ['two logs', target({ log: { file: '/a', journal: 'ssh' } }), /log/],
    ['a unit that is an option', target({ log: { journal: '--file=/x' } }), /log/],
    ['a port that there is not', target({ port: 65_536 }), /port/],
    ['a target of the other rotator', { ...SPEC, rotator: 'postgres-password' }, /target/],
    ['no rotator that there is', { ...SPEC, rotator: 'aws-key' }, /rotator/],
    ['a notice as long as the interval', { ...SPEC, noticeDays: 90 }, /noticeDays/],
    ['no grace', { ...SPEC, graceHours: 0 }, /graceHours/],
    ['a password in it', target({ password: 'x' }), /password/],
  ];
  for (const [what, spec, says] of refused)
    test(`is refused with ${what}`, () => assert.throws(() => parseManifests(manifest(spec)), says));
});

describe('a Rotation is declared', () => {
  let house: House;
  let people: People;
  before(async () => {
    house = await openHouse();
    people = await enrolTwo(house);
    await carryOut(house, people, PAYMENTS);
  });
  after(() => house.close());

  test('by a change that says which files it will write', async () => {
    const { text } = await carryOut(house, people, manifest(SPEC));
    assert.match(
      text,
      /\+ rotation deploy-key gains to replace the SSH key in \/srv\/deploy\/key every 90 days/,
    );
    assert.match(text, /gains to say in \/home\/deploy\/\.ssh\/authorized_keys which of its keys opens/);
    const [row, ...more] = await house.log.rows('rotation');
    assert.deepEqual([row?.name, row?.run, row?.rotated, more.length], ['deploy-key', null, null, 0]);
  });

  test('once for a target', async () => {
    await assert.rejects(propose(house, people.ada.id, manifest(SPEC, 'twin')), /has the same target/);
  });

  test('again, which keeps when it was first put under rotation', async () => {
    const [before] = await house.log.rows('rotation');
    await carryOut(house, people, manifest({ ...SPEC, intervalDays: 30 }));
    const [row] = await house.log.rows('rotation');
    assert.deepEqual([row?.spec.intervalDays, row?.since], [30, before?.since]);
  });

  test('and goes with its identity', async () => {
    const gone = 'apiVersion: muniment/v1\nkind: Identity\nname: payments-api\nretire: true\n';
    const { plan } = await propose(house, people.ada.id, gone);
    assert.deepEqual(
      plan.operations.filter(({ kind }) => kind === 'Rotation').map(({ op }) => op),
      ['retire'],
    );
  });
});
