import { X509Certificate } from 'node:crypto';
import { decodeJwt, type JWTPayload } from 'jose';
import { isToken, type Rows } from '#verifier';
import { type EntryName, keyHashOf, parseJti, parseSerial } from '../../crypto/index.ts';
import { MunimentError, timestamp } from '../../kernel/index.ts';
import type { Log } from '../../store/index.ts';
import { type CredentialState, stateOf } from './credentials.ts';

export interface Presented {
  certificate?: string | undefined;
  jwt?: string | undefined;
  serial?: string | undefined;
  jti?: string | undefined;
}

export interface CheckAnswer {
  known: boolean;
  entry: number | null;
  /** Id. */
  identity: string | null;
  state: CredentialState;
  why: string;
}

/** What a credential says about itself: the entry it names and, unless only its name was given, what that entry must say too. */
interface Claim {
  named: EntryName | undefined;
  shown?: Shown;
}

/** The fields that a credential shows, as its entry would have them. */
type Shown = Partial<
  Pick<Rows['credential']['credential'], 'subject' | 'keyHash' | 'notBefore' | 'notAfter'>
> & { name: 'serial' | 'jti'; isToken: boolean; audience?: string };

const OTHER_MAKER = 'made by someone else, or by a stolen CA key, which this cannot tell apart';

const REUSED =
  'what carries it was not issued here. Whoever holds a stolen CA key can sign such a thing, and this cannot prevent it';

const unknown = (why: string): CheckAnswer => ({
  known: false,
  entry: null,
  identity: null,
  state: 'unknown',
  why,
});

/**
 * Which entry a credential names and whether that entry is its grant: leaf hash, subject, key and validity must all fit.
 * The signature is not looked at: who holds our CA key can make one, but no entry that fits it.
 */
export async function checkCredential(log: Log, presented: Presented, now: string): Promise<CheckAnswer> {
  const found = await grantBehind(log, presented);
  if ('why' in found) return unknown(found.why);
  const { row } = found;
  const { state, lock } = stateOf(row, await log.view(), now);
  const why =
    lock === undefined
      ? `granted at ${row.granted}, ends at ${row.credential.notAfter}`
      : `killed by lock ${lock.id}: ${lock.reason}`;
  return { known: true, entry: row.entry, identity: row.request.identity, state, why };
}

/** The grant that a credential names, where it is one; else why it is none. */
export async function grantBehind(
  log: Log,
  presented: Presented,
): Promise<{ row: Rows['credential'] } | { why: string }> {
  const { named, shown } = claimOf(presented);
  if (named === undefined) return { why: `it names no entry of this log: ${OTHER_MAKER}` };
  const [entry, row] = await Promise.all([
    log.entry(named.index),
    log.row('credential', String(named.index)),
  ]);
  if (entry === undefined || row === undefined)
    return { why: `entry ${named.index} is no grant: ${OTHER_MAKER}` };
  if (!Buffer.from(entry.leafHash).toString('hex').startsWith(named.leafHash)) {
    return { why: `entry ${named.index} has another leaf hash: ${OTHER_MAKER}` };
  }
  const other = shown && differenceOf(shown, row.credential);
  return other
    ? { why: `reused ${shown.name}: entry ${named.index} was granted ${other}; ${REUSED}` }
    : { row };
}

function claimOf({ certificate, jwt, serial, jti }: Presented): Claim {
  const given = [certificate, jwt, serial, jti].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new MunimentError('bad_request', 'give exactly one of `certificate`, `jwt`, `serial`, `jti`');
  }
  if (certificate !== undefined) return ofCertificate(certificate);
  if (jwt !== undefined) return ofToken(jwt);
  return { named: serial === undefined ? parseJti(jti ?? '') : parseSerial(serial) };
}

/** How a credential differs from the grant that it names; undefined where it does not. */
function differenceOf(shown: Shown, granted: Rows['credential']['credential']): string | undefined {
  if (shown.isToken !== isToken(granted)) return 'as another type of credential';
  if (shown.subject !== granted.subject) return 'to another subject';
  if (shown.keyHash !== undefined && shown.keyHash !== granted.keyHash) return 'to another key';
  if (shown.audience !== undefined && shown.audience !== JSON.stringify(granted.audience))
    return 'for another audience';
  if (shown.notBefore !== granted.notBefore || shown.notAfter !== granted.notAfter)
    return 'with another validity';
  return undefined;
}

function ofCertificate(pem: string): Claim {
  try {
    const certificate = new X509Certificate(pem);
    const spki = certificate.publicKey.export({ format: 'der', type: 'spki' });
    const shown: Shown = {
      name: 'serial',
      isToken: false,
      // X509-SVID.md, 2: one URI and no other name. Several names are printed in one line and equal no subject.
      subject: (certificate.subjectAltName ?? '').replace(/^URI:/, ''),
      keyHash: keyHashOf(spki),
      notBefore: timestamp(certificate.validFromDate),
      notAfter: timestamp(certificate.validToDate),
    };
    return { named: parseSerial(certificate.serialNumber), shown };
  } catch (cause) {
    throw new MunimentError('invalid_der', 'this is no certificate', { path: 'certificate', cause });
  }
}

/** A token binds no key; its audience stands in the key's place. */
function ofToken(jwt: string): Claim {
  const { jti, sub, aud, iat, exp } = claimsOf(jwt);
  const shown: Shown = {
    name: 'jti',
    isToken: true,
    subject: textOf(sub),
    audience: JSON.stringify([aud].flat()),
    notBefore: momentOf(iat),
    notAfter: momentOf(exp),
  };
  return { named: parseJti(textOf(jti)), shown };
}

/** A claim may be any JSON; what is no text equals nothing that was granted. */
const textOf = (claim: unknown): string => (typeof claim === 'string' ? claim : '');

function momentOf(seconds: unknown): string {
  const date = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : timestamp(date);
}

function claimsOf(jwt: string): JWTPayload {
  try {
    return decodeJwt(jwt);
  } catch (cause) {
    throw new MunimentError('bad_request', 'this is no JWT', { path: 'jwt', cause });
  }
}
