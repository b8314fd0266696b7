"""Whether a server can take the package, and whether it has all of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fhir_content.publish.client import Client, ServerError
from fhir_content.publish.comparison import differences
from fhir_content.publish.parts import Bundle, entries_of
from fhir_content.publish.plan import name_of, read
from fhir_content.resource import Element, Resource

_TRIES = 5


def check_capability(client: Client) -> None:
    """Whether the server speaks FHIR R4 and takes transactions; raises ServerError where it says that it does not."""
    data = client.read("metadata").data
    statement = Resource.of(data if isinstance(data, dict) else {})
    if statement.type != "CapabilityStatement":
        raise ServerError(f"{client.url}/metadata is no CapabilityStatement: this is not the base of a FHIR server")
    version = statement.root.text("fhirVersion")
    if not version.startswith("4.0"):
        raise ServerError(f"the server speaks FHIR {version or 'of an unknown version'}; this package is FHIR 4.0.1")
    for rest in statement.root.each("rest"):
        codes = {each.text("code") for each in rest.each("interaction")}
        if codes and "transaction" not in codes:
            raise ServerError("the server says that it takes no transactions; nothing can be imported whole")


def verify(client: Client, parts: Sequence[Bundle], progress: Callable[[str], None]) -> Iterator[str]:
    """A line for each way in which the server has not what the bundles say; none where all of it arrived."""
    progress("reading everything back")
    for part in parts:
        for entry in entries_of(part):
            sent, request = entry.get("resource"), name_of(entry)
            stored = read(client, request)
            if stored is None:
                yield f"{request} is not there"
            elif isinstance(sent, dict):
                ours = {name: value for name, value in sent.items() if name != "id" or "?" not in request}
                yield from (f"{request} {each}" for each in differences(ours, stored) if not each.is_digits)
    yield from _missing_services(client, parts)


def _missing_services(client: Client, parts: Sequence[Bundle]) -> Iterator[str]:
    """Each CDS Hooks service that a plan calls for and a server with CDS Hooks does not list, even when asked again.

    A server needs some seconds after an import to list them.
    """
    missing = {each.resource.id for part in parts for each in _services(part) if each.resource.id}
    if not missing:
        return
    for attempt in range(_TRIES):
        answer = client.read_at_root("cds-services")
        if answer.status != 200 or not isinstance(answer.data, dict) or "services" not in answer.data:
            return
        missing -= {each.text("id") for each in Resource.of(answer.data).root.each("services")}
        if not missing:
            return
        client.wait(2.0**attempt)
    yield from (f"the CDS Hooks service {id} is not listed at /cds-services" for id in sorted(missing))


def _services(part: Bundle) -> Iterator[Element]:
    """The root actions that make a PlanDefinition a service."""
    for entry in entries_of(part):
        data = entry.get("resource")
        plan_definition = Resource.of(data if isinstance(data, dict) else {})
        if plan_definition.type == "PlanDefinition" and plan_definition.data.get("status") == "active":
            for action in plan_definition.root.each("action"):
                if any(each.text("type") == "named-event" for each in action.each("trigger")):
                    yield action
