"""What the pages of the data types say beyond their definitions: absolute systems, known codes, units, hashes.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

import binascii
import hashlib
import re

from fhir_content import ucum
from fhir_content.conformance.walk import Walk
from fhir_content.issue import Severity
from fhir_content.source import Json, Path
from fhir_content.structure import Child
from fhir_content.terminology import terminology

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S").match
_URI_SYSTEM = "urn:ietf:rfc:3986"
_COMMON_UNITS = "http://hl7.org/fhir/ValueSet/ucum-common"


def is_unit(code: str) -> bool:
    """Whether a code is a unit of UCUM; those that R4 lists spare the loading of the UCUM library."""
    common = terminology().value_set(_COMMON_UNITS)
    return (common is not None and code in common.codes) or ucum.is_valid(code)


def check_identifier(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """An absolute system; a value that is a uri where the system says so."""
    del child
    if not isinstance(value, dict):
        return
    _check_system(walk, value, path, Severity.ERROR)
    text = value.get("value")
    if value.get("system") == _URI_SYSTEM and isinstance(text, str) and not _ABSOLUTE(text):
        message = f"the value {text[:60]!r} is no uri, though the system is {_URI_SYSTEM}"
        help = "write an absolute uri such as urn:oid:… or urn:uuid:…, or name the system that gave the value"
        walk.report((*path, "value"), "primitive", message, help, code="value")


def check_coding(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """An absolute system; a code that the system has, where the whole system is here."""
    del child
    if not isinstance(value, dict):
        return
    _check_system(walk, value, path, Severity.WARNING)
    system, code = value.get("system"), value.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return
    known = terminology(walk.catalog).code_system(system)
    if known is None or not known.complete or code in known.concepts:
        return
    if not known.case_sensitive and code.lower() in {each.lower() for each in known.concepts}:
        return
    # The systems of terminology.hl7.org have grown since R4: a code that R4 does not have may be one of today.
    grown = system.startswith("http://terminology.hl7.org/")
    severity = Severity.WARNING if grown else Severity.ERROR
    message = f"{code!r} is not a code of {system}"
    walk.report(
        (*path, "code"), "code-unknown", message, "use a code of that system", severity=severity, code="code-invalid"
    )


def _check_system(walk: Walk, value: dict[str, Json], path: Path, severity: Severity) -> None:
    system = value.get("system")
    if isinstance(system, str) and system and not _ABSOLUTE(system):
        message = f"the system {system[:60]!r} is not an absolute uri"
        help = "write the whole uri of the system"
        walk.report((*path, "system"), "primitive", message, help, severity=severity, code="value")


def check_attachment(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """The size and the SHA-1 hash that are stated, where the data is here."""
    del child
    if not isinstance(value, dict) or not isinstance(value.get("data"), str):
        return
    stated, size = value.get("hash"), value.get("size")
    if stated is None and size is None:
        return
    try:
        content = binascii.a2b_base64(str(value["data"]))
    except (binascii.Error, ValueError):
        return  # the format of data is its own issue
    digest = binascii.b2a_base64(hashlib.sha1(content, usedforsecurity=False).digest(), newline=False).decode()
    if isinstance(stated, str) and "".join(stated.split()) != digest:
        message, help = "hash is not the SHA-1 of data", f"write {digest}, or leave hash out"
        walk.report((*path, "hash"), "primitive", message, help, code="value")
    if isinstance(size, int) and size != len(content):
        message, help = f"size is {size}, but data has {len(content)} bytes", "correct it, or leave size out"
        walk.report((*path, "size"), "primitive", message, help, code="value")
