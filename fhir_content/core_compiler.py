"""Compile the package `hl7.fhir.r4.core` into the one file that `core.py` reads.

Runs when the wheel is built (`hatch_build.py`) with nothing but Python's own library at hand. What no check
reads (texts, mappings, examples) is left out; what is kept has the names and the shape that FHIR gives it, so that
a StructureDefinition of the project and one of the package are read by the same code. Same input, same bytes.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from typing import Any

Record = dict[str, Any]

FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
REGEX = "http://hl7.org/fhir/StructureDefinition/regex"
MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"

_STRUCTURE = ("url", "version", "name", "title", "kind", "abstract", "context", "type", "baseDefinition", "derivation")
_ELEMENT = ("id", "path", "sliceName", "min", "max", "contentReference", "maxLength", "isModifier", "slicing")
_VALUED = ("fixed", "pattern", "minValue", "maxValue")
_CODE_SYSTEM = ("url", "version", "name", "caseSensitive", "content", "hierarchyMeaning", "valueSet", "supplements")
_VALUE_SET = ("url", "version", "name", "immutable")


def compile_package(archive: bytes) -> bytes:
    """The compiled file, from the bytes of the package's .tgz."""
    records: dict[str, dict[str, Record]] = {}
    for resource in _resources(archive):
        kind = resource["resourceType"]
        reduce = _REDUCERS.get(kind)
        if reduce is not None and "url" in resource:
            records.setdefault(kind, {})[resource["url"]] = reduce(resource)
    body = bytearray()

    def append(data: Record) -> tuple[int, int]:
        text = _dumps(data)
        body.extend(text)
        return len(body) - len(text), len(text)

    records["index"] = {"types": _types(records["StructureDefinition"].values())}
    indexes: dict[str, Record] = {}
    for kind in sorted(records):
        indexes[kind] = {url: append(records[kind][url]) for url in sorted(records[kind])}
    kinds = {kind: append(index) for kind, index in indexes.items()}
    return _dumps(kinds) + b"\n" + bytes(body)


def _types(structures: Iterable[Record]) -> Record:
    """The names of the types that can be instantiated, by kind."""
    names: dict[str, list[str]] = {}
    for record in structures:
        if "snapshot" in record and not record["abstract"] and record["kind"] != "logical":
            names.setdefault(record["kind"], []).append(record["type"])
    return {kind: sorted(each) for kind, each in names.items()}


def _dumps(data: Any) -> bytes:  # noqa: ANN401 (any JSON)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _resources(archive: bytes) -> Iterator[Record]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            folder, _, name = member.name.rpartition("/")
            file = tar.extractfile(member)
            if folder == "package" and file and name.split("-", 1)[0] in _REDUCERS:
                yield json.loads(file.read())


def reduce_structure(definition: Record) -> Record:
    """What is checked of a StructureDefinition: a base type keeps its snapshot, a profile its differential."""
    record = {key: definition[key] for key in _STRUCTURE if key in definition}
    view = "differential" if definition.get("derivation") == "constraint" else "snapshot"
    elements = definition.get(view, {}).get("element", ())
    record[view] = {"element": [_element(element, definition["url"]) for element in elements]}
    return record


def _element(element: Record, url: str) -> Record:
    record = {key: element[key] for key in _ELEMENT if key in element and element[key] is not False}
    record.update((key, element[key]) for key in element if key.startswith(_VALUED))
    if "slicing" in record:
        record["slicing"] = {key: value for key, value in record["slicing"].items() if key != "description"}
    if element.get("base", {}).get("path") == "Resource.id":
        record["type"] = [{"code": "id"}]  # the snapshots say string; the type's own page says id
    elif "type" in element:
        record["type"] = [_type(kind) for kind in element["type"]]
    if "binding" in element:
        record["binding"] = _binding(element["binding"])
    # A constraint that names another definition as its source is met there: each is kept once.
    own = [_constraint(each) for each in element.get("constraint", ()) if each.get("source", url) == url]
    if own:
        record["constraint"] = own
    return record


def _extension(element: Record, url: str) -> Any:  # noqa: ANN401 (any value[x])
    for extension in element.get("extension", ()):
        if extension["url"] == url:
            return next(value for key, value in extension.items() if key.startswith("value"))
    return None


def _type(kind: Record) -> Record:
    record: Record = {key: kind[key] for key in ("code", "profile", "targetProfile", "aggregation") if key in kind}
    record["extension"] = [each for each in kind.get("extension", ()) if each["url"] in {FHIR_TYPE, REGEX}]
    return {key: value for key, value in record.items() if value}


def _binding(binding: Record) -> Record:
    record: Record = {key: binding[key] for key in ("strength", "valueSet") if key in binding}
    most = _extension(binding, MAX_VALUE_SET)
    if most is not None:
        record["extension"] = [{"url": MAX_VALUE_SET, "valueCanonical": most}]
    return record


def _constraint(constraint: Record) -> Record:
    return {key: constraint[key] for key in ("key", "severity", "human", "expression") if key in constraint}


def reduce_code_system(system: Record) -> Record:
    """Codes, displays, hierarchy and properties of a CodeSystem, without its texts."""
    record = {key: system[key] for key in _CODE_SYSTEM if key in system}
    record["concept"] = [_concept(concept) for concept in system.get("concept", ())]
    return record


def _concept(concept: Record) -> Record:
    record: Record = {key: concept[key] for key in ("code", "display", "property") if key in concept}
    if "concept" in concept:
        record["concept"] = [_concept(child) for child in concept["concept"]]
    return record


def reduce_value_set(value_set: Record) -> Record:
    """The compose of a ValueSet; an expansion is made from it when somebody asks."""
    record = {key: value_set[key] for key in _VALUE_SET if key in value_set}
    compose = value_set.get("compose", {})
    record["compose"] = {
        key: [_part(part) for part in compose[key]] for key in ("include", "exclude") if key in compose
    }
    return record


def _part(part: Record) -> Record:
    record: Record = {key: part[key] for key in ("system", "version", "filter", "valueSet") if key in part}
    if "concept" in part:
        record["concept"] = [_concept(concept) for concept in part["concept"]]
    return record


_REDUCERS = {
    "StructureDefinition": reduce_structure,
    "CodeSystem": reduce_code_system,
    "ValueSet": reduce_value_set,
}
