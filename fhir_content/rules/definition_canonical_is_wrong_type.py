"""An action's definition is of the wrong type.

`definitionCanonical` names what to do: an ActivityDefinition, a PlanDefinition or a Questionnaire. Pointing at anything
else makes the whole `$apply` call fail in the reference engine, not only this action.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
action:
  - id: measure-igg
    title: Measure IgG
    definitionCanonical: http://example.org/ValueSet/igg|1.0.0
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
action:
  - id: measure-igg
    title: Measure IgG
    definitionCanonical: http://example.org/ActivityDefinition/measure-igg|1.0.0
```

https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.definition_x_
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.canonical import Canonical
from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import actions
from fhir_content.structure import definitions

_ALLOWED = ("ActivityDefinition", "PlanDefinition", "Questionnaire")


@rule(on="PlanDefinition", severity=Severity.ERROR, since="0.1")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each definitionCanonical names a definition that can be carried out."""
    for action in actions(plan):
        text = action.text("definitionCanonical")
        found = _type(plan, text, catalog) if text else ""
        if found and found not in _ALLOWED:
            way_out = f"name an {_ALLOWED[0]}, a {_ALLOWED[1]} or a {_ALLOWED[2]}"
            yield Finding(action["definitionCanonical"], f"an action cannot be defined by a {found}: {text}", way_out)


def _type(plan: Element, text: str, catalog: Catalog) -> str:
    """The type of what a canonical names: of the resource where it is here, else as the url says; "" if it does not."""
    if text.startswith("#"):
        held = (each for each in plan.each("contained") if each.text("id") == text[1:])
        return next((each.text("resourceType") for each in held), "")
    target = catalog.resolve(text)
    if target is not None:
        return target.type
    said = Canonical.parse(text).type
    return said if said in definitions().resource_types else ""
