import { concatBytes, equalBytes, utf8 } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { FormatError } from './error.ts';

/** Without zip64 an archive ends below 4 GiB and 65,535 members. */
export const ZIP_BYTES_MAX = 0xffff_fffe;
export const ZIP_MEMBERS_MAX = 65_534;
const NAME_BYTES_MAX = 200;

const LOCAL = { signature: 0x0403_4b50, bytes: 30 };
const CENTRAL = { signature: 0x0201_4b50, bytes: 46 };
const END = { signature: 0x0605_4b50, bytes: 22 };
/** Stored members need version 1.0; there are no flags. */
const VERSION = 10;
/** 1 January 1980, the earliest that zip can write; the real times are in the entries. */
const DOS_DATE = 0x0021;

export interface ZipMember {
  name: string;
  bytes: Uint8Array;
}

const fail = (why: string): never => {
  throw new FormatError('zip', why);
};

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** Relative, ASCII, no segment that begins with a dot: nothing that could leave the folder it is unpacked into. */
export function checkMemberName(name: string): void {
  if (name.length > NAME_BYTES_MAX || !NAME.test(name))
    fail(`member name \`${name.slice(0, 80)}\` is not allowed`);
}

function checkMembers(members: ZipMember[]): void {
  if (members.length > ZIP_MEMBERS_MAX) fail(`more than ${ZIP_MEMBERS_MAX} members`);
  const seen = new Set<string>();
  for (const { name } of members) {
    checkMemberName(name);
    // Names that differ by case alone would overwrite one another on some file systems.
    if (seen.has(name.toLowerCase())) fail(`member \`${name}\` is there twice`);
    seen.add(name.toLowerCase());
  }
}

/** Writes little-endian fields one after another: `[value, bytes]`. */
function record(...fields: Array<[value: number, bytes: 2 | 4]>): Uint8Array {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [, bytes]) => sum + bytes, 0)));
  let offset = 0;
  for (const [value, bytes] of fields) {
    if (bytes === 2) view.setUint16(offset, value, true);
    else view.setUint32(offset, value, true);
    offset += bytes;
  }
  return new Uint8Array(view.buffer);
}

type Fields = Array<[number, 2 | 4]>;

/** The fields that a member's local and central header share: version, flags, method, time, date, CRC, sizes, name, extra. */
const shared = ({ name, bytes }: ZipMember, crc: number): Fields => [
  [VERSION, 2],
  [0, 2],
  [0, 2],
  [0, 2],
  [DOS_DATE, 2],
  [crc, 4],
  [bytes.length, 4],
  [bytes.length, 4],
  [name.length, 2],
  [0, 2],
];

/** Comment length, disk, internal and external attributes, then where the local header is. */
const centralTail = (offset: number): Fields => [
  [0, 2],
  [0, 2],
  [0, 2],
  [0, 4],
  [offset, 4],
];

/**
 * The one encoding of these members: stored, in the order given, no extra fields, comments, flags, times or zip64.
 * Yields parts, so that a large archive can be written, or compared, without a second copy. Throws `zip`.
 */
export function* encodeZip(members: ZipMember[]): Generator<Uint8Array> {
  checkMembers(members);
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const fields = shared(member, crc32(member.bytes));
    const name = utf8(member.name);
    central.push(record([CENTRAL.signature, 4], [VERSION, 2], ...fields, ...centralTail(offset)), name);
    yield concatBytes(record([LOCAL.signature, 4], ...fields), name);
    yield member.bytes;
    offset += LOCAL.bytes + name.length + member.bytes.length;
    if (offset > ZIP_BYTES_MAX) fail('archive would need zip64; split it');
  }
  const directory = concatBytes(...central);
  if (offset + directory.length + END.bytes > ZIP_BYTES_MAX) fail('archive would need zip64; split it');
  yield directory;
  yield endRecord(members.length, directory.length, offset);
}

const endRecord = (count: number, bytes: number, offset: number): Uint8Array =>
  record([END.signature, 4], [0, 2], [0, 2], [count, 2], [count, 2], [bytes, 4], [offset, 4], [0, 2]);

export const zipBytes = (members: ZipMember[]): Uint8Array => concatBytes(...encodeZip(members));

function readMember(bytes: Uint8Array, view: DataView, offset: number): ZipMember & { end: number } {
  if (offset + LOCAL.bytes > bytes.length) fail('archive ends within a header');
  const size = view.getUint32(offset + 18, true);
  const start = offset + LOCAL.bytes + view.getUint16(offset + 26, true);
  const end = start + size;
  if (end > bytes.length) fail('archive ends within a member');
  const name = String.fromCharCode(
    ...bytes.subarray(offset + LOCAL.bytes, Math.min(start, offset + LOCAL.bytes + NAME_BYTES_MAX + 1)),
  );
  checkMemberName(name);
  return { name, bytes: bytes.subarray(start, end), end };
}

function readMembers(bytes: Uint8Array): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members: ZipMember[] = [];
  let offset = 0;
  while (offset + 4 <= bytes.length && view.getUint32(offset, true) === LOCAL.signature) {
    const { end, ...member } = readMember(bytes, view, offset);
    members.push(member);
    offset = end;
  }
  return members;
}

/**
 * Reads an archive that `encodeZip` would write byte for byte, and no other: it is encoded again and compared, so a changed
 * field, a second directory, bytes before, between or after the members are all refused. Throws `zip`. Members are views.
 */
export function readZip(bytes: Uint8Array): ZipMember[] {
  const members = readMembers(bytes);
  let offset = 0;
  for (const part of encodeZip(members)) {
    if (!equalBytes(part, bytes.subarray(offset, offset + part.length))) {
      fail(`archive is not canonical near byte ${offset}`);
    }
    offset += part.length;
  }
  return offset === bytes.length ? members : fail('bytes after the end of the archive');
}
