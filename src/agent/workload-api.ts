import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import {
  type JWTBundlesResponseSchema,
  type JWTSVIDRequest,
  type JWTSVIDResponseSchema,
  SpiffeWorkloadAPI,
  type ValidateJWTSVIDRequest,
  type ValidateJWTSVIDResponseSchema,
  type X509BundlesResponseSchema,
  type X509SVIDResponseSchema,
} from '../../gen/workload_pb.js';
import { parseSpiffeId } from '../kernel/index.ts';
import type { TrustBundle } from './bundles.ts';
import type { HeldCredential, Holding } from './cache.ts';
import { validateJwtSvid } from './jwt-svid.ts';
import type { Peer } from './peer.ts';
import { denied, invalid, toStatus, unavailable } from './status.ts';
import type { Standing } from './stream.ts';
import { PEER } from './workload-server.ts';
import type { Workloads } from './workloads.ts';

const SECURITY_HEADER = 'workload.spiffe.io';
const AUDIENCES_MAX = 16;
const AUDIENCE_MAX_BYTES = 1024;

/** The SPIFFE Workload API: reads requests, writes messages, and leaves who gets what to `workloads`. */
export function workloadApi(workloads: Workloads, trustDomain: string) {
  const ownDomain = `spiffe://${trustDomain}`;

  const x509Bundles = ({ bundle }: Standing): MessageInitShape<typeof X509BundlesResponseSchema> => ({
    crl: bundle.crls,
    bundles: { [ownDomain]: bundle.x509 },
  });
  const jwtBundles = ({ bundle }: Standing): MessageInitShape<typeof JWTBundlesResponseSchema> => ({
    bundles: { [ownDomain]: Buffer.from(JSON.stringify(bundle.jwks)) },
  });

  async function fetchJwtSvid(
    request: JWTSVIDRequest,
    peer: Peer,
  ): Promise<MessageInitShape<typeof JWTSVIDResponseSchema>> {
    const audience = checkAudiences(request.audience);
    const wanted = request.spiffeId === '' ? undefined : checkSpiffeId(request.spiffeId);
    const all = await workloads.jwtSvids(peer, audience);
    const svids = all.filter(({ spiffeId }) => wanted === undefined || spiffeId === wanted);
    if (svids.length === 0) throw denied();
    return { svids: svids.map(({ spiffeId, jwt, hint }) => ({ spiffeId, svid: jwt, hint })) };
  }

  async function validate(
    { audience, svid }: ValidateJWTSVIDRequest,
    peer: Peer,
  ): Promise<MessageInitShape<typeof ValidateJWTSVIDResponseSchema>> {
    if (audience === '') throw invalid('audience is missing');
    if (svid === '') throw invalid('token is missing');
    const { bundle } = await workloads.bundleFor(peer);
    try {
      const { spiffeId, claims } = await validateJwtSvid(svid, audience, trustDomain, bundle);
      return { spiffeId, claims: JSON.parse(JSON.stringify(claims)) };
    } catch {
      throw invalid('token is not a valid JWT-SVID for this audience');
    }
  }

  return (router: ConnectRouter): void => {
    router.service(SpiffeWorkloadAPI, {
      fetchX509SVID: (_, context) =>
        guardedStream(workloads.x509(callerOf(context), context.signal), x509Svids),
      fetchX509Bundles: (_, context) =>
        guardedStream(workloads.bundles(callerOf(context), context.signal), x509Bundles),
      fetchJWTBundles: (_, context) =>
        guardedStream(workloads.bundles(callerOf(context), context.signal), jwtBundles),
      fetchJWTSVID: (request, context) => guarded(() => fetchJwtSvid(request, callerOf(context))),
      validateJWTSVID: (request, context) => guarded(() => validate(request, callerOf(context))),
    });
  };
}

/**
 * Workload Endpoint, section 4: the header keeps a program that can be made to open URLs from being made to call here. The
 * kernel says who called; where it does not, nobody is answered.
 */
function callerOf(context: HandlerContext): Peer {
  if (context.requestHeader.get(SECURITY_HEADER) !== 'true') {
    throw invalid(`metadata \`${SECURITY_HEADER}: true\` is missing`);
  }
  const peer = context.values.get(PEER);
  if (peer === undefined) throw unavailable('the caller cannot be told');
  return peer;
}

function checkAudiences(audience: string[]): string[] {
  if (audience.length === 0 || audience.some((one) => one === '')) throw invalid('audience is missing');
  if (audience.length > AUDIENCES_MAX) throw invalid(`more than ${AUDIENCES_MAX} audiences`);
  if (audience.some((one) => Buffer.byteLength(one) > AUDIENCE_MAX_BYTES)) {
    throw invalid(`audience is longer than ${AUDIENCE_MAX_BYTES} bytes`);
  }
  return audience;
}

function checkSpiffeId(uri: string): string {
  try {
    return parseSpiffeId(uri).uri;
  } catch {
    throw invalid('SPIFFE ID is not valid');
  }
}

const x509Svids = ({
  credentials,
  holding,
  bundle,
}: Standing): MessageInitShape<typeof X509SVIDResponseSchema> => ({
  svids: credentials.map((credential) => x509Svid(credential, holding, bundle)),
  crl: bundle.crls,
});

const x509Svid = (
  { spiffeId, chain, hint }: HeldCredential,
  holding: Holding | undefined,
  bundle: TrustBundle,
) => ({
  spiffeId,
  x509Svid: Buffer.concat(chain),
  x509SvidKey: holding?.privateKey ?? Buffer.alloc(0),
  bundle: bundle.x509,
  hint,
});

async function* guardedStream<T>(
  states: AsyncIterable<Standing>,
  render: (state: Standing) => T,
): AsyncGenerator<T> {
  try {
    for await (const state of states) yield render(state);
  } catch (error) {
    throw toStatus(error);
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStatus(error);
  }
}
