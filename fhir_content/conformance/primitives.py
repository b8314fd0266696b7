"""The formats of FHIR's primitive types: what a JSON value must look like to be one.

https://hl7.org/fhir/R4/datatypes.html#primitive
"""

from __future__ import annotations

import binascii
import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal

from fhir_content.source import Json

Check = Callable[[Json], str]  # what is wrong with the value, or ""

MAX_STRING = 1024 * 1024  # characters, as the type's page says
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]").search
_YEAR = r"([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
_MONTH = r"(0[1-9]|1[0-2])"
_DAY = r"(0[1-9]|[1-2][0-9]|3[0-1])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE = r"(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATE = re.compile(rf"{_YEAR}(-{_MONTH}(-{_DAY})?)?").fullmatch
_DATE_TIME = re.compile(rf"{_YEAR}(-{_MONTH}(-{_DAY}(T{_TIME}{_ZONE})?)?)?").fullmatch
_INSTANT = re.compile(rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}").fullmatch
_CLOCK = re.compile(_TIME).fullmatch
# White space in the patterns of FHIR is that of XML: a no-break space is a character like any other.
_CODE = re.compile(r"[^\s]+( [^\s]+)*", re.ASCII).fullmatch
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}").fullmatch
_NOT_ID = re.compile(r"[^A-Za-z0-9\-.]").search
_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+").fullmatch
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_SPACE = re.compile(r"\s", re.ASCII).search
_WHITE = re.compile(r"\s+")


def _shown(value: Json) -> str:
    """The value as a message quotes it, cut when long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    text = str(value).lower() if isinstance(value, bool) or value is None else str(value)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _kind(value: Json) -> str:
    if isinstance(value, str):
        return f"the text {_shown(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return f"the number {value}"
    return "null" if value is None else _shown(value)


def _not_text(value: Json, type: str) -> str:
    return f"a {type} must be written as a JSON string, this is {_kind(value)}"


def boolean(value: Json) -> str:
    """JSON true or false."""
    return "" if isinstance(value, bool) else f"a boolean must be true or false without quotes, this is {_kind(value)}"


def _integer(type: str, least: int) -> Check:
    def check(value: Json) -> str:
        if not isinstance(value, int) or isinstance(value, bool):
            return f"{type} must be a whole JSON number without quotes, this is {_kind(value)}"
        if not least <= value <= 2147483647:
            return f"{type} must lie between {least} and 2147483647, this is {value}"
        return ""

    return check


def decimal(value: Json) -> str:
    """A JSON number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return f"a decimal must be a JSON number without quotes, this is {_kind(value)}"
    return ""


def string(value: Json) -> str:
    """Text that is not empty, has no control characters, and is not over a million characters."""
    if not isinstance(value, str):
        return _not_text(value, "string")
    if not value:
        return "a string must not be empty"
    if _CONTROL(value):
        return "a string must not hold control characters other than tab, carriage return and line feed"
    if len(value) > MAX_STRING:
        return f"a string must not be longer than {MAX_STRING} characters, this has {len(value)}"
    return ""


def code(value: Json) -> str:
    """A token without white space at its ends or twice in a row."""
    if isinstance(value, str):
        if _CODE(value):
            return "" if not _CONTROL(value) else f"a code must not hold control characters: {_shown(value)}"
        return f"a code must not be empty, nor hold spaces at an end or two together: {_shown(value)}"
    return _not_text(value, "code")


def _address(type: str) -> Check:
    def check(value: Json) -> str:
        if not isinstance(value, str):
            return _not_text(value, type)
        if not value:
            return f"a {type} must not be empty"
        if _SPACE(value) or _CONTROL(value):
            return f"a {type} must not hold white space: {_shown(value)}"
        if value[:4] == "urn:":
            if value[:8] == "urn:oid:" and not _OID(value):
                return f"{_shown(value)} is not a well-formed OID (urn:oid:1.2.3)"
            if value[:9] == "urn:uuid:" and not _UUID(value):
                return f"{_shown(value)} is not a well-formed UUID (lower case, 8-4-4-4-12 digits)"
        return ""

    return check


def oid(value: Json) -> str:
    """urn:oid: and numbers joined by dots."""
    if not isinstance(value, str):
        return _not_text(value, "oid")
    return "" if _OID(value) else f"{_shown(value)} is not a well-formed OID (urn:oid:1.2.3)"


def uuid(value: Json) -> str:
    """urn:uuid: and a UUID in lower case."""
    if not isinstance(value, str):
        return _not_text(value, "uuid")
    return "" if _UUID(value) else f"{_shown(value)} is not a well-formed UUID (urn:uuid:, lower case)"


def id_(value: Json) -> str:
    """1 to 64 letters, digits, hyphens and dots."""
    if not isinstance(value, str):
        return _not_text(value, "id")
    if _ID(value):
        return ""
    if not value or len(value) > 64:
        return f"an id has 1 to 64 characters, this has {len(value)}"
    wrong = _NOT_ID(value)
    return f"an id holds only letters, digits, '-' and '.': {_shown(value)} has '{wrong.group() if wrong else ''}'"


def element_id(value: Json) -> str:
    """The id of an element: text without spaces."""
    problem = string(value)
    if not problem and isinstance(value, str) and " " in value:
        return f"the id of an element must not hold spaces: {_shown(value)}"
    return problem


def _temporal(type: str, match: Callable[[str], object], form: str) -> Check:
    def check(value: Json) -> str:
        if not isinstance(value, str):
            return _not_text(value, type)
        if not match(value):
            return f"{_shown(value)} is not a {type} ({form})"
        if value[8:10] > "28" and int(value[8:10]) > monthrange(int(value[:4]), int(value[5:7]))[1]:
            return f"{_shown(value)} is not a {type}: that month has no day {value[8:10]}"
        return ""

    return check


def time(value: Json) -> str:
    """HH:MM:SS, without a zone."""
    if not isinstance(value, str):
        return _not_text(value, "time")
    return "" if _CLOCK(value) else f"{_shown(value)} is not a time (HH:MM:SS)"


def base64(value: Json) -> str:
    """Base64 with its padding; white space may lie between."""
    if not isinstance(value, str):
        return _not_text(value, "base64Binary")
    packed = _WHITE.sub("", value)
    if not packed:
        return "a base64Binary must not be empty"
    try:
        binascii.a2b_base64(packed, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        return f"{_shown(value)} is not base64 ({str(error).lower()})"
    return ""


def xhtml(value: Json) -> str:
    """Text; what stands in it is the narrative's to check."""
    return "" if isinstance(value, str) else _not_text(value, "xhtml")


_DATES = "YYYY, YYYY-MM or YYYY-MM-DD"
CHECKS: dict[str, Check] = {
    "base64Binary": base64,
    "boolean": boolean,
    "canonical": _address("canonical"),
    "code": code,
    "date": _temporal("date", _DATE, _DATES),
    "dateTime": _temporal("dateTime", _DATE_TIME, f"{_DATES} or YYYY-MM-DDThh:mm:ss+zz:zz, the zone required"),
    "decimal": decimal,
    "id": id_,
    "instant": _temporal("instant", _INSTANT, "YYYY-MM-DDThh:mm:ss+zz:zz, seconds and zone required"),
    "integer": _integer("an integer", -2147483648),
    "markdown": string,
    "oid": oid,
    "positiveInt": _integer("a positiveInt", 1),
    "string": string,
    "time": time,
    "unsignedInt": _integer("an unsignedInt", 0),
    "uri": _address("uri"),
    "url": _address("url"),
    "uuid": uuid,
    "xhtml": xhtml,
}
