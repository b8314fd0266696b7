"""The CDS Hooks that a plan is triggered by.

https://cds-hooks.hl7.org/2.0/
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.resource import Element
from fhir_content.rules._actions import actions


def hooks(plan: Element) -> Iterator[tuple[Element, Element]]:
    """Each action with a named-event trigger, and that trigger."""
    for action in actions(plan):
        for trigger in action.each("trigger"):
            if trigger.text("type") == "named-event":
                yield action, trigger
