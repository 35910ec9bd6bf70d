"""Asks openapi-spec-validator about documents. Input: a list of them; output: [what is wrong, or null]"""

import json
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator


def fault_of(document):
    error = next(OpenAPIV31SpecValidator(document).iter_errors(), None)
    return None if error is None else str(error)


print(json.dumps([fault_of(document) for document in json.load(sys.stdin)]))
