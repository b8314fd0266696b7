"""The ImplementationGuide: the package as one resource, which servers and package readers look for first.

https://hl7.org/fhir/R4/implementationguide.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fhir_content.package import Package
from fhir_content.release.narrative import narrative
from fhir_content.resource import Resource
from fhir_content.source import Json

_HL7 = re.compile(r"hl7\.fhir\.(?P<realm>[a-z]+)\.(?P<name>[a-z0-9-]+)")


def guide(package: Package, resources: Sequence[Resource]) -> Resource:
    """The guide that lists the resources."""
    id = package.id.replace(".", "-")
    depends: list[Json] = [
        {"uri": uri, "packageId": name, "version": version}
        for name, version in sorted(package.dependencies.items())
        if (uri := _uri(name))
    ]
    listed: list[Json] = [
        {"reference": {"reference": each.key}, **({"name": title} if (title := each.root.text("title")) else {})}
        for each in resources
    ]
    data = package.released(
        {
            "resourceType": "ImplementationGuide",
            "id": id,
            "name": "".join(part.capitalize() for part in re.split(r"[.-]", package.id)),
            "title": package.title,
            "description": package.description,
            "packageId": package.id,
            "license": package.license,
            "fhirVersion": [package.fhir_version],
            **({"dependsOn": depends} if depends else {}),
            "definition": {"resource": listed},
        }
    )
    made = Resource.of(data, "definitions/package.yaml")
    return Resource.of({**data, **narrative(made)}, "definitions/package.yaml")


def _uri(name: str) -> str:
    """The canonical of HL7's own guides, by their naming; core packages are no guides."""
    match = _HL7.fullmatch(name)
    return f"http://hl7.org/fhir/{match['realm']}/{match['name']}/ImplementationGuide/{name}" if match else ""
