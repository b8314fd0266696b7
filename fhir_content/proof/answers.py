"""Which inputs an action answers: it orders the test, or asks the question, whose code the input is read by."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.proof.logic import Logic, Node, walk
from fhir_content.proof.shape import Scope, followed
from fhir_content.proof.world import Input
from fhir_content.resource import Element
from fhir_content.terminology import expand

Code = tuple[str, str]
_DEEPEST = 12


class Readings:
    """The codes by which each input is read from the record, each looked up once."""

    def __init__(self, logic: Logic, catalog: Catalog) -> None:
        """Read value sets of `catalog` where the logic names them."""
        self._logic, self._catalog = logic, catalog
        self._codes: dict[str, frozenset[Code]] = {}
        self._sets: dict[str, frozenset[Code]] = {}

    def answered(self, action: Element, inputs: list[Input]) -> frozenset[str]:
        """The keys of the inputs that are read by a code of the ActivityDefinition behind an action."""
        reference = action.text("definitionCanonical")
        definition = self._catalog.resolve(reference) if reference else None
        if definition is None or definition.type != "ActivityDefinition":
            return frozenset()
        codes = {
            (coding.text("system"), coding.text("code"))
            for concept in definition.root.each("code")
            for coding in concept.each("coding")
        }
        return frozenset(each.key for each in inputs if codes & self._codes_of(each))

    def _codes_of(self, each: Input) -> frozenset[Code]:
        if each.key not in self._codes:
            scope = Scope(self._logic, each.library)
            urls = set(self._value_sets(each.node, scope, 0))
            self._codes[each.key] = frozenset(code for url in urls for code in self._members(url))
        return self._codes[each.key]

    def _value_sets(self, node: Node, scope: Scope, depth: int) -> Iterator[str]:
        """The value sets of every retrieve below a node, references followed."""
        for part in walk(node):
            if part.get("type") == "ValueSetRef":
                name = self._logic.resolve(part, scope.library)
                found = self._logic.library(name.library).section("valueSets")
                yield from (str(each.get("id")) for each in found if each["name"] == name.name)
            elif part.get("type") in ("ExpressionRef", "FunctionRef") and depth < _DEEPEST:
                target = followed(part, scope)
                if target is not None:
                    yield from self._value_sets(*target, depth + 1)

    def _members(self, url: str) -> frozenset[Code]:
        if url not in self._sets:
            value_set = self._catalog.resolve(url)
            self._sets[url] = frozenset(expand(value_set, self._catalog).concepts if value_set is not None else ())
        return self._sets[url]
