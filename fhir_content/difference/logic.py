"""The definitions of a Library's logic, each as what it does and as the sentence that says it.

Two expressions that differ in layout or comments only are the same.
"""

from __future__ import annotations

from fhir_content.release.logic import elm_of
from fhir_content.resource import Resource
from fhir_content.source import Json, dumps

_NOT_MEANING = frozenset({"localId", "locator", "annotation", "resultTypeName", "resultTypeSpecifier", "signature"})
_SECTIONS = ("parameters", "codes", "concepts", "valueSets", "codeSystems", "includes", "statements")


def definitions(library: Resource) -> dict[str, tuple[str, str]]:
    """Meaning and sentence of each definition of the ELM, by its name; empty where the Library has no ELM."""
    found: dict[str, tuple[str, str]] = {}
    elm = elm_of(library)
    for section in _SECTIONS:
        part = elm.get(section)
        listed = part.get("def") if isinstance(part, dict) else None
        for each in listed if isinstance(listed, list) else []:
            if isinstance(each, dict):
                name = str(each.get("name") or each.get("localIdentifier", ""))
                meaning = dumps(_meaning(each, versions=section == "includes")).decode()
                found[f"{section}: {name}" if section != "statements" else name] = (meaning, _sentence(each))
    return found


def _meaning(value: Json, *, versions: bool) -> Json:
    if isinstance(value, dict):
        return {
            name: _meaning(value[name], versions=versions)
            for name in sorted(value)
            if name not in _NOT_MEANING and not (versions and name == "version")
        }
    if isinstance(value, list):
        return [_meaning(each, versions=versions) for each in value]
    return value


def _sentence(definition: dict[str, Json]) -> str:
    """The CQL of the definition, as the translator keeps it in the annotation."""
    words: list[str] = []
    stack: list[Json] = [definition.get("annotation")]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            words += [str(each) for each in value] if isinstance(value := node.get("value"), list) else []
            stack.append(node.get("s"))
    return " ".join("".join(words).split())
