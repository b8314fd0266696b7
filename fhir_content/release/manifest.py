"""The manifest: a Library of type asset-collection that lists what a release holds and what it stands on.

https://hl7.org/fhir/uv/crmi/manifest.html
"""

from __future__ import annotations

from collections.abc import Sequence

from fhir_content.catalog import Catalog
from fhir_content.package import Package
from fhir_content.release.narrative import NOT_SIGNED_OFF, is_signed_off, narrative
from fhir_content.resource import Resource
from fhir_content.source import Json

_TYPE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "asset-collection"}]}


def manifest_id(package: Package, about: Resource | None) -> str:
    """The id of the manifest of the package, or of one definition's closure."""
    return f"{about.id if about is not None else package.id.replace('.', '-')}-manifest"


def external_canonicals(catalog: Catalog) -> list[str]:
    """What the resources of the catalog need and it has not, by canonical."""
    return sorted({each for resource in catalog for each in catalog.closure(resource).external})


def manifest(
    package: Package, about: Resource | None, resources: Sequence[Resource], external: Sequence[str]
) -> Resource:
    """The manifest of the whole package, or of one definition's closure (`about`).

    `resources` are owned (composed-of); `external` canonicals are needed and lie outside (depends-on).
    """
    id = manifest_id(package, about)
    title = f"{(about.root.text('title') or about.id) if about is not None else package.title}: manifest"
    signed_off = all(is_signed_off(each) for each in resources if each.url)
    related: list[Json] = [
        {"type": "composed-of", "resource": canonical}
        for canonical in sorted(str(each.canonical) for each in resources if each.url)
    ]
    related += [{"type": "depends-on", "resource": canonical} for canonical in external]
    authored: dict[str, Json] = {
        "resourceType": "Library",
        "id": id,
        "name": "".join(part[:1].upper() + part[1:] for part in id.replace(".", "-").split("-")),
        "title": title,
        "type": _TYPE,  # type: ignore[dict-item]
        "description": package.description,
        **({} if signed_off else {"purpose": NOT_SIGNED_OFF}),
        **({"relatedArtifact": related} if related else {}),
    }
    filled = Resource.of(package.released(authored), "definitions/package.yaml")
    return Resource.of({**filled.data, **narrative(filled)}, "definitions/package.yaml")
