import { concatBytes, equalBytes, utf8 } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { type Digest, digester, digestOf } from './digest.ts';
import { FormatError } from './error.ts';
import { type ByteSource, bytesSource } from './source.ts';

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
  /** Of an archive in a file these are read when asked for, and are known to be those that were hashed. */
  readonly bytes: Uint8Array;
}

/** What the one pass over an archive found; by object, so that no copy of a member with other bytes carries it on. */
const digests = new WeakMap<ZipMember, Digest>();

export const memberDigest = (member: ZipMember): Digest => digests.get(member) ?? digestOf([member.bytes]);

const fail = (why: string): never => {
  throw new FormatError('zip', why);
};

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** Relative, ASCII, no segment that begins with a dot: nothing that could leave the folder it is unpacked into. */
export function checkMemberName(name: string): void {
  if (name.length > NAME_BYTES_MAX || !NAME.test(name))
    fail(`member name \`${name.slice(0, 80)}\` is not allowed`);
}

/** Checks names as they come: allowed, not too many, none twice. */
function nameChecker(): (name: string) => void {
  const seen = new Set<string>();
  return (name) => {
    if (seen.size >= ZIP_MEMBERS_MAX) fail(`more than ${ZIP_MEMBERS_MAX} members`);
    checkMemberName(name);
    // Names that differ by case alone would overwrite one another on some file systems.
    if (seen.has(name.toLowerCase())) fail(`member \`${name}\` is there twice`);
    seen.add(name.toLowerCase());
  };
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

/** What the headers say of a member. */
export interface ZipHead {
  name: string;
  size: number;
  crc: number;
}

/** The fields that a member's local and central header share: version, flags, method, time, date, CRC, sizes, name, extra. */
const shared = ({ name, size, crc }: ZipHead): Fields => [
  [VERSION, 2],
  [0, 2],
  [0, 2],
  [0, 2],
  [DOS_DATE, 2],
  [crc, 4],
  [size, 4],
  [size, 4],
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

const endRecord = (count: number, bytes: number, offset: number): Uint8Array =>
  record([END.signature, 4], [0, 2], [0, 2], [count, 2], [count, 2], [bytes, 4], [offset, 4], [0, 2]);

/** The headers of an archive whose members come one after another. */
export interface ZipHeads {
  /** The local header, which lies before the member's bytes. Throws `zip` for what may not be added. */
  add(head: ZipHead): Uint8Array;
  /** What lies after the last member. */
  end(): Uint8Array;
}

export function zipHeads(): ZipHeads {
  const check = nameChecker();
  const central: Uint8Array[] = [];
  let offset = 0;
  let count = 0;
  return {
    add(head) {
      check(head.name);
      const name = utf8(head.name);
      central.push(
        record([CENTRAL.signature, 4], [VERSION, 2], ...shared(head), ...centralTail(offset)),
        name,
      );
      offset += LOCAL.bytes + name.length + head.size;
      count += 1;
      if (offset > ZIP_BYTES_MAX) fail('archive would need zip64; split it');
      return concatBytes(record([LOCAL.signature, 4], ...shared(head)), name);
    },
    end() {
      const directory = concatBytes(...central);
      if (offset + directory.length + END.bytes > ZIP_BYTES_MAX) fail('archive would need zip64; split it');
      return concatBytes(directory, endRecord(count, directory.length, offset));
    },
  };
}

/**
 * The one encoding of these members: stored, in the order given, no extra fields, comments, flags, times or zip64.
 * Yields parts, so that a large archive can be written without a second copy. Throws `zip`.
 */
export function* encodeZip(members: ZipMember[]): Generator<Uint8Array> {
  const heads = zipHeads();
  for (const { name, bytes } of members) {
    yield heads.add({ name, size: bytes.length, crc: crc32(bytes) });
    yield bytes;
  }
  yield heads.end();
}

export const zipBytes = (members: ZipMember[]): Uint8Array => concatBytes(...encodeZip(members));

/** Large members are hashed in pieces of this size. */
const CHUNK_BYTES = 1 << 20;

/** Name, size and place of the member whose header is at `offset`, as far as that says; undefined where none begins there. */
function readHead(source: ByteSource, offset: number) {
  const header = source.read(offset, Math.min(LOCAL.bytes + NAME_BYTES_MAX + 1, source.size - offset));
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length < 4 || view.getUint32(0, true) !== LOCAL.signature) return undefined;
  if (header.length < LOCAL.bytes) fail('archive ends within a header');
  const size = view.getUint32(18, true);
  const start = LOCAL.bytes + view.getUint16(26, true);
  if (offset + start + size > source.size) fail('archive ends within a member');
  const name = String.fromCharCode(...header.subarray(LOCAL.bytes, start));
  checkMemberName(name);
  return { name, size, header: header.subarray(0, start), start: offset + start };
}

/** One pass over a member's bytes. */
function look(source: ByteSource, start: number, size: number): Digest & { crc: number } {
  const hash = digester();
  let crc = 0;
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    const chunk = source.read(start + at, Math.min(CHUNK_BYTES, size - at));
    crc = crc32(chunk, crc);
    hash.update(chunk);
  }
  return { ...hash.end(), crc };
}

/** INVARIANT: what is read later is what was hashed; a file may be changed in between. */
function memberOf(source: ByteSource, name: string, start: number, digest: Digest): ZipMember {
  const member: ZipMember = {
    name,
    get bytes() {
      const bytes = source.read(start, digest.size);
      return source.isFixed || digestOf([bytes]).sha256 === digest.sha256
        ? bytes
        : fail(`member \`${name}\` was changed while it was read`);
    },
  };
  digests.set(member, digest);
  return member;
}

/**
 * Reads an archive that `encodeZip` would write byte for byte, and no other: its headers are encoded again and compared, so a
 * changed field, a second directory, bytes before, between or after the members are all refused. Throws `zip`. Looks at every
 * byte once, and holds no more than a piece of them.
 */
export function readZip(archive: Uint8Array | ByteSource): ZipMember[] {
  const source = archive instanceof Uint8Array ? bytesSource(archive) : archive;
  const heads = zipHeads();
  const members: ZipMember[] = [];
  let offset = 0;
  for (let head = readHead(source, 0); head !== undefined; head = readHead(source, offset)) {
    const { name, size, header, start } = head;
    const { crc, ...digest } = look(source, start, size);
    if (!equalBytes(heads.add({ name, size, crc }), header))
      fail(`archive is not canonical near byte ${offset}`);
    members.push(memberOf(source, name, start, digest));
    offset = start + size;
  }
  checkEnd(source, offset, heads.end());
  return members;
}

function checkEnd(source: ByteSource, offset: number, end: Uint8Array): void {
  const rest = source.size - offset;
  if (rest > end.length) fail('bytes after the end of the archive');
  if (rest < end.length || !equalBytes(source.read(offset, rest), end))
    fail(`archive is not canonical near byte ${offset}`);
}
