"""Asks securesystemslib about DSSE envelopes. Input: {key: verifier key of a note, envelopes}; output: [why refused, or null]

The key is read here from its text form, as by somebody who has the C2SP text and none of our code.
"""

import base64
import json
import sys

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

asked = json.load(sys.stdin)
name, key_id, encoded = asked["key"].split("+", 2)
algorithm, public = base64.b64decode(encoded)[0], base64.b64decode(encoded)[1:]
assert algorithm == 1, "no Ed25519 key"
key = SSlibKey(f"{name}+{key_id}", "ed25519", "ed25519", {"public": public.hex()})


def why_refused(envelope):
    try:
        Envelope.from_dict(envelope).verify([key], 1)
        return None
    except VerificationError as error:
        return repr(error)


print(json.dumps([why_refused(envelope) for envelope in asked["envelopes"]]))
