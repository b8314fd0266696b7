"""A dynamicValue's path leads nowhere.

`dynamicValue.path` says which element of the made resource takes the computed value. When the path does not parse, or
the resource has no such element, the dose or the reason that was computed for this patient is not written anywhere.

```yaml bad
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
library: [http://example.org/Library/Ig|1.0.0]
dynamicValue:
  - path: doseInstruction[0].text
    expression: {language: text/cql-identifier, expression: Dose Text}
```

```yaml bad
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
library: [http://example.org/Library/Ig|1.0.0]
dynamicValue:
  - path: dosageInstruction[0..text
    expression: {language: text/cql-identifier, expression: Dose Text}
```

```yaml good
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
library: [http://example.org/Library/Ig|1.0.0]
dynamicValue:
  - path: dosageInstruction[0].text
    expression: {language: text/cql-identifier, expression: Dose Text}
```

https://hl7.org/fhir/R4/activitydefinition-definitions.html#ActivityDefinition.dynamicValue.path
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._paths import DynamicValue, dynamic_values, split
from fhir_content.rules._wording import did_you_mean
from fhir_content.structure import definitions


@rule(on=("ActivityDefinition", "PlanDefinition"), severity=Severity.ERROR, since="0.1", code="not-found")
def check(definition: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each path can be read, and leads to an element of what is made, where that is known."""
    for value in dynamic_values(definition, catalog):
        if not value.path or not value.element.get("path"):
            continue
        if split(value.path) is None:
            message = f"the path `{value.path}` is not names and indexes joined by dots"
            yield Finding(value.element["path"], message, "write it as dosageInstruction[0].text")
        elif value.target and value.names and not value.ends() and definitions().structure(value.target):
            name, near = _first_unknown(value)
            message = f"a {value.target} has no element `{name}` at `{value.path}`"
            yield Finding(value.element["path"], message, near or f"name an element of {value.target}")


def _first_unknown(value: DynamicValue) -> tuple[str, str]:
    """The first name that leads nowhere, and a near one that does."""
    known = value.target
    for name in value.names:
        if not definitions().children(f"{known}.{name}"):
            children = definitions().children(known)
            start = definitions().structure(known)
            structures = [child.structure for child in children] or ([start] if start else [])
            names = {key for structure in structures for key in structure.children}
            return name, did_you_mean(name, names)
        known = f"{known}.{name}"
    return value.path, ""
