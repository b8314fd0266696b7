"""This project's validator within one process: reading, conformance and house rules."""

from measured import run

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Resource
from fhir_content.source import parse
from fhir_content.validate import validate


def errors(content, file):
    source = parse(content, file)
    found = list(source.issues)
    if isinstance(source.data, dict):
        found += validate(Catalog([Resource(source.data, source)]))
    return [(each.location.expression, each.message) for each in found if each.severity.reaches(Severity.ERROR)]


run(errors)
