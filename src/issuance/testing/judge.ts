import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePem } from '../../crypto/index.ts';
import type { World } from './world.ts';

interface Verdict {
  ok: boolean;
  text: string;
}

/** Asks openssl whether a chain (leaf first) verifies strictly under the world's root, with its CRLs if asked. */
export async function opensslVerify(
  { authority, revocation }: World,
  chain: Uint8Array[],
  withCrls = false,
): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-judge-'));
  const write = (name: string, label: string, ders: Uint8Array[]): string => {
    writeFileSync(join(folder, name), ders.map((der) => encodePem(der, label)).join(''));
    return name;
  };
  const [leaf, ...intermediates] = chain as [Uint8Array];
  const args = [
    'verify',
    '-x509_strict',
    '-CAfile',
    write('root', 'CERTIFICATE', [authority.root().certificate]),
  ];
  if (intermediates.length > 0) args.push('-untrusted', write('intermediates', 'CERTIFICATE', intermediates));
  if (withCrls) args.push('-crl_check_all', '-CRLfile', write('crls', 'X509 CRL', await revocation.all()));
  args.push(write('leaf', 'CERTIFICATE', [leaf]));
  try {
    return {
      ok: true,
      text: execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }),
    };
  } catch (error) {
    return { ok: false, text: String((error as { stderr: string }).stderr) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
