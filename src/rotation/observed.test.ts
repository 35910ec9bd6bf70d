import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { RotationRun, RotationSpec, Rows } from '#verifier';
import type { Draft } from '../store/index.ts';
import { checkObserved } from './observed.ts';
import { declared, type House, IDENTITY, openHouse, sweptFingerprint } from './testing/house.ts';
import { RULE } from './testing/specs.ts';

const KEY = 'host/credential/0123';
const NAME = 'billing';
const mismatch = { code: 'observation_mismatch' };

type Seen = Partial<Pick<Rows['observation'], 'identity' | 'present' | 'class' | 'attributes' | 'entry'>>;

const observation = (more: Seen = {}): Rows['observation'] => ({
  ...{
    sweep: 'swp_a',
    source: 'host',
    partition: 'x',
    key: KEY,
    class: 'credential',
    label: 'a key',
    entry: 10,
  },
  ...{ joins: [], provenance: [] },
  ...{ attributes: { fingerprint: 'A' }, present: true, firstSeen: '', lastChanged: '' },
  ...more,
});

const run = (more: Partial<RotationRun>): RotationRun =>
  ({
    ...{ old: 'A', new: 'B', entry: 20, ended: '2026-01-01T00:00:00.000Z', outcome: 'completed' },
    ...{ spec: { observation: KEY }, ...more },
  }) as RotationRun;

const SPEC = { identity: IDENTITY, observation: KEY } as RotationSpec;

describe('what a rotation says that a sweep found', () => {
  const cases: Array<{
    what: string;
    seen?: Seen | null;
    last?: Partial<RotationRun>;
    inForce?: string;
    fits: boolean;
  }> = [
    { what: 'the secret in force', fits: true },
    { what: 'claimed for the same identity', seen: { identity: IDENTITY }, fits: true },
    { what: 'claimed for another', seen: { identity: 'idn_other' }, fits: false },
    { what: 'never seen', seen: null, fits: false },
    { what: 'gone', seen: { present: false }, fits: false },
    { what: 'the key that a server trusts, not the secret', seen: { class: 'trust' }, fits: false },
    { what: 'of an unknown fingerprint', seen: { attributes: { fingerprint: null } }, fits: false },
    { what: 'another secret', inForce: 'B', fits: false },
    { what: 'what the last run replaced', inForce: 'B', last: {}, fits: true },
    {
      what: 'before a run that was abandoned',
      inForce: 'C',
      last: { outcome: 'abandoned', old: 'C' },
      fits: true,
    },
    { what: 'before a run that left another', inForce: 'C', last: {}, fits: false },
    { what: 'after the run', inForce: 'B', last: { entry: 5 }, fits: false },
    {
      what: 'before a run that is under way',
      inForce: 'B',
      last: { ended: null, outcome: null },
      fits: false,
    },
    {
      what: 'not what the run was of',
      inForce: 'B',
      last: { spec: { observation: 'host/credential/4567' } as RotationSpec },
      fits: false,
    },
  ];
  for (const { what, seen = {}, last, inForce = 'A', fits } of cases) {
    test(`${what}: ${fits ? 'goes on' : 'is refused'}`, () => {
      const check = () =>
        checkObserved(SPEC, {
          observation: seen === null ? undefined : observation(seen),
          last: last === undefined ? null : run(last),
          ...{ inForce, swept: inForce },
        });
      if (fits) check();
      else assert.throws(check, mismatch);
    });
  }
});

describe('a run of what a sweep found', () => {
  let house: House;
  let folder: string;
  const password = randomBytes(8).toString('hex');
  const seen = (fingerprint: string, change: 'new' | 'changed'): Draft => ({
    ...{ kind: 'observation.recorded', subject: 'swp_a', actor: 'sys' },
    data: {
      ...{ sweep: 'swp_a', source: 'host', partition: 'x', key: KEY, class: 'credential', change },
      ...{ label: 'a password', joins: [], provenance: [] },
      attributes: { fingerprint },
    },
  });
  const claim = (identity: string): Draft => ({
    ...{ kind: 'observation.claimed', subject: identity, actor: 'sys' },
    data: { observation: KEY, identity },
  });
  const start = () => house.rotation.start({ name: NAME, early: true, actor: 'sys' });
  const runs = async () => (await house.log.rows('rotation_run')).length;

  beforeEach(async () => {
    house = await openHouse();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'muniment-observed-')));
    const [connection, passwordFile] = [join(folder, 'admin'), join(folder, 'password')];
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    writeFileSync(connection, 'postgresql://admin@127.0.0.1:1/postgres\n', { mode: 0o600 });
    const target = { connection: { file: connection }, role: NAME, passwordFile, format: 'plain' as const };
    await house.declare(NAME, { ...RULE, observation: KEY, rotator: 'postgres-password', target });
  });
  afterEach(async () => {
    await house.close();
    rmSync(folder, { recursive: true });
  });

  test('starts from that secret alone: not before a sweep, not from another, not from one that is another’s', async () => {
    await assert.rejects(start(), mismatch);
    await house.log.append([seen('another', 'new')]);
    await assert.rejects(start(), mismatch);
    await assert.rejects(house.rotation.plan(NAME), mismatch);
    await house.log.append([seen(sweptFingerprint(password), 'changed')]);
    assert.match((await house.rotation.plan(NAME)).old, /^HMAC:/);
    const other = declared(
      'Identity',
      'idn_other',
      'other',
      (await house.log.row('identity', IDENTITY))?.spec as never,
    );
    await house.log.append([other, claim('idn_other')]);
    await assert.rejects(start(), mismatch);
    assert.equal(await runs(), 0);
    await house.log.append([claim(IDENTITY)]);
    await start();
    assert.equal(await runs(), 1);
  });
});
