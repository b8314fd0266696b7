"""The variables of the environment: those of the specification and those given.

https://hl7.org/fhir/R4/fhirpath.html#vars
"""

from __future__ import annotations

from fhir_content.fhirpath.data import Items
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.evaluation import Environment

FIXED: dict[str, Items] = {
    "ucum": ["http://unitsofmeasure.org"],
    "sct": ["http://snomed.info/sct"],
    "loinc": ["http://loinc.org"],
}
PREFIXES = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}


def variable(environment: Environment, name: str) -> Items:
    """The value of `%name`; raises FhirPathError where there is none such."""
    given = environment.variables.get(name)
    if given is not None:
        return given
    fixed = FIXED.get(name)
    if fixed is not None:
        return fixed
    for prefix, url in PREFIXES.items():
        if name.startswith(prefix):
            return [url + name.removeprefix(prefix)]
    raise FhirPathError(f"there is no variable %{name}")
