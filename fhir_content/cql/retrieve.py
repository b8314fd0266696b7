"""Retrieve: the resources of a patient by type, code and date.

Records are looked up by type; the codes of each resource are read once per type and element.
https://cql.hl7.org/02-authorsguide.html#retrieve
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fhir_content.cql.clinical_operators import codes_of
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.fhir_helpers import to_interval
from fhir_content.cql.interval import Interval
from fhir_content.cql.interval_operators import contains, includes
from fhir_content.cql.model import Element, model_at
from fhir_content.cql.properties import path_of
from fhir_content.cql.temporal import Date, DateTime
from fhir_content.cql.values import CodeSystem, Value, ValueSet
from fhir_content.structure import definitions

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler
    from fhir_content.cql.context import Codes, Context

_SEVERAL = (list, tuple)
_ABSTRACT = ("Resource", "DomainResource")
Pair: TypeAlias = "tuple[str | None, str | None]"
# A resource with the codes of one of its elements, as (system, code), and whether one has no system.
Coded: TypeAlias = "tuple[Element, list[Pair], bool]"
# The elements by which resources say whom they are about: https://hl7.org/fhir/R4/compartmentdefinition-patient.html
_SUBJECTS = ("subject", "patient", "beneficiary", "for", "individual")


class Records:
    """One patient's resources, by type: a Bundle, or the resources.

    With a `patient` id, resources that say they are about another patient are left out.
    """

    __slots__ = ("_by_type", "_codes")

    def __init__(self, data: Value, offset: int, patient: str | None = None) -> None:
        self._by_type: dict[str, list[Element]] = {}
        self._codes: dict[tuple[str, str], list[Coded]] = {}
        by_type, make = self._by_type, model_at(offset).resource
        for resource in _resources(data):
            element = make(resource)
            if patient is None or _concerns(resource, patient):
                name = element.type.name
                if name in by_type:
                    by_type[name].append(element)
                else:
                    by_type[name] = [element]

    def of_type(self, name: str) -> list[Element]:
        """The resources of a type, of all types for `Resource` and `DomainResource`."""
        if name in _ABSTRACT:
            return [one for elements in self._by_type.values() for one in elements if name in one.type.names]
        return self._by_type.get(name, [])

    def with_codes(self, name: str, element: str) -> list[Coded]:
        """The resources of a type, each with the codes that stand in one of its elements."""
        found = self._codes.get((name, element))
        if found is None:
            keys = _json_names(name, element)
            if keys:
                found = [(one, *_codes_in([one.data.get(key) for key in keys])) for one in self.of_type(name)]
            else:
                follow = path_of(element)
                found = [(one, *_codes_in(_json(follow(one)))) for one in self.of_type(name)]
            self._codes[name, element] = found
        return found


@lru_cache(maxsize=1024)
def _json_names(name: str, element: str) -> tuple[str, ...]:
    """The JSON names that an element of a type may have; none for a path."""
    structure = definitions().structure(name)
    return tuple(child.name for child in structure.child(element)) if structure else ()


def _json(value: Value) -> list[Value]:
    return [item.data for item in (value if isinstance(value, list) else [value]) if isinstance(item, Element)]


def _resources(data: Value) -> list[Value]:
    """The resources of a Bundle, of a list, or the one resource."""
    if data is None:
        return []
    if isinstance(data, dict):
        if data.get("resourceType") != "Bundle":
            return [data]
        entries = data.get("entry") or []
        if not isinstance(entries, list):
            raise CqlError("Bundle.entry is not a list")
        found = [entry.get("resource") for entry in entries if isinstance(entry, dict)]
        return [resource for resource in found if resource is not None]
    if not isinstance(data, Iterable) or isinstance(data, str | bytes):
        raise CqlError("the data are not FHIR resources")
    return list(data)


def _concerns(resource: Value, patient: str) -> bool:
    """Whether a resource is the patient, about the patient, or about nobody."""
    if resource["resourceType"] == "Patient":
        return bool(resource.get("id") == patient)
    for name in _SUBJECTS:
        subject = resource.get(name)
        for reference in subject if isinstance(subject, list) else [subject]:
            text = reference.get("reference") if isinstance(reference, dict) else None
            if isinstance(text, str) and "Patient/" in text:
                return text.split("/_history/")[0].endswith(f"Patient/{patient}")
    return True


def _codes_in(values: list[Value]) -> tuple[list[Pair], bool]:
    """System and code of each code in JSON: CodeableConcepts, Codings or codes, lists of them, or nothing."""
    pairs: list[Pair] = []
    bare = False
    for value in values:
        for data in value if type(value) is list else (value,):
            if type(data) is str:
                pairs.append((None, data))
                bare = True
            elif type(data) is dict:
                bare = _codings(data.get("coding", (data,)), pairs) or bare
    return pairs, bare


def _codings(codings: Value, pairs: list[Pair]) -> bool:
    """Add the pairs of Codings; whether one has no system."""
    bare = False
    for coding in codings if isinstance(codings, _SEVERAL) else ():
        code = coding.get("code") if type(coding) is dict else None
        if type(code) is str:
            system = coding.get("system")
            if type(system) is not str:
                system, bare = None, True
            pairs.append((system, code))
    return bare


class Retrieval(NamedTuple):
    """A retrieve that hangs on the data alone: what it asks for in words, and how to ask again."""

    type: str
    codes: str
    locator: str
    ask: Closure


@operator("Retrieve", pure=False)
def _retrieve(compiler: Compiler, node: Node) -> Closure:
    for name in ("codeFilter", "dateFilter", "otherFilter", "include", "idProperty", "id", "context"):
        if node.get(name):
            raise CqlError(f"Retrieve with {name} is not supported")
    name = compiler.type_name(node["dataType"])
    if not name.startswith("FHIR.") or definitions().structure(name[5:]) is None:
        raise CqlError(f"only FHIR resources are retrieved, not {name}")
    ask = _by_code(compiler, node, name[5:])
    if node.get("dateRange"):
        ask = _by_date(compiler, node, ask)
    elif not node.get("codes") or compiler.is_constant(compiler.compile(node["codes"])):
        ask = _remembered(compiler, node, ask)
        compiler.retrieves.append(Retrieval(name[5:], _described(compiler, node), str(node.get("locator", "")), ask))
    return ask


def _described(compiler: Compiler, node: Node) -> str:
    if not node.get("codes"):
        return ""
    codes = compiler.compile(node["codes"])
    return repr(compiler.constant(codes)) if compiler.is_constant(codes) else "computed codes"


def _remembered(compiler: Compiler, node: Node, ask: Closure) -> Closure:
    """The same retrieve in several definitions is answered once."""
    key = f"retrieve {node['dataType']} {node.get('codeProperty')} {_described(compiler, node)}"
    return compiler.shared(key, ask)


def _by_code(compiler: Compiler, node: Node, name: str) -> Closure:
    if not node.get("codes"):
        return lambda state: state[0].records.of_type(name)
    element = node.get("codeProperty") or "code"
    path_of(element)
    codes = compiler.operand(node, "codes")

    def run(state: State) -> list[Element]:
        wanted = codes(state)
        if wanted is None:
            return []
        records = state[0].records.with_codes(name, element)
        state[0].spend(len(records))
        return _chosen(records, wanted, state[0])

    return run


def _chosen(records: list[Coded], wanted: Value, context: Context) -> list[Element]:
    """The resources with a code among those wanted; a code without system, on either side, matches by itself."""
    if isinstance(wanted, CodeSystem):
        return [one for one, codes, _ in records if any(system == wanted.id for system, _ in codes)]
    if isinstance(wanted, ValueSet):
        members = context.members(wanted)
        by_itself: set[str | None] = set()
    else:
        members = {(code.system, code.code) for code in codes_of(wanted)}
        by_itself = {code for system, code in members if system is None}
    found = []
    for one, codes, bare in records:
        if (
            not members.isdisjoint(codes)
            or (bare and _named_alike(members, codes))
            or (by_itself and any(code in by_itself for _, code in codes))
        ):
            found.append(one)
    return found


def _named_alike(members: Codes, codes: list[Pair]) -> bool:
    bare = {code for system, code in codes if system is None}
    return any(code in bare for _, code in members)


def _by_date(compiler: Compiler, node: Node, ask: Closure) -> Closure:
    follow = path_of(node.get("dateProperty") or compiler.text(node, "dateLowProperty"))
    between = compiler.operand(node, "dateRange")

    def run(state: State) -> list[Element]:
        span = between(state)
        found = ask(state)
        state[0].spend(len(found))
        return [] if not isinstance(span, Interval) else [one for one in found if _within(follow(one), span)]

    return run


def _within(value: Value, span: Interval) -> bool:
    """Whether a date, a moment or a period lies within a span."""
    if isinstance(value, Element) and "Period" in value.type.names:
        period = to_interval(value)
        return period is not None and includes(span, period) is True
    moment = value.get("value") if isinstance(value, Element) and value.type.primitive else value
    return isinstance(moment, Date | DateTime) and contains(span, moment) is True
