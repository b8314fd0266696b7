"""Bindings: whether a code is in the value set that its element is bound to.

A required binding that is not met is an error, an extensible one a warning, a preferred one information.
What cannot be told (a system that is not here) is left alone: the house rules count those codes.
https://hl7.org/fhir/R4/terminologies.html#strength
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from fhir_content.conformance.datatypes import is_unit
from fhir_content.conformance.walk import Walk
from fhir_content.issue import Severity
from fhir_content.source import Json, Path
from fhir_content.structure import Binding, Child
from fhir_content.terminology import Expansion, terminology

Follow = Callable[[Walk, Child, Json, Path], None]

_SEVERITIES = {
    "required": Severity.ERROR,
    "extensible": Severity.WARNING,
    "preferred": Severity.INFORMATION,
}
_MIME = re.compile(
    r"[A-Za-z0-9!#$&^_.+\-]+/[A-Za-z0-9!#$&^_.+*\-]+(\s*;\s*[A-Za-z0-9!#$&^_.+\-]+=(\"[^\"]*\"|[^\s;\"]+))*"
)
_LANGUAGE = re.compile(
    r"([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
    r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WYZa-wyz0-9](-[A-Za-z0-9]{2,8})+)*(-[xX](-[A-Za-z0-9]{1,8})+)?"
    r"|[xX](-[A-Za-z0-9]{1,8})+|i-[A-Za-z]+"
)
_CURRENCY_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
    LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
    PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD
    XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWL
"""
_CURRENCIES = frozenset(_CURRENCY_CODES.split())
# Codes that later releases of FHIR added to a value set whose binding is extensible: not worth a warning each time.
_ADDED = {
    "http://hl7.org/fhir/ValueSet/expression-language": frozenset({"text/cql-identifier", "text/cql-expression"}),
}
# The systems that are a grammar: how their codes are judged, and what a wrong one is not.
_JUDGES: dict[str, tuple[Callable[[str], object], str]] = {
    "urn:ietf:bcp:13": (_MIME.fullmatch, "a MIME type such as text/cql"),
    "urn:ietf:bcp:47": (_LANGUAGE.fullmatch, "a language tag of BCP 47 such as en or de-CH"),
    "urn:iso:std:iso:4217": (_CURRENCIES.__contains__, "a currency of ISO 4217 such as EUR"),
    "http://unitsofmeasure.org": (is_unit, "a unit of UCUM such as mg/kg"),
}


@dataclass(frozen=True, slots=True)
class _Bound:
    """One binding at work: where it holds and how badly breaking it counts."""

    child: Child
    binding: Binding
    value_set: str
    severity: Severity
    rule: str


def follow(child: Child) -> Follow | None:
    """The check of an element's binding; None where it has none that can be broken."""
    checks = [_CHECKS[child.type](each) for each in _bounds(child, child.binding) if _is_coded(child)]
    if not checks:
        return None
    if len(checks) == 1:
        return checks[0]

    def both(walk: Walk, child: Child, value: Json, path: Path) -> None:
        before = len(walk.issues)
        for check in checks:
            if len(walk.issues) == before:
                check(walk, child, value, path)

    return both


def _is_coded(child: Child) -> bool:
    """Whether a binding speaks of this type; text that stands beside coded types in a choice is left free."""
    return child.type in _CHECKS and not (child.is_choice and child.type in {"string", "uri"})


def check(walk: Walk, child: Child, binding: Binding, value: Json, path: Path) -> None:
    """Check a value against a binding that a profile states."""
    for bound in _bounds(child, binding):
        if _is_coded(child):
            _CHECKS[child.type](bound)(walk, child, value, path)


def _bounds(child: Child, binding: Binding | None) -> list[_Bound]:
    """The outer bound first: it is the stricter one."""
    found: list[_Bound] = []
    if binding is not None and binding.max_value_set:
        found.append(_Bound(child, binding, binding.max_value_set, Severity.ERROR, "required-binding"))
    if binding is not None and binding.strength in _SEVERITIES and binding.value_set:
        severity = _SEVERITIES[binding.strength]
        found.append(_Bound(child, binding, binding.value_set, severity, f"{binding.strength}-binding"))
    return found


def _simple(bound: _Bound) -> Follow:
    """For code, string and uri: the code alone, whatever its system."""

    def check_code(walk: Walk, child: Child, value: Json, path: Path) -> None:
        del child
        expansion = terminology(walk.catalog).value_set(bound.value_set)
        if not isinstance(value, str) or expansion is None or value in expansion.codes:
            return
        if value in _ADDED.get((bound.value_set.partition("|")[0]), ()) or _is_elsewhere(bound, value):
            return
        if expansion.complete:
            _report(walk, bound, path, repr(value), _suggestion(value, expansion))
        elif not expansion.unknown:
            judged = [_JUDGES[system] for system in sorted(expansion.grammars)]
            if not any(judge(value) for judge, _ in judged):
                _report(walk, bound, path, repr(value), f"write {judged[0][1]}")

    return check_code


def _is_elsewhere(bound: _Bound, value: str) -> bool:
    """Whether a value names what no value set lists: a type by its url, a format by a word that R4 allows for it."""
    if bound.child.type == "uri" and bound.severity is not Severity.ERROR:
        return "://" in value
    return bound.child.path == "CapabilityStatement.format" and value in {"xml", "json", "ttl"}


def _coding(bound: _Bound) -> Follow:
    def check_coding(walk: Walk, child: Child, value: Json, path: Path) -> None:
        if isinstance(value, dict) and isinstance(value.get("code"), str):
            expansion = terminology(walk.catalog).value_set(bound.value_set)
            is_quantity = child.type != "Coding"
            if expansion is not None and _verdict(expansion, value, is_quantity=is_quantity) is False:
                _report(walk, bound, (*path, "code"), _named(value), _suggestion(str(value["code"]), expansion))

    return check_coding


def _concept(bound: _Bound) -> Follow:
    """At least one coding must be of the value set; text alone is not enough where the binding is required."""

    def check_concept(walk: Walk, child: Child, value: Json, path: Path) -> None:
        del child
        if not isinstance(value, dict):
            return
        codings = [each for each in _dicts(value.get("coding")) if isinstance(each.get("code"), str)]
        expansion = terminology(walk.catalog).value_set(bound.value_set)
        if expansion is None:
            return
        if not codings:
            if bound.binding.strength == "required" and "extension" not in value and "coding" not in value:
                _report(walk, bound, path, "a concept without a code", _suggestion("", expansion))
        elif all(_verdict(expansion, each) is False for each in codings):
            named = ", ".join(_named(each) for each in codings[:3])
            _report(walk, bound, path, named, _suggestion(str(codings[0]["code"]), expansion))

    return check_concept


def _verdict(expansion: Expansion, coding: Mapping[str, Json], *, is_quantity: bool = False) -> bool | None:
    system, code = coding.get("system"), str(coding["code"])
    if not isinstance(system, str):
        return None if is_quantity and code in expansion.codes else False
    if system in expansion.grammars and system in _JUDGES:
        return bool(_JUDGES[system][0](code))
    return expansion.has(system, code)


def _dicts(value: Json) -> Iterable[Mapping[str, Json]]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _named(coding: Mapping[str, Json]) -> str:
    system = coding.get("system")
    return f"{coding['code']!r} of {system}" if isinstance(system, str) else f"{coding['code']!r} without a system"


def _suggestion(code: str, expansion: Expansion) -> str:
    codes = sorted(expansion.codes)
    close = get_close_matches(code, codes, 1, 0.6) or get_close_matches(code.lower(), codes, 1, 0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if not codes:
        return "use a code of that value set"
    return f"use one of {', '.join(codes[:12])}" + (" …" if len(codes) > 12 else "")


def _report(walk: Walk, bound: _Bound, path: Path, what: str, help: str) -> None:
    strength = "required" if bound.severity is Severity.ERROR else bound.binding.strength
    message = f"{bound.child.name}: {what} is not in the value set {bound.value_set} ({strength} binding)"
    walk.report(path, bound.rule, message, help, severity=bound.severity, code="code-invalid")


_CHECKS: dict[str, Callable[[_Bound], Follow]] = {
    "code": _simple,
    "string": _simple,
    "uri": _simple,
    "Coding": _coding,
    "Quantity": _coding,
    "CodeableConcept": _concept,
}
