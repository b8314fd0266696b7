"""Logic: the ELM libraries that a pathway stands on, and what a definition in them says.

Names are resolved across libraries here, so that the same logic is recognised wherever it stands.
https://cql.hl7.org/04-logicalspecification.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Node = dict[str, Any]
# What says where a node was written or what the translator derived, not what it means.
_SILENT = frozenset({"localId", "locator", "annotation", "resultTypeName", "resultTypeSpecifier", "signature"})
_REFERENCES = {
    "ParameterRef": "parameters",
    "ValueSetRef": "valueSets",
    "CodeRef": "codes",
    "ConceptRef": "concepts",
    "CodeSystemRef": "codeSystems",
}
_DEEPEST = 200


class LogicError(Exception):
    """The logic cannot be read: a library or definition that is not there, or one that calls itself."""


@dataclass(frozen=True, slots=True)
class Name:
    """A definition's name and the library it stands in."""

    library: str
    name: str

    def __str__(self) -> str:
        return self.name


class ElmLibrary:
    """One compiled library: its definitions by section and name."""

    def __init__(self, tree: Node) -> None:
        """Read the ELM of one library, with or without the outer `library`."""
        body = tree.get("library", tree)
        identifier = body.get("identifier", {}) if isinstance(body, dict) else {}
        if not isinstance(identifier, dict) or not isinstance(identifier.get("id"), str):
            raise LogicError("this is not an ELM library: it has no identifier")
        self.tree: Node = body
        self.name: str = identifier["id"]
        self.version = str(identifier.get("version", ""))
        self.includes = {each["localIdentifier"]: each["path"] for each in self.section("includes")}

    def section(self, name: str) -> list[Node]:
        """The definitions of a section: statements, parameters, valueSets, ..."""
        found: list[Node] = (self.tree.get(name) or {}).get("def") or []
        return found

    @cached_property
    def statements(self) -> dict[str, Node]:
        """Expression definitions by name, in the order written."""
        return {each["name"]: each for each in self.section("statements") if each.get("type") != "FunctionDef"}

    @cached_property
    def functions(self) -> dict[str, list[Node]]:
        """Function definitions by name: overloads share one."""
        found: dict[str, list[Node]] = {}
        for each in self.section("statements"):
            if each.get("type") == "FunctionDef":
                found.setdefault(each["name"], []).append(each)
        return found

    @cached_property
    def parameters(self) -> dict[str, Node]:
        """Parameter definitions by name."""
        return {each["name"]: each for each in self.section("parameters")}


class Logic:
    """Libraries by name: at most one version of each."""

    def __init__(self, trees: Iterable[Node]) -> None:
        """Index the libraries; raises LogicError for what is not one."""
        self.libraries = {library.name: library for library in map(ElmLibrary, trees)}
        self._digests: dict[Name, str] = {}
        self._open: set[Name] = set()

    def library(self, name: str) -> ElmLibrary:
        """The library of that name; raises LogicError."""
        if name not in self.libraries:
            raise LogicError(f"there is no compiled library {name}")
        return self.libraries[name]

    def resolve(self, node: Node, library: str) -> Name:
        """The definition, function or parameter that a reference in `library` means."""
        alias = node.get("libraryName")
        if not alias:
            return Name(library, node["name"])
        includes = self.library(library).includes
        if alias not in includes:
            raise LogicError(f"library {library} includes nothing as {alias}")
        return Name(includes[alias], node["name"])

    def definition(self, name: Name) -> Node:
        """The definition; raises LogicError when there is none."""
        found = self.library(name.library).statements.get(name.name)
        if found is None:
            raise LogicError(f'there is no definition "{name.name}" in library {name.library}')
        return found

    def body(self, name: Name) -> Node:
        """The expression of a definition."""
        expression = self.definition(name).get("expression")
        if not isinstance(expression, dict):
            raise LogicError(f'the definition "{name.name}" of library {name.library} has no expression')
        return expression

    def function(self, node: Node, library: str) -> tuple[Node, str] | None:
        """The one function that a FunctionRef can mean, with its library; None where several or none can."""
        name = self.resolve(node, library)
        if name.library not in self.libraries:
            return None
        count = len(node.get("operand") or [])
        found = [
            each
            for each in self.library(name.library).functions.get(name.name, [])
            if len(each.get("operand") or []) == count and isinstance(each.get("expression"), dict)
        ]
        return (found[0], name.library) if len(found) == 1 else None

    def reach(self, library: str) -> list[str]:
        """The library and all it includes that are here, itself first."""
        order = [library]
        for name in order:
            if name in self.libraries:
                order += [each for each in self.libraries[name].includes.values() if each not in order]
        return [name for name in order if name in self.libraries]

    def digest(self, node: object, library: str, depth: int = 0) -> str:
        """A hash of what a node means: equal wherever the same logic stands, whoever names it and in any version."""
        if depth > _DEEPEST:
            raise LogicError("the logic is nested too deep")
        if isinstance(node, list):
            content = "[" + ",".join(self.digest(item, library, depth + 1) for item in node) + "]"
        elif not isinstance(node, dict):
            content = f"{type(node).__name__}:{node}"
        elif node.get("type") == "ExpressionRef" and self.resolve(node, library).library in self.libraries:
            return self.of(self.resolve(node, library))
        else:
            content = self._reference(node, library) or self._fields(node, library, depth)
        return hashlib.sha256(content.encode()).hexdigest()[:24]

    def _fields(self, node: Node, library: str, depth: int) -> str:
        fields = (
            f"{key}={self.digest(value, library, depth + 1)}"
            for key, value in sorted(node.items())
            if key not in _SILENT and value not in ([], None)
        )
        return "{" + ",".join(fields) + "}"

    def _reference(self, node: Node, library: str) -> str:
        """What a reference stands for; "" for a node that is none, or whose library is not here."""
        kind = str(node.get("type"))
        if kind == "FunctionRef":
            return self._function_reference(node, library)
        if kind not in _REFERENCES:
            return ""
        name = self.resolve(node, library)
        if name.library not in self.libraries:
            return ""
        if kind == "ParameterRef":
            return f"parameter:{name.library}:{name.name}"
        found = [each for each in self.library(name.library).section(_REFERENCES[kind]) if each["name"] == name.name]
        return f"{kind}:" + self._fields({**found[0], "name": "", "accessLevel": ""}, name.library, 0) if found else ""

    def _function_reference(self, node: Node, library: str) -> str:
        found = self.function(node, library)
        if found is None:
            return ""
        function, home = found
        name = Name(home, f"{function['name']}()/{len(function.get('operand') or [])}")
        arguments = self.digest(node.get("operand") or [], library)
        names = [each["name"] for each in function.get("operand") or []]
        return f"call:{self._once(name, function['expression'], home)}:{names}:{arguments}"

    def of(self, name: Name) -> str:
        """The digest of a definition: that of its expression."""
        return self._once(name, self.body(name), name.library)

    def _once(self, name: Name, body: Node, library: str) -> str:
        if name not in self._digests:
            if name in self._open:
                raise LogicError(f'the definition "{name.name}" of library {name.library} calls itself')
            self._open.add(name)
            self._digests[name] = self.digest(body, library)
            self._open.discard(name)
        return self._digests[name]


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node."""
    for key, value in node.items():
        if key in _SILENT:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield item


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, references not followed."""
    yield node
    for child in children(node):
        yield from walk(child)


def source_text(definition: Mapping[str, Any], node: Node) -> str:
    """The CQL that a node was written as, in one line; "" where the ELM does not carry it."""
    wanted = node.get("localId")
    for note in definition.get("annotation") or []:
        found = _narrative(note.get("s"), wanted) if wanted and note.get("type") == "Annotation" else None
        if found is not None:
            return " ".join(_text(found).split())
    return ""


def _narrative(part: object, wanted: str) -> Node | None:
    if not isinstance(part, dict):
        return None
    if part.get("r") == wanted:
        return part
    return next((found for each in part.get("s") or [] if (found := _narrative(each, wanted)) is not None), None)


def _text(part: Node) -> str:
    return "".join(part.get("value") or []) + "".join(_text(each) for each in part.get("s") or [])


def tags(definition: Mapping[str, Any]) -> dict[str, str]:
    """The `@name: value` tags in the comment above a definition."""
    found = (tag for note in definition.get("annotation") or [] for tag in note.get("t") or [])
    return {str(tag.get("name")): str(tag.get("value", "")).rstrip("/\n ").strip() for tag in found}
