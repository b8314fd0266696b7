"""fhirkit-rs."""

import fhirkit
from measured import run


def errors(content, file):
    try:
        return [(each.path, each.message) for each in fhirkit.validate(content) if each.severity == "error"]
    except ValueError as error:
        return [("", str(error)[:200])]


run(errors)
