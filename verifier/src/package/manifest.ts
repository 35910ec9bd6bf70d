import { base64, concatBytes, equalBytes, fromBase64, hex, utf8 } from '../bytes.ts';
import { canonicalBytes, parseCanonical } from '../canonical.ts';
import { verifyEd25519 } from '../ed25519.ts';
import { isTime } from '../entry.ts';
import { parseVerifierKey, type VerifierKey, verifierKey } from '../note.ts';
import { ascending, exactly, index, list, refuse, text } from './json.ts';
import type { Manifest, ManifestFile, PackageSigner, Range } from './model.ts';

const PAYLOAD_TYPE = 'application/vnd.muniment.manifest+json';
const HEX_SHA256 = /^[0-9a-f]{64}$/;

const moment = (value: unknown, what: string): string =>
  isTime(value) ? value : refuse(`${what} is not a time`);

const digest = (value: unknown, what: string): string =>
  HEX_SHA256.test(text(value, what)) ? (value as string) : refuse(`${what} is not a SHA-256 in hex`);

function parseRange(value: unknown): Range {
  const fields = exactly(value, ['start', 'base', 'snapshot', 'first', 'last'], 'range');
  return {
    start: index(fields.start, 'range.start'),
    base: index(fields.base, 'range.base'),
    snapshot: index(fields.snapshot, 'range.snapshot'),
    first: index(fields.first, 'range.first'),
    last: index(fields.last, 'range.last'),
  };
}

function parseFile(value: unknown): ManifestFile {
  const fields = exactly(value, ['name', 'size', 'sha256'], 'file');
  return {
    name: text(fields.name, 'name'),
    size: index(fields.size, 'size'),
    sha256: digest(fields.sha256, 'sha256'),
  };
}

function parseWithheld(value: unknown): Manifest['withheld'] {
  const fields = exactly(value, ['bodies', 'openings', 'pages'], 'withheld');
  const bodies = list(fields.bodies, 'withheld.bodies').map((each) => index(each, 'withheld.bodies'));
  const openings = list(fields.openings, 'withheld.openings').map((each) =>
    digest(each, 'withheld.openings'),
  );
  const pages = list(fields.pages, 'withheld.pages').map((each) => digest(each, 'withheld.pages'));
  return {
    bodies: ascending(bodies, (each) => each, 'withheld bodies'),
    openings: ascending(openings, (each) => each, 'withheld openings'),
    pages: ascending(pages, (each) => each, 'withheld pages'),
  };
}

/** Strict: canonical, exactly these members. Throws `package`, `json` or `note`. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const fields = exactly(
    parseCanonical(bytes),
    ['v', 'origin', 'logKey', 'period', 'range', 'withheld', 'files'],
    'manifest',
  );
  if (fields.v !== 1) refuse('manifest version is not 1');
  const period = exactly(fields.period, ['from', 'to'], 'period');
  const manifest: Manifest = {
    v: 1,
    origin: text(fields.origin, 'origin'),
    logKey: text(fields.logKey, 'logKey'),
    period: { from: moment(period.from, 'period.from'), to: moment(period.to, 'period.to') },
    range: parseRange(fields.range),
    withheld: parseWithheld(fields.withheld),
    files: list(fields.files, 'files').map(parseFile),
  };
  if (parseVerifierKey(manifest.logKey).name !== manifest.origin)
    refuse('log key has another name than the origin');
  return manifest;
}

/** DSSE v1, pre-authentication encoding: what is signed. */
export const preAuthEncoding = (type: string, payload: Uint8Array): Uint8Array =>
  concatBytes(utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload);

/** `name+keyid`, as in the log's verifier key. */
const keyIdOf = ({ name, keyId }: VerifierKey): string => `${name}+${hex(keyId)}`;

/** What is signed of a manifest. */
export const manifestMessage = (manifest: Uint8Array): Uint8Array => preAuthEncoding(PAYLOAD_TYPE, manifest);

/** DSSE v1 envelope over the manifest's bytes. */
export const encodeEnvelope = (manifest: Uint8Array, key: VerifierKey, signature: Uint8Array): Uint8Array =>
  canonicalBytes({
    payload: base64(manifest),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: keyIdOf(key), sig: base64(signature) }],
  });

export const signManifest = (manifest: Uint8Array, signer: PackageSigner): Uint8Array =>
  encodeEnvelope(
    manifest,
    verifierKey(signer.origin, signer.publicKey),
    signer.sign(manifestMessage(manifest)),
  );

/** Throws `package` unless the envelope holds exactly this manifest, signed once, by this key, under our payload type. */
export async function checkEnvelope(
  envelope: Uint8Array,
  manifest: Uint8Array,
  key: VerifierKey,
): Promise<void> {
  const fields = exactly(parseCanonical(envelope), ['payload', 'payloadType', 'signatures'], 'envelope');
  if (fields.payloadType !== PAYLOAD_TYPE) refuse('envelope has another payload type');
  if (!equalBytes(fromBase64(text(fields.payload, 'payload')), manifest))
    refuse('envelope holds another manifest');
  const [first, ...others] = list(fields.signatures, 'signatures');
  if (others.length > 0) refuse('envelope has more than one signature');
  const { keyid, sig } = exactly(first, ['keyid', 'sig'], 'signature');
  if (keyid !== keyIdOf(key)) refuse('envelope is signed under another key id');
  const message = preAuthEncoding(PAYLOAD_TYPE, manifest);
  if (!(await verifyEd25519(key.publicKey, message, fromBase64(text(sig, 'sig'))))) {
    refuse('the manifest’s signature does not hold');
  }
}
