import { z } from 'zod';
import { NAME_MAX_CHARACTERS } from '../kernel/index.ts';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Marks an issue as a bad name, which has a code of its own. */
export const NAME_FAULT = 'a name is 1 to 63 of a-z, 0-9 and `-`, and starts and ends with a letter or digit';

// Control and format characters, the joiner of emoji apart: what is signed must look like what it is.
const UNSEEN = /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const UNSEEN_BUT_LINES = /(?![\n\t\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const isVisible = (text: string, unseen: RegExp): boolean =>
  text.isWellFormed() && text.trim() !== '' && !unseen.test(text);

/** One line of visible characters. */
export const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => isVisible(text, UNSEEN), 'must be one line of visible characters');

/** Several of them. */
export const lines = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => isVisible(text, UNSEEN_BUT_LINES), 'holds a character that is not seen');

export const name = z.string().max(NAME_MAX_CHARACTERS, NAME_FAULT).regex(NAME, NAME_FAULT);
