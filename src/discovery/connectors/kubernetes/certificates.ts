import { createHash, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { defineListing, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import { idOf, type Marks } from '../../marks.ts';
import type { ApiObject } from './list.ts';
import { operationOf, RESOURCES } from './operations.ts';
import { metadata, userId, userName, userOf } from './words.ts';

/** Signers whose certificates the API server takes for logins. */
const CLIENT_SIGNERS = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/kube-apiserver-client-kubelet'];
/** Who is in it passes every check of rights; no binding says so. */
const MASTERS = 'system:masters';

/** What of an issued certificate is told on: its subject may name a person, so it is taken apart before it is kept. */
interface Issued {
  commonName: string;
  organizations: string[];
  notBefore: string;
  notAfter: string;
  /** SHA-256 over the whole certificate, hex: what the audit log calls it. */
  sha256: string;
  /** SHA-256 over the SubjectPublicKeyInfo, hex. */
  spki: string;
}

const fieldsOf = (subject: string | undefined, name: string): string[] =>
  (subject ?? '')
    .split('\n')
    .filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1));

const moment = (date: Date): string => date.toISOString().replace(/\.000Z$/, 'Z');

function issuedOf(base64: unknown): Issued | null {
  if (typeof base64 !== 'string' || base64 === '') return null;
  const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
  const { subject, publicKey, raw } = certificate;
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  return {
    commonName: fieldsOf(subject, 'CN')[0] ?? '',
    organizations: fieldsOf(subject, 'O'),
    notBefore: moment(certificate.validFromDate),
    notAfter: moment(certificate.validToDate),
    sha256: sha256(raw),
    spki: sha256(publicKey.export({ type: 'spki', format: 'der' })),
  };
}

/** The request with its issued certificate taken apart. One that is no certificate leaves `unreadable`. */
export function withIssued(request: ApiObject): ApiObject {
  const status = request.status as { certificate?: unknown } | undefined;
  try {
    return { ...request, issued: issuedOf(status?.certificate) };
  } catch {
    return { ...request, issued: 'unreadable' };
  }
}

const requestShape = (marks: Marks) =>
  marks.object({
    metadata: metadata(marks, {}),
    spec: marks.object({ signerName: marks.text(), username: userName(marks).optional() }),
    issued: marks
      .object({
        commonName: userName(marks),
        organizations: z.array(marks.text()),
        notBefore: marks.text(),
        notAfter: marks.text(),
        sha256: marks.text(),
        spki: marks.text(),
      })
      .nullable(),
  });
type Request = z.output<ReturnType<typeof requestShape>>;

/** Shared with the audit log, which knows a certificate by the same digest. */
export const certificateId = (sha256: string): string => `certificate/${sha256}`;

const masters = (organizations: readonly string[]) =>
  organizations.includes(MASTERS) ? { administrator: true, path: `group ${MASTERS}` } : {};

function attributesOf({ metadata: { uid, name }, spec }: Request, issued: NonNullable<Request['issued']>) {
  return {
    signer: spec.signerName,
    subject: idOf(issued.commonName),
    groups: issued.organizations,
    created: issued.notBefore,
    expires: issued.notAfter,
    fingerprint: `SHA256:${Buffer.from(issued.spki, 'hex')
      .toString('base64')
      .replace(/={1,2}$/, '')}`,
    ...(spec.username === undefined ? {} : { createdBy: spec.username }),
    creationEvent: uid ?? name,
    creationSource: 'kubernetes-csr',
    ...masters(issued.organizations),
  };
}

export const certificateRequests = defineListing({
  listing: 'certificate-signing-requests',
  about:
    'certificates that the cluster was asked to sign and signed; the cluster forgets a request an hour after',
  operations: [operationOf(RESOURCES['certificate-signing-requests'])],
  events: true,
  shape: requestShape,
  map(request, { key }): Observed[] {
    const { issued, spec } = request;
    if (issued === null) return [];
    const isLogin = CLIENT_SIGNERS.includes(spec.signerName);
    const credential: Observed = {
      class: 'credential',
      naturalId: certificateId(issued.sha256),
      label: issued.commonName,
      attributes: {
        kind: isLogin ? 'kubernetes-client-certificate' : 'kubernetes-certificate',
        ...(isLogin ? { holder: key('identity', userId(issued.commonName)) } : {}),
        ...attributesOf(request, issued),
      },
      joins: [joins.spki(issued.spki)],
    };
    return isLogin ? [...userOf(issued.commonName), credential] : [credential];
  },
});
