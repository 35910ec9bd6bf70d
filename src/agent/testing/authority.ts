import { randomBytes } from 'node:crypto';
import {
  generatePrivateKey,
  issueCertificate,
  issueCrl,
  issuerOf,
  localSigner,
  parseCsr,
  publicJwkOf,
  signJwt,
} from '../../crypto/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import { type Bundle, type IssuedItem, type IssueRequest, Refused, type Upstream } from '../model.ts';

export const TRUST_DOMAIN = 'example.test';

/** What a test says about who may have what; everything else it signs for real. */
export interface TestAuthority extends Upstream {
  /** SPIFFE IDs by uid; a uid that is not here is refused. */
  allowed: Map<number, string[]>;
  lifetimeMilliseconds: number;
  /** While true nothing is answered. */
  away: boolean;
  hints: string[];
  /** As a profile without `issue-x509-svid` would. */
  refuseCertificates: boolean;
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
    refuseCertificates: false,
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
      if (authority.refuseCertificates && request.action === 'issue-x509-svid') {
        throw new Refused('profile_denied', 'the profile has no such action', entry);
      }
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
