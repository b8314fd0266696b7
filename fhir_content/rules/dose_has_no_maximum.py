"""A dose has no maximum.

A dose by weight grows with the weight that somebody typed. A maximum per administration or per period is the last
thing that stands between a slip of the keyboard and the patient. A dosage computed in CQL carries its maximum there.

```yaml bad
resourceType: ActivityDefinition
id: example
description: Gives immunoglobulin.
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
dosage:
  - doseAndRate: [{doseQuantity: {value: 400, unit: mg/kg, system: "http://unitsofmeasure.org", code: mg/kg}}]
```

```yaml good
resourceType: ActivityDefinition
id: example
description: Gives immunoglobulin.
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
dosage:
  - doseAndRate: [{doseQuantity: {value: 400, unit: mg/kg, system: "http://unitsofmeasure.org", code: mg/kg}}]
    maxDosePerAdministration: {value: 80, unit: g, system: "http://unitsofmeasure.org", code: g}
```

https://hl7.org/fhir/R4/dosage-definitions.html#Dosage.maxDosePerAdministration
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule

_MAXIMUM = ("maxDosePerAdministration", "maxDosePerPeriod", "maxDosePerLifetime")


@rule(on="ActivityDefinition", severity=Severity.WARNING, since="0.1", scope="project")
def check(activity: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each dosage that states an amount states a maximum too."""
    for dosage in activity.each("dosage"):
        if dosage.get("doseAndRate") and not any(dosage.get(name) for name in _MAXIMUM):
            yield Finding(dosage, "this dosage has no maximum", f"add {_MAXIMUM[0]} or {_MAXIMUM[1]}")
