"""fhircraft, the models of R4 that it ships."""

import importlib
import json
import re
import warnings

from measured import dotted, run
from pydantic import ValidationError

warnings.simplefilter("ignore")


def errors(content, file):
    try:
        data = json.loads(content)
        kind = data["resourceType"]
        module = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()
        model = getattr(importlib.import_module(f"fhircraft.fhir.resources.datatypes.R4.core.{module}"), kind)
        model.model_validate(data)
    except ValidationError as error:
        return [(f"{kind}.{dotted(each['loc'])}", each["msg"][:200]) for each in error.errors()]
    except Exception as error:
        return [("", repr(error)[:200])]
    return []


run(errors)
