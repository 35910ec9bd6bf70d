import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import {
  type CertificateFacts,
  factsOfCertificate,
  factsOfPublicKey,
  type SpkiFacts,
} from '../../formats/certificates.ts';
import { SourceError } from '../../source-error.ts';

/** What stands in a store. Where it has no name of its own, its place in the file is one. */
export type Entry = { alias: string; made: string | null } & (
  | { what: 'certificate'; facts: CertificateFacts }
  | { what: 'private-key'; facts: SpkiFacts; sealed: boolean }
);

const certificateEntry = (alias: string, content: Buffer | string, made: string | null = null): Entry => ({
  alias,
  made,
  what: 'certificate',
  facts: factsOfCertificate(new X509Certificate(content)),
});

/** The secret part goes no further than here. */
const keyEntry = (alias: string, key: KeyObject, sealed: boolean, made: string | null = null): Entry => ({
  alias,
  made,
  what: 'private-key',
  facts: factsOfPublicKey(createPublicKey(key)),
  sealed,
});

/** Each password in turn, none first where the form allows for it. @throws SourceError `denied` where none opens it */
function firstThatOpens<Opened>(passwords: string[], open: (password: string) => Opened): Opened {
  for (const password of passwords) {
    try {
      return open(password);
    } catch {}
  }
  throw new SourceError('denied', 'opens with none of the passwords');
}

/** What a block holds has no five dashes in a row: so a block that does not end is given up at the next one. */
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,64})-----(?:[^-]|-(?!----))*-----END \1-----/g;
const CERTIFICATE = /^(?:TRUSTED |X509 )?CERTIFICATE$/;
const PRIVATE_KEY = /^(?:(?:RSA|EC|DSA|ENCRYPTED) )?PRIVATE KEY$/;
const SEALED = /^-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/;

/** OpenSSL writes its own trust after the certificate, which Node does not read. */
const plainLabel = (block: string): string =>
  block.replace(/(BEGIN|END) (?:TRUSTED|X509) CERTIFICATE/g, '$1 CERTIFICATE');

function pemKey(alias: string, block: string, passwords: string[]): Entry {
  const sealed = SEALED.test(block);
  if (!sealed) return keyEntry(alias, createPrivateKey(block), false);
  return keyEntry(
    alias,
    firstThatOpens(passwords, (passphrase) => createPrivateKey({ key: block, passphrase })),
    true,
  );
}

/** A PEM file: any number of certificates and keys; other blocks are passed over. `fault` is told what does not open or is cut. */
export function pemEntries(text: string, passwords: string[], fault: (error: unknown) => void): Entry[] {
  const blocks = [...text.matchAll(BLOCK)];
  if (blocks.length < (text.match(/-----BEGIN /g)?.length ?? 0))
    fault(new SourceError('failed', 'has a block that does not end'));
  return blocks.flatMap(([block, label = ''], at): Entry[] => {
    try {
      if (CERTIFICATE.test(label)) return [certificateEntry(String(at), plainLabel(block))];
      if (PRIVATE_KEY.test(label)) return [pemKey(String(at), block, passwords)];
    } catch (error) {
      fault(error instanceof SourceError ? error : new SourceError('failed', `block ${at} cannot be read`));
    }
    return [];
  });
}

export const derEntries = (content: Buffer): Entry[] => {
  try {
    return [certificateEntry('0', content)];
  } catch {
    throw new SourceError('failed', 'is no certificate that can be read');
  }
};

/** Java's own form. */
export async function jksEntries(content: Buffer, passwords: string[]): Promise<Entry[]> {
  const { default: jks } = await import('jks-js');
  const opened = firstThatOpens(passwords, (password) => ({
    password,
    entries: jks.parseJks(content, password),
  }));
  return opened.entries.flatMap((entry): Entry[] => {
    const made = entry.date.toISOString();
    if (!('chain' in entry)) return [certificateEntry(entry.alias, entry.cert.value, made)];
    const pem = firstThatOpens([opened.password, ...passwords], (password) =>
      jks.decrypt(entry.protectedPrivateKey, password),
    );
    const chain = entry.chain.map(({ value }, at) => certificateEntry(`${entry.alias}/${at}`, value, made));
    return [keyEntry(entry.alias, createPrivateKey(pem), true, made), ...chain];
  });
}

export async function pkcs12Entries(content: Buffer, passwords: string[]): Promise<Entry[]> {
  const { default: forge } = await import('node-forge');
  const { asn1, pki, pkcs12 } = forge;
  type Node = Parameters<typeof asn1.toDer>[0];
  const derOf = (node: Node) => Buffer.from(asn1.toDer(node).getBytes(), 'binary');
  const bytes = asn1.fromDer(content.toString('binary'));
  // A store made without a password opens with the empty one.
  const store = firstThatOpens(['', ...passwords], (password) => pkcs12.pkcs12FromAsn1(bytes, password));
  return store.safeContents
    .flatMap(({ safeBags }) => safeBags)
    .flatMap((bag, at): Entry[] => {
      const alias = String(bag.attributes?.friendlyName?.[0] ?? at);
      // What forge does not read itself (any key but RSA) it leaves as it stands.
      const asStands = bag.asn1 as Node | undefined;
      if (bag.type === pki.oids.certBag)
        return [
          certificateEntry(
            `${alias}/${at}`,
            derOf(bag.cert ? pki.certificateToAsn1(bag.cert) : (asStands as Node)),
          ),
        ];
      if (bag.type !== pki.oids.keyBag && bag.type !== pki.oids.pkcs8ShroudedKeyBag) return [];
      const key = bag.key
        ? createPrivateKey(pki.privateKeyToPem(bag.key))
        : createPrivateKey({ key: derOf(asStands as Node), format: 'der', type: 'pkcs8' });
      return [keyEntry(alias, key, bag.type === pki.oids.pkcs8ShroudedKeyBag)];
    });
}
