"""A workload with the `spiffe` library: python workload.py SOCKET AUDIENCE

Prints what it saw as one JSON object per line: first what it fetched, then a line for each state of the X.509 stream
until the stream ends with an error, which is the last line.
"""

import json
import queue
import sys

from cryptography.hazmat.primitives.serialization import Encoding
from spiffe import JwtSvid, TrustDomain, WorkloadApiClient

STREAM_SECONDS = 90
socket, audience = sys.argv[1:]
states: queue.Queue = queue.Queue()


def say(line):
    print(json.dumps(line), flush=True)


def pem(certificates):
    return "".join(c.public_bytes(Encoding.PEM).decode() for c in certificates)


def state_of(context):
    svid = context.default_svid
    authorities = context.x509_bundle_set.get_bundle_for_trust_domain(svid.spiffe_id.trust_domain).x509_authorities
    return {
        "state": str(svid.spiffe_id),
        "serial": format(svid.leaf.serial_number, "x"),
        "chain": pem(svid.cert_chain),
        "authorities": pem(authorities),
    }


with WorkloadApiClient(f"unix://{socket}") as client:
    svid = client.fetch_x509_svid()
    token = client.fetch_jwt_svid({audience})
    domain = TrustDomain(svid.spiffe_id.trust_domain.name)
    bundle = client.fetch_jwt_bundles().get_bundle_for_trust_domain(domain)
    checked = JwtSvid.parse_and_validate(token.token, bundle, {audience})
    x509_bundle = client.fetch_x509_bundles().get_bundle_for_trust_domain(domain)
    say(
        {
            "x509": str(svid.spiffe_id),
            "jwt": str(checked.spiffe_id),
            "audience": sorted(checked.audience),
            "remote": str(client.validate_jwt_svid(token.token, audience).spiffe_id),
            "anchors": len(x509_bundle.x509_authorities),
            "jwtKeys": len(bundle.jwt_authorities),
        }
    )
    handler = client.stream_x509_contexts(
        lambda context: states.put(state_of(context)),
        lambda error: states.put({"error": repr(error)}),
        retry_connect=False,
    )
    while True:
        line = states.get(timeout=STREAM_SECONDS)
        say(line)
        if "error" in line:
            break
    handler.cancel()
