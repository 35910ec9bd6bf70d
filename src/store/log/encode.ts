import { randomBytes } from 'node:crypto';
import {
  type Body,
  base64url,
  checkOpening,
  encodeBody,
  encodeLeaf,
  FormatError,
  isTime,
  type Leaf,
  leafHash,
  NONCE_BYTES,
  sha256Hex,
} from '#verifier';
import { BODY_MAX_BYTES, MunimentError } from '../../kernel/index.ts';
import type { Appended, Draft, Opening } from '../contract.ts';

/** An entry with its place and its exact bytes, about to be written. */
export interface EncodedEntry {
  index: number;
  leaf: Leaf;
  body: Body;
  leafBytes: Uint8Array;
  bodyBytes: Uint8Array;
  leafHash: Uint8Array;
  openings: Opening[];
}

/** A backslash-u0000 that is not itself behind a backslash: jsonb cannot hold NUL, and would fail the whole batch. */
const ESCAPED_NUL = /(?<!\\)(?:\\\\)*\\u0000/;

/** @throws MunimentError `bad_request` where the draft has no canonical form, or is too large */
export function encodeEntry(draft: Draft, index: number, time: string): EncodedEntry {
  try {
    return encode(draft, index, time);
  } catch (error) {
    if (error instanceof FormatError) {
      throw new MunimentError('bad_request', `no entry can be made: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function encode(draft: Draft, index: number, time: string): EncodedEntry {
  const nonce = base64url(randomBytes(NONCE_BYTES));
  const body = {
    v: 1,
    nonce,
    occurred: canonicalTime(draft.occurred ?? time),
    data: draft.data,
  } satisfies Body;
  const bodyBytes = encodeBody(body);
  checkBody(bodyBytes);
  const { kind, subject, actor } = draft;
  const leaf: Leaf = { v: 1, kind, time, subject, actor, body: sha256Hex(bodyBytes) };
  const leafBytes = encodeLeaf(leaf);
  const openings = draft.openings ?? [];
  checkOpenings(openings);
  return { index, leaf, body, leafBytes, bodyBytes, leafHash: leafHash(leafBytes), openings };
}

function checkBody(bytes: Uint8Array): void {
  if (bytes.length > BODY_MAX_BYTES) {
    throw new MunimentError('body_too_large', `an entry's body may hold ${BODY_MAX_BYTES} bytes`);
  }
  if (ESCAPED_NUL.test(Buffer.from(bytes).toString())) {
    throw new MunimentError('bad_request', 'no entry can be made: text holds a NUL character');
  }
}

function checkOpenings(openings: readonly Opening[]): void {
  for (const opening of openings) {
    if (!checkOpening(opening))
      throw new MunimentError('internal', 'an opening does not open its commitment');
  }
}

/** Any RFC 3339 moment, in the one spelling that entries carry. */
export function canonicalTime(text: string): string {
  const at = new Date(text);
  const time = Number.isNaN(at.getTime()) ? '' : at.toISOString();
  if (!isTime(time)) throw new MunimentError('invalid_time', `\`${text}\` is not a time`);
  return time;
}

export const toAppended = (entry: EncodedEntry): Appended => ({
  index: entry.index,
  time: entry.leaf.time,
  kind: entry.leaf.kind,
  leafHash: entry.leafHash,
  leaf: entry.leafBytes,
  body: entry.bodyBytes,
});
