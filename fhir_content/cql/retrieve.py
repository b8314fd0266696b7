"""Retrieve: the resources of a patient by type, code and date.

Records are looked up by type; the codes of each resource are read once per type and element.
https://cql.hl7.org/02-authorsguide.html#retrieve
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fhir_content.cql.clinical_operators import codes_of
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.fhir_helpers import to_interval
from fhir_content.cql.interval import Interval
from fhir_content.cql.interval_operators import contains, includes
from fhir_content.cql.model import Element, model_at, type_test
from fhir_content.cql.properties import path_of
from fhir_content.cql.temporal import Date, DateTime
from fhir_content.cql.values import CodeSystem, Value, ValueSet

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler
    from fhir_content.cql.context import Context

Pair: TypeAlias = "tuple[str | None, str | None]"
# The elements by which resources say whom they are about: https://hl7.org/fhir/R4/compartmentdefinition-patient.html
_SUBJECTS = ("subject", "patient", "beneficiary", "for", "individual")


class Records:
    """One patient's resources, by type: a Bundle, or the resources.

    With a `patient` id, resources that say they are about another patient are left out.
    """

    __slots__ = ("_by_type", "_codes", "_offset")

    def __init__(self, data: Value, offset: int, patient: str | None = None) -> None:
        self._offset = offset
        self._by_type: dict[str, list[Element]] = {}
        self._codes: dict[tuple[str, str], list[tuple[Element, list[Pair]]]] = {}
        model = model_at(offset)
        for resource in _resources(data):
            element = model.resource(resource)
            if patient is not None and not _concerns(resource, patient):
                continue
            self._by_type.setdefault(element.type.name, []).append(element)

    def of_type(self, name: str) -> list[Element]:
        """The resources of a type, of all types for `Resource` and `DomainResource`."""
        found = self._by_type.get(name)
        if found is None:
            test = type_test(name)
            found = [one for elements in list(self._by_type.values()) for one in elements if test(one)]
            self._by_type[name] = found
        return found

    def with_codes(self, name: str, element: str) -> list[tuple[Element, list[Pair]]]:
        """The resources of a type, each with the codes that stand in one of its elements."""
        found = self._codes.get((name, element))
        if found is None:
            follow = path_of(element)
            found = [(one, list(_pairs(follow(one)))) for one in self.of_type(name)]
            self._codes[name, element] = found
        return found


def _resources(data: Value) -> Iterator[Value]:
    """The resources of a Bundle, of a list, or the one resource."""
    if data is None:
        return
    if isinstance(data, Mapping):
        if data.get("resourceType") != "Bundle":
            yield data
            return
        entries = data.get("entry") or []
        if not isinstance(entries, list):
            raise CqlError("Bundle.entry is not a list")
        for entry in entries:
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if resource is not None:
                yield from _resources(resource)
        return
    if not isinstance(data, Iterable) or isinstance(data, str | bytes):
        raise CqlError("the data are not FHIR resources")
    for item in data:
        yield from _resources(item)


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


def _pairs(value: Value) -> Iterator[Pair]:
    """System and code of each code in an element: CodeableConcept, Coding or code, one or a list."""
    if isinstance(value, list):
        for item in value:
            yield from _pairs(item)
    elif isinstance(value, Element) and isinstance(value.data, dict):
        codings = value.data.get("coding") if "CodeableConcept" in value.type.names else [value.data]
        for coding in codings if isinstance(codings, list) else ():
            if isinstance(coding, dict) and isinstance(coding.get("code"), str):
                system = coding.get("system")
                yield (system if isinstance(system, str) else None, coding["code"])
    elif isinstance(value, Element) and isinstance(value.data, str):
        yield (None, value.data)


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
    if not name.startswith("FHIR."):
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
        pairs = state[0].records.with_codes(name, element)
        state[0].spend(len(pairs))
        test = _code_test(wanted, state[0])
        return [one for one, present in pairs if any(map(test, present))]

    return run


def _code_test(wanted: Value, context: Context) -> Callable[[Pair], bool]:
    """Whether a code is among those wanted; one without system matches by its code alone."""
    if isinstance(wanted, CodeSystem):
        return lambda pair: pair[0] == wanted.id
    if isinstance(wanted, ValueSet):
        members = context.members(wanted)
        return lambda pair: pair in members or (pair[0] is None and any(code == pair[1] for _, code in members))
    codes = {(code.system, code.code) for code in codes_of(wanted)}
    bare = {code for system, code in codes if system is None}
    return lambda pair: (
        pair in codes or pair[1] in bare or (pair[0] is None and any(code == pair[1] for _, code in codes))
    )


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
