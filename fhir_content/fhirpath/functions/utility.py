"""The clock, trace, and the name of a type.

https://hl7.org/fhirpath/N1/#utility-functions
"""

from __future__ import annotations

from datetime import datetime

from fhir_content.fhirpath.comparison import type_info
from fhir_content.fhirpath.data import Items
from fhir_content.fhirpath.errors import FhirPathError, Unsupported
from fhir_content.fhirpath.evaluation import Closure, Environment, Frame, Trace, text
from fhir_content.fhirpath.functions.registry import function
from fhir_content.fhirpath.functions.subsetting import select
from fhir_content.fhirpath.temporal import TIME, Temporal


@function("trace", 1, 2, is_lazy=True)
def trace(frame: Frame, items: Items, name: Closure, projection: Closure | None = None) -> Items:
    """The items unchanged; what they are (or the projection of them) is noted in the evaluation's traces."""
    label = text(name(frame), "trace()")
    if label is None:
        raise FhirPathError("trace() takes a name")
    shown = items if projection is None else select(frame, items, projection)
    frame.environment.traces.append(Trace(label, shown))
    return items


def _clock(environment: Environment, name: str) -> datetime:
    if environment.now is None:
        raise Unsupported(f"{name}() needs the time of the evaluation, and none was given")
    return environment.now


@function("now")
def now(environment: Environment, items: Items) -> Items:
    """The moment of the evaluation."""
    return [Temporal.of(_clock(environment, "now"))]


@function("today")
def today(environment: Environment, items: Items) -> Items:
    """The day of the evaluation."""
    return [Temporal.of(_clock(environment, "today")).date]


@function("timeOfDay")
def time_of_day(environment: Environment, items: Items) -> Items:
    """The time of day of the evaluation."""
    return [Temporal(TIME, Temporal.of(_clock(environment, "timeOfDay")).parts[3:])]


@function("type")
def type_of(environment: Environment, items: Items) -> Items:
    """The namespace and name of each item's type."""
    return [type_info(item) for item in items]
