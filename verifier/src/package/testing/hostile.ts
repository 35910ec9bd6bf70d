/** An honest package to be tampered with, and how a refusal is asserted: for tests alone. */
import assert from 'node:assert/strict';
import type { ZipMember } from '../../zip.ts';
import { packageMembers } from '../build.ts';
import type { PackageContents } from '../model.ts';
import type { CheckName } from '../report.ts';
import { type VerifyOptions, verifyMembers } from '../verify.ts';
import { contentsOf, newSigner, smallLog, vkey } from './fixture.ts';

export const signer = newSigner();
export const log = smallLog();
export const honest = contentsOf(log, signer);
export const members = await packageMembers(honest, signer);
export const keys = [vkey(signer)];

/** The members are refused by this check; `where` begins the problem that it names (`where: message`). */
export async function assertRefused(
  list: ZipMember[],
  check: CheckName,
  where: string | RegExp,
  options: VerifyOptions = { keys },
) {
  const report = await verifyMembers(list, options);
  assert.equal(report.outcome, 'BROKEN');
  assert.equal(report.exitCode, 1);
  const told = report.problems.map((problem) => `${problem.check}: ${problem.where}: ${problem.message}`);
  const pattern = where instanceof RegExp ? where : new RegExp(`^${check}: ${where}`, 'm');
  assert.match(told.join('\n'), pattern);
  assert.ok(
    report.problems.some((problem) => problem.check === check),
    told.join('\n'),
  );
}

/** The honest package with some contents changed, signed by the log's key. */
export const rebuilt = (changed: Partial<PackageContents>) =>
  packageMembers({ ...honest, ...changed }, signer);
export const without = (name: string) => members.filter((member) => member.name !== name);
export const position = (name: string) => members.findIndex((member) => member.name === name);
