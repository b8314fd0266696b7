"""An action does nothing.

An action without a definition, without child actions and without any text is shown as an empty card: the reader is
interrupted and told nothing. Name what to do, or say it in `title` and `description`; a group needs child actions.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: start
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: Start}
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: start
    title: Measure IgG
    definitionCanonical: http://example.org/ActivityDefinition/measure-igg|1.0.0
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

_DOES_SOMETHING = ("definitionCanonical", "definitionUri", "action", "title", "description", "textEquivalent")


@rule(on="PlanDefinition", severity=Severity.WARNING, since="0.1")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each action has a definition, children or words."""
    for action in actions(plan):
        if not any(action.get(name) for name in _DOES_SOMETHING):
            yield Finding(
                action,
                "this action has no definition, no child actions and no text",
                "name what it does in definitionCanonical, or say it in title and description",
            )
