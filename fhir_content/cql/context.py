"""Context: the data, the moment, the parameters and the limits of one evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir_content.cql.error import CqlError
from fhir_content.cql.temporal import MILLISECOND, Date, DateTime, Time
from fhir_content.cql.values import Value, ValueSet

if TYPE_CHECKING:
    from fhir_content.cql.elm import State
    from fhir_content.cql.library import Library
    from fhir_content.cql.retrieve import Records

Codes: TypeAlias = AbstractSet[tuple[str | None, str | None]]
ValueSets: TypeAlias = "Mapping[str, Codes] | Callable[[str], Codes | None]"
STEPS = 2_000_000


class Context:
    """One patient's evaluation.

    `steps` bounds the work: items visited, functions called, items and characters made. Definitions are
    evaluated once in a Context and remembered.
    """

    __slots__ = (
        "_data",
        "_now",
        "_records",
        "messages",
        "now",
        "offset",
        "parameters",
        "patient",
        "states",
        "steps",
        "value_sets",
    )

    def __init__(
        self,
        data: Value = None,
        now: datetime | None = None,
        parameters: Mapping[str, Value] | None = None,
        value_sets: ValueSets | None = None,
        steps: int = STEPS,
        patient: str | None = None,
    ) -> None:
        self._data = data
        self._records: Records | None = None
        self.now = now
        self._now: DateTime | None = None
        zone = now.utcoffset() if now is not None else None
        self.offset = int(zone.total_seconds() // 60) if zone is not None else 0
        self.parameters = parameters or {}
        self.value_sets = value_sets or {}
        self.steps = steps
        self.patient = patient
        self.states: dict[Library, State] = {}
        self.messages: list[Any] = []

    @property
    def records(self) -> Records:
        """The patient's resources, read when they are first asked for."""
        if self._records is None:
            from fhir_content.cql.retrieve import Records

            self._records = Records(self._data, self.offset, self.patient)
        return self._records

    def spend(self, steps: int) -> None:
        """Count steps; raises CqlError when the limit is passed."""
        self.steps -= steps
        if self.steps < 0:
            raise CqlError("the evaluation takes more steps than are allowed", limit=True)

    def date_time(self) -> DateTime:
        """Now()."""
        if self._now is None:
            now = self._moment()
            ms = ((now.hour * 60 + now.minute) * 60 + now.second) * 1000 + now.microsecond // 1000
            self._now = DateTime(now.year, now.month, now.day, ms, MILLISECOND, self.offset)
        return self._now

    def date(self) -> Date:
        """Today()."""
        now = self._moment()
        return Date(now.year, now.month, now.day)

    def time(self) -> Time:
        """TimeOfDay()."""
        return Time(self.date_time().ms)

    def _moment(self) -> datetime:
        if self.now is None:
            raise CqlError("the logic asks for the current time, and none was given")
        return self.now

    def members(self, value_set: ValueSet) -> Codes:
        """The codes of a value set; raises CqlError where nobody supplied them."""
        found = self._lookup(value_set.url)
        if found is None and value_set.version:
            found = self._lookup(value_set.id or "")
        if found is None:
            raise CqlError(f"the value set {value_set.url} is not available")
        return found

    def _lookup(self, url: str) -> Codes | None:
        return self.value_sets(url) if callable(self.value_sets) else self.value_sets.get(url)
