"""The logic of a Catalog, ready to run: Library resources to CQL libraries, each compiled once and shared by all calls.

A Library's ELM is used where it is that of its CQL; CQL that has no such ELM is translated, where there is Node.
https://hl7.org/fhir/R4/clinicalreasoning-topics-using-expressions.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fhir_content.apply.lenient import put_right
from fhir_content.canonical import Canonical
from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.translate import Header, read_header
from fhir_content.translate.header import with_includes

if TYPE_CHECKING:
    from fhir_content.cql import Library

CQL, ELM = "text/cql", "application/elm+json"
HELPERS = "FHIRHelpers"


class LogicError(Exception):
    """A library that cannot be had, or an expression that cannot be evaluated; the message says why."""


class UnsupportedError(LogicError):
    """The expression cannot be run here at all: its language or library is not to be had."""


@dataclass(slots=True)
class Logic:
    """The libraries of one Catalog. Make it once and give it to every `apply` over that Catalog."""

    catalog: Catalog
    _texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    _elm: dict[str, dict[str, Any]] = field(default_factory=dict)
    _ready: dict[str, Library | LogicError] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _definitions: dict[int, tuple[Resource, Resource]] = field(default_factory=dict)
    _path: list[str] = field(default_factory=list)
    _is_indexed: bool = False

    def library(self, canonical: str) -> Library:
        """The library of a canonical; raises LogicError, the same each time, where it cannot be had."""
        name = self._names.get(canonical)
        if name is None:
            found = self.catalog.resolve(Canonical.parse(canonical.strip()))
            if found is None or found.type != "Library":
                raise UnsupportedError(f"the library {canonical} is not among the content")
            name = self._names[canonical] = name_of(found)
        return self.ready(name)

    def ready(self, name: str) -> Library:
        """The library of a CQL name, with all it includes."""
        self._index()
        if name not in self._ready:
            try:
                self._ready[name] = self._made(name)
            except LogicError as error:
                self._ready[name] = error
        made = self._ready[name]
        if isinstance(made, LogicError):
            raise made
        return made

    def inline(self, expression: str, own: str) -> Library:
        """A library for one inline expression, `Result`: FHIR, FHIRHelpers and, by its name, the library `own`."""
        self._index()
        include = f"include {own}\n" if own in self._texts else ""
        name = f"Inline{hashlib.sha256(f'{own} {expression}'.encode()).hexdigest()[:16]}"
        head = f"library {name}\nusing FHIR version '4.0.1'\ninclude FHIRHelpers version '4.0.1'\n{include}"
        self._texts[name] = (name, f'{head}context Patient\ndefine "Result": {expression}\n')
        return self.ready(name)

    def definition(self, resource: Resource) -> Resource:
        """A definition in the form in which it is applied: written slips put right, once."""
        found = self._definitions.get(id(resource))
        if found is None:
            found = self._definitions[id(resource)] = (resource, put_right(resource))
        return found[1]

    def trees(self) -> Mapping[str, dict[str, Any]]:
        """The ELM of every library of the Catalog that has it, by CQL name."""
        self._index()
        return self._elm

    def with_trees(self, changed: Mapping[str, dict[str, Any]]) -> Logic:
        """The same logic with the ELM of some libraries changed; what does not rest on those is shared."""
        touched = set(changed)
        while more := {name for name, tree in self.trees().items() if touched & set(included(tree))} - touched:
            touched |= more
        ready = {name: library for name, library in self._ready.items() if name not in touched}
        return replace(self, _elm={**self._elm, **changed}, _ready=ready, _path=[])

    def value_set(self, canonical: str) -> Set[tuple[str | None, str | None]] | None:
        """The codes of a value set of the Catalog or of FHIR itself, as (system, code); None where it is not here."""
        from fhir_content.terminology import terminology

        expansion = terminology(self.catalog).value_set(canonical)
        # Of a value set that cannot be expanded here nothing is known, which is not the same as "no such code".
        if expansion is None or (expansion.unknown and not expansion.concepts):
            return None
        codes: Set[Any] = expansion.concepts.keys()
        return codes

    def _made(self, name: str) -> Library:
        from fhir_content.cql import CqlError, Library

        elm = self._elm_of(name)
        if name in self._path:
            raise LogicError(f"the library {name} includes itself")
        self._path.append(name)
        try:
            return Library.from_elm(elm, [self.ready(path) for path in included(elm)])
        except CqlError as error:
            raise LogicError(f"the library {name} cannot be run: {error}") from None
        finally:
            self._path.pop()

    def _elm_of(self, name: str) -> dict[str, Any]:
        if name not in self._elm:
            if name not in self._texts:
                raise UnsupportedError(f"the library {name} is not among the content, or holds neither CQL nor ELM")
            self._translate(name)
        return self._elm[name]

    def _translate(self, name: str) -> None:
        """Translate a library and whatever it includes; raises LogicError with the first finding, or without Node."""
        from fhir_content.translate import TranslatorUnavailableError, helpers_text, translate

        self._texts.setdefault(HELPERS, ("FHIRHelpers.cql", helpers_text()))
        headers = {each: read_header(text) for each, (_, text) in self._texts.items()}
        wanted = {each: self._texts[each] for each in with_includes(name, headers)}
        try:
            translation = translate(wanted)
        except TranslatorUnavailableError as error:
            raise UnsupportedError(
                f"the library {name} has CQL but no ELM compiled from it, and cannot be translated here: {error}"
            ) from None
        self._elm.update(translation.elm)
        if name not in translation.elm:
            first = next((issue for issue in translation.issues if issue.severity.rank <= 1), None)
            raise LogicError(f"the library {name} is not valid CQL: {first or 'the translator gave nothing'}")

    def _index(self) -> None:
        """Read every Library once: its CQL, and its ELM where that is made of this CQL or stands alone."""
        if self._is_indexed:
            return
        self._is_indexed = True
        elm: dict[str, dict[str, Any]] = {}
        for resource in self.catalog.of("Library"):
            name = name_of(resource)
            for content_type, content in _contents(resource):
                if content_type == CQL:
                    self._texts[name] = (resource.file, content.decode("utf-8", "replace"))
                elif content_type == ELM:
                    elm[name] = _parsed(content)
        headers = {name: read_header(text) for name, (_, text) in self._texts.items()}
        self._elm = {name: tree for name, tree in elm.items() if tree and self._fits(name, tree, headers)}

    def _fits(self, name: str, tree: dict[str, Any], headers: dict[str, Header]) -> bool:
        """Whether the ELM may be used: no CQL beside it, or made of exactly that CQL."""
        from fhir_content.translate import digest_of, sources

        if name not in self._texts:
            return True
        return digest_of(tree) == sources(name, self._texts, headers)


def included(elm: dict[str, Any]) -> list[str]:
    """The CQL names of the libraries that ELM includes, each once."""
    paths = [str(entry.get("path", "")).rsplit("/", 1)[-1] for entry in _definitions(elm, "includes")]
    return list(dict.fromkeys(paths))


def name_of(library: Resource) -> str:
    """The CQL name of a Library resource: its name, else the last segment of its url, else its id."""
    return library.name or library.canonical.id or library.id


def _definitions(elm: dict[str, Any], section: str) -> list[dict[str, Any]]:
    part = elm.get("library", elm).get(section)
    found = part.get("def") if isinstance(part, dict) else None
    return [each for each in found or [] if isinstance(each, dict)]


def _contents(resource: Resource) -> Iterator[tuple[str, bytes]]:
    for content in resource.root.each("content"):
        data = content.text("data")
        if data:
            try:
                yield content.text("contentType").split(";")[0].strip(), base64.b64decode(data, validate=True)
            except (binascii.Error, ValueError):
                continue


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(content)
    except ValueError:
        return {}
    return tree if isinstance(tree, dict) and isinstance(tree.get("library"), dict) else {}
