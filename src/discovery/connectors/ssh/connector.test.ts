import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { SourceError } from '../../source-error.ts';
import type { FaultCase } from '../../testing/double.ts';
import { of, readSource } from '../../testing/read.ts';
import { source } from './connector.ts';
import { LOGIN } from './operations.ts';
import { settings } from './settings.ts';
import { double } from './testing/double.ts';
import { makeKey } from './testing/keys.ts';

const ITEMS = 120;

async function host(t: TestContext, fault: FaultCase = 'none') {
  const running = await double.start(t, { items: ITEMS, fault, name: (index) => `key ${index}` });
  const known = String(running.settings.knownHosts);
  return {
    ...running,
    known,
    partition: (running.settings.hosts as string[])[0] ?? '',
    read: (more: Record<string, unknown> = {}, secrets = running.secrets) =>
      readSource(source, { settings: { ...running.settings, ...more }, secrets }),
  };
}

describe('ssh', () => {
  it('tells host key, accounts, authorised keys and settings of a host that is known', async (t) => {
    const { read, partition } = await host(t);
    const all = await read();
    assert.deepEqual(
      all.map(({ partition: at, listing, observed, end, errors, denied }) => [
        `${at} ${listing}`,
        observed.length,
        end,
        errors,
        denied,
      ]),
      [
        ['known_hosts known-hosts', 1, true, [], []],
        [`${partition} host-keys`, 2, true, [], []],
        [`${partition} accounts`, ITEMS + 1, true, [], []],
        [`${partition} authorized-keys`, ITEMS, true, [], []],
        [`${partition} server`, 1, true, [], []],
      ],
    );
    const [identity, key] = of(all, 'host-keys', partition).observed;
    assert.equal(key?.attributes.knownHosts, 'known');
    assert.equal(key?.attributes.holder, `${partition}/identity/${identity?.naturalId}`);
    assert.deepEqual(key?.joins, [`ssh:${key?.attributes.fingerprint}`]);
    const [line] = of(all, 'known-hosts', 'known_hosts').observed;
    assert.deepEqual(line?.joins, key?.joins);
    const [trust] = of(all, 'authorized-keys', partition).observed;
    const accounts = of(all, 'accounts', partition).observed.map(({ naturalId }) => naturalId);
    assert.ok(accounts.some((id) => trust?.attributes.holder === `${partition}/identity/${id}`));
    assert.ok(trust?.joins?.[0]?.startsWith('ssh:SHA256:'));
    assert.ok(!trust?.naturalId.includes('a0/'), 'an ordinary account may be a person');
  });

  it('refuses a host that shows another key than it had: nobody is logged in', async (t) => {
    const { read, partition, known, asked } = await host(t);
    const other = makeKey().public;
    writeFileSync(known, readFileSync(known, 'utf8').replace(/ecdsa\S+ \S+/, other));
    const all = await read();
    const why = 'presents another host key than known_hosts has: refused';
    const keys = of(all, 'host-keys', partition);
    assert.deepEqual(
      [keys.observed, keys.errors],
      [[], [{ what: 'host key of type ecdsa-sha2-nistp256', why }]],
    );
    assert.deepEqual(of(all, 'authorized-keys', partition).thrown, new SourceError('failed', why));
    assert.ok(!asked().includes(LOGIN));
  });

  it('shows the key of a host that nobody knows, and does not log in', async (t) => {
    const { read, partition, known, asked } = await host(t);
    writeFileSync(known, '');
    const all = await read();
    assert.equal(of(all, 'host-keys', partition).observed[1]?.attributes.knownHosts, 'unlisted');
    assert.equal(of(all, 'accounts', partition).thrown?.kind, 'denied');
    assert.ok(!asked().includes(LOGIN));
  });

  it('sees host keys alone where it has no key of its own', async (t) => {
    const { read, partition } = await host(t);
    const all = await read({}, {});
    assert.equal(of(all, 'host-keys', partition).observed.length, 2);
    assert.equal(of(all, 'server', partition).thrown?.kind, 'denied');
  });

  it('tells a private key that cannot be used', async (t) => {
    const { read, partition } = await host(t);
    const all = await read({}, { privateKey: 'nonsense' });
    assert.match(of(all, 'server', partition).thrown?.message ?? '', /private key cannot be used/);
  });

  it('finds hosts in known_hosts, and tells names that it cannot read back', async (t) => {
    const { read, partition, known } = await host(t);
    const key = readFileSync(known, 'utf8').split(' ').slice(1).join(' ');
    writeFileSync(
      known,
      `${partition.replace(/^(.*):(\d+)$/, '[$1]:$2')} ${key}|1|c2FsdA==|aGFzaA== ${key}*.example ${key}`,
    );
    const all = await read({ hosts: [], everyKnownHost: true });
    assert.deepEqual(of(all, 'known-hosts', 'known_hosts').denied, [
      { what: '1 hashed host names', why: 'cannot be told from their hashes' },
      { what: '1 patterns of host names', why: 'a pattern names no host to ask' },
    ]);
    assert.equal(of(all, 'authorized-keys', partition).observed.length, ITEMS);
  });

  it('breaks off where the connection does, and opens another for what comes next', async (t) => {
    const { read, partition } = await host(t, 'connection-cut');
    const all = await read();
    assert.deepEqual(
      of(all, 'authorized-keys', partition).thrown,
      new SourceError('failed', 'the connection broke off'),
    );
    assert.equal(of(all, 'server', partition).end, true);
  });

  it('takes no settings that name no host, or a bad one', () => {
    for (const bad of [
      {},
      { knownHosts: '/k' },
      { knownHosts: '/k', hosts: ['a b'] },
      { knownHosts: '/k', hosts: ['a'], x: 1 },
    ])
      assert.equal(settings.safeParse(bad).success, false);
  });
});
