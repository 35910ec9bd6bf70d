/** What the agent's own tests stand on: a small authority in this process, and foreign gRPC clients. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import {
  generatePrivateKey,
  issueCertificate,
  issueCrl,
  issuerOf,
  localSigner,
  parseCsr,
  publicJwkOf,
  signJwt,
} from '../crypto/index.ts';
import { MunimentError } from '../kernel/index.ts';
import { type Bundle, type IssuedItem, type IssueRequest, Refused, type Upstream } from './model.ts';

export const TRUST_DOMAIN = 'example.test';

/** What a test says about who may have what; everything else it signs for real. */
export interface TestAuthority extends Upstream {
  /** SPIFFE IDs by uid; a uid that is not here is refused. */
  allowed: Map<number, string[]>;
  lifetimeMilliseconds: number;
  /** While true nothing is answered. */
  away: boolean;
  hints: string[];
  asked: IssueRequest[];
  delivered: Array<{ credential: number; instance: string; count: number }>;
  revoked: Uint8Array[];
  /** Called before each answer: a test makes something happen in between. */
  before(request: IssueRequest): Promise<void>;
}

export async function createTestAuthority(): Promise<TestAuthority> {
  const signer = localSigner(generatePrivateKey('ES256'), 'ES256');
  const issuer = issuerOf('Test CA', signer);
  const notBefore = new Date(Date.now() - 60_000);
  const root = await issueCertificate(
    {
      profile: 'root-ca',
      commonName: 'Test CA',
      trustDomainUri: `spiffe://${TRUST_DOMAIN}`,
      serial: randomBytes(16),
      spki: signer.publicKey,
      notBefore,
      notAfter: new Date(Date.now() + 86_400_000),
    },
    issuer,
  );
  let entry = 0;

  async function credential(request: IssueRequest, spiffeId: string, notAfter: Date) {
    if (request.action === 'issue-jwt-svid') {
      const seconds = Math.floor(Date.now() / 1000);
      const claims = { sub: spiffeId, aud: request.audience ?? [], iat: seconds, jti: `${entry}.x` };
      return { jwt: await signJwt({ ...claims, exp: Math.floor(notAfter.getTime() / 1000) }, signer) };
    }
    const { spki } = parseCsr(request.csr ?? '');
    const serial = randomBytes(16);
    const leaf = await issueCertificate(
      { profile: 'svid', spiffeId, serial, spki, notBefore, notAfter },
      issuer,
    );
    return { certificate: [Buffer.from(leaf).toString('base64')] };
  }

  const authority: TestAuthority = {
    allowed: new Map(),
    lifetimeMilliseconds: 3_600_000,
    away: false,
    hints: [],
    asked: [],
    delivered: [],
    revoked: [],
    before: async () => {},
    async issue(request) {
      authority.asked.push(request);
      await authority.before(request);
      if (authority.away) throw new MunimentError('server_unreachable', 'away');
      const ids = authority.allowed.get(Number(request.attested.uid));
      entry += 1;
      if (!ids) throw new Refused('no_identity', 'no trust lets these facts prove an identity', entry);
      const items: IssuedItem[] = [];
      for (const [position, spiffeId] of ids.entries()) {
        entry += 1;
        const notAfter = new Date(Date.now() + authority.lifetimeMilliseconds);
        const origin = { request: { identity: `idn_${spiffeId.split('/').at(-1)}`, trust: 'tru_1' } };
        const body = Buffer.from(JSON.stringify({ data: origin })).toString('base64');
        const hint = authority.hints[position];
        items.push({
          entry,
          spiffeId,
          ...(hint === undefined ? {} : { hint }),
          ...(await credential(request, spiffeId, notAfter)),
          notAfter: notAfter.toISOString(),
          receipt: { index: entry, leaf: '', body, checkpoint: '', proof: [] },
          shortened: false,
        });
      }
      return items;
    },
    async bundle(): Promise<Bundle> {
      if (authority.away) throw new MunimentError('server_unreachable', 'away');
      const now = Date.now();
      const crl = await issueCrl(
        {
          number: authority.revoked.length + 1,
          thisUpdate: new Date(now - 1000),
          nextUpdate: new Date(now + 60_000),
          revoked: authority.revoked.map((serial) => ({
            serial,
            revokedAt: new Date(),
            reason: 'unspecified',
          })),
        },
        issuer,
      );
      return {
        sequence: authority.revoked.length + 1,
        x509: [Buffer.from(root).toString('base64')],
        jwks: { keys: [{ ...(await publicJwkOf(signer)), use: 'jwt-svid' }] },
        crls: [Buffer.from(crl).toString('base64')],
        refreshSeconds: 3600,
      };
    },
    async deliver(_from, _to, deliveries) {
      authority.delivered.push(...deliveries);
    },
    async probe() {},
    introspect: async () => false,
  };
  return authority;
}

type Unary = (
  request: object,
  metadata: grpc.Metadata,
  done: (error: grpc.ServiceError | null, response: Record<string, never>) => void,
) => void;

/** A client that we did not write, from the published message shapes: `@grpc/grpc-js` over the unix socket. */
export class ForeignClient {
  readonly #client: grpc.Client & Record<string, unknown>;
  readonly metadata = new grpc.Metadata();

  constructor(socketPath: string) {
    const file = join(import.meta.dirname, '..', '..', 'proto', 'workload.proto');
    const loaded = grpc.loadPackageDefinition(
      loadSync(file, { keepCase: true, defaults: true, arrays: true }),
    );
    const Service = loaded.SpiffeWorkloadAPI as grpc.ServiceClientConstructor;
    this.#client = new Service(`unix:${socketPath}`, grpc.credentials.createInsecure()) as never;
    this.metadata.set('workload.spiffe.io', 'true');
  }

  /** One answer, or a rejection with the gRPC `code`. */
  call(method: string, request: object = {}, metadata = this.metadata): Promise<Record<string, any>> {
    return new Promise((resolve, reject) => {
      (this.#client[method] as Unary).call(this.#client, request, metadata, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  }

  /** A stream whose messages are taken one by one. */
  watch(method: string, request: object = {}, metadata = this.metadata): ForeignStream {
    const open = this.#client[method] as (
      request: object,
      metadata: grpc.Metadata,
    ) => grpc.ClientReadableStream<Record<string, any>>;
    return new ForeignStream(open.call(this.#client, request, metadata));
  }

  /** A method that the service does not have. */
  callRaw(path: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const raw = (bytes: Buffer) => bytes;
      this.#client.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), this.metadata, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

export class ForeignStream {
  readonly #stream: grpc.ClientReadableStream<Record<string, any>>;
  readonly #messages: AsyncIterator<Record<string, any>>;

  constructor(stream: grpc.ClientReadableStream<Record<string, any>>) {
    this.#stream = stream;
    this.#messages = stream[Symbol.asyncIterator]();
  }

  /** The next message; rejects with the gRPC `code` once the stream has ended. */
  async next(): Promise<Record<string, any>> {
    const { value, done } = await this.#messages.next();
    if (done) throw new Error('stream ended without an error');
    return value;
  }

  cancel(): void {
    this.#stream.on('error', () => {});
    this.#stream.cancel();
  }
}
