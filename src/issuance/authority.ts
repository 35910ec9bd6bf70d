import { issueCertificate, issuerOf, type KeyStore, keyIdOf, type LocalSigner } from '../crypto/index.ts';
import { type Clock, checkTrustDomain } from '../kernel/index.ts';
import { type Authority, type IssuingCa, PURPOSES, type Purpose } from './ca.ts';
import { generationAt, publishedAround, type Series, validityOf } from './generations.ts';
import { infrastructureSerial } from './serials.ts';
import { issueServerCertificate } from './server-certificate.ts';

const ROOT_YEARS = 10;
/** The first certificates hold at once for readers whose clocks are a little behind ours. */
const CLOCK_SKEW_MS = 60_000;
const JWT_KEYS: Series = { activeDays: 90, overlapDays: 0 };
const INTERMEDIATES: Series = { activeDays: 300, overlapDays: 65 };

export interface AuthorityOptions {
  keys: KeyStore;
  clock: Clock;
  trustDomain: string;
  /** Base address of `/pki`, without a trailing slash; certificates carry CRL addresses only with one. */
  crlBaseUrl?: string;
  issuerUrl?: string;
  /** What the number of the key list is counted from; rises where all keys are new ones. */
  sequenceFrom?: number;
}

/** Opens the internal CA; keys and CA certificates are made at first use and kept sealed from then on. */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const { keys, clock } = options;
  const trustDomain = checkTrustDomain(options.trustDomain);
  const start = await startOf(keys, clock);
  const foundation = { keys, trustDomain, start, crlBaseUrl: options.crlBaseUrl };
  const root = await openRoot(foundation);
  const intermediate = once((purpose: Purpose, generation) =>
    openIntermediate({ ...foundation, root }, purpose, generation),
  );
  const jwtKey = once((name: 'jwt', generation) => keys.signer(`${name}-${generation}`, 'ES256'));
  const generation = (series: Series): number => generationAt(series, start, clock.now());
  const publishedFor = (purpose: Purpose): Promise<IssuingCa[]> =>
    Promise.all(publishedAround(generation(INTERMEDIATES)).map((number) => intermediate(purpose, number)));
  const issuing = (purpose: Purpose): Promise<IssuingCa> => intermediate(purpose, generation(INTERMEDIATES));
  const jwtKeys = async () => {
    const sequence = generation(JWT_KEYS);
    const signers = await Promise.all(publishedAround(sequence).map((number) => jwtKey('jwt', number)));
    return { signers, sequence: sequence + (options.sequenceFrom ?? 0) };
  };
  return {
    trustDomain,
    issuerUrl: options.issuerUrl,
    root: () => root,
    issuing,
    publishedFor,
    published: async () => [root, ...(await Promise.all(PURPOSES.map(publishedFor))).flat()],
    jwtSigner: () => jwtKey('jwt', generation(JWT_KEYS)),
    jwtKeys,
    serverIdentity: async (names) => issueServerCertificate(await issuing('control'), names, clock.now()),
  };
}

/** When this installation began, in whole seconds: every turn of every key is counted from here. */
async function startOf(keys: KeyStore, clock: Clock): Promise<Date> {
  const now = Math.floor((clock.now().getTime() - CLOCK_SKEW_MS) / 1000) * 1000;
  const kept = await keys.kept('authority/start', () => Buffer.from(new Date(now).toISOString()));
  return new Date(Buffer.from(kept).toString());
}

/** Remembers by name and generation; what failed is tried again. */
function once<N extends string, T>(open: (name: N, generation: number) => Promise<T>) {
  const opened = new Map<string, Promise<T>>();
  return (name: N, generation: number): Promise<T> => {
    const key = `${name}-${generation}`;
    const found = opened.get(key) ?? open(name, generation);
    opened.set(key, found);
    found.catch(() => opened.delete(key));
    return found;
  };
}

/** Says in its name which key it is: two installations, or two generations, are never of one name. */
const commonName = (role: string, signer: LocalSigner): string =>
  `Muniment ${role} CA ${keyIdOf(signer.publicKey).slice(0, 8)}`;

const crlUrlOf = (base: string | undefined, name: string): string | undefined =>
  base === undefined ? undefined : `${base}/${name}.crl`;

interface Foundation {
  keys: KeyStore;
  trustDomain: string;
  start: Date;
  crlBaseUrl: string | undefined;
}

/** What a CA certificate of ours says besides who signs it. */
function caProfile(trustDomain: string, signer: LocalSigner, role: string, notBefore: Date, notAfter: Date) {
  return {
    serial: infrastructureSerial(),
    spki: signer.publicKey,
    commonName: commonName(role, signer),
    trustDomainUri: `spiffe://${trustDomain}`,
    notBefore,
    notAfter,
  };
}

async function openRoot({ keys, trustDomain, start, crlBaseUrl }: Foundation): Promise<IssuingCa> {
  const name = 'root';
  const signer = await keys.signer(name, 'ES384');
  const issuer = issuerOf(commonName(name, signer), signer);
  const notAfter = new Date(start);
  notAfter.setUTCFullYear(start.getUTCFullYear() + ROOT_YEARS);
  const profile = { profile: 'root-ca' as const, ...caProfile(trustDomain, signer, name, start, notAfter) };
  const certificate = await keys.kept(`certificate/${name}`, () => issueCertificate(profile, issuer));
  return { name, issuer, certificate, notBefore: start, notAfter, crlUrl: crlUrlOf(crlBaseUrl, name) };
}

async function openIntermediate(
  { keys, trustDomain, start, root, crlBaseUrl }: Foundation & { root: IssuingCa },
  purpose: Purpose,
  generation: number,
): Promise<IssuingCa> {
  const name = `${purpose}-${generation}`;
  const signer = await keys.signer(name, 'ES256');
  const issuer = issuerOf(commonName(purpose, signer), signer);
  const validity = validityOf(INTERMEDIATES, start, generation);
  const { notBefore } = validity;
  const notAfter = new Date(Math.min(validity.notAfter.getTime(), root.notAfter.getTime()));
  const profile = {
    profile: 'intermediate-ca' as const,
    ...caProfile(trustDomain, signer, purpose, notBefore, notAfter),
    ...(root.crlUrl === undefined ? {} : { crlUrl: root.crlUrl }),
  };
  const certificate = await keys.kept(`certificate/${name}`, () => issueCertificate(profile, root.issuer));
  return { name, issuer, certificate, notBefore, notAfter, crlUrl: crlUrlOf(crlBaseUrl, name) };
}
