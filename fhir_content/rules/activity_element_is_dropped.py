"""An activity says something that is lost when it is applied.

`priority`, `quantity`, `timing`, `location` and `participant` of an ActivityDefinition are not copied by the reference
`$apply` to the request that it makes. What matters among them must also be computed by a dynamicValue, or stand in the
dosage, or the clinician's proposal lacks it.

```yaml bad
resourceType: ActivityDefinition
id: example
description: Gives immunoglobulin.
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
priority: urgent
```

```yaml good
resourceType: ActivityDefinition
id: example
description: Gives immunoglobulin.
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
priority: urgent
dynamicValue:
  - path: priority
    expression: {language: text/cql-identifier, expression: Priority}
library: [http://example.org/Library/Ig|1.0.0]
```

https://hl7.org/fhir/R4/activitydefinition-operation-apply.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule

# element of the activity -> the beginning of a path that computes it in a request
_DROPPED = {
    "priority": ("priority",),
    "quantity": ("quantity", "dispenseRequest"),
    "location": ("location",),
    "participant": ("performer", "recipient", "owner"),
    **{f"timing{kind}": ("occurrence", "dosageInstruction") for kind in ("Timing", "DateTime", "Age", "Period")},
    **{f"timing{kind}": ("occurrence", "dosageInstruction") for kind in ("Range", "Duration")},
}


@rule(on="ActivityDefinition", severity=Severity.WARNING, since="0.1", scope="project")
def check(activity: Element, catalog: Catalog) -> Iterator[Finding]:
    """What the reference does not copy is computed as well."""
    paths = [value.text("path").removeprefix("%") for value in activity.each("dynamicValue")]
    for name, computed in _DROPPED.items():
        if activity.get(name) and not any(path.startswith(computed) for path in paths):
            message = f"`{name}` is not copied to the request by the reference $apply"
            yield Finding(activity[name], message, f"compute {computed[0]} with a dynamicValue too", on_key=True)
