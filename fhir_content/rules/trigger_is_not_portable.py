"""A hook is declared where CDS Hooks servers do not look.

A CDS Hooks server takes the named-event triggers of the root actions and serves the plan under the first hook that it
finds. A trigger on a child action is never heard, and of two hooks the second is silent: the alert does not come.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
action:
  - id: group
    title: Immunoglobulin
    action:
      - id: start
        title: Start immunoglobulin replacement
        trigger: [{type: named-event, name: patient-view}]
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
action:
  - id: start
    title: Start immunoglobulin replacement
    trigger: [{type: named-event, name: patient-view}]
    documentation: [{type: citation, display: Work group report 2022}]
```

https://cds-hooks.hl7.org/2.0/
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._hooks import hooks


@rule(on="PlanDefinition", severity=Severity.WARNING, since="0.1")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """One hook a plan, on its root actions."""
    first = ""
    for action, trigger in hooks(plan):
        name = trigger.text("name")
        if len(action.path) > 2:
            yield Finding(trigger, f"the hook `{name}` on a child action is never heard", "put it on the root action")
            continue
        if first and name != first:
            message = f"the hook `{name}` is silent: the plan is served under `{first}`"
            yield Finding(trigger, message, "make a plan of its own for each hook")
        first = first or name
