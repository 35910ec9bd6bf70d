/** Notes, keys and proofs, judged by Go's `note` and `tlog`: code that is not ours and that others' logs are read with. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  base64,
  formatVerifierKey,
  fromUtf8,
  leafHash,
  proveConsistency,
  proveInclusion,
  treeRoot,
} from '#verifier';
import { checkpointOf, newSigner, smallLog, vkey } from '../../verifier/src/package/testing/fixture.ts';

const FOLDER = join(import.meta.dirname, 'tlog');
const BUILD_TIMEOUT_MS = 120_000;

/** The judge, built; undefined where this machine has no Go, or cannot fetch the module. */
function buildJudge(folder: string): string | undefined {
  const program = join(folder, 'judge');
  const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: FOLDER, timeout: BUILD_TIMEOUT_MS });
  return built.status === 0 ? program : undefined;
}

function sample() {
  const signer = newSigner();
  const log = smallLog();
  const hashes = log.leaves.map(leafHash);
  const sizes = hashes.map((_, i) => i + 1);
  return {
    verifierKey: formatVerifierKey(vkey(signer)),
    checkpoint: fromUtf8(checkpointOf(log, signer)),
    leaves: log.leaves.map(fromUtf8),
    inclusion: hashes.map((_, index) => ({ index, proof: proveInclusion(index, hashes).map(base64) })),
    consistency: sizes.map((from) => ({
      from,
      root: base64(treeRoot(hashes.slice(0, from))),
      proof: proveConsistency(from, hashes).map(base64),
    })),
  };
}

test('Go agrees with every note and proof of a small log, and with none that was changed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-tlog-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const judge = buildJudge(folder);
  if (judge === undefined) {
    t.skip('needs Go and its module');
    return;
  }
  const ask = (log: object) => spawnSync(judge, { input: JSON.stringify(log) }).stdout.toString();
  const log = sample();
  assert.equal(ask(log), 'agreed\n');
  const [first, ...rest] = log.inclusion as [(typeof log.inclusion)[0]];
  assert.equal(ask({ ...log, inclusion: [{ ...first, index: 1 }, ...rest] }), '');
  assert.equal(ask({ ...log, leaves: log.leaves.with(3, '{}') }), '');
  assert.equal(ask({ ...log, checkpoint: log.checkpoint.replace('\n23\n', '\n24\n') }), '');
  assert.equal(ask({ ...log, verifierKey: formatVerifierKey(vkey(newSigner())) }), '');
});
