import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runVerify, VERIFY_USAGE } from './command.ts';
import { formatVerifierKey } from './note.ts';
import { encodePackage } from './package/index.ts';
import { checkpointOf, contentsOf, newSigner, smallLog, vkey } from './package/testing/fixture.ts';
import { bytesSource } from './source.ts';

const signer = newSigner();
const log = smallLog();
const key = formatVerifierKey(vkey(signer));
const other = formatVerifierKey(vkey(newSigner()));
const honest = await encodePackage(contentsOf(log, signer), signer);
const partial = await encodePackage({ ...contentsOf(log, signer), openings: [] }, signer);
const files: Record<string, Uint8Array> = {
  'good.zip': honest,
  'partial.zip': partial,
  'bad.zip': honest.slice(1),
  'log.vkey': new TextEncoder().encode(`${key}\n`),
  earlier: checkpointOf(log, signer, 12),
};

async function run(...args: string[]) {
  const said = { out: '', error: '' };
  const code = await runVerify(args, {
    readFile: (path) => files[path] ?? assert.fail('no such file'),
    openFile: (path) => bytesSource(files[path] ?? assert.fail('no such file')),
    print: (text) => {
      said.out += text;
    },
    printError: (text) => {
      said.error += text;
    },
    version: () => 'the version',
  });
  return { code, ...said };
}

for (const [args, code, says] of [
  [['good.zip'], 0, /ORIGIN NOT PINNED[\s\S]*everything holds\n$/],
  [['good.zip', '--key', key], 0, /^((?!NOT PINNED)[\s\S])*everything holds\n$/],
  [['good.zip', '--key=@log.vkey', '--since=earlier'], 0, /everything holds\n$/],
  [['--key', other, '--key', key, 'good.zip'], 0, /everything holds\n$/],
  [['good.zip', '--key', other], 1, /is not a key that was given[\s\S]*DOES NOT HOLD\n$/],
  [['partial.zip'], 0, /PARTIAL/],
  [['partial.zip', '--require-complete'], 1, /the whole was asked for/],
  [['bad.zip'], 1, /DOES NOT HOLD\n$/],
  [['--version'], 0, /^the version\n$/],
  [['--help'], 0, /^usage: verify/],
] as const) {
  test(`verify ${args.join(' ').replaceAll(key, 'KEY').replaceAll(other, 'OTHER')}: exit ${code}`, async () => {
    const { code: was, out, error } = await run(...args);
    assert.equal(was, code);
    assert.match(out, says);
    assert.equal(error, '');
  });
}

for (const args of [
  [],
  ['none.zip'],
  ['good.zip', 'bad.zip'],
  ['good.zip', '--key'],
  ['good.zip', '--key', 'nonsense'],
  ['good.zip', '--key', '@none'],
  ['good.zip', '--since', 'none'],
  ['good.zip', '--since', 'earlier', '--since', 'earlier'],
  ['good.zip', '--fast'],
]) {
  test(`usage: verify ${args.join(' ')}`, async () => {
    const { code, out, error } = await run(...args);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.ok(error.endsWith(VERIFY_USAGE));
  });
}

test('--json is the whole report', async () => {
  const report = JSON.parse((await run('good.zip', '--json', '--key', key)).out);
  assert.equal(report.outcome, 'HOLDS');
  assert.equal(report.pinnedBy, 'key');
});
