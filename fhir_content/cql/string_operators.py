"""Strings: https://cql.hl7.org/09-b-cqlreference.html#string-operators-3 ."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fhir_content.cql import regular_expressions
from fhir_content.cql.elm import Closure, Node, State, binary, operator, unary
from fhir_content.cql.error import CqlError
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

MAX_LENGTH = 1_000_000


def string(value: Value) -> str:
    """The value, if it is a string; an error otherwise."""
    if not isinstance(value, str):
        raise CqlError(f"a String is needed, not {type(value).__name__}")
    return value


def _charged(state: State, text: str) -> str:
    """The string that was made, charged to the Context; an error where it is too long."""
    if len(text) > MAX_LENGTH:
        raise CqlError(f"a string of {len(text)} characters is longer than is allowed", limit=True)
    state[0].spend(len(text) >> 4)
    return text


@operator("Concatenate")
def _concatenate(compiler: Compiler, node: Node) -> Closure:
    operands = compiler.operands(node)

    def run(state: State) -> str | None:
        parts = [operand(state) for operand in operands]
        return None if None in parts else _charged(state, "".join(map(string, parts)))

    return run


@operator("Combine")
def _combine(compiler: Compiler, node: Node) -> Closure:
    source, separator = compiler.operand(node, "source"), compiler.optional(node, "separator")
    stated = node.get("separator") is not None

    def run(state: State) -> str | None:
        items, between = source(state), separator(state)
        if items is None or (stated and between is None):
            return None
        parts = [string(item) for item in items if item is not None]
        if sum(map(len, parts)) + len(parts) * len(between or "") > MAX_LENGTH:
            raise CqlError("the combined string is longer than is allowed", limit=True)
        return _charged(state, (between or "").join(parts)) if parts else None

    return run


@operator("Split", "SplitOnMatches")
def _split(compiler: Compiler, node: Node) -> Closure:
    text = compiler.operand(node, "stringToSplit")
    on_matches = node["type"] == "SplitOnMatches"
    separator = compiler.operand(node, "separatorPattern" if on_matches else "separator")

    def run(state: State) -> list[str] | None:
        value, between = text(state), separator(state)
        if value is None:
            return None
        if between is None or between == "":
            return [string(value)]
        state[0].spend(len(value))
        if on_matches:
            return regular_expressions.split(string(value), string(between))
        return string(value).split(string(between))

    return run


@operator("Length")
def _length(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)
    text = any(str(child.get("name", "")).endswith("}String") for child in compiler.nodes(node, "signature"))

    def run(state: State) -> int | None:
        value = operand(state)
        if value is None:
            return None if text or not _is_list(node) else 0
        if not isinstance(value, list | str):
            raise CqlError("Length needs a list or a String")
        return len(value)

    return run


def _is_list(node: Node) -> bool:
    """Whether the operand is stated to be a list: the length of a null list is 0, of a null String null."""
    signature = node.get("signature") or []
    operand = node.get("operand") or {}
    stated = signature[0] if signature else operand.get("asTypeSpecifier") or operand.get("resultTypeSpecifier") or {}
    return bool(stated.get("type") == "ListTypeSpecifier")


@operator("Indexer")
def _indexer(compiler: Compiler, node: Node) -> Closure:
    source, index = compiler.operands(node, 2)

    def run(state: State) -> Value:
        items, at = source(state), index(state)
        if items is None or at is None:
            return None
        return items[at] if 0 <= at < len(items) else None

    return run


@operator("Substring")
def _substring(compiler: Compiler, node: Node) -> Closure:
    text, start = compiler.operand(node, "stringToSub"), compiler.operand(node, "startIndex")
    length = compiler.optional(node, "length")
    stated = node.get("length") is not None

    def run(state: State) -> str | None:
        value, first, count = text(state), start(state), length(state)
        if value is None or first is None or (stated and count is None):
            return None
        if not 0 <= first <= len(value) or (first == len(value) and value):
            return None
        return string(value)[first:] if count is None else string(value)[first : first + max(0, count)]

    return run


def _search(name: str, find: Callable[[str, str], int]) -> None:
    def build(compiler: Compiler, node: Node) -> Closure:
        pattern, text = compiler.operand(node, "pattern"), compiler.operand(node, "string")

        def run(state: State) -> int | None:
            needle, haystack = pattern(state), text(state)
            return None if needle is None or haystack is None else find(string(haystack), string(needle))

        return run

    operator(name)(build)


_search("PositionOf", str.find)
_search("LastPositionOf", str.rfind)
unary("Upper", lambda value: string(value).upper())
unary("Lower", lambda value: string(value).lower())
binary("StartsWith", lambda value, prefix: string(value).startswith(string(prefix)))
binary("EndsWith", lambda value, suffix: string(value).endswith(string(suffix)))
binary("Matches", lambda value, pattern: regular_expressions.matches(string(value), string(pattern)))


@operator("ReplaceMatches")
def _replace(compiler: Compiler, node: Node) -> Closure:
    text, pattern, substitution = compiler.operands(node, 3)

    def run(state: State) -> str | None:
        values = text(state), pattern(state), substitution(state)
        if None in values:
            return None
        return _charged(state, regular_expressions.replace(*map(string, values)))

    return run
