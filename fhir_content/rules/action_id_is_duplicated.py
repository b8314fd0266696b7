"""Two actions have the same id.

The id of an element is unique within its resource. With two actions of one id, a relatedAction may mean either, and
the two requests that `$apply` makes of them take one id: one of two proposals is silently lost.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
action:
  - id: treat
    title: Start immunoglobulin replacement
    action:
      - id: measure
        title: Measure IgG
  - id: measure
    title: Measure body weight
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
action:
  - id: measure-igg
    title: Measure IgG
  - id: measure-weight
    title: Measure body weight
```

https://hl7.org/fhir/R4/element.html#id
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import actions


@rule(on="PlanDefinition", severity=Severity.ERROR, since="0.1", code="duplicate")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """No id is used by two actions, at any depth."""
    first: dict[str, Element] = {}
    for action in actions(plan):
        name = action.text("id")
        if not name:
            continue
        if name in first:
            where = first[name]["id"].location
            message = f"the id `{name}` is already that of {first[name].expression}"
            yield Finding(action["id"], message, f"give one of the two another id; the other is at {where}", (where,))
        first.setdefault(name, action)
