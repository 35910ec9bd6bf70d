import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { type Commitment, canonicalize, hex, openingOf, sha256, utf8 } from '#verifier';
import type { Opening as CommitmentOpening } from '../store/index.ts';

const SALT_BYTES = 16;
/** Of one field of an item: what a provider may call a thing. */
export const TEXT_MAX_CHARACTERS = 64 * 1024;

/** A fingerprint of a secret under this installation's key, in a committed item. */
export interface Fingerprint {
  fingerprint: string;
}

/** What a field that no shape names is replaced by: the same for the same value, and it gives nothing away. */
export interface Hidden {
  hidden: string;
}

/** The words in which a shape says what each field is. An item that passes holds no secret and no name of a person in clear. */
export interface Marks {
  /** Kept as it is: names of machines, ids, times, states. Never what names a person, never what could be a secret. */
  text(): z.ZodType<string>;
  /** Names a person (login, mail, name): a commitment that can be opened while its opening is kept. */
  personal(): z.ZodType<Commitment>;
  /** A secret's value: a fingerprint under this installation's key. */
  secret(): z.ZodType<Fingerprint>;
  /** Anything, which is kept from sight. */
  hidden(): z.ZodType<Hidden>;
  /** Named fields; all others are hidden. */
  object<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$catchall<z.ZodType<Hidden>>>;
}

/** The marks of one sweep of one source. */
export interface Marking {
  marks: Marks;
  /** Openings of what was marked personal since they were last taken. */
  takeOpenings(): CommitmentOpening[];
}

/**
 * Salts are derived under our own key from source and value, so that one value commits to one digest in every sweep and page of a
 * source: things can be joined and compared without opening anything.
 * @param key 32 bytes, of this installation
 */
export function marksOf(source: string, key: Uint8Array): Marking {
  let openings = new Map<string, CommitmentOpening>();
  const keyed = (use: string, value: string) =>
    createHmac('sha256', key).update(`${use}\0${source}\0${value}`).digest();
  const commit = (value: string): Commitment => {
    const opening = openingOf(value, keyed('salt', value).subarray(0, SALT_BYTES));
    openings.set(opening.commitment, opening);
    return { commitment: opening.commitment };
  };
  const hide = (value: unknown): Hidden => ({
    hidden: hex(sha256(keyed('hidden', hex(sha256(utf8(canonicalize(value ?? null))))))),
  });
  const text = () => z.string().max(TEXT_MAX_CHARACTERS);
  const hidden = () => z.unknown().transform(hide);
  return {
    marks: {
      text,
      personal: () => text().transform(commit),
      // The same function for every source, so that one secret in two places is known for one.
      secret: () => text().transform((value) => ({ fingerprint: secretFingerprint(key, value) })),
      hidden,
      object: (shape) => z.object(shape).catchall(hidden()),
    },
    takeOpenings() {
      const taken = [...openings.values()];
      openings = new Map();
      return taken;
    },
  };
}

/** HMAC-SHA-256 of a secret's value, hex: by this every sweep knows it again. `key`: of this installation, 32 bytes. */
export const secretFingerprint = (key: Uint8Array, secret: string): string =>
  createHmac('sha256', key).update(`secret\0${secret}`).digest('hex');

/** A committed or plain value as part of a natural id. */
export const idOf = (value: string | Commitment): string =>
  typeof value === 'string' ? value : `person:${value.commitment}`;
