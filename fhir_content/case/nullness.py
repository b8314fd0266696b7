"""Which definitions can be null: those that cannot need no case in which they are.

Only what is certain from the ELM is said: existence, tests for null and constants are never null, nor is logic on them.
"""

from __future__ import annotations

from collections.abc import Mapping

from fhir_content.case.mutants import Elm

_NEVER = frozenset({"Exists", "IsNull", "IsTrue", "IsFalse", "Literal", "Count", "List"})
_AS_OPERANDS = frozenset({"And", "Or", "Not", "Implies", "Xor"})


class Nullness:
    """Answers for the definitions of some libraries."""

    def __init__(self, libraries: Mapping[str, Elm]) -> None:
        """Read the definitions of each library; the key is the library's name."""
        self._aliases: dict[str, dict[str, str]] = {}
        self._expressions: dict[tuple[str, str], Elm] = {}
        self._known: dict[tuple[str, str], bool] = {}
        for name, elm in libraries.items():
            library = elm["library"]
            includes = library.get("includes", {}).get("def", [])
            self._aliases[name] = {each["localIdentifier"]: each["path"] for each in includes}
            for definition in library["statements"]["def"]:
                if definition.get("type") != "FunctionDef" and "expression" in definition:
                    self._expressions[name, definition["name"]] = definition["expression"]

    def can_be_null(self, library: str, name: str) -> bool:
        """Whether a definition may be null; an unknown one may."""
        key = (library, name)
        if key not in self._known:
            self._known[key] = True  # a circle would be answered so; the engine refuses circles
            expression = self._expressions.get(key)
            self._known[key] = expression is None or self._may(library, expression)
        return self._known[key]

    def _may(self, library: str, node: Elm) -> bool:
        kind = node.get("type", "")
        if kind in _NEVER:
            return False
        if kind == "ExpressionRef":
            alias = node.get("libraryName")
            home = self._aliases.get(library, {}).get(alias, "") if alias else library
            return self.can_be_null(home, node["name"])
        operands = node.get("operand", [])
        each = operands if isinstance(operands, list) else [operands]
        if kind == "Coalesce":
            return all(self._may(library, operand) for operand in each)
        if kind in _AS_OPERANDS:
            return any(self._may(library, operand) for operand in each)
        return True
