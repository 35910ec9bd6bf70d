/**
 * A program that has an identity and knows nothing of Muniment: it speaks the SPIFFE Workload API at the socket that
 * `SPIFFE_ENDPOINT_SOCKET` names. It prints one JSON object a line. Modes: `x509`, `jwt AUDIENCE`,
 * `watch`, `serve`, `call PORT`, and `again`, which asks once more at each SIGUSR1.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { connect as connectTls, createServer, type PeerCertificate, type TLSSocket } from 'node:tls';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { SpiffeWorkloadAPI, type X509SVIDResponse } from '../../gen/workload_pb.js';

const socketPath = (process.env.SPIFFE_ENDPOINT_SOCKET ?? '').replace(/^unix:(\/\/)?/, '');
const transport = createGrpcTransport({
  baseUrl: 'http://localhost',
  nodeOptions: { createConnection: () => connectSocket(socketPath) } as object,
});
const api = createClient(SpiffeWorkloadAPI, transport);
const headers = { 'workload.spiffe.io': 'true' };

const tell = (fact: object): void => void process.stdout.write(`${JSON.stringify(fact)}\n`);

/** Certificates stand in one string of bytes, one DER after the other. */
function pemOf(ders: Uint8Array): string {
  const blocks: string[] = [];
  for (let offset = 0; offset < ders.length; ) {
    const certificate = new X509Certificate(ders.subarray(offset));
    blocks.push(certificate.toString());
    offset += certificate.raw.length;
  }
  return blocks.join('');
}

function keyPem(pkcs8: Uint8Array): string {
  const lines =
    Buffer.from(pkcs8)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function identityOf(message: X509SVIDResponse) {
  const svid = message.svids[0];
  if (svid === undefined) throw new Error('no SVID in the message');
  const leaf = new X509Certificate(svid.x509Svid);
  return {
    spiffeId: svid.spiffeId,
    serial: leaf.serialNumber,
    notAfter: leaf.validToDate.toISOString(),
    chain: pemOf(svid.x509Svid),
    key: keyPem(svid.x509SvidKey),
    bundle: pemOf(svid.bundle),
    keyHash: createHash('sha256')
      .update(leaf.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
  };
}

async function first(): Promise<ReturnType<typeof identityOf>> {
  for await (const message of api.fetchX509SVID({}, { headers })) return identityOf(message);
  throw new Error('the stream ended without a message');
}

/** The certificate is for anyone to see; its key stays in this process. */
const shown = ({ key: _, ...rest }: ReturnType<typeof identityOf>) => rest;

async function watch(): Promise<void> {
  for await (const message of api.fetchX509SVID({}, { headers })) {
    tell({ event: 'update', at: new Date().toISOString(), ...shown(identityOf(message)) });
  }
}

const spiffeIdOf = (certificate: PeerCertificate): string =>
  /URI:(spiffe:\/\/[^,\s]+)/.exec(certificate.subjectaltname ?? '')?.[1] ?? '';

async function serve(): Promise<void> {
  const own = await first();
  const options = {
    key: own.key,
    cert: own.chain,
    ca: own.bundle,
    requestCert: true,
    rejectUnauthorized: true,
  };
  const server = createServer(options, (socket: TLSSocket) => {
    const peer = spiffeIdOf(socket.getPeerCertificate());
    tell({ event: 'accepted', peer });
    socket.end(`hello ${peer}`);
  });
  server.listen(0, '127.0.0.1', () =>
    tell({ event: 'listening', port: (server.address() as { port: number }).port }),
  );
}

/** SVIDs name no host, so the host name is not checked; the SPIFFE ID is. */
async function call(port: number): Promise<void> {
  const own = await first();
  const options = { key: own.key, cert: own.chain, ca: own.bundle, checkServerIdentity: () => undefined };
  const socket = connectTls(port, '127.0.0.1', options);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve, reject) => socket.on('end', resolve).on('error', reject));
  tell({ event: 'answered', peer: spiffeIdOf(socket.getPeerCertificate()), text });
}

async function jwt(audience: string): Promise<void> {
  const { svids } = await api.fetchJWTSVID({ audience: [audience], spiffeId: '' }, { headers });
  for (const { spiffeId, svid } of svids) tell({ event: 'jwt', spiffeId, token: svid });
}

/** The same process, asked to ask again: what it held before must be served to it though the server is away. */
async function again(): Promise<void> {
  const idle = setInterval(() => undefined, 60_000);
  process.on('SIGUSR1', () => {
    first()
      .then((own) => tell({ event: 'again', ...shown(own) }), refused)
      .finally(() => clearInterval(idle));
  });
  tell({ event: 'x509', ...shown(await first()) });
}

function refused(error: unknown): void {
  const refusal = ConnectError.from(error);
  tell({
    event: 'refused',
    at: new Date().toISOString(),
    code: Code[refusal.code],
    message: refusal.rawMessage,
  });
  process.exitCode = 1;
}

const MODES: Record<string, (argument: string) => Promise<void>> = {
  x509: async () => tell({ event: 'x509', ...shown(await first()) }),
  jwt,
  watch,
  serve,
  again,
  call: (port) => call(Number(port)),
};

try {
  await MODES[process.argv[2] ?? '']?.(process.argv[3] ?? '');
} catch (error) {
  refused(error);
}
