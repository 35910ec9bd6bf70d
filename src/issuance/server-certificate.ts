import { generateKeyPairSync } from 'node:crypto';
import { isIP } from 'node:net';
import { encodePem, issueCertificate } from '../crypto/index.ts';
import type { IssuingCa, ServerIdentity } from './ca.ts';
import { infrastructureSerial } from './serials.ts';

const DAY_MS = 86_400_000;
const SERVER_DAYS = 30;
const CLOCK_SKEW_MS = 60_000;

/** Names that every server certificate carries besides the asked ones. */
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

export async function issueServerCertificate(
  ca: IssuingCa,
  names: string[],
  now: Date,
): Promise<ServerIdentity> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const all = [...new Set([...LOCAL_NAMES, ...names])];
  const notAfter = new Date(Math.min(now.getTime() + SERVER_DAYS * DAY_MS, ca.notAfter.getTime()));
  const certificate = await issueCertificate(
    {
      profile: 'server',
      serial: infrastructureSerial(),
      spki: publicKey.export({ format: 'der', type: 'spki' }),
      dnsNames: all.filter((name) => isIP(name) === 0),
      ipAddresses: all.filter((name) => isIP(name) !== 0),
      notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
      notAfter,
      ...(ca.crlUrl === undefined ? {} : { crlUrl: ca.crlUrl }),
    },
    ca.issuer,
  );
  const chain = [certificate, ca.certificate].map((der) => encodePem(der, 'CERTIFICATE'));
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: chain.join(''),
    notAfter,
  };
}
