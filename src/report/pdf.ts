import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatReport, MEMBER, readZip, utf8, verifyPackage } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import { factsOf } from './facts.ts';
import { setPdf } from './typst.ts';

const TEMPLATE = join(import.meta.dirname, 'summary.typ');
const MS_PER_SECOND = 1000;

/**
 * The summary of a package as PDF/A-3b with the signed manifest attached: the same package gives the same bytes. Throws
 * `data_damaged` for a package that does not hold, and `tool_missing` where Typst cannot be loaded.
 */
export async function summaryPdf(bytes: Uint8Array): Promise<Uint8Array> {
  const report = await verifyPackage(bytes);
  if (report.exitCode !== 0)
    throw new MunimentError('data_damaged', 'the package does not hold', { detail: formatReport(report) });
  const members = new Map(readZip(bytes).map((member) => [member.name, member.bytes]));
  const attached = [MEMBER.manifest, MEMBER.envelope].map((name) => [name, members.get(name)] as const);
  const facts = factsOf(bytes, report);
  const files = Object.fromEntries(attached.flatMap(([name, content]) => (content ? [[name, content]] : [])));
  const created = Math.floor(Date.parse(facts.to) / MS_PER_SECOND);
  return setPdf(
    readFileSync(TEMPLATE, 'utf8'),
    { ...files, 'facts.json': utf8(JSON.stringify(facts)) },
    created,
  );
}
