import { randomBytes } from 'node:crypto';

/** Infrastructure is not in the ledger: its serials begin with 0x02, a credential's with 0x01. */
export const infrastructureSerial = (): Uint8Array => Buffer.concat([Buffer.from([2]), randomBytes(15)]);
