/** The room's texts and formats, by property and by foreign judges. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { hasSshServer } from '../../tools/demo/ssh-server.ts';
import { authoriseBeside, isAuthorised, withoutKey } from './authorized-keys.ts';
import { fingerprint, makeSshKey, writePrivateKey } from './openssh-key.ts';
import { readPassword, withPassword } from './password-file.ts';
import { scramVerifier } from './scram.ts';
import { parseLogins } from './server-log.ts';

const NO_SSH = hasSshServer() ? false : 'needs OpenSSH server';

describe('a private key file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-key-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('is one that ssh-keygen reads alike, whatever its comment', { skip: NO_SSH }, () => {
    for (const comment of ['', 'a', 'ab', 'abc', 'run_abcdefgh', 'ü and more']) {
      const { privateKey, publicKey } = makeSshKey(comment);
      const file = join(folder, `key-${comment.length}`);
      writeFileSync(file, privateKey, { mode: 0o600 });
      const [type, blob] = execFileSync('ssh-keygen', ['-y', '-P', '', '-f', file])
        .toString()
        .trim()
        .split(' ');
      assert.deepEqual({ type, blob }, publicKey);
      assert.ok(execFileSync('ssh-keygen', ['-l', '-f', file]).toString().includes(fingerprint(publicKey)));
    }
  });

  test('refuses parts of another length', () => {
    const [seed, point, check] = [randomBytes(32), randomBytes(32), randomBytes(4)];
    assert.throws(() => writePrivateKey(seed.subarray(1), point, '', check), RangeError);
    assert.throws(() => writePrivateKey(seed, Buffer.alloc(33), '', check), RangeError);
    assert.throws(() => writePrivateKey(seed, point, '', randomBytes(3)), RangeError);
  });
});

const [OLD, FRESH, OTHER] = [makeSshKey('').publicKey, makeSshKey('').publicKey, makeSshKey('').publicKey];
const keyText = ({ type, blob }: typeof OLD): string => `${type} ${blob}`;

describe('authorized_keys', () => {
  // Lines without the old or the new key: comments, blanks, other keys, bytes that are no text.
  const other = fc.oneof(
    fc.string({ unit: 'binary-ascii' }).map((text) => text.replaceAll(/[\n]/g, '')),
    fc.constantFrom('', '# a comment', `# ${keyText(OLD)}`, keyText(OTHER), `\t${keyText(OTHER)} \xff\r`),
    fc.constant(`command="echo ${keyText(OLD)}" ${keyText(OTHER)} c`),
  );
  const held = fc
    .tuple(
      fc.constantFrom('', ' ', '\t', 'restrict ', 'from="10.0.0.0/8",command="a \\" b # c" '),
      fc.constantFrom('', ' comment', ' a b  c', '\r'),
    )
    .map(([before, after]) => ({ before, after }));
  const file = fc.record({
    head: fc.array(other),
    held,
    tail: fc.array(other),
    end: fc.boolean(),
  });

  test('the new key stands beside the old one with its options, and nothing else moves', () => {
    fc.assert(
      fc.property(file, ({ head, held: { before, after }, tail, end }) => {
        const old = `${before}${keyText(OLD)}${after}`;
        const fresh = `${before}${keyText(FRESH)}${after}`;
        // A last line without an end is given one, since another follows it.
        const ended = (lines: string[]) => lines.join('\n') + (end || tail.length === 0 ? '\n' : '');
        const text = end || tail.length > 0 ? ended([...head, old, ...tail]) : [...head, old].join('\n');
        const both = authoriseBeside(text, OLD, FRESH);
        assert.ok(isAuthorised(both, OLD) && isAuthorised(both, FRESH));
        assert.equal(authoriseBeside(both, OLD, FRESH), both);
        assert.equal(withoutKey(both, FRESH), ended([...head, old, ...tail]));
        assert.equal(
          withoutKey(both, OLD).replace(/\n$/, ''),
          ended([...head, fresh, ...tail]).replace(/\n$/, ''),
        );
      }),
    );
  });

  test('a key inside a comment or an option is no key', () => {
    for (const line of [
      `# ${keyText(OLD)}`,
      `command="${keyText(OLD)}" ${keyText(OTHER)}`,
      keyText(OLD).slice(0, -1),
    ])
      assert.equal(isAuthorised(line, OLD), false, line);
  });
});

describe("the server's log", () => {
  const print = fingerprint(FRESH);
  const line = `Accepted publickey for deploy from 192.0.2.7 port 4242 ssh2: ED25519 ${print}`;
  const login = { account: 'deploy', connection: '192.0.2.7 port 4242', fingerprint: print };

  for (const before of [
    '',
    'Nov 24 15:08:33 host sshd[12]: ',
    'Nov  4 15:08:33 host sshd-session[12]: ',
    '2026-11-24T15:08:33.123456+00:00 host sshd[12]: ',
  ])
    test(`a login is seen behind \`${before}\``, () => {
      assert.deepEqual(parseLogins(`x\n${before}${line}\r\ny`), [login]);
    });

  for (const hostile of [
    `Invalid user ${line}`,
    `Nov 24 15:08:33 host sshd[12]: Invalid user Nov 24 15:08:33 host sshd[1]: ${line}`,
    `Nov 24 15:08:33 host other[12]: ${line}`,
    `${line} and more`,
    line.replace('Accepted', 'Failed'),
    line.replace('publickey', 'password'),
  ])
    test(`what a client could write is no login: ${hostile.slice(0, 40)}`, () => {
      assert.deepEqual(parseLogins(hostile), []);
    });
});

describe('a password file', () => {
  const plain = { format: 'plain', role: 'billing', passwordFile: '/p' } as const;
  const pgpass = { ...plain, format: 'pgpass' } as const;
  const password = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);

  test('what is put in is read back, and the end of the line stays', () => {
    fc.assert(
      fc.property(password, password, fc.constantFrom('', '\n', '\r\n'), (old, fresh, end) => {
        const after = withPassword(old + end, plain, fresh);
        assert.equal(after, fresh + end);
        assert.equal(readPassword(after, plain), fresh);
      }),
    );
  });

  test('of PostgreSQL: only the lines of the role change', () => {
    const field = password.map((text) => text.replace(/[\\:]/g, '\\$&'));
    fc.assert(
      fc.property(field, password, fc.array(fc.stringMatching(/^[ -~]{0,30}$/)), (old, fresh, noise) => {
        const others = ['# billing', 'host:5432:db:other:secret', ...noise.map((text) => `#${text}`)];
        const own = ['*:*:*:billing:', 'db.example\\:1:5432:*:billing:'];
        const text = (secret: string) =>
          `${[others[0], own[0] + secret, ...others.slice(1), own[1] + secret].join('\n')}\n`;
        const after = withPassword(text(old), pgpass, fresh);
        assert.equal(after, text(fresh.replace(/[\\:]/g, '\\$&')));
        assert.equal(readPassword(after, pgpass), fresh);
      }),
    );
  });

  for (const [what, text] of [
    ['no line of the role', '*:*:*:other:secret\n'],
    ['two passwords', '*:*:*:billing:a\n*:*:*:billing:b\n'],
    ['an empty one', '*:*:*:billing:\n'],
    ['too few fields', 'billing:a\n'],
  ] as const)
    test(`is refused with ${what}`, () =>
      assert.throws(() => readPassword(text, pgpass), { code: 'conflict' }));

  test('a plain one is one line', () => {
    assert.throws(() => readPassword('a\nb\n', plain), { code: 'conflict' });
    assert.throws(() => readPassword('\n', plain), { code: 'conflict' });
  });
});

describe('a SCRAM verifier', () => {
  test('lets a client prove the password (RFC 5802, section 3)', () => {
    const [password, salt] = ['correct-horse', randomBytes(16)];
    const [, , , stored] =
      /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(scramVerifier(password, salt)) ?? [];
    const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    assert.equal(createHash('sha256').update(clientKey).digest('base64'), stored);
  });

  test('is not made of what SASLprep would change', () => {
    assert.throws(() => scramVerifier('pässword', randomBytes(16)), RangeError);
  });
});
