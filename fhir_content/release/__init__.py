"""A resource as it is released: what engines and servers need, made from what an author wrote.

Added are a narrative for people, the expansion of a value set beside its compose, and what a Library's ELM names.
`show`, the targets and the tests all see this one form. Same resource, same bytes: no clock, no random id.
"""

from __future__ import annotations

from fhir_content.catalog import Catalog
from fhir_content.release.expansion import expansion
from fhir_content.release.logic import logic_dependencies
from fhir_content.release.narrative import narrative
from fhir_content.resource import Resource
from fhir_content.source import Json

_HEAD = ("resourceType", "id", "meta", "implicitRules", "language")


def release(catalog: Catalog) -> Catalog:
    """Every resource of the catalog as it is released."""
    as_released = Catalog((released(each, catalog) for each in catalog), catalog.issues, base=catalog.base)
    as_released.tables = catalog.tables
    return as_released


def released(resource: Resource, catalog: Catalog) -> Resource:
    """One resource as it is released; what the author already wrote is never replaced."""
    data = dict(resource.data)
    if resource.type == "Library":
        named: list[Json] = list(logic_dependencies(resource, catalog))
        written = data.get("relatedArtifact", [])
        if named and isinstance(written, list):
            data["relatedArtifact"] = [*written, *named]
    if resource.type == "ValueSet" and "expansion" not in data:
        data.update(expansion(resource, catalog))
    text = {} if "text" in data else narrative(resource)
    head = {name: data.pop(name) for name in _HEAD if name in data}
    return Resource({**head, **text, **data}, resource.source, authored=resource.authored)
