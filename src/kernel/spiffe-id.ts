import { MunimentError } from './errors.ts';
import { SPIFFE_ID_MAX_BYTES, TRUST_DOMAIN_MAX_BYTES } from './limits.ts';

export interface SpiffeId {
  readonly trustDomain: string;
  /** Empty, or starting with a slash. */
  readonly path: string;
  readonly uri: string;
}

const TRUST_DOMAIN = /^[a-z0-9._-]+$/;
const SEGMENT = /^[a-zA-Z0-9._-]+$/;

const refuse = (why: string): never => {
  throw new MunimentError('invalid_spiffe_id', why);
};

export function checkTrustDomain(name: string): string {
  if (name.length > TRUST_DOMAIN_MAX_BYTES) refuse('trust domain is longer than 255 bytes');
  if (!TRUST_DOMAIN.test(name)) refuse('trust domain may hold only a-z, 0-9, `.`, `-` and `_`');
  return name;
}

/** SPIFFE-ID.md, sections 2.1 to 2.4: no port, query, fragment, percent encoding, empty or dotted segment. */
export function parseSpiffeId(uri: string): SpiffeId {
  if (Buffer.byteLength(uri) > SPIFFE_ID_MAX_BYTES) refuse('SPIFFE ID is longer than 2048 bytes');
  if (!uri.startsWith('spiffe://')) refuse('SPIFFE ID must start with `spiffe://`');
  const rest = uri.slice('spiffe://'.length);
  const slash = rest.indexOf('/');
  const trustDomain = checkTrustDomain(slash < 0 ? rest : rest.slice(0, slash));
  const path = slash < 0 ? '' : rest.slice(slash);
  if (path !== '') checkPath(path);
  return { trustDomain, path, uri };
}

function checkPath(path: string): void {
  for (const segment of path.slice(1).split('/')) {
    if (!SEGMENT.test(segment))
      refuse('SPIFFE ID path has an empty segment or a character that is not allowed');
    if (segment === '.' || segment === '..') refuse('SPIFFE ID path may not hold `.` or `..`');
  }
}
