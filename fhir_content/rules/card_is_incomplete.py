"""A card of CDS Hooks would be incomplete.

In a plan that a hook triggers, every root action becomes a card. A card must name its source, which is taken from the
action's `documentation`; its summary, the title, must be shorter than 140 characters; its indicator comes from a
priority of routine, urgent or stat, and the reference fails on `asap`.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
action:
  - id: start
    title: Start immunoglobulin replacement
    priority: asap
    trigger: [{type: named-event, name: patient-view}]
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
action:
  - id: start
    title: Start immunoglobulin replacement
    priority: urgent
    trigger: [{type: named-event, name: patient-view}]
    documentation: [{type: citation, display: Work group report 2022}]
```

https://cds-hooks.hl7.org/2.0/#card-attributes
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._hooks import hooks

_SUMMARY = 140  # characters: a card's summary must be shorter


@rule(on="PlanDefinition", severity=Severity.WARNING, since="0.1")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each root action of a hooked plan has a source, a short title and a priority with an indicator."""
    if not any(len(action.path) == 2 for action, _ in hooks(plan)):
        return
    for action in plan.each("action"):
        if not action.get("documentation"):
            yield Finding(action, "the card has no source: this action has no documentation", "cite what it rests on")
        if len(action.text("title")) >= _SUMMARY:
            message = f"the title has {len(action.text('title'))} characters, a card's summary at most {_SUMMARY - 1}"
            yield Finding(action["title"], message, "shorten it; the rest belongs into description")
        if action.text("priority") == "asap":
            message = "the priority `asap` has no indicator on a card"
            yield Finding(action["priority"], message, "write routine, urgent or stat")
