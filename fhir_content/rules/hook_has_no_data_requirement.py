"""A hook on an order does not say which data it needs.

At order-select and order-sign the clinician waits. A plan that does not list the data it needs makes the EHR fetch
them one by one, or not at all, and the check is late or blind. List them in the trigger's `data`, the action's `input`
or the library's `dataRequirement`, from which the prefetch is made.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
action:
  - id: check
    title: Check immunoglobulin before signing
    trigger: [{type: named-event, name: order-sign}]
    documentation: [{type: citation, display: Work group report 2022}]
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
action:
  - id: check
    title: Check immunoglobulin before signing
    trigger: [{type: named-event, name: order-sign}]
    documentation: [{type: citation, display: Work group report 2022}]
    input: [{type: Observation, codeFilter: [{path: code, valueSet: "http://example.org/ValueSet/igg|1.0.0"}]}]
```

https://cds-hooks.hl7.org/2.0/#prefetch-template
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._hooks import hooks

_ORDER = ("order-select", "order-sign")


@rule(on="PlanDefinition", severity=Severity.WARNING, since="0.1")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each hook on an order has data to prefetch."""
    canonicals = [str(each.value) for each in plan.each("library")]
    libraries = [catalog.resolve(canonical) for canonical in canonicals]
    listed = any(library is None or "dataRequirement" in library.data for library in libraries)
    for action, trigger in hooks(plan):
        if trigger.text("name") in _ORDER and not (listed or action.get("input") or trigger.get("data")):
            message = f"the hook {trigger.text('name')} does not say which data it needs"
            yield Finding(trigger, message, "list them in the action's input, the trigger's data, or the library")
