"""A dose is more than its own limit.

A range from 1 g to 800 mg, or a dose above its maximum per administration, cannot be followed: whoever reads it will
pick one of the two numbers. Amounts in different units are compared after conversion; FHIR's own rule on ranges
compares those in one unit.

```yaml bad
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
dosage:
  - doseAndRate:
      - doseRange:
          low: {value: 1, unit: g, system: "http://unitsofmeasure.org", code: g}
          high: {value: 800, unit: mg, system: "http://unitsofmeasure.org", code: mg}
    maxDosePerAdministration: {value: 80, unit: g, system: "http://unitsofmeasure.org", code: g}
```

```yaml good
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
dosage:
  - doseAndRate:
      - doseRange:
          low: {value: 400, unit: mg, system: "http://unitsofmeasure.org", code: mg}
          high: {value: 1, unit: g, system: "http://unitsofmeasure.org", code: g}
    maxDosePerAdministration: {value: 80, unit: g, system: "http://unitsofmeasure.org", code: g}
```

https://hl7.org/fhir/R4/dosage-definitions.html#Dosage.doseAndRate
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._dosage import doses, exceeds, quantities, ranges, unit

_WAY_OUT = "look the two numbers up in the source, and correct the one that is wrong"


@rule(on="ActivityDefinition", severity=Severity.ERROR, since="0.1")
def check(activity: Element, catalog: Catalog) -> Iterator[Finding]:
    """No low end above the high one, no dose above its maximum."""
    for dosage, dose in doses(activity):
        for span, low, high in ranges(dose):
            if unit(low) != unit(high) and exceeds(low, high):
                yield Finding(span, f"{_shown(low)} is more than {_shown(high)}", _WAY_OUT)
        most = dosage.get("maxDosePerAdministration")
        if most is None:
            continue
        for quantity in quantities(dose):
            if "rate" not in str(quantity.path) and exceeds(quantity, most):
                yield Finding(quantity, f"{_shown(quantity)} is more than the maximum of {_shown(most)}", _WAY_OUT)


def _shown(quantity: Element) -> str:
    value = quantity.get("value")
    return f"{value.value if value else ''} {unit(quantity)}"
