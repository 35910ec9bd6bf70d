"""Asks PyJWT and joserfc about tokens. Input: {jwks, issuer, audience, tokens}; output: {library: [why refused, or null]}"""

import json
import sys
import time

import jwt as pyjwt
from joserfc import jwk as joserfc_jwk
from joserfc import jwt as joserfc
from joserfc.errors import JoseError

ALGORITHM = "ES256"
asked = json.load(sys.stdin)
issuer, audience = asked["issuer"], asked["audience"]
key_set = pyjwt.PyJWKSet.from_dict(asked["jwks"])
keys = joserfc_jwk.KeySet.import_key_set(asked["jwks"])
claims = joserfc.JWTClaimsRegistry(
    now=lambda: int(time.time()),
    iss={"essential": True, "value": issuer},
    aud={"essential": True, "value": audience},
    sub={"essential": True},
    exp={"essential": True},
)


def by_pyjwt(token):
    key = key_set[pyjwt.get_unverified_header(token)["kid"]]
    required = {"require": ["iss", "sub", "aud", "exp"]}
    pyjwt.decode(token, key, algorithms=[ALGORITHM], audience=audience, issuer=issuer, options=required)


def by_joserfc(token):
    claims.validate(joserfc.decode(token, keys, algorithms=[ALGORITHM]).claims)


def why_refused(read, errors, token):
    """Only an error that the library means for a bad token counts; any other ends the program."""
    try:
        read(token)
        return None
    except errors as error:
        return repr(error)


judges = {
    # An unknown key id is a KeyError of the set, before the library looks at the token.
    "PyJWT": (by_pyjwt, (pyjwt.PyJWTError, KeyError)),
    # It says ValueError where no key has the id.
    "joserfc": (by_joserfc, (JoseError, ValueError)),
}
print(json.dumps({name: [why_refused(*judge, token) for token in asked["tokens"]] for name, judge in judges.items()}))
