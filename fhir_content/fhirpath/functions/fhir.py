"""The functions that FHIR R4 adds.

https://hl7.org/fhir/R4/fhirpath.html#functions
"""

from __future__ import annotations

from fhir_content.fhirpath.data import Item, Items, Typed, navigate, system
from fhir_content.fhirpath.errors import FhirPathError, Unsupported
from fhir_content.fhirpath.evaluation import NOTHING, Environment, text, verdict
from fhir_content.fhirpath.functions.registry import function

_CORE = "http://hl7.org/fhir/StructureDefinition/"


@function("extension", 1)
def extension(environment: Environment, items: Items, url: Items) -> Items:
    """The extensions of one url."""
    wanted = text(url, "extension()")
    found = navigate(items, "extension")
    return [each for each in found if isinstance(each, Typed) and _field(each, "url") == wanted]


@function("hasValue")
def has_value(environment: Environment, items: Items) -> Items:
    """Whether it is one primitive that has a value, and not only extensions."""
    if len(items) != 1:
        return verdict(False)
    item = items[0]
    return verdict(item.has_value if isinstance(item, Typed) else True)


@function("getValue")
def value(environment: Environment, items: Items) -> Items:
    """The System value of the one primitive."""
    if len(items) != 1:
        return NOTHING
    found = system(items[0])
    return NOTHING if isinstance(found, Typed) else [found]


@function("resolve")
def resolve(environment: Environment, items: Items) -> Items:
    """The resources that references, canonicals and uris lead to; those that lead nowhere are left out.

    `#id` is looked up among the contained resources of %rootResource, `#` is that resource.
    """
    found: Items = []
    for item in items:
        target = _target(environment, item)
        if target is not None:
            found.append(target)
    return found


def _target(environment: Environment, item: Item) -> Item | None:
    reference = item.data if isinstance(item, Typed) else item
    if isinstance(reference, dict):
        reference = reference.get("reference")
    if not isinstance(reference, str):
        return None
    root = environment.variables.get("rootResource", NOTHING)
    if reference.startswith("#"):
        if reference == "#":
            return root[0] if root else None
        return next((each for each in navigate(root, "contained") if _field(each, "id") == reference[1:]), None)
    if environment.doors.resolve is None:
        return None
    owner = environment.variables.get("resource", NOTHING)
    return environment.doors.resolve(reference, owner[0] if owner and isinstance(owner[0], Typed) else None)


def _field(item: Item, name: str) -> object:
    return item.data.get(name) if isinstance(item, Typed) and isinstance(item.data, dict) else None


def _typed(items: Items, name: str) -> Typed | None:
    if len(items) > 1:
        raise FhirPathError(f"{name}() takes one item, found {len(items)}")
    return items[0] if items and isinstance(items[0], Typed) else None


@function("memberOf", 1)
def member_of(environment: Environment, items: Items, value_set: Items) -> Items:
    """Whether the code, Coding or CodeableConcept is in the value set; nothing where that cannot be told."""
    item, url = _typed(items, "memberOf"), text(value_set, "memberOf()")
    if item is None or url is None:
        return NOTHING
    if environment.doors.member_of is None:
        raise Unsupported("memberOf() needs terminology, and none was given")
    return verdict(environment.doors.member_of(item, url))


@function("conformsTo", 1)
def conforms_to(environment: Environment, items: Items, profile: Items) -> Items:
    """Whether the item meets a profile; a type of FHIR itself is met by what is of that type."""
    item, url = _typed(items, "conformsTo"), text(profile, "conformsTo()")
    if item is None or url is None:
        return NOTHING
    short = url.removeprefix(_CORE)
    if short != url and environment.model.knows(short):
        return verdict(short in item.type.lineage)
    answer = environment.doors.conforms_to(item, url) if environment.doors.conforms_to else None
    if answer is None:
        raise Unsupported(f"conformsTo(): the profile {url} is not known")
    return verdict(answer)


@function("htmlChecks")
def html_checks(environment: Environment, items: Items) -> Items:
    """Whether narrative is the XHTML that FHIR allows."""
    if environment.doors.html_checks is None:
        raise Unsupported("htmlChecks() needs the narrative check, and none was given")
    check = environment.doors.html_checks
    return verdict(all(isinstance(each, Typed) and isinstance(each.data, str) and check(each.data) for each in items))


def _unsupported(name: str, most: int) -> None:
    @function(name, 0, most)
    def refuse(environment: Environment, items: Items, *arguments: Items) -> Items:
        raise Unsupported(f"{name}() is not supported here")


for _name, _most in (
    ("elementDefinition", 0),
    ("slice", 2),
    ("checkModifiers", 99),
    ("subsumes", 1),
    ("subsumedBy", 1),
):
    _unsupported(_name, _most)
