"""An action has no id.

The id is how everything else speaks of an action: relatedAction, the resource that `$apply` makes of it, the clinical
case that expects it, the log entry that says why it fired. Without one the made resource is named for the definition
alone, and two actions that use the same definition cannot be told apart.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
action:
  - title: Measure IgG
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
action:
  - id: measure-igg
    title: Measure IgG
```

https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import actions


@rule(on="PlanDefinition", severity=Severity.WARNING, since="0.1")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each action has an id."""
    for action in actions(plan):
        if not action.get("id"):
            yield Finding(action, f"the action {action.text('title')!r} has no id", "give it a short stable id")
