"""CQL in Python: ELM JSON compiled to closures, https://cql.hl7.org/ ."""

from fhir_content.cql.context import Context
from fhir_content.cql.error import CqlError
from fhir_content.cql.explanation import Explanation, Found
from fhir_content.cql.instances import json_of
from fhir_content.cql.interval import Interval
from fhir_content.cql.library import Library
from fhir_content.cql.loading import Definition
from fhir_content.cql.model import Element
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
    "Element",
    "Explanation",
    "Found",
    "Interval",
    "Library",
    "Long",
    "Quantity",
    "Ratio",
    "Time",
    "Tuple",
    "Uncertainty",
    "ValueSet",
    "json_of",
]
