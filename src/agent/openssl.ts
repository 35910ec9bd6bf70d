import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePem } from '../crypto/index.ts';

const TIMEOUT_MILLISECONDS = 10_000;

export interface OpensslQuestion {
  /** DER, the leaf first. */
  chain: Uint8Array[];
  roots: Uint8Array[];
  crls: Uint8Array[];
}

/** `undefined` where there is no openssl on this host. */
export type OpensslAnswer = { accepted: boolean; detail: string } | undefined;

/** What a relying party that checks CRLs would say: `openssl verify -crl_check`. */
export async function opensslVerify({ chain, roots, crls }: OpensslQuestion): Promise<OpensslAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'muniment-openssl-'));
  const pems = {
    leaf: pem(chain.slice(0, 1), 'CERTIFICATE'),
    untrusted: pem(chain.slice(1), 'CERTIFICATE'),
    roots: pem(roots, 'CERTIFICATE'),
    crls: pem(crls, 'X509 CRL'),
  };
  try {
    const path = (name: string) => join(folder, name);
    await Promise.all(Object.entries(pems).map(([name, text]) => writeFile(path(name), text)));
    const intermediates = pems.untrusted === '' ? [] : ['-untrusted', path('untrusted')];
    const files = ['-CAfile', path('roots'), '-CRLfile', path('crls'), ...intermediates, path('leaf')];
    return await run(['verify', '-crl_check', '-no-CAstore', ...files]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const pem = (ders: Uint8Array[], label: string): string => ders.map((der) => encodePem(der, label)).join('');

function run(args: string[]): Promise<OpensslAnswer> {
  return new Promise((resolve, reject) => {
    execFile('openssl', args, { timeout: TIMEOUT_MILLISECONDS }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') return resolve(undefined);
      // Anything but its own exit code is no judgement: killed, out of memory.
      if (error && typeof error.code !== 'number') return reject(error);
      const reason = /error \d+ at \d+ depth lookup: ?(.*)/.exec(stderr + stdout)?.[1] ?? '';
      resolve({ accepted: error === null, detail: error ? reason || 'not verified' : 'verified' });
    });
  });
}
