"""What an independent library, fhir.resources, thinks of a resource. It knows R4B: the nearest to R4 that it has."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.issue import Issue, Severity
from fhir_content.resource import Resource
from fhir_content.source import Path


def second_opinion(resource: Resource) -> Iterator[Issue]:
    """An issue for each fault it finds; pydantic's words, our place."""
    from pydantic import ValidationError

    try:
        resource.model()
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False):
            path = _existing(resource, tuple(fault["loc"]))
            message = f"fhir.resources does not accept this: {fault['msg']}"
            yield Issue(resource.location(path), "second-opinion", Severity.ERROR, message, "structure")
    except ValueError:
        message = f"fhir.resources knows no type {resource.type}"
        yield Issue(resource.location(), "second-opinion", Severity.ERROR, message, "not-supported")


def _existing(resource: Resource, path: Path) -> Path:
    """The longest beginning of `path` that is in the resource: pydantic adds steps of its own."""
    for length in range(len(path), 0, -1):
        try:
            resource.at(path[:length])
        except (KeyError, IndexError, TypeError):
            continue
        return path[:length]
    return ()
