import type { TraceParent } from '../kernel/index.ts';

/** W3C Trace Context, section 3.2.2: version, trace id, parent id, flags; a later version may add more after them. */
const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const VERSION_INVALID = 'ff';
const VERSION_KNOWN = '00';
const ZEROS = /^0+$/;
/** Of the header: a later version's additions are not read. */
const HEADER_MAX_CHARACTERS = 256;

/**
 * The span that a caller names as the one which led to its request. Undefined for anything but one well-formed header, so that a
 * new trace begins. It joins traces and grants nothing: a caller can choose it freely. Its sampled flag is not heeded, or a caller
 * could keep its requests out of the traces.
 */
export function readTraceparent(header: string | undefined): TraceParent | undefined {
  if (header === undefined || header.length > HEADER_MAX_CHARACTERS) return undefined;
  const [, version, traceId = '', spanId = '', more] = SHAPE.exec(header) ?? [];
  if (version === undefined || version === VERSION_INVALID) return undefined;
  if (version === VERSION_KNOWN && more !== undefined) return undefined;
  return ZEROS.test(traceId) || ZEROS.test(spanId) ? undefined : { traceId, spanId };
}
