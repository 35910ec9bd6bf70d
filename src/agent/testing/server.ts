import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type CertificateProfile,
  encodePem,
  generatePrivateKey,
  type Issuer,
  issueCertificate,
  issuerOf,
  localSigner,
  parseCsr,
} from '../../crypto/index.ts';
import { TRUST_DOMAIN } from './authority.ts';

export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
) => void | Promise<void>;

/** An HTTPS server that answers whatever a test says, well or badly, with a CA of its own. */
export interface TestServer {
  url: URL;
  /** PEM. */
  ca: string;
  answer: Answer;
  /** A client certificate chain for a request, PEM. */
  certify(csr: string, lifetimeMilliseconds: number): Promise<string>;
  close(): Promise<void>;
}

export async function startTestServer(): Promise<TestServer> {
  const signer = localSigner(generatePrivateKey('ES256'), 'ES256');
  const issuer = issuerOf('Test server CA', signer);
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
  const ca = await pemOf(issuer, {
    profile: 'root-ca',
    commonName: 'Test server CA',
    trustDomainUri: `spiffe://${TRUST_DOMAIN}`,
    spki: signer.publicKey,
    ...validity,
  });
  const key = generatePrivateKey('ES256');
  const cert = await pemOf(issuer, {
    profile: 'server',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    spki: localSigner(key, 'ES256').publicKey,
    ...validity,
  });
  const server: Server = createServer({
    key: encodePem(key, 'PRIVATE KEY'),
    cert,
    requestCert: true,
    rejectUnauthorized: false,
  });
  const test: TestServer = {
    url: new URL('https://localhost'),
    ca,
    answer: (_, response) => void response.end('{}'),
    certify: (csr, lifetimeMilliseconds) =>
      pemOf(issuer, {
        profile: 'svid',
        spiffeId: `spiffe://${TRUST_DOMAIN}/agent`,
        spki: parseCsr(csr).spki,
        notBefore: new Date(Date.now() - 1000),
        notAfter: new Date(Date.now() + lifetimeMilliseconds),
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  server.on('request', async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    await test.answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  test.url.port = String((server.address() as AddressInfo).port);
  return test;
}

type WithoutSerial<T> = T extends unknown ? Omit<T, 'serial'> : never;

async function pemOf(issuer: Issuer, profile: WithoutSerial<CertificateProfile>): Promise<string> {
  return encodePem(await issueCertificate({ ...profile, serial: randomBytes(16) }, issuer), 'CERTIFICATE');
}
