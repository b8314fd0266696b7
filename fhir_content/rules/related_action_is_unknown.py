"""A related action is not in the plan.

`relatedAction.actionId` names another action of the same PlanDefinition. When there is none of that id, the order
"first this, then that" is lost without a word: the loading dose no longer comes before the maintenance dose.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
action:
  - id: consent
    title: Ask for consent
  - id: infusion
    title: First infusion
    relatedAction:
      - {actionId: consnt, relationship: after-end}
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
action:
  - id: consent
    title: Ask for consent
  - id: infusion
    title: First infusion
    relatedAction:
      - {actionId: consent, relationship: after-end}
```

https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.relatedAction.actionId
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import actions
from fhir_content.rules._wording import did_you_mean


@rule(on="PlanDefinition", severity=Severity.ERROR, since="0.1", code="not-found")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each relatedAction names an action of this plan."""
    known = {action.text("id") for action in actions(plan)} - {""}
    for action in actions(plan):
        for related in action.each("relatedAction"):
            target = related.text("actionId")
            if target and target not in known:
                way_out = did_you_mean(target, known) or "name the id of an action in this PlanDefinition"
                yield Finding(related["actionId"], f"no action of this plan has the id `{target}`", way_out)
