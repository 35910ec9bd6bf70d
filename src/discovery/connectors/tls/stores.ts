import type { Opening, RawPage } from '../../contract.ts';
import { type FileRead, Reader } from '../../files/reader.ts';
import { findFiles, isWalked } from '../../files/walk.ts';
import { asSourceError, SourceError, toFaults } from '../../source-error.ts';
import { derEntries, type Entry, jksEntries, pemEntries, pkcs12Entries } from './entries.ts';
import { READ } from './operations.ts';

/** On one page. */
export const FILES_PER_PAGE = 100;

const STORE_NAME = /\.(?:pem|crt|cer|cert|der|key|p12|pfx|jks|keystore|truststore|ks)$|(?:^|\/)cacerts$/i;
const PEM = /-----BEGIN [A-Z0-9 ]+-----/;
const JKS_MAGIC = 0xfeedfeed;
const JCEKS_MAGIC = 0xcececece;
const DER_SEQUENCE = 0x30;
/** PKCS#12 begins with its version, which is the number 3 (RFC 7292, section 4). */
const PKCS12_VERSION = Buffer.from([0x02, 0x01, 0x03]);
const VERSION_WITHIN_BYTES = 10;

type Form = 'pem' | 'jks' | 'pkcs12' | 'der';

/** By content: a name says little. */
function formOf({ bytes, text }: FileRead): Form | undefined {
  const magic = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0;
  if (magic === JKS_MAGIC) return 'jks';
  if (magic === JCEKS_MAGIC) throw new SourceError('denied', 'is a JCEKS store, which is not read');
  if (PEM.test(text)) return 'pem';
  if (bytes[0] !== DER_SEQUENCE) return undefined;
  return bytes.subarray(0, VERSION_WITHIN_BYTES).includes(PKCS12_VERSION) ? 'pkcs12' : 'der';
}

async function entriesOf(
  file: FileRead,
  form: Form,
  passwords: string[],
  fault: (error: unknown) => void,
): Promise<Entry[]> {
  if (form === 'pem') return pemEntries(file.text, passwords, fault);
  if (form === 'jks') return jksEntries(file.bytes, passwords);
  return form === 'pkcs12' ? pkcs12Entries(file.bytes, passwords) : derEntries(file.bytes);
}

type Faults = Required<Pick<RawPage, 'denied' | 'errors'>>;

function tell(faults: Faults, what: string, error: unknown): void {
  // A library that cannot make sense of a file says so in words of its own.
  const ours =
    error instanceof SourceError ? error : new SourceError('failed', 'is no store that can be read');
  const told = toFaults(what, asSourceError(ours));
  faults.denied.push(...told.denied);
  faults.errors.push(...told.errors);
}

async function itemsOf(
  file: FileRead,
  place: string,
  passwords: string[],
  faults: Faults,
): Promise<unknown[]> {
  try {
    const form = formOf(file);
    if (form === undefined) throw new SourceError('failed', 'is in no form that is known');
    const entries = await entriesOf(file, form, passwords, (error) => tell(faults, place, error));
    const modified = file.modified.toISOString();
    return entries.map((entry) => ({ ...entry, place, form, mode: file.mode, modified }));
  } catch (error) {
    tell(faults, place, error);
    return [];
  }
}

/** A link that leads out of the folder is another's to tell, but that it is there is not kept quiet. */
function take(reader: Reader, folder: string, faults: Faults): void {
  const placed = ({ what, why }: { what: string; why: string }) => ({ what: what.replace(folder, '.'), why });
  faults.denied.push(...reader.denied.splice(0).map(placed));
  faults.errors.push(...reader.errors.splice(0).map(placed));
}

/** Certificates and keys in files below a folder. */
export async function* storePages(
  folder: string,
  passwords: string[],
  opening: Opening,
): AsyncGenerator<RawPage> {
  const reader = new Reader('/');
  if ((await reader.entries(folder)) === undefined && reader.errors.length + reader.denied.length === 0)
    throw new SourceError('failed', 'the folder is not there');
  reader.errors = [];
  reader.denied = [];
  const paths = await findFiles(reader, [folder], (path) => STORE_NAME.test(path), isWalked);
  for (let at = 0; at === 0 || at < paths.length; at += FILES_PER_PAGE) {
    opening.signal.throwIfAborted();
    const faults: Faults = { denied: [], errors: [] };
    const items: unknown[] = [];
    for (const path of paths.slice(at, at + FILES_PER_PAGE)) {
      const file = await reader.file(path, { within: folder });
      if (file !== undefined)
        items.push(...(await itemsOf(file, path.slice(folder.length + 1), passwords, faults)));
    }
    take(reader, folder, faults);
    const { calls } = reader;
    reader.calls = 0;
    yield {
      operation: READ,
      request: { from: at },
      items,
      calls,
      end: at + FILES_PER_PAGE >= paths.length,
      ...faults,
    };
  }
}
