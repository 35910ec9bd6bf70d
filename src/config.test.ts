import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { explain, readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'muniment-config-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const path = join(folder, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
}

test('flags win over variables, variables over the file, the file over what is given', () => {
  const file = fileOf('apiPort: 1\nconsolePort: 1\ntrustDomain: from.file\n');
  const environment = { MUNIMENT_API_PORT: '2', MUNIMENT_CONSOLE_PORT: '2' };
  const config = readConfig({ file, environment, flags: { apiPort: 3 } });
  assert.deepEqual(
    [config.apiPort, config.consolePort, config.trustDomain, config.logLevel],
    [3, 2, 'from.file', 'warn'],
  );
  assert.equal(config.from.apiPort, 'flag');
  assert.equal(config.from.consolePort, 'variable `MUNIMENT_CONSOLE_PORT`');
  assert.match(config.from.trustDomain ?? '', /^file/);
  assert.equal(config.from.logLevel, 'default');
});

const REFUSED: Array<[string, Parameters<typeof readConfig>[0], string, RegExp]> = [
  ['an unknown key in the file', { file: fileOf('ports: 1') }, 'unknown_option', /`ports`/],
  ['an unknown variable', { environment: { MUNIMENT_APIPORT: '1' } }, 'unknown_option', /`MUNIMENT_APIPORT`/],
  ['an unknown flag', { flags: { colour: 'red' } }, 'unknown_option', /`colour`/],
  ['a port above all ports', { flags: { apiPort: 65536 } }, 'bad_request', /`apiPort`/],
  ['a port that is a word', { environment: { MUNIMENT_API_PORT: 'https' } }, 'bad_request', /`apiPort`/],
  ['a trust domain in capitals', { flags: { trustDomain: 'Example.org' } }, 'bad_request', /a-z/],
  ['a certificate without its key', { flags: { certificateFile: 'a.pem' } }, 'bad_request', /go together/],
  ['a PKI address over TLS', { flags: { pkiUrl: 'https://pki.example.org' } }, 'bad_request', /`pkiUrl`/],
  ['another database', { flags: { databaseUrl: 'mysql://host/db' } }, 'bad_request', /postgresql/],
  ['a file that is no YAML', { file: fileOf('a: [') }, 'bad_request', /YAML/],
  ['a file that holds a list', { file: fileOf('- a') }, 'bad_request', /keys and values/],
  ['a named file that is not there', { file: join(folder, 'none.yaml') }, 'bad_request', /cannot be read/],
  ['a host name with a slash', { flags: { hosts: 'a/b' } }, 'bad_request', /host name/],
];

for (const [what, sources, code, message] of REFUSED) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => readConfig({ environment: {}, ...sources }),
      (error: Error & { code: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('explains where each value came from and shows no secret', () => {
  const environment = {
    MUNIMENT_SEAL_KEY: '/run/seal-of-the-house',
    DATABASE_URL: 'postgresql://user:word@host/db',
  };
  const lines = explain(readConfig({ environment }));
  assert.equal(lines.find(({ key }) => key === 'sealKey')?.from, 'variable `MUNIMENT_SEAL_KEY`');
  assert.equal(lines.find(({ key }) => key === 'databaseUrl')?.from, 'variable `DATABASE_URL`');
  assert.doesNotMatch(JSON.stringify(lines), /seal-of-the-house|word@/);
});

const SOURCE_KEY = 'MCowBQYDK2VwAyEA';
const LISTS: Array<{ name: string; yaml: string; refused?: string }> = [
  { name: 'a file', yaml: 'exports: [{name: siem, to: file, path: events.jsonl, rotateBytes: 1000}]' },
  {
    name: 'syslog, mail and a source',
    yaml: `exports: [{name: siem, to: syslog-tls, host: siem.example, port: 6514}]
notify: [{name: ops, to: e-mail, host: mail.example, port: 587, from: a@example.test, recipients: [b@example.test]}]
eventSources: [{name: gateway, publicKey: ${SOURCE_KEY}}]`,
  },
  {
    name: 'plain http',
    yaml: 'exports: [{name: siem, to: https, url: "http://siem.example/"}]',
    refused: 'exports',
  },
  {
    name: 'a secret in a setting',
    yaml: 'notify: [{name: a, to: slack, url: "https://x.example"}]',
    refused: 'notify',
  },
  { name: 'no list', yaml: 'exports: siem', refused: 'exports' },
  { name: 'an unknown destination', yaml: 'exports: [{name: a, to: carrier-pigeon}]', refused: 'exports' },
];

for (const { name, yaml, refused } of LISTS) {
  test(`lists in the settings: ${name}`, () => {
    const read = () => readConfig({ environment: {}, file: fileOf(`${yaml}\n`) });
    if (refused === undefined) assert.doesNotThrow(read);
    else assert.throws(read, { code: 'bad_request', path: refused });
  });
}

test('a list may come in a variable, and is shown as it was understood', () => {
  const environment = { MUNIMENT_EXPORTS: '[{name: siem, to: file, path: /var/log/events.jsonl}]' };
  const shown = explain(readConfig({ environment })).find(({ key }) => key === 'exports');
  assert.equal(shown?.value, '[{"name":"siem","to":"file","path":"/var/log/events.jsonl"}]');
  assert.throws(() => readConfig({ environment: { MUNIMENT_EXPORTS: '[' } }), { code: 'bad_request' });
});
