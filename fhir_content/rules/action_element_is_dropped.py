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
    """Tell, once for each element of a plan, what will not reach the clinician."""
    for name in _DROPPED:
        held = [action[name] for action in actions(plan) if action.get(name)]
        if held:
            count = f" (here and in {len(held) - 1} more actions)" if len(held) > 1 else ""
            message = f"`{name}` is not copied by the reference $apply{count}"
            yield Finding(held[0], message, "say it in the action's text too, or leave it out", on_key=True)
