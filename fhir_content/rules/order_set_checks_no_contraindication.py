"""An order set offers a medicine without a check.

An order set puts a prefilled prescription one click away. Each medicine in it stands under a condition, its own or that
of a group around it, so that a contraindication or a missing weight takes it off the list.

```yaml bad
resourceType: PlanDefinition
id: example
description: Immunoglobulin by vein.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/plan-definition-type, code: order-set}]}
action:
  - id: give
    title: Give immunoglobulin
    definitionCanonical: http://example.org/ActivityDefinition/give|1.0.0
---
resourceType: ActivityDefinition
id: give
url: http://example.org/ActivityDefinition/give
version: 1.0.0
description: Gives immunoglobulin.
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
```

```yaml good
resourceType: PlanDefinition
id: example
description: Immunoglobulin by vein.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/plan-definition-type, code: order-set}]}
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: give
    title: Give immunoglobulin
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: Not Held Back}
    definitionCanonical: http://example.org/ActivityDefinition/give|1.0.0
---
resourceType: ActivityDefinition
id: give
url: http://example.org/ActivityDefinition/give
version: 1.0.0
description: Gives immunoglobulin.
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
```

https://hl7.org/fhir/R4/plandefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import named


@rule(on="PlanDefinition", severity=Severity.ERROR, since="0.1", scope="project")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """No medicine in an order set is offered to everybody."""
    kind = plan.get("type")
    if kind is None or not any(coding.text("code") == "order-set" for coding in kind.each("coding")):
        return
    for action in _unconditional(plan):
        made = catalog.resolve(action.text("definitionCanonical"))
        if made is not None and made.root.text("kind") in ("MedicationRequest", "ImmunizationRecommendation"):
            message = f"{named(action)} offers a medicine under no condition"
            yield Finding(action, message, "add an applicability condition that holds back on a contraindication")


def _unconditional(element: Element) -> Iterator[Element]:
    """The actions that no condition, of their own or above them, keeps back."""
    for action in element.each("action"):
        if not any(condition.text("kind") == "applicability" for condition in action.each("condition")):
            yield action
            yield from _unconditional(action)
