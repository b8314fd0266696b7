"""What must hold, and what must not, for a Boolean definition to be true: read off its compiled logic.

A definition is a conjunction of facts as far as `and`, `not`, `Coalesce(x, false)` and references go; anything else is
one fact, known by its text alone. https://cql.hl7.org/04-logicalspecification.html#logical-operators
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.rules._elm import Node, bare, included, kind, statements

_MOST = 400  # nodes looked at for one definition

Fact = tuple[str, bool]


@dataclass(slots=True)
class Facts:
    """Facts gathered from several conditions, each with the condition that asks for it."""

    held: dict[Fact, str] = field(default_factory=dict)

    def add(self, new: list[Fact], condition: str) -> str:
        """Add what a condition asks for; says which earlier one it contradicts, "" where none."""
        for text, holds in new:
            if text == "false" and holds:
                return f"`{condition}` is never true"
            if (text, not holds) in self.held:
                other = self.held[text, not holds]
                return f"`{condition}` excludes `{other}`" if other != condition else f"`{condition}` excludes itself"
            self.held.setdefault((text, holds), condition)
        return ""


def facts(library: Resource, statement: Node, catalog: Catalog) -> list[Fact]:
    """The facts that must all hold for a definition to be true."""
    return [
        (fact_text(home, node), holds) for home, node, holds in asked(library, statement.get("expression"), catalog)
    ]


def asked(
    library: Resource,
    expression: Any,  # noqa: ANN401 - any JSON
    catalog: Catalog,
    truth: bool = True,
) -> Iterator[tuple[Resource, Node, bool]]:
    """Every node that must hold, or must not, for an expression to be of that truth; the library that it stands in."""
    stack: list[tuple[Resource, Any, bool]] = [(library, expression, truth)]
    for _ in range(_MOST):
        if not stack:
            return
        home, node, holds = stack.pop()
        if isinstance(node, dict):
            yield home, node, holds
            stack.extend(_parts(home, node, holds, catalog))


def _parts(home: Resource, node: Node, holds: bool, catalog: Catalog) -> list[tuple[Resource, Any, bool]]:
    """What a fact is made of: each part must hold, or not hold, for it to."""
    said, operands = kind(node), node.get("operand")
    several = operands if isinstance(operands, list) else [operands]
    if (said == "And" and holds) or (said == "Or" and not holds):
        return [(home, each, holds) for each in several]
    if said == "Not" or (said == "IsFalse" and holds):
        return [(home, operands, not holds)]
    if said == "IsTrue" and holds:
        return [(home, operands, True)]
    if said == "Coalesce" and holds and len(several) == 2 and fact_text(home, several[1]) == "false":
        return [(home, several[0], True)]
    if said == "ExpressionRef":
        alias = node.get("libraryName")
        target = included(home, str(alias), catalog) if alias else home
        found = statements(target).get(str(node.get("name"))) if target is not None else None
        return [(target, found.get("expression"), holds)] if target is not None and found is not None else []
    return []


def fact_text(home: Resource, node: Any) -> str:  # noqa: ANN401 - any JSON
    """A name for a fact: the same logic in the same library has the same one."""
    if isinstance(node, dict) and kind(node) == "Literal":
        return str(node.get("value"))
    return home.name + orjson.dumps(bare(node), option=orjson.OPT_SORT_KEYS, default=str).decode()
