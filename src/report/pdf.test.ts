import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { encodePackage, MEMBER, readZip, sha256Hex, zipBytes } from '#verifier';
import { contentsOf, edit, newSigner, PERIOD, smallLog } from '../../verifier/src/package/testing/fixture.ts';
import { isMunimentError } from '../kernel/index.ts';
import { summaryPdf } from './index.ts';

const TYPST = '@myriaddreamin/typst-ts-node-compiler';
const signer = newSigner();
const packaged = await encodePackage(contentsOf(smallLog(), signer), signer);

function lacksTypst(): boolean {
  try {
    createRequire(import.meta.url)(TYPST);
    return false;
  } catch {
    return true;
  }
}

const lacksPoppler = (): boolean => spawnSync('pdfinfo', ['-v']).error !== undefined;

/** The PDF in a folder of its own, for the tools that judge it. */
async function folderWithPdf(t: TestContext): Promise<{ folder: string; file: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-pdf-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'summary.pdf');
  writeFileSync(file, await summaryPdf(packaged));
  return { folder, file };
}

test('the same package gives the same bytes', async (t) => {
  if (lacksTypst()) return t.skip('needs typst');
  const [once, again] = [await summaryPdf(packaged), await summaryPdf(packaged)];
  assert.equal(sha256Hex(once), sha256Hex(again));
});

test('poppler reads it as PDF/A-3b of the period’s end, and gives back the signed manifest', async (t) => {
  if (lacksTypst()) return t.skip('needs typst');
  if (lacksPoppler()) return t.skip('needs poppler-utils');
  const { folder, file } = await folderWithPdf(t);
  const told = execFileSync('pdfinfo', ['-rawdates', file], { encoding: 'utf8' });
  assert.match(told, new RegExp(`CreationDate: +D:${PERIOD.to.replace(/[-:T]/g, '').slice(0, 12)}`));
  assert.match(
    execFileSync('pdfinfo', ['-meta', file], { encoding: 'utf8' }),
    /pdfaid:part>3<[\s\S]*conformance>B</,
  );
  execFileSync('pdfdetach', ['-saveall', '-o', folder, file]);
  for (const name of [MEMBER.manifest, MEMBER.envelope]) {
    const member = readZip(packaged).find((each) => each.name === name);
    assert.deepEqual(readFileSync(join(folder, name)), Buffer.from(member?.bytes ?? []));
  }
});

test('it says the package’s hash, its key and every control', async (t) => {
  if (lacksTypst()) return t.skip('needs typst');
  if (lacksPoppler()) return t.skip('needs poppler-utils');
  const { file } = await folderWithPdf(t);
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
  const joined = text.replaceAll(/[\s\u200b]/g, '');
  assert.ok(joined.includes(sha256Hex(packaged)));
  for (const control of ['NHI-INV-01', 'NHI-AUT-02', 'NHI-GOV-06', 'NHI-TPR-01'])
    assert.ok(joined.includes(control), control);
});

test('a package that does not hold has no summary', async () => {
  const broken = zipBytes(edit(readZip(packaged), MEMBER.readme, 'read', 'dead'));
  await assert.rejects(
    summaryPdf(broken),
    (error: unknown) => isMunimentError(error) && error.code === 'data_damaged',
  );
});

test('without the compiler the summary is refused by name, so that the package can go out alone', async (t) => {
  if (!lacksTypst()) return t.skip('typst is installed');
  await assert.rejects(
    summaryPdf(packaged),
    (error: unknown) =>
      isMunimentError(error) && error.code === 'tool_missing' && error.message.includes(TYPST),
  );
});
