"""fhir.resources, its R4B classes."""

import json

from fhir.resources.R4B import get_fhir_model_class
from measured import dotted, run
from pydantic import ValidationError


def errors(content, file):
    try:
        kind = json.loads(content)["resourceType"]
        get_fhir_model_class(kind).model_validate_json(content)
    except ValidationError as error:
        return [(f"{kind}.{dotted(each['loc'])}", each["msg"]) for each in error.errors()]
    except Exception as error:
        return [("", repr(error)[:200])]
    return []


run(errors)
