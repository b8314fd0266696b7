"""Extensions against their StructureDefinition: known, allowed here, of the right type, as often as allowed.

https://hl7.org/fhir/R4/extensibility.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_content.conformance import profiles
from fhir_content.conformance.profile import Profile
from fhir_content.conformance.walk import Scope, Walk
from fhir_content.issue import Severity
from fhir_content.source import Json, Path
from fhir_content.structure import Child, Structure

_EXAMPLE = re.compile(r"https?://([a-z0-9\-]+\.)*example(\.[a-z]+)?/")
# Where later publications of HL7 (R4B, the extensions pack) allow an extension that R4 defined too narrowly,
# or where the publication of R4 itself uses it.
_WIDENED: dict[str, frozenset[str]] = {
    "cqf-strengthOfRecommendation": frozenset({"PlanDefinition", "PlanDefinition.action"}),
    "cqf-qualityOfEvidence": frozenset({"PlanDefinition", "PlanDefinition.action"}),
    "variable": frozenset({"PlanDefinition", "PlanDefinition.action", "ActivityDefinition"}),
    "structuredefinition-normative-version": frozenset({"CodeSystem", "OperationDefinition", "ValueSet"}),
    "structuredefinition-fhir-type": frozenset({"ElementDefinition.type"}),
}
_NAMES = frozenset({"extension", "modifierExtension"})


def check_ext_1(walk: Walk, value: dict[str, Json], path: Path) -> None:
    """An extension has a value or extensions, never both, never neither."""
    has_value = any(name.startswith(("value", "_value")) for name in value)
    has_parts = "extension" in value
    if has_value == has_parts:
        url = value.get("url")
        what = "a value and extensions of its own" if has_value else "neither a value nor extensions of its own"
        message, help = f"the extension {url} has {what}", "an extension has one or the other: correct it, or remove it"
        walk.report(path, "ext-1", message, help, code="invariant")


def check(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """Judge one extension by what defines its url."""
    if not isinstance(value, dict) or not isinstance(value.get("url"), str):
        return
    url = str(value["url"])
    nested = len(path) > 3 and path[-4] in _NAMES
    if ":" not in url:
        if not nested:
            help = "write the canonical url of the extension's definition"
            walk.report((*path, "url"), "extension-unknown", f"the url of an extension must be absolute: '{url}'", help)
        return
    profile = profiles.find(walk, url)
    if profile is None:
        _unknown(walk, child.name, url, path)
    elif profile.type != "Extension":
        message, help = f"{url} defines no extension but a {profile.type}", "use the url of an extension"
        walk.report((*path, "url"), "extension-unknown", message, help, code="extension")
    else:
        _known(walk, child, value, path, profile)


def _unknown(walk: Walk, name: str, url: str, path: Path) -> None:
    if name == "modifierExtension":
        message = f"the modifier extension {url} is not known here, so the element cannot be understood safely"
        help = "add its StructureDefinition to the project, or say it in a way that R4 itself defines"
        # Names reserved for examples (RFC 2606) have no definition to be found, and no meaning to be missed.
        severity = Severity.WARNING if _EXAMPLE.match(url) else Severity.ERROR
        walk.report((*path, "url"), "modifier-extension-unknown", message, help, severity=severity, code="extension")
    else:
        walk.unknown_extensions.setdefault(url, []).append(path)


def report_unknown(walk: Walk) -> None:
    """One warning for each unknown url, at its first place."""
    for url, paths in walk.unknown_extensions.items():
        more = f" (and in {len(paths) - 1} more places)" if len(paths) > 1 else ""
        message = f"the extension {url} is not known here, so it was not checked{more}"
        help = "add its StructureDefinition to the project, or install the package that defines it"
        severity = Severity.WARNING
        walk.report((*paths[0], "url"), "extension-unknown", message, help, severity=severity, code="extension")


def _known(walk: Walk, child: Child, value: dict[str, Json], path: Path, profile: Profile) -> None:
    url = profile.url
    if profile.root.is_modifier != (child.name == "modifierExtension"):
        right = "modifierExtension" if profile.root.is_modifier else "extension"
        message = f"the extension {url} must be written as {right}"
        walk.report(path, "modifier-extension-unknown", message, f"move it to {right}", code="extension")
    if not _in_context(walk, path, profile):
        allowed = ", ".join(sorted({str(each.get("expression")) for each in profile.contexts}))
        message = f"the extension {url} is not allowed here, only on {allowed}"
        walk.report(path, "extension-context", message, "move it, or use another extension", code="extension")
    most = profile.root.max
    if most is not None and path[-1] == 0 and most > 0:
        count = _count(walk, path, url)
        if count > most:
            message = f"the extension {url} may occur {most} times at most, here it occurs {count} times"
            walk.report(path, "cardinality", message, "remove the others", severity=Severity.WARNING, code="structure")
    profiles.check_value(walk, profile, value, path)


def _count(walk: Walk, path: Path, url: str) -> int:
    siblings = walk.resource.at(path[:-1]).value
    items = siblings if isinstance(siblings, list) else []
    return sum(isinstance(each, dict) and each.get("url") == url for each in items)


def _in_context(walk: Walk, path: Path, profile: Profile) -> bool:
    """Whether one of the contexts that the definition names holds for the element that bears the extension."""
    contexts = profile.contexts
    if not contexts:
        return True
    here: set[str] | None = None
    for context in contexts:
        kind, expression = context.get("type"), str(context.get("expression"))
        if kind == "fhirpath" or expression == "Element":
            return True
        if kind == "extension":
            holder = walk.resource.at(path[:-2]).value
            if isinstance(holder, dict) and holder.get("url") == expression:
                return True
        else:
            here = here if here is not None else set(_names_of(walk.scope, path[:-2]))
            if expression.partition("#")[2] in here or expression in here:
                return True
    widened = _WIDENED.get(profile.url.rpartition("/")[2], frozenset())
    return bool(widened) and not widened.isdisjoint(_names_of(walk.scope, path[:-2]))


def _names_of(scope: Scope, path: Path) -> Iterator[str]:
    """What the element at `path` can be called: its paths from every type around it, its type and those above."""
    structure: Structure | None = scope.structure
    names = [scope.structure.type]
    child: Child | None = None
    for step in path[len(scope.path) :]:
        if isinstance(step, str) and structure is not None:
            child = structure.children.get(step.removeprefix("_"))
            if child is None:
                return
            names = [f"{name}.{part}" for name in names for part in {child.element, child.name, _declared(child)}]
            structure = child.structure
            names = [*names[:64], child.path, child.path.removesuffix("[x]"), structure.path]
    yield from names
    if child is not None:
        yield child.type
    while structure is not None:
        yield structure.type
        structure = structure.base


def _declared(child: Child) -> str:
    return f"{child.element}[x]" if child.is_choice else child.element
