"""CQL -> ELM through the official translator, and whether compiled ELM still fits its sources.

ELM is CQL's syntax tree as JSON, what engines run. https://cql.hl7.org/04-logicalspecification.html
"""

from __future__ import annotations

from fhir_content.translate.elm_file import ElmFolder, digest_of, fresh
from fhir_content.translate.header import Header, read_header
from fhir_content.translate.node import TranslatorUnavailableError
from fhir_content.translate.project_elm import Compilation, ProjectCql
from fhir_content.translate.translator import Translation, helpers_text, sources, translate

__all__ = [
    "Compilation",
    "ElmFolder",
    "Header",
    "ProjectCql",
    "Translation",
    "TranslatorUnavailableError",
    "digest_of",
    "fresh",
    "helpers_text",
    "read_header",
    "sources",
    "translate",
]
