"""cql-execution over the same libraries and patients: every definition of every library, value by value.

Its numbers are binary and its text of a decimal drops zeros (docs/clarifications-cql.md), so numbers are compared to
six decimals, also where they stand in a text; everything else must be equal.
"""

import json
import re
from collections import defaultdict
from decimal import Decimal

import pytest
from replacement import Replacement
from second_engine import evaluate, packages

from fhir_content.cql import Context, Date, DateTime, Quantity
from fhir_content.source import dumps

pytestmark = pytest.mark.long
# A creatinine of exactly 1.5 times the lowest: 0.8 * 1.5 is 1.2 here, and 1.2000000000000002 in binary.
NEEDS_DECIMALS = {"creatinine-x1-5"}
_NUMBER = re.compile(r"\d+\.\d+")


@pytest.fixture(scope="module")
def replacement():
    return Replacement()


@pytest.fixture(scope="module")
def node_packages():
    folder, reason = packages()
    if folder is None:
        pytest.skip(reason)
    return folder


def test_every_definition_has_the_same_value_in_both_engines(replacement, node_packages):
    groups = defaultdict(list)
    for patient in replacement.patients:
        # The other data provider does not follow a reference to a Medication.
        if not patient.names_medicines_by_reference and patient.name not in NEEDS_DECIMALS:
            groups[main_library(replacement, patient), json.dumps(patient.parameters, sort_keys=True)].append(patient)
    compared, wrong = 0, []
    for (main, parameters), patients in groups.items():
        found = theirs(replacement, node_packages, main, json.loads(parameters), patients)
        for patient, others in zip(patients, found, strict=True):
            assert "error" not in others, (patient.name, others)
            mine = ours(replacement, main, patient)
            assert others.keys() <= mine.keys()
            compared += len(others)
            wrong += [
                f"{patient.name} {main}.{name}: ours {mine[name]}, theirs {normal(value)}"
                for name, value in others.items()
                if mine[name] != normal(value)
            ]
    assert compared > 5_000
    assert not wrong, "\n".join(wrong[:40])


def main_library(replacement, patient):
    return replacement.catalog.get(patient.plan).data["library"][0].partition("|")[0].rpartition("/")[2]


def theirs(replacement, folder, main, parameters, patients):
    value_sets = {each.url: codes(replacement, each.url) for each in replacement.catalog.of("ValueSet")}
    bundles = [json.loads(dumps(each.bundle)) for each in patients]
    trees = list(replacement.logic.trees().values())
    moment = replacement.now.isoformat()
    return evaluate(folder, trees, main, value_sets, parameters, moment, bundles)["results"]


def codes(replacement, url):
    return [(system or "", code) for system, code in replacement.logic.value_set(url) or ()]


def ours(replacement, main, patient):
    context = Context(
        patient.data, now=replacement.now, parameters=patient.parameters, value_sets=replacement.logic.value_set
    )
    values = replacement.logic.ready(main).evaluate_all(context)
    return {name: normal(value) for name, value in values.items()}


def normal(value):
    """A value of either engine in one form: numbers rounded, resources and tuples only known to be there."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _NUMBER.sub(lambda found: f"{float(found[0]):g}", value)
    if isinstance(value, int | float | Decimal):
        return round(float(value), 6)
    if isinstance(value, list | tuple):
        return [normal(each) for each in value]
    if isinstance(value, Quantity):
        return "quantity", round(float(value.value), 6), value.unit
    if isinstance(value, Date | DateTime):
        return "date", str(value).replace("Z", "+00:00")
    if isinstance(value, dict) and "quantity" in value:
        return "quantity", round(value["quantity"], 6), value["unit"]
    if isinstance(value, dict) and "date" in value:
        return "date", value["date"]
    return "object"
