"""Whether a compiled definition can be null: no guess, what the tree of the logic itself says.

https://cql.hl7.org/09-b-cqlreference.html says for each operator what null makes of it.
"""

from __future__ import annotations

from typing import Any

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.rules._elm import Node, included, library_elm, statements
from fhir_content.rules._facts import asked, fact_text

_NEVER = frozenset(
    {
        *("Literal", "Quantity", "Ratio", "Code", "Concept", "Instance", "Tuple", "List", "Interval", "CodeRef"),
        *("ConceptRef", "ValueSetRef", "Exists", "IsNull", "IsTrue", "IsFalse", "Equivalent", "Count", "Today", "Now"),
        *("AllTrue", "AnyTrue", "Retrieve", "CalculateAgeAt", "TimeOfDay"),
    }
)
_IF_ALL_ARE = frozenset(
    {
        *("Or", "Xor", "Implies", "Not", "Concatenate", "ToString", "ToDecimal", "ToQuantity", "ToConcept"),
        *("As", "Round", "Truncate", "Add", "Subtract", "Multiply", "Negate", "Equal", "NotEqual", "Less", "Greater"),
        *("LessOrEqual", "GreaterOrEqual", "Upper", "Lower", "Union", "Intersect", "Except", "Distinct", "Flatten"),
        *("ToList", "Combine", "ToLong", "ToInteger", "Length", "In", "Abs"),
    }
)
_COMPARISONS = frozenset({"Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal", "NotEqual"})
_DEPTH = 60  # calls of one definition by another; deeper ones count as "can be null"


def can_be_null(library: Resource, node: Node, catalog: Catalog) -> bool:
    """Whether a definition of a library may give null, as far as its own logic can rule that out."""
    return not _Logic(catalog).holds(library, node.get("expression"), frozenset(), 0)


class _Logic:
    """`given` are the values that are known not to be null where a node is reached, as `x is not null and ...` says."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def holds(self, library: Resource, node: Any, given: frozenset[str], depth: int) -> bool:  # noqa: ANN401 - any JSON
        """Whether a node is never null."""
        if not isinstance(node, dict) or depth > _DEPTH:
            return False
        kind, deeper = node.get("type"), depth + 1
        if kind in _NEVER or (given and fact_text(library, node) in given):
            return True
        if kind == "And":
            return self._conjunction(library, _operands(node), given, deeper)
        if kind == "Coalesce":
            return any(self.holds(library, each, given, deeper) for each in _operands(node))
        if kind in _IF_ALL_ARE:
            return all(self.holds(library, each, given, deeper) for each in _operands(node))
        if kind == "If":
            branches = [(node.get("condition"), node.get("then"))]
            return self._branches(library, branches, node.get("else"), given, deeper)
        if kind == "Case" and "comparand" not in node:
            branches = [(item.get("when"), item.get("then")) for item in node.get("caseItem", ())]
            return self._branches(library, branches, node.get("else"), given, deeper)
        if kind == "ExpressionRef":
            home, found = self._referred(library, node)
            return found is not None and self.holds(home, found.get("expression"), given, deeper)
        if kind == "ParameterRef":
            return self._has_default(library, node)
        if kind == "Query" and "aggregate" not in node:
            return all(self.holds(library, each.get("expression"), given, deeper) for each in node.get("source", ()))
        return False

    def _conjunction(self, library: Resource, operands: list[Any], given: frozenset[str], depth: int) -> bool:
        """`a and b` is never null when a is not, and b is not wherever a is true: false and null is false."""
        for operand in operands:
            if not self.holds(library, operand, given, depth):
                return False
            given |= self._not_null(library, operand)
        return True

    def _branches(
        self,
        library: Resource,
        branches: list[tuple[Any, Any]],
        otherwise: Any,  # noqa: ANN401 - any JSON
        given: frozenset[str],
        depth: int,
    ) -> bool:
        for when, value in branches:
            if not self.holds(library, value, given | self._not_null(library, when), depth):
                return False
            given |= self._not_null(library, when, truth=False)
        return self.holds(library, otherwise, given, depth)

    def _not_null(self, library: Resource, condition: Any, *, truth: bool = True) -> frozenset[str]:  # noqa: ANN401
        """The values that cannot be null where a condition is true, or where it is not (false or null)."""
        return frozenset(
            fact_text(home, operand)
            for home, node, holds in asked(library, condition, self.catalog, truth)
            if (node.get("type") == "IsNull" and not holds) or (node.get("type") in _COMPARISONS and holds and truth)
            for operand in _operands(node)
        )

    def _referred(self, library: Resource, node: Node) -> tuple[Resource, Node | None]:
        alias = node.get("libraryName")
        home = included(library, str(alias), self.catalog) if alias else library
        return (library, None) if home is None else (home, statements(home).get(str(node.get("name"))))

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
