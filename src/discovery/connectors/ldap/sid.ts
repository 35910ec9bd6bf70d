/** [MS-DTYP], section 2.4.2.2: revision, number of parts, authority (6 bytes), then parts of 4 bytes, the lowest byte first. */
const HEAD_BYTES = 8;
const PART_BYTES = 4;
const AUTHORITY_OFFSET = 2;
const AUTHORITY_BYTES = 6;

/** A security identifier as it is written, e.g. `S-1-5-32-544`; undefined for what is none. `hex`: of its bytes. */
export function sidOf(hex: string | undefined): string | undefined {
  const bytes = Buffer.from(hex ?? '', 'hex');
  if (bytes.length < HEAD_BYTES || bytes.length !== HEAD_BYTES + PART_BYTES * (bytes[1] as number))
    return undefined;
  const parts = [bytes[0] as number, bytes.readUIntBE(AUTHORITY_OFFSET, AUTHORITY_BYTES)];
  for (let at = HEAD_BYTES; at < bytes.length; at += PART_BYTES) parts.push(bytes.readUInt32LE(at));
  return `S-${parts.join('-')}`;
}

/** The last part, which names one account or group of a domain. */
export const relativeIdOf = (sid: string): string => sid.slice(sid.lastIndexOf('-') + 1);
