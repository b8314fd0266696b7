"""A dose has no unit.

"30" of immunoglobulin is 30 g, 30 mL or 30 mg/kg: a tenfold error waits in each. Every amount of a dose or a rate has a
unit, in UCUM.

```yaml bad
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
dosage:
  - doseAndRate: [{doseQuantity: {value: 30}}]
    maxDosePerAdministration: {value: 80, unit: g, system: "http://unitsofmeasure.org", code: g}
```

```yaml good
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
dosage:
  - doseAndRate: [{doseQuantity: {value: 30, unit: g, system: "http://unitsofmeasure.org", code: g}}]
    maxDosePerAdministration: {value: 80, unit: g, system: "http://unitsofmeasure.org", code: g}
```

https://hl7.org/fhir/R4/dosage-definitions.html#Dosage.doseAndRate.dose_x_
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._dosage import doses, quantities, unit


@rule(on="ActivityDefinition", severity=Severity.ERROR, since="0.1")
def check(activity: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each amount has a unit."""
    for _, dose in doses(activity):
        for quantity in quantities(dose):
            if quantity.get("value") and not unit(quantity):
                yield Finding(quantity, "this amount has no unit", "add unit, system and code, as in g or mg/kg")
