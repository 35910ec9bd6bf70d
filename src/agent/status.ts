import { Code, ConnectError } from '@connectrpc/connect';
import { isMunimentError } from '../kernel/index.ts';
import { isDenial, Refused } from './model.ts';

/**
 * Workload Endpoint, section 6: one status for a missing header, for no identity, for a server that is away.
 * Messages hold no comma or colon: not every client decodes those again.
 */
export const invalid = (why: string): ConnectError => new ConnectError(why, Code.InvalidArgument);
export const denied = (why = 'no identity issued'): ConnectError =>
  new ConnectError(why, Code.PermissionDenied);
export const unavailable = (why: string): ConnectError => new ConnectError(why, Code.Unavailable);

/**
 * What a caller may know of an error. Why it was refused is in the log's entry, not in the answer: a program that may not
 * have an identity need not learn what is missing.
 */
export function toStatus(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  if (isDenial(error))
    return denied(`no identity issued${error.entry === null ? '' : ` (entry ${error.entry})`}`);
  if (error instanceof Refused) return refusedOtherwise(error);
  if (isMunimentError(error) && error.code === 'attestation_refused') return denied('caller is not attested');
  if (isMunimentError(error) && error.code === 'server_unreachable')
    return unavailable('server is not reachable');
  return new ConnectError('the agent failed', Code.Internal);
}

/** `bad_request` can only be the caller's audience or SPIFFE ID: all the rest of the request is the agent's own. */
const refusedOtherwise = ({ code }: Refused): ConnectError =>
  code === 'bad_request'
    ? invalid('the server does not take this request')
    : unavailable('the agent is not accepted');
