"""What FHIR states as data, interpreted: structure, formats, bindings, profiles, extensions, references, narrative.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fhir_content.catalog import Catalog
from fhir_content.conformance import bundles, extensions, invariants, profiles, references
from fhir_content.conformance.elements import walk_resource
from fhir_content.conformance.walk import NATIVE, Scope, Visit, Walk
from fhir_content.issue import Issue
from fhir_content.resource import Resource

__all__ = ["NATIVE", "Scope", "Visit", "Walk", "check", "walk"]


def check(resource: Resource, catalog: Catalog | None = None, profiles: Sequence[str] = ()) -> Iterator[Issue]:
    """The issues of one resource against FHIR R4, against the profiles it names and those given.

    `catalog` holds the other resources of the project: profiles, value sets, code systems, targets of references.
    """
    yield from walk(resource, catalog, profiles).issues


def walk(resource: Resource, catalog: Catalog | None = None, asked: Sequence[str] = ()) -> Walk:
    """One walk over a resource: its issues, and what else was met on the way."""
    state = Walk(resource, catalog)
    walk_resource(state, resource.data, ())
    if state.scopes:
        extensions.report_unknown(state)
        profiles.check(state, asked)
        references.check(state)
        bundles.check(state)
        state.issues.extend(invariants.check(resource, state.visits))
    return state
