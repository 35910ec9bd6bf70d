import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { Probe, ProbePoint } from '#verifier';
import { createCsr, encodePem } from '../crypto/index.ts';
import type { DeadCredential } from './cache.ts';
import { type Bundle, isDenial, Refused, type Upstream } from './model.ts';
import { opensslVerify } from './openssl.ts';
import { listsSerial } from './revocation-list.ts';

export interface Outcome {
  outcome: Probe['outcome'];
  detail: string;
  /** When it was observed, milliseconds since 1970; now where absent. */
  at?: number;
  /** True where a second look cannot come out otherwise. */
  final?: true;
}

/** One point at which one dead credential is tried. */
export interface Attempt {
  point: ProbePoint;
  credential: number;
  ask(): Promise<Outcome>;
}

const refused = (detail: string, at?: number): Outcome => ({
  outcome: 'REFUSED',
  detail,
  ...(at === undefined ? {} : { at }),
});
const accepted = (detail: string): Outcome => ({ outcome: 'ACCEPTED', detail });
const notEvaluable = (detail: string): Outcome => ({ outcome: 'NOT_EVALUABLE', detail, final: true });

export interface ProbePoints {
  /** Renewal is tried once for each question that was asked; a superseded certificate is no longer on any stream. */
  forCredentials(dead: DeadCredential[], streamed: ReadonlySet<number>): Attempt[];
}

/** `told`: when each client was told of its loss, by entry. */
export function createProbePoints(upstream: Upstream, told: ReadonlyMap<number, number>): ProbePoints {
  const ders = (list: string[]) => list.map((der) => Buffer.from(der, 'base64'));

  /** Asked for again with the same facts. A grant that comes of it is thrown away unseen: its key is gone at once. */
  async function renewal({ credential, holding }: DeadCredential): Promise<Outcome> {
    const { action } = holding.request;
    try {
      const items = await upstream.issue({
        ...holding.request,
        ...(action === 'issue-x509-svid' && { csr: throwAwayCsr() }),
      });
      return items.some(({ spiffeId }) => spiffeId === credential.spiffeId)
        ? accepted('a new credential was granted')
        : refused('no longer among what is granted');
    } catch (error) {
      if (isRefusal(error))
        return refused(`${error.code}${error.entry === null ? '' : `, entry ${error.entry}`}`);
      throw error;
    }
  }

  async function introspection({ credential }: DeadCredential): Promise<Outcome> {
    return (await upstream.introspect(credential.jwt)) ? accepted('active') : refused('not active');
  }

  async function stream({ credential }: DeadCredential, streamed: ReadonlySet<number>): Promise<Outcome> {
    if (!streamed.has(credential.entry)) return notEvaluable('no stream had carried it');
    const at = told.get(credential.entry);
    return at === undefined
      ? accepted('its client was not told yet')
      : refused('taken back from its client', at);
  }

  async function crl({ credential }: DeadCredential): Promise<Outcome> {
    const { crls } = await upstream.bundle();
    if (crls.length === 0) return { outcome: 'NOT_EVALUABLE', detail: 'the server has no CRL' };
    const { serialNumber } = new X509Certificate(credential.chain[0] as Buffer);
    return ders(crls).some((list) => listsSerial(list, serialNumber))
      ? refused('listed')
      : accepted('not listed');
  }

  async function openssl({ credential }: DeadCredential): Promise<Outcome> {
    const { x509, crls }: Bundle = await upstream.bundle();
    const answer = await opensslVerify({ chain: credential.chain, roots: ders(x509), crls: ders(crls) });
    if (answer === undefined) return notEvaluable('openssl is not installed');
    if (answer.accepted) return accepted(answer.detail);
    // Any other complaint would be about something else than the lock.
    return /revoked/.test(answer.detail)
      ? refused(answer.detail)
      : { outcome: 'NOT_EVALUABLE', detail: answer.detail };
  }

  function forCredential(dead: DeadCredential, streamed: ReadonlySet<number>): Attempt[] {
    const at = (point: ProbePoint, ask: () => Promise<Outcome>): Attempt => ({
      point,
      credential: dead.credential.entry,
      ask,
    });
    if (dead.credential.jwt !== '') return [at('introspection', () => introspection(dead))];
    const told = dead.current ? [at('agent-stream', () => stream(dead, streamed))] : [];
    return [...told, at('crl', () => crl(dead)), at('openssl', () => openssl(dead))];
  }

  return {
    forCredentials(dead, streamed) {
      const asked = new Set<string>();
      return dead.flatMap((one) => {
        const question = `${one.credential.spiffeId} ${one.holding.key}`;
        const known = asked.has(question);
        asked.add(question);
        const { entry } = one.credential;
        const renew: Attempt = { point: 'api-renewal', credential: entry, ask: () => renewal(one) };
        return [...(known ? [] : [renew]), ...forCredential(one, streamed)];
      });
    },
  };
}

/** The caller's standing or the agent's own; a request that is not understood proves nothing about a lock. */
const isRefusal = (error: unknown): error is Refused =>
  isDenial(error) ||
  (error instanceof Refused && (error.code === 'unauthenticated' || error.code === 'forbidden'));

function throwAwayCsr(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return encodePem(createCsr(privateKey), 'CERTIFICATE REQUEST');
}
