"""A plan leads back to itself.

When an action of a plan is defined by another plan whose actions lead back to the first, `$apply` never ends: some
engines stop at a depth, some run out of memory.

```yaml bad
resourceType: PlanDefinition
id: one
url: http://example.org/PlanDefinition/one
version: 1.0.0
status: active
action:
  - id: next
    title: Next
    definitionCanonical: http://example.org/PlanDefinition/two|1.0.0
---
resourceType: PlanDefinition
id: two
url: http://example.org/PlanDefinition/two
version: 1.0.0
status: active
action:
  - id: back
    title: Back
    definitionCanonical: http://example.org/PlanDefinition/one|1.0.0
```

```yaml good
resourceType: PlanDefinition
id: one
url: http://example.org/PlanDefinition/one
version: 1.0.0
status: active
action:
  - id: next
    title: Next
    definitionCanonical: http://example.org/PlanDefinition/two|1.0.0
---
resourceType: PlanDefinition
id: two
url: http://example.org/PlanDefinition/two
version: 1.0.0
status: active
action:
  - id: stop
    title: Nothing more
```

https://hl7.org/fhir/R4/plandefinition-operation-apply.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element, Resource
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import actions
from fhir_content.rules._index import per_catalog


@rule(on="PlanDefinition", severity=Severity.ERROR, since="0.1")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """No plan is among those that its actions lead to; told once for each circle, where it closes."""
    for action in _closing(catalog).get(id(plan.resource), ()):
        target = catalog.resolve(action.text("definitionCanonical"))
        name = target.key if target else ""
        message = f"the circle closes here: this action leads back to {name}"
        yield Finding(action["definitionCanonical"], message, "let one of the plans end, or repeat by a timing instead")


def _next(plan: Resource, catalog: Catalog) -> list[tuple[Element, Resource]]:
    found = [(action, catalog.resolve(action.text("definitionCanonical"))) for action in actions(plan.root)]
    return [(action, target) for action, target in found if target is not None and target.type == "PlanDefinition"]


@per_catalog
def _closing(catalog: Catalog) -> dict[int, list[Element]]:
    """The actions that close a circle, by plan: one walk in depth over all plans, without recursion."""
    found: dict[int, list[Element]] = {}
    done: set[int] = set()
    for start in catalog.of("PlanDefinition"):
        stack = [(start, iter(_next(start, catalog)))] if id(start) not in done else []
        on_path = {id(start)}
        while stack:
            plan, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                stack.pop()
                on_path.discard(id(plan))
                done.add(id(plan))
            elif id(step[1]) in on_path:
                found.setdefault(id(plan), []).append(step[0])
            elif id(step[1]) not in done:
                on_path.add(id(step[1]))
                stack.append((step[1], iter(_next(step[1], catalog))))
    return found
