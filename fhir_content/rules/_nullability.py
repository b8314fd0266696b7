"""Whether a compiled definition can be null: no guess, what the tree of the logic itself says.

https://cql.hl7.org/09-b-cqlreference.html says for each operator what null makes of it.
"""

from __future__ import annotations

from typing import Any

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.rules._elm import Node, declarations, included, kind, several, statements
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
_STEPS = 20_000  # nodes looked at for one definition
_DEPTH = 60  # calls of one definition by another; deeper ones count as "can be null"


def can_be_null(library: Resource, node: Node, catalog: Catalog) -> bool:
    """Whether a definition of a library may give null, as far as its own logic can rule that out."""
    return not _Logic(catalog).holds(library, node.get("expression"), frozenset(), 0)


class _Logic:
    """`given` are the values that are known not to be null where a node is reached, as `x is not null and ...` says."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.left = _STEPS
        self.known: dict[tuple[int, frozenset[str]], bool] = {}

    def holds(self, library: Resource, node: Any, given: frozenset[str], depth: int) -> bool:  # noqa: ANN401 - any JSON
        """Whether a node is never null."""
        self.left -= 1
        if self.left < 0:
            return True  # too large to tell: nothing is said
        if not isinstance(node, dict) or depth > _DEPTH:
            return False
        said, deeper = kind(node), depth + 1
        if said in _NEVER or (given and fact_text(library, node) in given):
            return True
        if said == "And":
            return self._conjunction(library, _operands(node), given, deeper)
        if said == "Coalesce":
            return any(self.holds(library, each, given, deeper) for each in _operands(node))
        if said in _IF_ALL_ARE:
            return all(self.holds(library, each, given, deeper) for each in _operands(node))
        if said == "If":
            branches = [(node.get("condition"), node.get("then"))]
            return self._branches(library, branches, node.get("else"), given, deeper)
        if said == "Case" and "comparand" not in node:
            branches = [(item.get("when"), item.get("then")) for item in several(node, "caseItem")]
            return self._branches(library, branches, node.get("else"), given, deeper)
        if said == "ExpressionRef":
            home, found = self._referred(library, node)
            key = (id(found), given)
            if key not in self.known:
                self.known[key] = found is not None and self.holds(home, found.get("expression"), given, deeper)
            return self.known[key]
        if said == "ParameterRef":
            return self._has_default(library, node)
        if said == "Query" and "aggregate" not in node:
            return all(self.holds(library, each.get("expression"), given, deeper) for each in several(node, "source"))
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
            if (kind(node) == "IsNull" and not holds) or (kind(node) in _COMPARISONS and holds and truth)
            for operand in _operands(node)
        )

    def _referred(self, library: Resource, node: Node) -> tuple[Resource, Node | None]:
        alias = node.get("libraryName")
        home = included(library, str(alias), self.catalog) if alias else library
        return (library, None) if home is None else (home, statements(home).get(str(node.get("name"))))

    def _has_default(self, library: Resource, node: Node) -> bool:
        alias = node.get("libraryName")
        home = included(library, str(alias), self.catalog) if alias else library
        declared = declarations(home, "parameters") if home is not None else []
        return any(each.get("name") == node.get("name") and each.get("default") for each in declared)


def _operands(node: Node) -> list[Any]:
    operand = node.get("operand", [])
    found = operand if isinstance(operand, list) else [operand]
    if kind(node) == "Coalesce" and len(found) == 1 and isinstance(found[0], dict) and kind(found[0]) == "List":
        elements = found[0].get("element")
        return elements if isinstance(elements, list) else []
    return found
