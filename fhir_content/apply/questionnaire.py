"""The questions that a plan asks: a group of Questionnaire items for each profile that an action's input names.

What the profile requires and does not fix itself is asked. https://hl7.org/fhir/R4/questionnaire.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_content.apply.messages import Messages
from fhir_content.apply.request import Request
from fhir_content.canonical import Canonical
from fhir_content.catalog import Catalog
from fhir_content.resource import Element, Resource
from fhir_content.source import Json
from fhir_content.structure import definitions

Made = dict[str, Json]
_EXTRACT = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-definitionExtract"
_INPUT_TEXT = "http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-input-text"
_ITEM_TYPES: Mapping[str, str] = {
    "boolean": "boolean",
    "decimal": "decimal",
    "integer": "integer",
    "positiveInt": "integer",
    "unsignedInt": "integer",
    "date": "date",
    "dateTime": "dateTime",
    "instant": "dateTime",
    "time": "time",
    "string": "string",
    "markdown": "text",
    "uri": "url",
    "url": "url",
    "canonical": "url",
    "code": "choice",
    "Coding": "choice",
    "CodeableConcept": "choice",
    "Quantity": "quantity",
    "Reference": "reference",
    "Attachment": "attachment",
}


@dataclass(slots=True)
class Questions:
    """The groups asked so far, one for each profile."""

    items: dict[str, Made] = field(default_factory=dict)

    def ask(self, action: Element, catalog: Catalog, messages: Messages) -> None:
        """Add a group for each input of the action that names a profile; one that is not here is a message."""
        for requirement in action.each("input"):
            profile = next((each.value for each in requirement.each("profile") if isinstance(each.value, str)), "")
            if not profile or profile in self.items:
                continue
            structure = _profile(profile, catalog)
            if structure is None:
                messages.error(f"input: the profile {profile} is not among the content, so nothing is asked for it")
                continue
            self.items[profile] = _group(profile, structure, _text(requirement), len(self.items) + 1, catalog)

    def resources(self, plan: Resource, request: Request) -> list[Made]:
        """The Questionnaire of a plan and the QuestionnaireResponse to fill in; none where nothing is asked."""
        if not self.items or not plan.url:
            return []
        subject = request.subject.split("/")[-1]
        url = plan.url.replace("/PlanDefinition/", "/Questionnaire/")
        version = f"{plan.version}-{subject}-{request.at:%Y-%m-%d-%H.%M.%S}" if plan.version else ""
        questionnaire: Made = {"resourceType": "Questionnaire", "id": plan.id, "url": url}
        if version:
            questionnaire["version"] = version
        questionnaire |= {"status": "active", "item": [*self.items.values()]}
        response: Made = {
            "resourceType": "QuestionnaireResponse",
            "id": f"{plan.id}-{subject}",
            "questionnaire": str(Canonical(url, version)),
            "status": "in-progress",
            "subject": {"reference": request.subject},
            "authored": request.at.isoformat(timespec="seconds"),
            "item": [_unanswered(item) for item in self.items.values()],
        }
        return [questionnaire, response]


def _profile(canonical: str, catalog: Catalog) -> Mapping[str, Any] | None:
    found = catalog.resolve(canonical)
    if found is not None and found.type == "StructureDefinition":
        return found.data
    return definitions().record(Canonical.parse(canonical).url)


def _text(requirement: Element) -> str:
    texts = (each.text("valueString") for each in requirement.each("extension") if each.text("url") == _INPUT_TEXT)
    return next(texts, "")


def _group(profile: str, structure: Mapping[str, Any], text: str, number: int, catalog: Catalog) -> Made:
    items = [
        _item(profile, element, kind, f"{number}.{index}", catalog)
        for index, (element, kind) in enumerate(_asked(structure), 1)
    ]
    title = text or str(structure.get("title") or structure.get("name") or profile)
    return {
        "extension": [{"url": _EXTRACT, "valueCanonical": profile}],
        "linkId": str(number),
        "definition": profile,
        "text": title,
        "type": "group",
        "required": False,
        "repeats": False,
        "item": [*items],
    }


def _asked(structure: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The elements of the first level that are required and left open, each with its type."""
    base = definitions().structure(str(structure.get("type", "")))
    view = structure.get("differential") or structure.get("snapshot") or {}
    for element in view.get("element", []) if isinstance(view, dict) else []:
        path = str(element.get("path", ""))
        fixed = any(name.startswith(("fixed", "pattern")) for name in element)
        if path.count(".") != 1 or fixed or not element.get("min") or ":" in str(element.get("id", "")):
            continue
        types = [each.get("code", "") for each in element.get("type", [])]
        if not types and base is not None:
            types = [child.type for child in base.child(path.split(".")[1].removesuffix("[x]"))]
        kind = next((each for each in types if each in _ITEM_TYPES), "")
        if kind:
            yield element, kind


def _item(profile: str, element: Mapping[str, Any], kind: str, link: str, catalog: Catalog) -> Made:
    item: Made = {
        "linkId": link,
        "definition": f"{profile.split('|', maxsplit=1)[0]}#{element.get('id') or element['path']}",
        "text": str(element.get("label") or element.get("short") or element["path"]),
        "type": _ITEM_TYPES[kind],
        "required": True,
        "repeats": False,
    }
    value_set = (element.get("binding") or {}).get("valueSet", "")
    if item["type"] == "choice" and value_set:
        from fhir_content.terminology import terminology

        expansion = terminology(catalog).value_set(value_set)
        concepts = expansion.concepts.values() if expansion is not None else ()
        options: list[Json] = [{"valueCoding": _coding(each.system, each.code, each.display)} for each in concepts]
        item |= {"answerOption": options} if options else {"answerValueSet": value_set}
    return item


def _coding(system: str, code: str, display: str) -> Made:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def _unanswered(item: Made) -> Made:
    kept: Made = {name: item[name] for name in ("linkId", "definition", "text") if name in item}
    below = item.get("item")
    if isinstance(below, list) and below:
        kept["item"] = [_unanswered(each) for each in below if isinstance(each, dict)]
    return kept
