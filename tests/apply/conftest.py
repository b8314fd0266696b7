"""A small content to apply: one library as ELM, plans and activities made in each test."""

import base64
from datetime import UTC, datetime

import orjson
import pytest

from fhir_content.apply import apply
from fhir_content.catalog import Catalog
from fhir_content.resource import Resource

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
SYSTEM = "{urn:hl7-org:elm-types:r1}"
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "male", "name": [{"given": ["Ann"]}]}


def literal(kind, value):
    return {"type": "Literal", "valueType": SYSTEM + kind, "value": str(value)}


def null(kind):
    return {"type": "As", "asType": SYSTEM + kind, "operand": {"type": "Null"}}


WEIGHT = {"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Observation"}
DEFINITIONS = {
    "True": literal("Boolean", "true"),
    "False": literal("Boolean", "false"),
    "Null": null("Boolean"),
    "Five": literal("Integer", 5),
    "List": {"type": "List", "element": [literal("Boolean", "true")]},
    "Fails": {
        "type": "Message",
        "source": literal("Boolean", "true"),
        "condition": literal("Boolean", "true"),
        "code": literal("String", "x"),
        "severity": literal("String", "Error"),
        "message": literal("String", "boom"),
    },
    "Text": literal("String", "text"),
    "No Text": null("String"),
    "Texts": {"type": "List", "element": [literal("String", "a"), literal("String", "b")]},
    "Dose": {"type": "Quantity", "value": 32.5, "unit": "g"},
    "Urgent": literal("String", "urgent"),
    "Observed": {"type": "Exists", "operand": WEIGHT},
    "Asks": {"type": "And", "operand": [{"type": "ExpressionRef", "name": "Observed"}, literal("Boolean", "true")]},
    "Given": {"type": "ParameterRef", "name": "Region"},
}


def library(name="Logic", definitions=DEFINITIONS):
    statements = [{"name": key, "context": "Patient", "expression": node} for key, node in definitions.items()]
    parameter = {"name": "Region", "default": literal("String", "US")}
    elm = {"library": {"identifier": {"id": name, "version": "1.0.0"}, "statements": {"def": statements}}}
    elm["library"]["parameters"] = {"def": [parameter]}
    content = {"contentType": "application/elm+json", "data": base64.b64encode(orjson.dumps(elm)).decode()}
    return {
        "resourceType": "Library",
        "id": name,
        "name": name,
        "url": f"http://x.org/Library/{name}",
        "version": "1.0.0",
        "content": [content],
    }


def named(expression, language="text/cql-identifier", **more):
    return {"language": language, "expression": expression, **more}


def when(*names):
    return {"condition": [{"kind": "applicability", "expression": named(name)} for name in names]}


def sets(path, expression, language="text/cql-identifier"):
    return {"path": path, "expression": named(expression, language)}


def plan(id="plan", *actions, **more):
    made = {"resourceType": "PlanDefinition", "id": id, "url": f"http://x.org/PlanDefinition/{id}", "version": "1"}
    return {**made, "library": ["http://x.org/Library/Logic|1.0.0"], "action": list(actions), **more}


def activity(id="act", kind="ServiceRequest", **more):
    made = {
        "resourceType": "ActivityDefinition",
        "id": id,
        "url": f"http://x.org/ActivityDefinition/{id}",
        "version": "1",
    }
    code = {} if "code" in more or kind != "ServiceRequest" else {"code": {"text": "code"}}
    return {**made, "library": ["http://x.org/Library/Logic"], "kind": kind, **code, **more}


def catalog(*resources):
    return Catalog(Resource.of(each) for each in (library(), *resources))


@pytest.fixture
def applied():
    """Apply the first of the resources given to the patient; the others are content beside it."""

    def run(definition, *content, data=(PATIENT,), subject="Patient/p1", **more):
        key = f"{definition['resourceType']}/{definition['id']}"
        return apply(key, catalog(definition, *content), data, subject, at=AT, **more)

    return run


def group(outcome):
    """The RequestGroup in either form."""
    entries = [entry["resource"] for entry in outcome.resource.get("entry", [])]
    return next(
        each for each in [*entries, *outcome.resource.get("contained", [])] if each["resourceType"] == "RequestGroup"
    )


def actions(outcome):
    return [action.get("id") for action in group(outcome).get("action", [])]


def made(outcome, kind):
    entries = [entry["resource"] for entry in outcome.resource.get("entry", [])]
    return [each for each in [*entries, *outcome.resource.get("contained", [])] if each["resourceType"] == kind]
