"""What can be told of an opaque expression without looking into the record: its type and unit, whether it is ever null.

Each answer is on the safe side: where the logic does not say, any unit, a missing number and an uncertain value remain
possible.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fhir_content.proof.logic import Logic, Node, walk
from fhir_content.proof.term import ANY, BOOLEAN, DECIMAL, INTEGER, QUANTITY, STRING

_SYSTEM = "{urn:hl7-org:elm-types:r1}"
_MODELLED = (BOOLEAN, INTEGER, DECIMAL, STRING, QUANTITY)
_DURATIONS = frozenset({"DurationBetween", "DifferenceBetween", "CalculateAge", "CalculateAgeAt"})
# By the specification these give a value for every operand, null too.
_NEVER_NULL = dict.fromkeys(("Exists", "Equivalent", "IsNull", "IsTrue", "IsFalse"), BOOLEAN) | {"Count": INTEGER}
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: its library, what its operands are, and which expressions are not null there."""

    logic: Logic
    library: str
    operands: dict[str, tuple[Node, Scope]] = field(default_factory=dict)
    not_null: frozenset[str] = frozenset()
    depth: int = 0

    def digest(self, node: Node) -> str:
        """What the expression means here."""
        return self.logic.digest(node, self.library)


def followed(node: Node, scope: Scope) -> tuple[Node, Scope] | None:
    """What a reference or call stands for; None for any other node, and where it cannot be followed."""
    kind = node.get("type")
    if scope.depth > _DEEPEST:
        return None
    if kind == "ExpressionRef":
        name = scope.logic.resolve(node, scope.library)
        return scope.logic.body(name), Scope(scope.logic, name.library, depth=scope.depth + 1)
    if kind == "OperandRef":
        return scope.operands.get(str(node.get("name")))
    if kind == "FunctionRef":
        found = scope.logic.function(node, scope.library)
        if found is not None:
            function, library = found
            names = [each["name"] for each in function.get("operand") or []]
            given = {name: (each, scope) for name, each in zip(names, node.get("operand") or [], strict=True)}
            return function["expression"], Scope(scope.logic, library, given, depth=scope.depth + 1)
    return None


def kind_of(node: Node, scope: Scope) -> str:
    """Boolean, Integer, Decimal, String, Quantity, or Any for all that is not modelled."""
    if node.get("type") in _NEVER_NULL:
        return _NEVER_NULL[node["type"]]
    if node.get("type") in _DURATIONS:
        return INTEGER
    stated = node.get("resultTypeName")
    if stated is None and node.get("type") == "FunctionRef":
        found = scope.logic.function(node, scope.library)
        function = found[0] if found is not None else {"expression": {}}
        stated = function.get("resultTypeName") or function["expression"].get("resultTypeName")
    name = str(stated or "").removeprefix(_SYSTEM)
    return name if name in _MODELLED else ANY


def is_never_null(node: Node, scope: Scope) -> bool:
    """Whether the operator, or the function behind it, gives a value whatever its operands are."""
    if node.get("type") in _NEVER_NULL:
        return True
    target = followed(node, scope) if node.get("type") == "FunctionRef" else None
    return target is not None and is_never_null(*target)


def is_count(node: Node) -> bool:
    """Whether the value cannot be negative."""
    return node.get("type") == "Count"


def may_be_uncertain(node: Node, scope: Scope) -> bool:
    """Whether an Integer may be known only within bounds: a duration between dates that are not known to the day."""
    kind = node.get("type")
    if kind in _DURATIONS:
        return True
    if kind == "Count":
        return False
    if kind in ("If", "Case", "Coalesce", "Add", "Subtract", "Multiply", "Negate"):
        return any(may_be_uncertain(each, scope) for each in _results(node))
    if kind in ("ExpressionRef", "FunctionRef", "OperandRef"):
        target = followed(node, scope)
        return target is None or may_be_uncertain(*target)
    return kind not in ("Literal", "Null", "Property") and _holds_duration(node)


def _holds_duration(node: Node) -> bool:
    """Whether a duration is computed below, filters left aside: what they compare does not come out as the value."""
    kept = {key: value for key, value in node.items() if key not in ("where", "suchThat")}
    return any(each.get("type") in _DURATIONS for each in walk(kept))


def _results(node: Node) -> list[Node]:
    """The operands one of which a conditional gives, or from which arithmetic is done."""
    kind = node.get("type")
    if kind == "If":
        return [node["then"], node["else"]]
    if kind == "Case":
        return [item["then"] for item in node["caseItem"]] + [node["else"]]
    operand = node.get("operand") or []
    return operand if isinstance(operand, list) else [operand]


@dataclass(frozen=True, slots=True)
class Units:
    """The units that a quantity can have, and whether it always has a number. `any_unit`: nothing is known of it."""

    units: frozenset[str] = frozenset()
    any_unit: bool = False
    always_number: bool = True

    def __or__(self, other: Units) -> Units:
        return Units(
            self.units | other.units, self.any_unit or other.any_unit, self.always_number and other.always_number
        )


_UNKNOWN = Units(any_unit=True, always_number=False)


def units_of(node: Node, scope: Scope) -> Units:
    """The units that the logic can give a quantity."""
    kind = node.get("type")
    if kind == "Null":
        return Units()
    if kind == "Quantity":
        return Units(frozenset({str(node.get("unit", "1"))}))
    if kind == "As":
        return units_of(node["operand"], scope)
    if kind == "Instance":
        return _units_of_instance(node, scope)
    if kind == "Case":
        return _units_of_case(node, scope)
    if kind in ("If", "Coalesce"):
        found = Units()
        for each in _results(node):
            found |= units_of(each, scope)
        return found
    target = followed(node, scope)
    return _UNKNOWN if target is None else units_of(*target)


def _units_of_case(node: Node, scope: Scope) -> Units:
    """Item by item: what an earlier item tests for null is not null in the later ones."""
    found = Units()
    for item in node["caseItem"]:
        found |= units_of(item["then"], scope)
        when = item["when"]
        if not node.get("comparand") and when.get("type") == "IsNull":
            known = scope.not_null | {scope.digest(when["operand"])}
            scope = Scope(scope.logic, scope.library, scope.operands, known, scope.depth)
    return found | units_of(node["else"], scope)


def _units_of_instance(node: Node, scope: Scope) -> Units:
    elements = {each["name"]: each["value"] for each in node.get("element") or []}
    unit, value = elements.get("unit", {}), elements.get("value", {})
    if node.get("classType") != f"{_SYSTEM}Quantity" or unit.get("type") != "Literal":
        return _UNKNOWN
    return Units(frozenset({str(unit["value"])}), always_number=_is_number(value, scope))


def _is_number(node: Node, scope: Scope) -> bool:
    """Whether a number is never null here: a literal, what was tested for null, and what is computed from such."""
    if node.get("type") == "Literal" or scope.digest(node) in scope.not_null:
        return True
    if node.get("type") in ("Add", "Subtract", "Multiply"):
        return all(_is_number(each, scope) for each in node["operand"])
    if node.get("type") == "Divide":
        left, right = node["operand"]
        return _is_number(left, scope) and right.get("type") == "Literal" and float(right["value"]) != 0
    return False


def is_reading(node: Node, scope: Scope) -> bool:
    """Whether an expression only reads a value from the record: guarded in some way, and null or that value.

    Such a definition is one input: whether its guards or its value are missing makes no difference to anyone.
    """
    return (
        node.get("type") in ("If", "Case")
        and kind_of(node, scope) not in (ANY, BOOLEAN)
        and _reads(node, scope) is True
    )


def _reads(node: Node, scope: Scope) -> bool | None:
    """True for something read, None for null, False for anything else."""
    kind = node.get("type")
    if kind in ("If", "Case"):
        found = {_reads(each, scope) for each in _results(node)}
        return False if False in found else True if True in found else None
    if kind in ("As", "ToDecimal", "ToQuantity"):
        return _reads(node["operand"], scope)
    if kind in ("Add", "Subtract", "Multiply", "Divide"):
        number, other = sorted(node["operand"], key=lambda each: each.get("type") != "Literal")
        return number.get("type") == "Literal" and _reads(other, scope)
    if kind == "FunctionRef":
        return any(kind_of(each, scope) == ANY for each in node.get("operand") or [])
    return None if kind == "Null" else kind in _READ


# Where a value comes out of the record as it stands there.
_READ = _DURATIONS | {"Property", "First", "Last", "SingletonFrom", "Query", "Max", "Min"}
