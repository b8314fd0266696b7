"""The immunoglobulin pathways as they are released, and the patients of their cases on a day that other engines know.

The reference takes its now from the machine, so the cases are told as of today: their words are all relative.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from fhir_content.apply import Logic
from fhir_content.case.expansion import expand
from fhir_content.case.form import WrittenCase, read_cases
from fhir_content.case.run import parameters_of
from fhir_content.case.words import Vocabulary
from fhir_content.catalog import Catalog
from fhir_content.project import load
from fhir_content.release import release
from fhir_content.source import dumps
from fhir_content.targets.bundle import closure

ROOT = Path(__file__).parents[2]
TOP = "PlanDefinition/imd-20-ig"


def plain(value):
    """As JSON, decimals as floats, the way other engines read them."""
    return json.loads(dumps(value))


class Replacement:
    """The content with its built bundle, and each case's patient."""

    def __init__(self):
        whole = load(ROOT)
        plan = whole.catalog.get(TOP)
        own = Catalog(whole.catalog.closure(plan).resources, ())
        self.project = replace(whole, catalog=release(own))
        self.catalog = self.project.catalog
        self.bundle, _ = closure(self.project, self.catalog.get(TOP))
        self.logic = Logic(self.catalog)
        self.now = datetime.now(UTC).replace(microsecond=0)
        vocabulary = Vocabulary(whole.catalog)
        cases, issues = read_cases(whole, (ROOT / "definitions" / "ig-replacement" / "cases",))
        assert not issues
        self.patients = [self._patient(each, vocabulary) for each in cases]

    def _patient(self, written, vocabulary):
        today = self.now.date().isoformat()
        dated = WrittenCase(written.case.model_copy(update={"on": today}), written.source)
        data, issues = expand(dated, vocabulary)
        assert not issues, issues
        return Patient(written.name, written.case.plan, data, parameters_of(dated))


class Patient:
    """A case's patient: the plan to apply, the data, and the values of the parameters."""

    def __init__(self, name, plan, data, parameters):
        self.name = name
        self.plan = f"PlanDefinition/{plan}"
        self.data = data
        self.parameters = parameters

    @property
    def bundle(self):
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in self.data]}

    @property
    def resource(self):
        """The parameters as a Parameters resource."""
        kinds = {bool: "valueBoolean", int: "valueInteger", str: "valueString"}
        given = [{"name": name, kinds[type(value)]: value} for name, value in self.parameters.items()]
        return {"resourceType": "Parameters", "parameter": given}

    @property
    def names_medicines_by_reference(self):
        return any("medicationReference" in each for each in self.data)
