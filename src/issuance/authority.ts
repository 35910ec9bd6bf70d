import { issueCertificate, issuerOf, type KeyStore, keyIdOf, type LocalSigner } from '../crypto/index.ts';
import { type Clock, checkTrustDomain } from '../kernel/index.ts';
import { type Authority, type IssuingCa, PURPOSES, type Purpose } from './ca.ts';
import { generationAt, publishedAround, type Series, validityOf } from './generations.ts';
import { infrastructureSerial } from './serials.ts';
import { issueServerCertificate } from './server-certificate.ts';

const ROOT_YEARS = 10;
const JWT_KEYS: Series = { activeDays: 90, overlapDays: 0 };
const INTERMEDIATES: Series = { activeDays: 300, overlapDays: 65 };

export interface AuthorityOptions {
  keys: KeyStore;
  clock: Clock;
  trustDomain: string;
  /** Base address of `/pki`, without a trailing slash; certificates carry CRL addresses only with one. */
  crlBaseUrl?: string;
  issuerUrl?: string;
}

/** Opens the internal CA; keys and CA certificates are made at first use and kept sealed from then on. */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const { keys, clock } = options;
  const trustDomain = checkTrustDomain(options.trustDomain);
  const start = await startOf(keys, clock);
  const root = await openRoot(keys, trustDomain, start, options.crlBaseUrl);
  const intermediate = once((name: string, generation: number) =>
    openIntermediate(
      { keys, trustDomain, start, root, crlBaseUrl: options.crlBaseUrl },
      name as Purpose,
      generation,
    ),
  );
  const jwtKey = once((name: string, generation: number) => keys.signer(`${name}-${generation}`, 'ES256'));
  const generation = (series: Series): number => generationAt(series, start, clock.now());
  const publishedFor = (purpose: Purpose): Promise<IssuingCa[]> =>
    Promise.all(publishedAround(generation(INTERMEDIATES)).map((number) => intermediate(purpose, number)));
  const issuing = (purpose: Purpose): Promise<IssuingCa> => intermediate(purpose, generation(INTERMEDIATES));
  const jwtKeys = async () => {
    const sequence = generation(JWT_KEYS);
    const signers = await Promise.all(publishedAround(sequence).map((number) => jwtKey('jwt', number)));
    return { signers, sequence };
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
  const now = Math.floor(clock.now().getTime() / 1000) * 1000;
  const kept = await keys.kept('authority/start', () => Buffer.from(new Date(now).toISOString()));
  return new Date(Buffer.from(kept).toString());
}

/** Remembers by name and generation; what failed is tried again. */
function once<T>(open: (name: string, generation: number) => Promise<T>) {
  const opened = new Map<string, Promise<T>>();
  return (name: string, generation: number): Promise<T> => {
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

async function openRoot(
  keys: KeyStore,
  trustDomain: string,
  start: Date,
  crlBaseUrl?: string,
): Promise<IssuingCa> {
  const signer = await keys.signer('root', 'ES384');
  const issuer = issuerOf(commonName('root', signer), signer);
  const notAfter = new Date(start);
  notAfter.setUTCFullYear(start.getUTCFullYear() + ROOT_YEARS);
  const profile = {
    profile: 'root-ca' as const,
    serial: infrastructureSerial(),
    spki: signer.publicKey,
    commonName: commonName('root', signer),
    trustDomainUri: `spiffe://${trustDomain}`,
    notBefore: start,
    notAfter,
  };
  const certificate = await keys.kept('certificate/root', () => issueCertificate(profile, issuer));
  return {
    name: 'root',
    issuer,
    certificate,
    notBefore: start,
    notAfter,
    crlUrl: crlUrlOf(crlBaseUrl, 'root'),
  };
}

interface Foundation {
  keys: KeyStore;
  trustDomain: string;
  start: Date;
  root: IssuingCa;
  crlBaseUrl: string | undefined;
}

async function openIntermediate(
  { keys, trustDomain, start, root, crlBaseUrl }: Foundation,
  purpose: Purpose,
  generation: number,
): Promise<IssuingCa> {
  const name = `${purpose}-${generation}`;
  const signer = await keys.signer(name, 'ES256');
  const issuer = issuerOf(commonName(purpose, signer), signer);
  const validity = validityOf(INTERMEDIATES, start, generation);
  const notAfter = new Date(Math.min(validity.notAfter.getTime(), root.notAfter.getTime()));
  const { notBefore } = validity;
  const profile = {
    profile: 'intermediate-ca' as const,
    serial: infrastructureSerial(),
    spki: signer.publicKey,
    commonName: commonName(purpose, signer),
    trustDomainUri: `spiffe://${trustDomain}`,
    notBefore,
    notAfter,
    ...(root.crlUrl === undefined ? {} : { crlUrl: root.crlUrl }),
  };
  const certificate = await keys.kept(`certificate/${name}`, () => issueCertificate(profile, root.issuer));
  return { name, issuer, certificate, notBefore, notAfter, crlUrl: crlUrlOf(crlBaseUrl, name) };
}
