import { fromBase64url } from './bytes.ts';
import { canonicalBytes, canonicalize, parseCanonical } from './canonical.ts';
import { digestOf } from './digest.ts';
import { FormatError } from './error.ts';
import { sha256Hex } from './hash.ts';
import { KINDS } from './kinds.ts';
import { inPieces } from './pieces.ts';
import { tableText } from './rows-text.ts';
import {
  type Body,
  type Entry,
  type EntryData,
  isLive,
  type Kind,
  type Leaf,
  ROW_TABLES,
  type RowTable,
  SNAPSHOT_TABLES,
  type State,
} from './words/index.ts';

export const LEAF_BYTES_MAX = 1024;
export const NONCE_BYTES = 16;
const HEX_SHA256 = /^[0-9a-f]{64}$/;
/** RFC 3339, UTC, milliseconds: the one spelling, so that times compare as text. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

const LEAF_MEMBERS = ['actor', 'body', 'kind', 'subject', 'time', 'v'];
const BODY_MEMBERS = ['data', 'nonce', 'occurred', 'v'];

const fail = (why: string): never => {
  throw new FormatError('entry', why);
};

const FEBRUARY = 2;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysIn = (year: number, month: number): number =>
  month === FEBRUARY && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0);

/** True for a moment that exists, spelled as entries spell it. */
export function isTime(text: unknown): text is string {
  if (typeof text !== 'string' || !TIME.test(text)) return false;
  const day = Number(text.slice(8, 10));
  if (day < 1 || day > daysIn(Number(text.slice(0, 4)), Number(text.slice(5, 7)))) return false;
  return text.slice(11, 13) < '24' && text.slice(14, 16) < '60' && text.slice(17, 19) < '60';
}

/** Exactly these members (`names` sorted), so that nothing unread rides along under a signature. */
function checkMembers(
  value: unknown,
  names: readonly string[],
  what: string,
): asserts value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${what} is not an object`);
  const present = Object.keys(value as object);
  // What was written canonically comes in this order.
  if (present.length === names.length && names.every((name, at) => present[at] === name)) return;
  const sorted = present.sort().join();
  if (sorted !== names.join()) fail(`${what} has members \`${sorted}\``);
}

function checkLeaf(value: unknown): asserts value is Leaf {
  checkMembers(value, LEAF_MEMBERS, 'leaf');
  if (value.v !== 1) fail('leaf version is not 1');
  if (typeof value.kind !== 'string' || !KINDS.has(value.kind as Kind))
    fail(`unknown kind \`${value.kind}\``);
  if (!isTime(value.time)) fail('leaf time is not RFC 3339 in UTC with milliseconds');
  if (typeof value.subject !== 'string' || typeof value.actor !== 'string')
    fail('subject and actor must be text');
  if (typeof value.body !== 'string' || !HEX_SHA256.test(value.body)) fail('body hash is not 64 hex digits');
}

function checkBody(value: unknown): asserts value is Body {
  checkMembers(value, BODY_MEMBERS, 'body');
  if (value.v !== 1) fail('body version is not 1');
  if (typeof value.nonce !== 'string' || fromBase64url(value.nonce).length !== NONCE_BYTES) {
    fail(`nonce is not ${NONCE_BYTES} bytes`);
  }
  if (!isTime(value.occurred)) fail('occurred is not RFC 3339 in UTC with milliseconds');
  if (typeof value.data !== 'object' || value.data === null) fail('data is not an object');
}

/** Canonical bytes; throws `entry` over 1 KiB or where `decodeEntry` would refuse it. */
export function encodeLeaf(leaf: Leaf): Uint8Array {
  checkLeaf(leaf);
  const bytes = canonicalBytes(leaf);
  return bytes.length <= LEAF_BYTES_MAX ? bytes : fail(`leaf is longer than ${LEAF_BYTES_MAX} bytes`);
}

export function encodeBody(body: Body): Uint8Array {
  checkBody(body);
  return canonicalBytes(body);
}

export function decodeLeaf(bytes: Uint8Array): Leaf {
  if (bytes.length > LEAF_BYTES_MAX) fail(`leaf is longer than ${LEAF_BYTES_MAX} bytes`);
  const leaf = parseCanonical(bytes);
  checkLeaf(leaf);
  return leaf;
}

/**
 * One entry from its exact bytes; `body` is null where it is withheld. Throws `entry` or `json` unless both are canonical,
 * of a known kind, and the body is the one that the leaf names.
 */
export function decodeEntry(index: number, leafBytes: Uint8Array, bodyBytes: Uint8Array | null): Entry {
  const leaf = decodeLeaf(leafBytes);
  if (bodyBytes === null) return { index, leaf, body: null };
  if (sha256Hex(bodyBytes) !== leaf.body) fail('body is not the one that the leaf names');
  const body = parseCanonical(bodyBytes);
  checkBody(body);
  return { index, leaf, body };
}

/** SHA-256 over canonical `{table: SHA-256 of the table's canonical JSON, hex}`, hex. */
export const digestOfTables = (tables: Iterable<readonly [RowTable, string]>): string =>
  sha256Hex(canonicalize(Object.fromEntries(tables)));

/**
 * Digest of the live rows at `time`, hex; see `digestOfTables`. By table, so that one table can be shown or kept apart without
 * the others.
 */
export const stateDigest = (state: State, time: string): string => digestOver(state, time, SNAPSHOT_TABLES);

const digestOver = (state: State, time: string, tables: readonly RowTable[]): string =>
  digestOfTables(
    tables.map((table) => [table, digestOf(inPieces(tableText(state, table, time))).sha256] as const),
  );

/** What a snapshot's entry says of a state: `time` is the entry's `occurred`. */
export const snapshotOf = (state: State, time: string): EntryData['snapshot'] => ({
  size: state.size,
  state: stateDigest(state, time),
  tables: [...SNAPSHOT_TABLES],
});

/** True if the snapshot digests this state at `time`, and nothing is live in a table that it leaves out. */
export function isSnapshotOf(
  { size, state: digest, tables }: EntryData['snapshot'],
  state: State,
  time: string,
): boolean {
  if (size !== state.size || !Array.isArray(tables)) return false;
  const covered = ROW_TABLES.filter((table) => tables.includes(table));
  if (covered.length !== tables.length) return false;
  const isBare = (table: RowTable) =>
    covered.includes(table) ||
    ![...state.tables[table].values()].some((row) => isLive(table, row as never, time));
  return ROW_TABLES.every(isBare) && digestOver(state, time, covered) === digest;
}
