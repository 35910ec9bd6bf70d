import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseKeyOptions } from './ssh-options.ts';
import { readSshdConfig } from './sshd-config.ts';

describe('options of authorized_keys', () => {
  it('are read with their values, of a command the program alone', () => {
    const text =
      'from="10.0.0.0/8,*.example",command="TOKEN=x /bin/backup --key \\"y\\"",expiry-time="20270131Z",no-pty';
    assert.deepEqual(parseKeyOptions(text), {
      names: ['command', 'expiry-time', 'from', 'no-pty'],
      from: ['10.0.0.0/8', '*.example'],
      command: '/bin/backup',
      expires: '2027-01-31T00:00:00.000Z',
      certAuthority: false,
      principals: [],
    });
    assert.deepEqual(parseKeyOptions('cert-authority,principals="deploy,ops"').principals, ['deploy', 'ops']);
  });

  it('are none where none stand, and an end that cannot be read is none', () => {
    assert.deepEqual(parseKeyOptions('').names, []);
    const { names, expires } = parseKeyOptions('expiry-time="next year"');
    assert.deepEqual([names, expires], [['expiry-time'], null]);
  });
});

describe('sshd_config', () => {
  const files: Record<string, string> = {
    'conf.d/*.conf': 'PasswordAuthentication no\nMatch User x\nPermitRootLogin yes',
  };
  const read = (text: string) =>
    readSshdConfig(text, async (pattern) => (pattern in files ? [files[pattern] ?? ''] : []));

  it('takes the first value, reads includes in their place and stops at Match', async () => {
    const text =
      '# PermitRootLogin yes\nInclude conf.d/*.conf\npasswordauthentication yes\nTrustedUserCAKeys "/etc/ssh/a ca.pub"\nMatch all\nPubkeyAuthentication no\n';
    const { values, matchBlocks, inMatch } = await read(text);
    assert.deepEqual(Object.fromEntries(values), {
      passwordauthentication: 'no',
      trustedusercakeys: '/etc/ssh/a ca.pub',
    });
    assert.equal(matchBlocks, 2);
    assert.deepEqual([...inMatch], ['permitrootlogin', 'pubkeyauthentication']);
  });

  it('includes itself no deeper than sshd does', async () => {
    let asked = 0;
    await readSshdConfig('Include me', async () => {
      asked += 1;
      return ['Include me'];
    });
    assert.equal(asked, 16);
  });
});
