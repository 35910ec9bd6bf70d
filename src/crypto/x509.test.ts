import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import { issueCrl } from './crl.ts';
import { encodePem } from './pem.ts';
import { serialOf } from './serial.ts';
import { generatePrivateKey, localSigner, type SigningAlgorithm } from './signer.ts';
import { issueCertificate, issuerOf, nameOf } from './x509.ts';

const DAY_MS = 86_400_000;
const notBefore = new Date(Date.now() - 60_000);
const notAfter = new Date(Date.now() + DAY_MS);
const times = { notBefore, notAfter };
const trustDomainUri = 'spiffe://example.org';
const serial = serialOf(4711, Buffer.alloc(32, 0xab));
const newSigner = (algorithm: SigningAlgorithm) => localSigner(generatePrivateKey(algorithm), algorithm);

/** Root, intermediate and the issuer over it, as files that openssl reads. */
async function authority(algorithm: SigningAlgorithm) {
  const root = issuerOf('Test root', newSigner(algorithm));
  const intermediate = issuerOf('Test intermediate', newSigner(algorithm));
  const common = { ...times, serial: Buffer.from([2]), trustDomainUri };
  const rootDer = await issueCertificate(
    { ...common, profile: 'root-ca', commonName: 'Test root', spki: root.signer.publicKey },
    root,
  );
  const intermediateDer = await issueCertificate(
    {
      ...common,
      profile: 'intermediate-ca',
      commonName: 'Test intermediate',
      spki: intermediate.signer.publicKey,
    },
    root,
  );
  return { root, intermediate, rootDer, intermediateDer };
}

function judge(t: { after(clean: () => void): void }, files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-x509-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return (...args: string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

const certificate = (der: Uint8Array): string => encodePem(der, 'CERTIFICATE');
const VERIFY = ['verify', '-x509_strict', '-CAfile', 'root', '-untrusted', 'intermediate'];

for (const algorithm of ['ES256', 'ES384', 'Ed25519'] as const) {
  test(`openssl -x509_strict accepts every profile, signed with ${algorithm}`, async (t) => {
    const { intermediate, rootDer, intermediateDer } = await authority(algorithm);
    const spki = newSigner('ES256').publicKey;
    const svid = await issueCertificate(
      { ...times, serial, spki, profile: 'svid', spiffeId: `${trustDomainUri}/a` },
      intermediate,
    );
    const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1', 'fe80::1:2'] };
    const server = await issueCertificate(
      { ...times, serial, spki, profile: 'server', ...names },
      intermediate,
    );
    const openssl = judge(t, {
      root: certificate(rootDer),
      intermediate: certificate(intermediateDer),
      svid: certificate(svid),
      server: certificate(server),
    });
    for (const purpose of ['sslserver', 'sslclient']) openssl(...VERIFY, '-purpose', purpose, 'svid');
    openssl(...VERIFY, '-purpose', 'sslserver', '-verify_hostname', 'localhost', 'server');
    openssl(...VERIFY, '-verify_ip', '::1', 'server');
    openssl(...VERIFY, '-verify_ip', 'fe80::1:2', 'server');
    assert.throws(() => openssl(...VERIFY, '-purpose', 'sslclient', 'server'));
  });
}

test('an X509-SVID has what the specification asks and nothing more, by a foreign reader', async () => {
  const { intermediate } = await authority('ES256');
  const spiffeId = `${trustDomainUri}/payments`;
  const crlUrl = 'http://pki.example.org/workload.crl';
  const spki = newSigner('ES256').publicKey;
  const der = await issueCertificate(
    { ...times, serial, spki, profile: 'svid', spiffeId, crlUrl },
    intermediate,
  );
  const read = new peculiar.X509Certificate(Buffer.from(der));
  assert.equal(read.serialNumber, Buffer.from(serial).toString('hex'));
  assert.equal(read.subject, '');
  assert.deepEqual(Buffer.from(read.issuerName.toArrayBuffer()), Buffer.from(nameOf('Test intermediate')));
  const san = read.getExtension(peculiar.SubjectAlternativeNameExtension);
  assert.deepEqual(san?.names.toJSON(), [{ type: 'url', value: spiffeId }]);
  assert.equal(san?.critical, true);
  const usage = read.getExtension(peculiar.KeyUsagesExtension);
  assert.deepEqual([usage?.usages, usage?.critical], [peculiar.KeyUsageFlags.digitalSignature, true]);
  const constraints = read.getExtension(peculiar.BasicConstraintsExtension);
  assert.deepEqual([constraints?.ca, constraints?.critical], [false, true]);
  assert.deepEqual(
    [...(read.getExtension(peculiar.ExtendedKeyUsageExtension)?.usages ?? [])],
    [peculiar.ExtendedKeyUsage.serverAuth, peculiar.ExtendedKeyUsage.clientAuth],
  );
  const key = Buffer.from(intermediate.keyIdentifier).toString('hex');
  assert.equal(read.getExtension(peculiar.AuthorityKeyIdentifierExtension)?.keyId, key);
  assert.equal(read.extensions.length, 7);
  assert.equal(read.publicKey.rawData.byteLength, spki.length);
});

test('a SPIFFE ID of 2048 bytes goes into a certificate whole', async (t) => {
  const { intermediate, rootDer, intermediateDer } = await authority('ES256');
  const spiffeId = `${trustDomainUri}/`.padEnd(2048, 'a');
  const spki = newSigner('ES256').publicKey;
  const der = await issueCertificate({ ...times, serial, spki, profile: 'svid', spiffeId }, intermediate);
  assert.equal(new NodeCertificate(der).subjectAltName, `URI:${spiffeId}`);
  const openssl = judge(t, {
    root: certificate(rootDer),
    intermediate: certificate(intermediateDer),
    svid: certificate(der),
  });
  openssl(...VERIFY, 'svid');
});

test('openssl refuses what a CRL names, reads its number and reason, and passes what it does not name', async (t) => {
  const { root, intermediate, rootDer, intermediateDer } = await authority('ES256');
  const spki = newSigner('ES256').publicKey;
  const issue = (at: number) =>
    issueCertificate(
      {
        ...times,
        serial: serialOf(at, Buffer.alloc(32, 1)),
        spki,
        profile: 'svid',
        spiffeId: `${trustDomainUri}/a`,
      },
      intermediate,
    );
  const validity = { thisUpdate: notBefore, nextUpdate: notAfter };
  const revoked = [
    { serial: serialOf(1, Buffer.alloc(32, 1)), revokedAt: notBefore, reason: 'privilegeWithdrawn' as const },
  ];
  const crl = await issueCrl({ ...validity, number: 300, revoked }, intermediate);
  const openssl = judge(t, {
    root: certificate(rootDer),
    intermediate: certificate(intermediateDer),
    dead: certificate(await issue(1)),
    live: certificate(await issue(2)),
    crl: encodePem(crl, 'X509 CRL'),
    rootCrl: encodePem(await issueCrl({ ...validity, number: 1, revoked: [] }, root), 'X509 CRL'),
  });
  const crls = ['-CRLfile', 'crl', '-CRLfile', 'rootCrl'];
  openssl(...VERIFY, '-crl_check_all', ...crls, 'live');
  assert.throws(() => openssl(...VERIFY, '-crl_check', ...crls, 'dead'), /certificate revoked/);
  const text = openssl('crl', '-in', 'crl', '-noout', '-text', '-crlnumber');
  assert.match(text, /crlNumber=0x0?12C/i);
  assert.match(text, /Privilege Withdrawn/);
  const read = new peculiar.X509Crl(Buffer.from(crl));
  assert.equal(read.entries[0]?.serialNumber, Buffer.from(revoked[0]?.serial ?? []).toString('hex'));
});
