"""An activity does not say what is ordered.

From an ActivityDefinition without a product no MedicationRequest or ImmunizationRecommendation can be made, and without
a code no ServiceRequest: the reference engine fails, and the action on the card has nothing behind it. Name the product
or code, or compute it with a dynamicValue.

```yaml bad
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
title: Immunoglobulin for replacement
```

```yaml good
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
title: Immunoglobulin for replacement
productCodeableConcept: {text: Human normal immunoglobulin for intravenous use}
```

https://hl7.org/fhir/R4/activitydefinition-definitions.html#ActivityDefinition.kind
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule

_NEEDS = {
    "MedicationRequest": (("productCodeableConcept", "productReference"), "medication"),
    "ImmunizationRecommendation": (("productCodeableConcept", "productReference"), "recommendation"),
    "ServiceRequest": (("code",), "code"),
}


@rule(on="ActivityDefinition", severity=Severity.WARNING, since="0.1")
def check(activity: Element, catalog: Catalog) -> Iterator[Finding]:
    """What is ordered is written in the activity, or computed by it."""
    kind = activity.text("kind")
    if kind not in _NEEDS:
        return
    names, path = _NEEDS[kind]
    computed = (value.text("path").removeprefix("%") for value in activity.each("dynamicValue"))
    if any(activity.get(name) for name in names) or any(each.startswith(path) for each in computed):
        return
    wanted = "code" if names == ("code",) else "product"
    yield Finding(activity["kind"], f"a {kind} cannot be made: there is no {wanted}", f"add {' or '.join(names)}")
