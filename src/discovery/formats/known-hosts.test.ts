import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { makeKey } from '../connectors/ssh/testing/keys.ts';
import { hostOfLine, parseHost, parseKnownHosts, stateOfHostKey } from './known-hosts.ts';

const [first, second] = [makeKey().public, makeKey().public];
const factsOf = (key: string) => {
  const [line] = parseKnownHosts(`x ${key}`).lines;
  assert.ok(line);
  return line;
};
const state = (text: string, key = first, host = 'db.example', port = 22) =>
  stateOfHostKey(parseKnownHosts(text).lines, { host, port }, factsOf(key));
const hashed = (name: string, salt = 'c2FsdHNhbHRzYWx0c2FsdHM=') =>
  `|1|${salt}|${createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64')}`;

describe('known_hosts', () => {
  it('knows a key by name, pattern, port and hash', () => {
    assert.equal(state(`db.example,10.0.0.1 ${first}`), 'known');
    assert.equal(state(`*.example ${first}`), 'known');
    assert.equal(state(`[db.example]:2222 ${first}`, first, 'db.example', 2222), 'known');
    assert.equal(state(`db.example ${first}`, first, 'db.example', 2222), 'unlisted');
    assert.equal(state(`${hashed('db.example')} ${first}`), 'known');
    assert.equal(state(`*.example,!db.example ${first}`), 'unlisted');
  });

  it('tells another key, a revoked one and one that only an authority could vouch for', () => {
    assert.equal(state(`db.example ${second}`), 'changed');
    assert.equal(state(`@revoked * ${first}\ndb.example ${first}`), 'revoked');
    assert.equal(state(`@cert-authority *.example ${second}`), 'unlisted');
    assert.equal(state(''), 'unlisted');
  });

  it('counts lines of another shape and names hosts only where a line does', () => {
    const text = `# mine\n\nnonsense\n@else db ${first}\n${hashed('db')} ${first}\n*.example ${first}\n[db]:2222,10.0.0.1 ${first}\n`;
    const { lines, badLines } = parseKnownHosts(text);
    assert.equal(badLines, 2);
    assert.deepEqual(lines.map(hostOfLine), [undefined, undefined, { host: 'db', port: 2222 }]);
  });

  it('reads addresses', () => {
    assert.deepEqual(parseHost('db'), { host: 'db', port: 22 });
    assert.deepEqual(parseHost('[::1]:2222'), { host: '::1', port: 2222 });
    assert.deepEqual(parseHost('::1'), { host: '::1', port: 22 });
    for (const bad of ['', 'a b', 'db:0', 'db:70000', 'db:ssh', '[db'])
      assert.equal(parseHost(bad), undefined, bad);
  });
});
