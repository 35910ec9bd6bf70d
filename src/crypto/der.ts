import { MunimentError } from '../kernel/index.ts';

/** Tags of X.690 that we read or write. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONSTRUCTED = 0x20;
const CONTEXT = 0x80;
const LONG_FORM_TAG = 0x1f;
const LENGTH_MAX_BYTES = 4;
const DEPTH_MAX = 16;

/** The tag of `[number]`, context specific. */
export const contextTag = (number: number, constructed: boolean): number =>
  CONTEXT | (constructed ? CONSTRUCTED : 0) | number;

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

/** One element: tag, minimal length, the contents one after the other. */
export function tlv(tag: number, ...contents: Uint8Array[]): Buffer {
  let length = 0;
  for (const content of contents) length += content.length;
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(length)]), ...contents]);
}

export const sequence = (...items: Uint8Array[]): Buffer => tlv(TAG.sequence, ...items);
export const set = (...items: Uint8Array[]): Buffer => tlv(TAG.set, ...items);
export const octetString = (content: Uint8Array): Buffer => tlv(TAG.octetString, content);
export const utf8String = (text: string): Buffer => tlv(TAG.utf8String, Buffer.from(text));
export const boolean = (value: boolean): Buffer => tlv(TAG.boolean, Buffer.from([value ? 0xff : 0]));
export const enumerated = (value: number): Buffer => tlv(TAG.enumerated, Buffer.from([value]));
export const explicit = (number: number, ...items: Uint8Array[]): Buffer =>
  tlv(contextTag(number, true), ...items);
export const implicit = (number: number, content: Uint8Array): Buffer =>
  tlv(contextTag(number, false), content);

export const bitString = (content: Uint8Array, unusedBits = 0): Buffer =>
  tlv(TAG.bitString, Buffer.from([unusedBits]), content);

/** A non-negative integer from its big-endian magnitude. */
export function integer(magnitude: Uint8Array | number): Buffer {
  const bytes = typeof magnitude === 'number' ? numberBytes(magnitude) : magnitude;
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const minimal = bytes.subarray(start);
  const negative = (minimal[0] ?? 0) & 0x80;
  return tlv(TAG.integer, ...(negative || minimal.length === 0 ? [Buffer.from([0])] : []), minimal);
}

function numberBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tlv(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}

/** UTCTime until 2049 and GeneralizedTime after it, both in whole seconds (RFC 5280, 4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = at.getUTCFullYear();
  if (year >= 1950 && year < 2050) return tlv(TAG.utcTime, Buffer.from(digits.slice(2)));
  return tlv(TAG.generalizedTime, Buffer.from(digits));
}

/** An element that was read: `raw` is all of it, `content` what follows its length. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

const refuse = (why: string): never => {
  throw new MunimentError('invalid_der', why);
};

/**
 * Reads exactly one element. Strict: single-byte tags, definite and minimal lengths, nothing after the end, the same all
 * the way down, so that one value has one encoding. Throws `invalid_der`.
 */
export function readDer(bytes: Uint8Array): Der {
  const element = readElement(bytes, 0);
  if (element.raw.length !== bytes.length) refuse('trailing bytes after the element');
  checkNested(element, 0);
  return element;
}

/** The elements inside a constructed one, of the expected tag; `count` where it is fixed. */
export function childrenOf(element: Der, tag: number, count?: number): Der[] {
  if (element.tag !== tag) refuse(`expected tag ${tag}, found ${element.tag}`);
  const children = readAll(element.content);
  if (count !== undefined && children.length !== count) refuse(`expected ${count} elements`);
  return children;
}

export function contentOf(element: Der | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) return refuse(`expected tag ${tag}`);
  return element.content;
}

/** The magnitude of a non-negative INTEGER in its shortest form. */
export function readInteger(element: Der | undefined): Uint8Array {
  const content = contentOf(element, TAG.integer);
  const [first, second] = content;
  if (first === undefined) return refuse('empty integer');
  if (first >= 0x80) refuse('negative integer');
  if (first === 0 && second !== undefined && second < 0x80) refuse('integer is not minimal');
  return first === 0 && second !== undefined ? content.subarray(1) : content;
}

/** A BIT STRING of whole bytes. */
export function readBitString(element: Der | undefined): Uint8Array {
  const content = contentOf(element, TAG.bitString);
  if (content[0] !== 0) refuse('bit string is not whole bytes');
  return content.subarray(1);
}

function readAll(bytes: Uint8Array): Der[] {
  const elements: Der[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const element = readElement(bytes, offset);
    elements.push(element);
    offset += element.raw.length;
  }
  return elements;
}

function checkNested(element: Der, depth: number): void {
  if ((element.tag & CONSTRUCTED) === 0) return;
  if (depth >= DEPTH_MAX) refuse('nested too deep');
  for (const child of readAll(element.content)) checkNested(child, depth + 1);
}

function readElement(bytes: Uint8Array, offset: number): Der {
  const tag = bytes[offset];
  if (tag === undefined) return refuse('element is cut short');
  if ((tag & LONG_FORM_TAG) === LONG_FORM_TAG) refuse('tag is longer than one byte');
  const { length, start } = readLength(bytes, offset + 1);
  if (start + length > bytes.length) refuse('element is cut short');
  const end = start + length;
  return { tag, content: bytes.subarray(start, end), raw: bytes.subarray(offset, end) };
}

function readLength(bytes: Uint8Array, offset: number): { length: number; start: number } {
  const first = bytes[offset];
  if (first === undefined) return refuse('element is cut short');
  if (first < 0x80) return { length: first, start: offset + 1 };
  const count = first & 0x7f;
  const start = offset + 1 + count;
  if (count === 0 || count > LENGTH_MAX_BYTES || start > bytes.length)
    refuse('length is not definite or too long');
  let length = 0;
  for (const byte of bytes.subarray(offset + 1, start)) length = length * 256 + byte;
  if (length < 0x80 || length < 256 ** (count - 1)) refuse('length is not minimal');
  return { length, start };
}
