"""Components of values by name or path: `name`, `effective.value`, `coding[0].code`.

https://cql.hl7.org/04-logicalspecification.html#property
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval
from fhir_content.cql.model import Element
from fhir_content.cql.values import Code, Concept, Quantity, Ratio, Tuple, Value, Vocabulary

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

_STEP = re.compile(r"([A-Za-z_]\w*)((?:\[\d{1,6}\])*)")
_NAMES: dict[type, dict[str, str]] = {
    Quantity: {"value": "value", "unit": "unit"},
    Ratio: {"numerator": "numerator", "denominator": "denominator"},
    Code: {name: name for name in ("code", "system", "version", "display")},
    Concept: {"codes": "codes", "display": "display"},
    Interval: {"low": "low", "high": "high", "lowClosed": "low_closed", "highClosed": "high_closed"},
}


def member(value: Value, name: str) -> Value:
    """The component of that name; null of null and where there is none, an error for values without components."""
    if value is None:
        return None
    kind = type(value)
    if kind is Element:
        return value.get(name)
    if kind is Tuple:
        return value.get(name)
    if kind is list:
        return [found for item in value if (found := member(item, name)) is not None]
    names = _NAMES.get(kind)
    if names is not None and name in names:
        return getattr(value, names[name])
    if isinstance(value, Vocabulary) and name in ("id", "version", "name"):
        return getattr(value, name)
    if name == "value" and names is None:
        return value  # a FHIR primitive that stands as its value
    raise CqlError(f"a value of type {kind.__name__} has no element {name}")


@lru_cache(maxsize=4096)
def path_of(path: str) -> Callable[[Value], Value]:
    """What follows a path from a value; raises CqlError for a path that cannot be read."""
    steps: list[str | int] = []
    for part in path.split("."):
        match = _STEP.fullmatch(part.strip('`"'))
        if match is None:
            raise CqlError(f"a path that cannot be read: {path[:80]}")
        steps.append(match[1])
        steps.extend(int(index) for index in re.findall(r"\d+", match[2]))
    if len(steps) == 1:
        name = str(steps[0])
        return lambda value: value.type.members[name](value) if type(value) is Element else member(value, name)

    def follow(value: Value) -> Value:
        for step in steps:
            if isinstance(step, str):
                value = member(value, step)
            else:
                value = value[step] if isinstance(value, list) and step < len(value) else None
        return value

    return follow


@operator("Property")
def _property(compiler: Compiler, node: Node) -> Closure:
    path = path_of(compiler.text(node, "path"))
    source = compiler.operand(node, "source") if node.get("source") else _scoped(compiler, compiler.text(node, "scope"))
    name = compiler.text(node, "path")
    if not name.isidentifier():
        return lambda state: path(source(state))
    inner = node.get("source")
    if name == "value" and inner and inner.get("type") == "Property" and str(inner.get("path")).isidentifier():
        return _value_of(compiler, inner)

    def run(state: State) -> Value:
        value = source(state)
        if type(value) is Element:
            return value.type.members[name](value)
        return None if value is None else member(value, name)

    return run


def _value_of(compiler: Compiler, node: Node) -> Closure:
    """`X.name.value` in one step, for it is by far the commonest path in FHIR."""
    source = compiler.operand(node, "source") if node.get("source") else _scoped(compiler, compiler.text(node, "scope"))
    name = node["path"]

    def run(state: State) -> Value:
        value = source(state)
        if type(value) is Element:
            return value.type.values[name](value)
        return None if value is None else member(member(value, name), "value")

    return run


def _scoped(compiler: Compiler, scope: str) -> Closure:
    if scope not in compiler.scope:
        raise CqlError(f"{scope} is not in scope")
    compiler.varies()
    slot = compiler.scope[scope]
    return lambda state: state[slot]
