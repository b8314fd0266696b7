"""Random ELM and random data: trees of every node type, libraries and bundles with random changes."""

from __future__ import annotations

import copy
import random
from typing import Any

from fhir_content.cql.elm import OPERATORS, SYSTEM
from fhir_content.cql.library import CHAPTERS  # noqa: F401 (fills OPERATORS)

TYPES = ["Integer", "Long", "Decimal", "String", "Boolean", "Quantity", "Date", "DateTime", "Time", "Any", "Concept"]
PRECISIONS = ["Year", "Month", "Week", "Day", "Hour", "Second", "Millisecond"] * 5 + ["Fortnight", None]
WORDS = ["a", "X", "", "r", "value", "coding[0].code", "(a+)+", "$1", "2014-01-01", "T10:00", "5 'mg'", "g/L", "€" * 3]
JUNK: list[Any] = [None, True, 0, -1, 2**70, 1e300, "x", "", [], {}, [None], {"type": "Null"}, [[]], {"value": {}}]


def literal(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(["Integer", "Decimal", "String", "Boolean", "Long"])
    texts = {
        "Integer": ["0", "1", "-1", "3", "2147483647"] * 9 + ["99999999999"],
        "Long": ["0", "9223372036854775807"],
        "Decimal": ["0.0", "1.5", "9999999999999999999999999999.99999999", "0.00000001"] * 9 + ["1e5"],
        "String": WORDS,
        "Boolean": ["true", "false"],
    }
    return {"type": "Literal", "valueType": SYSTEM + kind, "value": chance.choice(texts[kind])}


def specifier(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    kind = chance.choice(["Named", "Named", "Named", "List", "Interval", "Choice", "Tuple"]) if depth < 3 else "Named"
    if kind == "Named":
        name = chance.choice([*(SYSTEM + name for name in TYPES * 5), "{http://hl7.org/fhir}Patient", "{x}y"])
        return {"type": "NamedTypeSpecifier", "name": name}
    inner = specifier(chance, depth + 1)
    return {"type": f"{kind}TypeSpecifier", "elementType": inner, "pointType": inner, "choice": [inner], "element": []}


# The children of the node types that do not simply have operands.
CHILDREN = {
    "If": ["condition", "then", "else"],
    "Round": ["operand", "precision"],
    "Interval": ["low", "high"],
    "Slice": ["source", "startIndex", "endIndex"],
    "IndexOf": ["source", "element"],
    "Combine": ["source", "separator"],
    "Substring": ["stringToSub", "startIndex", "length"],
    "Split": ["stringToSplit", "separator"],
    "SplitOnMatches": ["stringToSplit", "separatorPattern"],
    "PositionOf": ["pattern", "string"],
    "LastPositionOf": ["pattern", "string"],
    "Message": ["source", "condition", "code", "severity", "message"],
    "Date": ["year", "month", "day"],
    "DateTime": ["year", "month", "day", "hour"],
    "Time": ["hour", "minute"],
    "Filter": ["source", "condition"],
    "ForEach": ["source", "element"],
    "Property": ["source"],
    "Children": ["source"],
    "Descendents": ["source"],
    "InValueSet": ["code", "valuesetExpression"],
    "InCodeSystem": ["code", "codesystemExpression"],
    "AnyInCodeSystem": ["codes", "codesystemExpression"],
    "Case": ["comparand", "else"],
    "Aggregate": ["source", "iteration"],
    "AnyInValueSet": ["codes", "valuesetExpression"],
}
AGGREGATES = [
    "First",
    "Last",
    "AllTrue",
    "AnyTrue",
    "Count",
    "Sum",
    "Product",
    "Avg",
    "Min",
    "Max",
    "Median",
    "Mode",
    "GeometricMean",
    "Variance",
    "StdDev",
]
UNARY = [
    "Abs",
    "Ceiling",
    "Floor",
    "Truncate",
    "Exp",
    "Ln",
    "Negate",
    "Predecessor",
    "Successor",
    "Not",
    "IsNull",
    "IsTrue",
    "IsFalse",
    "Exists",
    "Distinct",
    "Flatten",
    "SingletonFrom",
    "Start",
    "End",
    "PointFrom",
    "Width",
    "Size",
    "Upper",
    "Lower",
    "Length",
    "Precision",
    "DateFrom",
    "TimeFrom",
    "TimezoneOffsetFrom",
    "DateTimeComponentFrom",
    "As",
    "Is",
    "Convert",
    "CanConvert",
    "CalculateAge",
]


def tree(chance: random.Random, depth: int) -> dict[str, Any]:
    """A random expression; most are of the right shape and the wrong type."""
    if depth <= 0 or chance.random() < 0.12:
        leaf = chance.randrange(8)
        if leaf == 0:
            return {
                "type": "Quantity",
                "value": chance.choice([1, 0.5, -3] * 9 + [10**30]),
                "unit": chance.choice(WORDS),
            }
        if leaf == 1:
            return {"type": chance.choice(["Null", "Now", "Today", "TimeOfDay"])}
        return {"type": "AliasRef", "name": "X"} if leaf == 2 and chance.random() < 0.1 else literal(chance)
    name = chance.choice(sorted(OPERATORS))
    if (
        name.endswith(("Ref", "Current", "Total")) or name in ("Retrieve", "Literal", "Ratio", "Quantity")
    ) and chance.random() < 0.9:
        name = "List"
    special = {"Query": query, "List": several, "Tuple": named, "Instance": named}.get(name)
    if special is not None:
        return special(chance, depth, name)
    node: dict[str, Any] = {"type": name, "precision": chance.choice(PRECISIONS), "name": chance.choice("Xrs")}
    node |= {"path": chance.choice(WORDS), "valueType": SYSTEM + chance.choice(TYPES)}
    node |= {f"{prefix}TypeSpecifier": specifier(chance) for prefix in ("as", "is", "to")}
    if name in CHILDREN:
        return node | {key: tree(chance, depth - 1) for key in CHILDREN[name] if chance.random() < 0.95}
    if name in AGGREGATES:
        return node | {"source": several(chance, depth, "List")}
    one = name in UNARY or name.startswith(("To", "ConvertsTo"))
    return node | {"operand": [tree(chance, depth - 1) for _ in range(1 if one else 2)]}


def query(chance: random.Random, depth: int, name: str) -> dict[str, Any]:
    aliases = ["X", "Y"][: chance.choice([1, 1, 2])]
    node: dict[str, Any] = {"type": name}
    node["source"] = [{"alias": alias, "expression": several(chance, depth - 1, "List")} for alias in aliases]
    if chance.random() < 0.5:
        node["where"] = tree(chance, depth - 1)
    if chance.random() < 0.5:
        node["return"] = {"expression": tree(chance, depth - 1), "distinct": chance.random() < 0.5}
    if chance.random() < 0.3:
        node["sort"] = {"by": [{"type": chance.choice(["ByDirection", "ByColumn"]), "direction": "desc", "path": "a"}]}
    if chance.random() < 0.2:
        node["aggregate"] = {"identifier": "Y", "expression": tree(chance, depth - 1)}
    return node


def several(chance: random.Random, depth: int, name: str) -> dict[str, Any]:
    return {"type": name, "element": [tree(chance, depth - 1) for _ in range(chance.randrange(4))]}


def named(chance: random.Random, depth: int, name: str) -> dict[str, Any]:
    kind = chance.choice(
        [
            SYSTEM + "Code",
            SYSTEM + "Quantity",
            SYSTEM + "Ratio",
            "{http://hl7.org/fhir}Coding",
            "{http://hl7.org/fhir}Observation",
        ]
    )
    names = chance.sample(["code", "system", "value", "unit", "numerator", "status", "a"], 2)
    return {
        "type": name,
        "classType": kind,
        "element": [{"name": key, "value": tree(chance, depth - 1)} for key in names],
    }


def library(chance: random.Random) -> dict[str, Any]:
    """A library of two random definitions."""
    statements = [{"name": name, "expression": tree(chance, chance.randint(1, 4))} for name in "rs"]
    return {"library": {"identifier": {"id": "Fuzz"}, "statements": {"def": statements}}}


def changed(chance: random.Random, document: Any, times: int) -> Any:
    """A copy with random parts dropped, doubled, exchanged, or replaced by junk."""
    document = copy.deepcopy(document)
    places: list[tuple[Any, Any]] = []
    stack = [document]
    while stack:
        item = stack.pop()
        for key in item if isinstance(item, dict) else range(len(item)):
            places.append((item, key))
            if isinstance(item[key], dict | list):
                stack.append(item[key])
    for _ in range(times):
        owner, key = chance.choice(places)
        other_owner, other = chance.choice(places)
        try:
            change = chance.randrange(4)
            if change == 0:
                owner[key] = copy.deepcopy(chance.choice(JUNK))
            elif change == 1:
                owner[key] = copy.deepcopy(other_owner[other])
            elif change == 2 and isinstance(owner, dict):
                del owner[key]
            elif isinstance(owner[key], str):
                owner[key] = chance.choice([*WORDS, *sorted(OPERATORS)])
        except (KeyError, IndexError):
            continue  # the place went with an earlier change
    return document
