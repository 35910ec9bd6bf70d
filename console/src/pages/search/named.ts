import type { Presented } from '../../api/actions.ts';

const INDEX = /^(?:entry\s*)?#?(\d{1,15})$/i;
const JTI = /^\d{1,16}\.[0-9a-f]{64}$/;
/** 20 bytes; OpenSSL prints no leading zeros, others print colons. */
const SERIAL = /^[0-9a-f]{36,40}$/i;

/** The index of an entry that a search names; undefined where it names none. */
export const entryIn = (text: string): string | undefined => INDEX.exec(text)?.[1];

/** A credential that a search names by its serial number or its `jti`; undefined where it names none. */
export function credentialIn(text: string): Presented | undefined {
  if (JTI.test(text)) return { jti: text };
  const serial = text.replace(/^serial=/i, '').replaceAll(':', '');
  return SERIAL.test(serial) ? { serial } : undefined;
}
