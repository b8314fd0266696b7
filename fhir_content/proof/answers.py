"""Which inputs an action answers: it orders the test, or asks the question, whose code the input is read by."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.proof.logic import Logic, Node, walk
from fhir_content.proof.shape import Scope, followed
from fhir_content.proof.world import Input
from fhir_content.resource import Element
from fhir_content.terminology import expand
from fhir_content.terminology.expansion import Expansion

Code = tuple[str, str]
_DEEPEST = 12


class Readings:
    """The codes by which each input is read from the record, each looked up once."""

    def __init__(self, logic: Logic, catalog: Catalog) -> None:
        """Read value sets of `catalog` where the logic names them."""
        self.logic, self._catalog = logic, catalog
        self._codes: dict[str, frozenset[Code]] = {}
        self._sets: dict[str, Expansion] = {}

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
            scope = Scope(self.logic, each.library)
            urls = set(self._value_sets(each.node, scope, 0))
            self._codes[each.key] = frozenset(code for url in urls for code in self.members(url))
        return self._codes[each.key]

    def _value_sets(self, node: Node, scope: Scope, depth: int) -> Iterator[str]:
        """The value sets of every retrieve below a node, references followed."""
        for part in walk(node):
            if part.get("type") == "ValueSetRef":
                yield self.value_set(part, scope.library)
            elif part.get("type") in ("ExpressionRef", "FunctionRef") and depth < _DEEPEST:
                target = followed(part, scope)
                if target is not None:
                    yield from self._value_sets(*target, depth + 1)

    def value_set(self, codes: object, library: str) -> str:
        """The url of the value set that a retrieve is limited to; "" for none."""
        for part in walk(codes) if isinstance(codes, dict) else ():
            if part.get("type") == "ValueSetRef":
                name = self.logic.resolve(part, library)
                found = self.logic.library(name.library).section("valueSets")
                return next((str(each.get("id")) for each in found if each["name"] == name.name), "")
        return ""

    def members(self, url: str) -> frozenset[Code]:
        """The codes of a value set as far as they are here."""
        return frozenset(self._expansion(url).concepts)

    def is_whole(self, url: str) -> bool:
        """Whether those are all, and there are some."""
        expansion = self._expansion(url)
        return expansion.complete and bool(expansion.concepts)

    def _expansion(self, url: str) -> Expansion:
        if url not in self._sets:
            value_set = self._catalog.resolve(url)
            self._sets[url] = Expansion() if value_set is None else expand(value_set, self._catalog)
        return self._sets[url]
