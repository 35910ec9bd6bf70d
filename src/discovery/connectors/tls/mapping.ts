import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';
import type { Marks } from '../../marks.ts';
import { FOLDER, HANDSHAKE, READ } from './operations.ts';

const ENDPOINT = 'endpoint';
const SPKI = /^[0-9a-f]{64}$/;

const spkiShape = (marks: Marks) => ({
  spki: z.string().regex(SPKI),
  keyType: marks.text(),
  bits: z.int().nullable(),
  curve: marks.text().nullable(),
});

const certificateShape = (marks: Marks) => ({
  ...spkiShape(marks),
  subject: marks.text(),
  issuer: marks.text(),
  names: z.array(marks.text()),
  people: z.array(marks.personal()),
  serial: marks.text(),
  sha256: marks.text(),
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
  authority: z.boolean(),
});

type Certificate = z.output<ReturnType<typeof shapeOf>>;
const shapeOf = (marks: Marks) => marks.object(certificateShape(marks));

/** One that may issue others is a trust of whoever has it in a store; any other proves who it was made for. */
function certificateFacts(certificate: Certificate) {
  const { spki, keyType, bits, curve, subject, issuer, names, serial, sha256, notBefore, notAfter } =
    certificate;
  return {
    subject,
    issuer,
    names,
    serial,
    certificate: sha256,
    created: notBefore,
    expires: notAfter,
    fingerprint: `SHA256:${Buffer.from(spki, 'hex')
      .toString('base64')
      .replace(/={1,2}$/, '')}`,
    keyType,
    bits,
    curve,
  };
}

const labelOf = ({ names, subject }: Certificate): string => names[0]?.replace(/^DNS:/, '') ?? subject;

const endpoints = defineListing({
  listing: 'endpoint',
  about: 'the certificate that an endpoint presents, and those that it sends along',
  operations: [HANDSHAKE],
  shape: (marks) => marks.object({ ...certificateShape(marks), place: z.int(), protocol: marks.text() }),
  map: (item, mapping): Observed[] =>
    item.place === 0
      ? [endpointOf(mapping, item.protocol), leafOf(item, mapping)]
      : [authorityOf(item, `chain/${item.sha256}`, { location: mapping.partition })],
});

const endpointOf = ({ partition }: Mapping, protocol: string): Observed => ({
  class: 'identity',
  naturalId: ENDPOINT,
  label: partition,
  attributes: { kind: 'tls-endpoint', protocol },
});

const leafOf = (item: Certificate, mapping: Mapping): Observed => ({
  class: 'credential',
  naturalId: `leaf/${item.sha256}`,
  label: labelOf(item),
  attributes: {
    kind: 'tls-certificate',
    holder: mapping.key('identity', ENDPOINT),
    ...certificateFacts(item),
    usedAt: [mapping.partition],
  },
  joins: [joins.spki(item.spki)],
});

const authorityOf = (item: Certificate, naturalId: string, where: { location: string }): Observed => ({
  class: 'trust',
  naturalId,
  label: item.subject,
  attributes: { kind: 'tls-authority', ...certificateFacts(item), ...where },
  joins: [joins.spki(item.spki)],
});

const placeShape = (marks: Marks) => ({
  alias: marks.text(),
  made: z.iso.datetime().nullable(),
  place: marks.text(),
  form: marks.text(),
  mode: marks.text(),
  modified: z.iso.datetime(),
});

const stores = defineListing({
  listing: 'stores',
  about: 'certificates and private keys in PEM, DER, PKCS#12 and JKS files',
  operations: [READ, FOLDER],
  shape: (marks) =>
    z.discriminatedUnion('what', [
      marks.object({ ...placeShape(marks), what: z.literal('certificate'), facts: shapeOf(marks) }),
      marks.object({
        ...placeShape(marks),
        what: z.literal('private-key'),
        sealed: z.boolean(),
        facts: marks.object(spkiShape(marks)),
      }),
    ]),
  map: (item): Observed[] => {
    const { alias, place, form, mode, modified, made } = item;
    const where = {
      location: place,
      alias,
      form,
      mode,
      modified,
      ...(made === null ? {} : { entryMade: made }),
    };
    if (item.what === 'private-key') return [privateKeyOf(item, where)];
    const { facts } = item;
    if (facts.authority) return [authorityOf(facts, `authority/${place}/${alias}/${facts.sha256}`, where)];
    return [
      {
        class: 'credential',
        naturalId: `certificate/${place}/${alias}/${facts.sha256}`,
        label: labelOf(facts),
        attributes: { kind: 'tls-certificate', ...certificateFacts(facts), ...where },
        joins: [joins.spki(facts.spki)],
      },
    ];
  },
});

interface KeyItem {
  alias: string;
  place: string;
  sealed: boolean;
  facts: { spki: string; keyType: string; bits: number | null; curve: string | null };
}

const privateKeyOf = (
  { alias, place, sealed, facts }: KeyItem,
  where: Observed['attributes'] | object,
): Observed => ({
  class: 'credential',
  naturalId: `private-key/${place}/${alias}/${facts.spki}`,
  label: `private key in ${place}`,
  attributes: {
    kind: 'tls-private-key',
    fingerprint: `SHA256:${Buffer.from(facts.spki, 'hex')
      .toString('base64')
      .replace(/={1,2}$/, '')}`,
    keyType: facts.keyType,
    bits: facts.bits,
    curve: facts.curve,
    sealed,
    ...where,
  },
  joins: [joins.spki(facts.spki)],
});

export const listings = [endpoints, stores];
