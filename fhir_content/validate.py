"""Validate a Catalog: FHIR's own conformance first, then the house rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from fhir_content import conformance
from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Severity, in_order
from fhir_content.resource import Resource
from fhir_content.rules import rules_by_type


def validate(
    catalog: Catalog,
    *,
    only: Collection[str] = (),
    profiles: Sequence[str] = (),
) -> list[Issue]:
    """Every issue of the catalog, in order of place: loading, conformance, house rules.

    `only` keeps the named rules; `profiles` are checked on every resource besides those in its meta.profile.
    """
    found = list(catalog.issues)
    for resource in catalog:
        found.extend(check_resource(resource, catalog, profiles))
    return in_order(issue for issue in found if not only or issue.rule in only)


def check_resource(resource: Resource, catalog: Catalog, profiles: Sequence[str] = ()) -> Iterator[Issue]:
    """The issues of one resource; house rules run only where its structure is sound enough to be read.

    One fault, one finding: of two that call the same element a duplicate, the house rule's stays, which says more.
    """
    stated = list(conformance.check(resource, catalog, profiles))
    sound = not any(issue.severity is Severity.FATAL for issue in stated)
    ours = list(_house_issues(resource, catalog)) if sound else []
    told = {issue.location for issue in ours if issue.code == "duplicate"}
    yield from (issue for issue in stated if issue.code != "duplicate" or issue.location not in told)
    yield from ours


def _house_issues(resource: Resource, catalog: Catalog) -> Iterator[Issue]:
    for name in (resource.type, "*"):
        for rule in rules_by_type().get(name, ()):
            if rule.scope == "any" or catalog.base:
                yield from rule.issues(resource, catalog)
