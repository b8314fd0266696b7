"""The Catalog: every resource, by Type/id and by canonical, and what refers to what, both ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from fhir_content.canonical import Canonical
from fhir_content.issue import Issue, Severity
from fhir_content.resource import Element, Resource
from fhir_content.source import Json, Path, Source

# Where a definition depends on another, by type, without indexes; `action` stands for any depth of itself.
# https://hl7.org/fhir/uv/crmi/distribution.html and the elements of type canonical in R4
_SHARED = ("library", "relatedArtifact.resource", "derivedFrom", "instantiatesCanonical", "meta.profile")
_DATA = ("profile", "codeFilter.valueSet")
_DEPENDENCIES: dict[str, tuple[str, ...]] = {
    "PlanDefinition": (
        "action.definitionCanonical",
        *(f"action.{at}.{what}" for at in ("trigger.data", "input", "output") for what in _DATA),
    ),
    "ActivityDefinition": ("profile", "transform"),
    "Library": tuple(f"dataRequirement.{what}" for what in _DATA),
    "Measure": (),
    "Questionnaire": ("item.answerValueSet", "item.definition"),
    "ValueSet": tuple(f"compose.{at}.{what}" for at in ("include", "exclude") for what in ("valueSet", "system")),
    "CodeSystem": ("valueSet", "supplements"),
    "ConceptMap": ("sourceCanonical", "targetCanonical", "group.unmapped.url"),
    "StructureDefinition": ("baseDefinition",),
    "ImplementationGuide": ("definition.resource.reference.reference",),
}
_RECURSIVE = ("action", "item", "concept")


@dataclass(frozen=True, slots=True)
class Reference:
    """One outgoing link: the element that holds it, its text, and whether it is a literal reference (`Type/id`)."""

    element: Element
    text: str
    literal: bool

    @property
    def canonical(self) -> Canonical:
        """The text as a canonical."""
        return Canonical.parse(self.text)


@dataclass(frozen=True, slots=True)
class Closure:
    """A resource with all it needs: what is here (dependencies first), what lies outside, what should be here."""

    resources: tuple[Resource, ...]
    external: tuple[str, ...]
    missing: tuple[Reference, ...]


class Catalog:
    """Every resource of a project or of the files given, in the order of type and id."""

    def __init__(self, resources: Iterable[Resource], issues: Iterable[Issue] = (), *, base: str = "") -> None:
        """Index `resources`; `issues` are those of loading; canonicals below `base` are expected to be here."""
        self._resources = sorted(resources, key=lambda each: (each.type, each.id, each.version, each.file))
        self.issues = tuple(issues)
        self.base = base
        self.tables: dict[str, Source] = {}  # our own tables of parameters beside the resources, by file
        self._by_key: dict[str, Resource] = {}
        self._by_url: dict[str, list[Resource]] = defaultdict(list)
        for resource in self._resources:
            self._by_key.setdefault(resource.key, resource)
            if resource.url:
                self._by_url[resource.url].append(resource)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources)

    def __len__(self) -> int:
        return len(self._resources)

    def get(self, key: str) -> Resource | None:
        """The resource of that `Type/id`, or None."""
        return self._by_key.get(key)

    def of(self, *types: str) -> list[Resource]:
        """Every resource of one of the types."""
        return [resource for resource in self._resources if resource.type in types]

    def resolve(self, canonical: str | Canonical) -> Resource | None:
        """The resource of that canonical; without a version the last one, as FHIR asks; None when it is not here."""
        wanted = Canonical.parse(canonical) if isinstance(canonical, str) else canonical
        found = self._by_url.get(wanted.url, [])
        if wanted.version:
            found = [resource for resource in found if resource.version == wanted.version]
        return max(found, key=lambda each: _version_order(each.version), default=None)

    def versions(self, url: str) -> list[str]:
        """The versions in which the url is here."""
        return [resource.version for resource in self._by_url.get(url, [])]

    def target(self, reference: Reference) -> Resource | None:
        """What the reference points at, when it is here."""
        if not reference.literal:
            return self.resolve(reference.text)
        key = "/".join(reference.text.split("/_history/")[0].split("/")[-2:])
        return self.get(key)

    def references(self, resource: Resource) -> list[Reference]:
        """Every outgoing link of the resource, in the order written; `#contained` ones are not."""
        return self._references[id(resource)]

    def referrers(self, resource: Resource) -> list[Resource]:
        """The resources that point at this one."""
        return self._referrers.get(id(resource), [])

    def closure(self, resource: Resource) -> Closure:
        """The resource and all it depends on, dependencies first; a circle is walked once."""
        ordered: list[Resource] = []
        external: set[str] = set()
        missing: list[Reference] = []
        seen = {id(resource)}
        stack = [(resource, iter(self.references(resource)))]
        while stack:
            current, links = stack[-1]
            for reference in links:
                target = self.target(reference)
                if target is None:
                    self._note_absent(reference, external, missing)
                elif id(target) not in seen:
                    seen.add(id(target))
                    stack.append((target, iter(self.references(target))))
                    break
            else:
                ordered.append(current)
                stack.pop()
        return Closure(tuple(ordered), tuple(sorted(external)), tuple(missing))

    def _note_absent(self, reference: Reference, external: set[str], missing: list[Reference]) -> None:
        if reference.literal or self.is_ours(reference.text) or not reference.canonical.is_absolute:
            missing.append(reference)
        else:
            external.add(reference.text)

    def is_ours(self, canonical: str) -> bool:
        """Whether a canonical lies in this project's own namespace."""
        return bool(self.base) and canonical.startswith(f"{self.base}/")

    @cached_property
    def _references(self) -> dict[int, list[Reference]]:
        return {id(resource): list(outgoing(resource)) for resource in self._resources}

    @cached_property
    def _referrers(self) -> dict[int, list[Resource]]:
        found: dict[int, list[Resource]] = defaultdict(list)
        for resource in self._resources:
            for reference in self.references(resource):
                target = self.target(reference)
                if target is not None and resource not in found[id(target)]:
                    found[id(target)].append(resource)
        return found


def outgoing(resource: Resource) -> Iterator[Reference]:
    """The links that leave a resource: canonicals on its dependency paths, and literal references anywhere."""
    paths = frozenset((*_SHARED, *_DEPENDENCIES.get(resource.type, ())))
    yield from _links(resource, resource.data, (), (), paths)


def _links(
    resource: Resource, value: Json, path: Path, names: tuple[str, ...], paths: frozenset[str]
) -> Iterator[Reference]:
    if isinstance(value, dict):
        for name, child in value.items():
            below = names if names and name in _RECURSIVE and names[-1] == name else (*names, name)
            yield from _links(resource, child, (*path, name), below, paths)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _links(resource, child, (*path, index), names, paths)
    elif isinstance(value, str) and names and not value.startswith("#"):
        literal = names[-1] == "reference" and names[-2:-1] != ("expression",)
        if literal and "/" not in value:
            return  # urn:uuid and the like: only a Bundle gives them a meaning
        if literal or _is_dependency(names, paths):
            yield Reference(Element(resource, path, value), value, literal)


def _is_dependency(names: tuple[str, ...], paths: frozenset[str]) -> bool:
    return ".".join(names) in paths or names[-1] == "valueCanonical" or names[-2:] == ("expression", "reference")


_Parts = tuple[tuple[int, int | str], ...]


def _version_order(version: str) -> tuple[_Parts, bool, _Parts]:
    """As semver.org orders: numbers as numbers, a pre-release before its release."""
    release, _, pre_release = version.partition("-")
    return _parts(release), not pre_release, _parts(pre_release)


def _parts(text: str) -> _Parts:
    return tuple((1, int(part)) if part.isdigit() and part.isascii() else (0, part) for part in text.split("."))


def duplicates(catalog: Catalog) -> Iterator[Issue]:
    """An issue for each resource whose Type/id, or url and version, another one already has."""
    keys: dict[str, Resource] = {}
    canonicals: dict[str, Resource] = {}
    for resource in catalog:
        first = keys.setdefault(resource.key, resource)
        if first is not resource and resource.id:
            yield _duplicate(resource, first, "id", f"{resource.key} is in the project twice", "duplicate-id")
        elif resource.url:
            first = canonicals.setdefault(f"{resource.type} {resource.canonical}", resource)
            if first is not resource:
                message = f"{resource.canonical} is in the project twice"
                yield _duplicate(resource, first, "url", message, "duplicate-canonical")


def _duplicate(resource: Resource, first: Resource, name: str, message: str, rule: str) -> Issue:
    where = resource.location((name,))
    way_out = f"give one of them another {name}; the other is {first.location((name,))}"
    return Issue(where, rule, Severity.ERROR, message, "duplicate", way_out, (first.location((name,)),))
