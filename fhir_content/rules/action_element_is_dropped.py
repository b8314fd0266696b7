"""An action says something that is lost when the plan is applied.

The reference `$apply` does not copy `participant`, `reason`, `goalId`, `prefix`, `groupingBehavior`,
`requiredBehavior`, `precheckBehavior`, `cardinalityBehavior` and `transform` to what it makes. Nothing clinical may
hang on them alone: say it in the action's text as well, or leave it out.

```yaml bad
resourceType: PlanDefinition
id: example
description: When to start.
status: active
action:
  - id: consent
    title: Ask for consent
    precheckBehavior: "yes"
```

```yaml good
resourceType: PlanDefinition
id: example
description: When to start.
status: active
action:
  - id: consent
    title: Ask for consent before the first infusion
```

https://hl7.org/fhir/R4/plandefinition-operation-apply.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import actions

_DROPPED = (
    *("prefix", "participant", "reason", "goalId", "groupingBehavior", "requiredBehavior", "precheckBehavior"),
    *("cardinalityBehavior", "transform"),
)


@rule(on="PlanDefinition", severity=Severity.INFORMATION, since="0.1", scope="project")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Tell of each element that will not reach the clinician."""
    for action in actions(plan):
        for name in _DROPPED:
            if action.get(name):
                message = f"`{name}` is not copied by the reference $apply"
                yield Finding(action[name], message, "say it in the action's text too, or leave it out", on_key=True)
