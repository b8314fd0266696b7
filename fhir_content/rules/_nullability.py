"""Whether a compiled definition can be null: no guess, what the tree of the logic itself says.

https://cql.hl7.org/09-b-cqlreference.html says for each operator what null makes of it.
"""

from __future__ import annotations

from typing import Any

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.rules._elm import Node, included, library_elm, statements

_NEVER = frozenset(
    {
        *("Literal", "Quantity", "Ratio", "Code", "Concept", "Instance", "Tuple", "List", "Interval", "CodeRef"),
        *("ConceptRef", "ValueSetRef", "Exists", "IsNull", "IsTrue", "IsFalse", "Equivalent", "Count", "Today", "Now"),
        *("AllTrue", "AnyTrue", "Retrieve", "CalculateAgeAt", "TimeOfDay"),
    }
)
_IF_ALL_ARE = frozenset(
    {
        *("And", "Or", "Xor", "Implies", "Not", "Concatenate", "ToString", "ToDecimal", "ToQuantity", "ToConcept"),
        *("As", "Round", "Truncate", "Add", "Subtract", "Multiply", "Negate", "Equal", "NotEqual", "Less", "Greater"),
        *("LessOrEqual", "GreaterOrEqual", "Upper", "Lower", "Union", "Intersect", "Except", "Distinct", "Flatten"),
        *("ToList", "Combine", "ToLong", "ToInteger", "Length", "In", "Abs"),
    }
)
_DEPTH = 60  # calls of one definition by another; deeper ones count as "can be null"


def can_be_null(library: Resource, node: Node, catalog: Catalog) -> bool:
    """Whether a definition of a library may give null, as far as its own logic can rule that out."""
    return not _Logic(catalog).holds(library, node.get("expression"), 0)


class _Logic:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def holds(self, library: Resource, node: Any, depth: int) -> bool:  # noqa: ANN401 - any JSON
        """Whether a node is never null."""
        if not isinstance(node, dict) or depth > _DEPTH:
            return False
        kind = node.get("type")
        if kind in _NEVER:
            return True
        if kind == "Coalesce":
            return any(self.holds(library, each, depth + 1) for each in _operands(node))
        if kind in _IF_ALL_ARE:
            return all(self.holds(library, each, depth + 1) for each in _operands(node))
        if kind == "If":
            return self._all(library, (node.get("then"), node.get("else")), depth)
        if kind == "Case":
            branches = [item.get("then") for item in node.get("caseItem", ())]
            return self._all(library, (*branches, node.get("else")), depth)
        if kind == "ExpressionRef":
            return self._definition(library, node, depth)
        if kind == "ParameterRef":
            return self._has_default(library, node)
        if kind == "Query":
            sources = [each.get("expression") for each in node.get("source", ())]
            return bool(sources) and "aggregate" not in node and self._all(library, tuple(sources), depth)
        return False

    def _all(self, library: Resource, nodes: tuple[Any, ...], depth: int) -> bool:
        return all(self.holds(library, each, depth + 1) for each in nodes)

    def _definition(self, library: Resource, node: Node, depth: int) -> bool:
        alias = node.get("libraryName")
        home = included(library, str(alias), self.catalog) if alias else library
        found = statements(home).get(str(node.get("name"))) if home is not None else None
        return home is not None and found is not None and self.holds(home, found.get("expression"), depth + 1)

    def _has_default(self, library: Resource, node: Node) -> bool:
        alias = node.get("libraryName")
        home = included(library, str(alias), self.catalog) if alias else library
        held = library_elm(home).get("parameters") if home is not None else None
        declared = held.get("def", []) if isinstance(held, dict) else []
        return any(each.get("name") == node.get("name") and each.get("default") for each in declared)


def _operands(node: Node) -> list[Any]:
    operand = node.get("operand", [])
    found = operand if isinstance(operand, list) else [operand]
    if len(found) == 1 and isinstance(found[0], dict) and found[0].get("type") == "List" and node["type"] == "Coalesce":
        return list(found[0].get("element", []))
    return found
