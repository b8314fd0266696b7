"""Bring bundles to a server part by part, and see that they arrived.

After a fault the rest of the part is planned anew before it is sent again, so that nothing is done twice and a
resource that somebody else changed in between is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fhir_content.publish.client import Client, ServerError, pause
from fhir_content.publish.comparison import digest
from fhir_content.publish.parts import Bundle, entries_of
from fhir_content.publish.plan import Action, Step, name_of, plan, read
from fhir_content.publish.record import Record
from fhir_content.source import Json

_TRIES = 5
_CHANGES = (Action.CREATE, Action.UPDATE, Action.DELETE)

Progress = Callable[[str], None]


@dataclass(slots=True)
class Publication:
    """What was done, or would be: the steps of every part, and whether conflicts kept it from being done."""

    steps: list[Step] = field(default_factory=list)
    done: bool = False

    @property
    def conflicts(self) -> list[Step]:
        """What somebody else changed on the server."""
        return [step for step in self.steps if step.action is Action.CONFLICT]

    def count(self, action: Action) -> int:
        """How many steps are of that kind."""
        return sum(step.action == action for step in self.steps)


@dataclass(slots=True)
class Publisher:
    """One server, what we know of our resources on it, and whether changes by others may be overwritten."""

    client: Client
    record: Record
    known: Mapping[str, set[str]]
    progress: Progress
    force: bool = False

    def plan(self, parts: Sequence[Bundle]) -> Publication:
        """What would be done; changes nothing."""
        self.progress("asking what the server has")
        return Publication([step for part in parts for step in self._plan(entries_of(part))])

    def carry_out(self, parts: Sequence[Bundle]) -> Publication:
        """Do it, unless there is a conflict: then nothing is changed."""
        publication = self.plan(parts)
        if publication.conflicts:
            return publication
        for number, part in enumerate(parts, start=1):
            self.progress(f"part {number} of {len(parts)}")
            self._bring(entries_of(part))
        publication.done = True
        return publication

    def _plan(self, entries: Sequence[dict[str, Json]]) -> list[Step]:
        remembered = self.record.digests
        known = {
            name: {*self.known.get(name, set()), *([remembered[name]] if name in remembered else [])}
            for name in map(name_of, entries)
        }
        return list(plan(self.client, entries, known, self.force))

    def _bring(self, entries: Sequence[dict[str, Json]]) -> None:
        for attempt in range(_TRIES):
            steps = self._plan(entries)
            conflict = next((step for step in steps if step.action is Action.CONFLICT), None)
            if conflict is not None:
                raise ServerError(f"{conflict.request} was changed by somebody else meanwhile; look at it, then go on")
            changes = [step for step in steps if step.action in _CHANGES]
            try:
                if changes:
                    self.client.send(_bundle(changes))
                self._remember(steps)
                return
            except ServerError as error:
                if not (error.passing or error.status in (409, 412)) or attempt == _TRIES - 1:
                    raise
                self.client.wait(pause(attempt, error))

    def _remember(self, steps: Sequence[Step]) -> None:
        """Keep the digests of what the server now has: its own words, so that its habits are no conflict."""
        there: dict[str, str] = {}
        for step in steps:
            stored = read(self.client, step.request) if "resource" in step.entry else None
            if stored is not None:
                there[step.request] = digest(stored)
        self.record.keep(there, {step.request for step in steps} - set(there))


def known_digests(bundles: Sequence[Bundle]) -> dict[str, set[str]]:
    """The digests of the resources of bundles of ours, by request: finding one of them is no conflict."""
    found: dict[str, set[str]] = {}
    for entry in (each for bundle in bundles for each in entries_of(bundle)):
        resource = entry.get("resource")
        if isinstance(resource, dict):
            found.setdefault(name_of(entry), set()).add(digest(resource))
    return found


def _bundle(steps: Sequence[Step]) -> Bundle:
    entries: list[Json] = []
    for step in steps:
        request = step.entry.get("request")
        guarded = dict(request) if isinstance(request, dict) else {}
        if step.version and guarded.get("method") == "PUT":
            guarded["ifMatch"] = f'W/"{step.version}"'
        entries.append({**step.entry, "request": guarded})
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
