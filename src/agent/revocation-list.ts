import { der } from '../crypto/index.ts';

const { childrenOf, readDer, readInteger, TAG } = der;

/** True where a CRL (RFC 5280, 5.1; DER) lists this serial (hex, any case, leading zeros or not). Throws `invalid_der`. */
export function listsSerial(crl: Uint8Array, serial: string): boolean {
  const wanted = serial.toLowerCase().replace(/^0+/, '');
  return revokedOf(crl).some((entry) => {
    const [number] = childrenOf(entry, TAG.sequence);
    return hexOf(readInteger(number)) === wanted;
  });
}

const hexOf = (magnitude: Uint8Array): string => Buffer.from(magnitude).toString('hex').replace(/^0+/, '');

/** `revokedCertificates` is the sequence right behind the times; a list of nothing leaves it out. */
function revokedOf(crl: Uint8Array): der.Der[] {
  const [list] = childrenOf(readDer(crl), TAG.sequence, 3);
  const fields = list ? childrenOf(list, TAG.sequence) : [];
  const lastTime = fields.findLastIndex(({ tag }) => tag === TAG.utcTime || tag === TAG.generalizedTime);
  const revoked = fields[lastTime + 1];
  return lastTime >= 0 && revoked?.tag === TAG.sequence ? childrenOf(revoked, TAG.sequence) : [];
}
