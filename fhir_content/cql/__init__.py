"""CQL in Python: ELM JSON compiled to closures, https://cql.hl7.org/ ."""

from fhir_content.cql.context import Context
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval
from fhir_content.cql.library import Definition, Library
from fhir_content.cql.temporal import Date, DateTime, Time
from fhir_content.cql.values import Code, CodeSystem, Concept, Long, Quantity, Ratio, Tuple, Uncertainty, ValueSet

__all__ = [
    "Code",
    "CodeSystem",
    "Concept",
    "Context",
    "CqlError",
    "Date",
    "DateTime",
    "Definition",
    "Interval",
    "Library",
    "Long",
    "Quantity",
    "Ratio",
    "Time",
    "Tuple",
    "Uncertainty",
    "ValueSet",
]
