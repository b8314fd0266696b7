"""Where the actions of a PlanDefinition are."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.resource import Element


def actions(plan: Element) -> Iterator[Element]:
    """Every action of a plan at any depth, parents before children, in the order written."""
    for action in plan.each("action"):
        if isinstance(action.value, dict):
            yield action
            yield from actions(action)


def named(action: Element) -> str:
    """How a message speaks of an action: its id, else its title, else its place."""
    return f"`{action.text('id') or action.text('title') or action.expression}`"
