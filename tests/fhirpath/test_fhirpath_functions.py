"""Strings, math, conversion, boundaries, the clock, and FHIR's own functions."""

from decimal import Decimal

import pytest

from fhir_content import fhirpath
from fhir_content.fhirpath import Doors, FhirPathError, Unsupported

T, F, N = [True], [False], []


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("'imd-21'.startsWith('imd')", T),
        ("'imd-21'.endsWith('')", T),
        ("'imd-21'.contains('d-2')", T),
        ("'imd-21'.indexOf('2')", [4]),
        ("'imd-21'.indexOf('x')", [-1]),
        ("'banana'.lastIndexOf('an')", [3]),
        ("'imd-21'.substring(4)", ["21"]),
        ("'imd-21'.substring(0, 3)", ["imd"]),
        ("'imd-21'.substring(6)", N),
        ("'imd-21'.substring(-1)", N),
        ("'imd-21'.substring(4, 99)", ["21"]),
        ("'Ig'.upper()", ["IG"]),
        ("'Ig'.lower()", ["ig"]),
        ("'Ig'.length()", [2]),
        ("' Ig '.trim()", ["Ig"]),
        ("'Ig'.toChars()", ["I", "g"]),
        ("'a-b-c'.replace('-', '+')", ["a+b+c"]),
        ("'ab'.replace('', '.')", [".a.b."]),
        ("'a-b'.split('-')", ["a", "b"]),
        ("('a' | 'b').join(', ')", ["a, b"]),
        ("{}.join(',')", N),
        ("'imd-21'.matches('[0-9]+')", T),
        ("'imd-21'.matches('^[0-9]+$')", F),
        ("'imd-21'.matchesFull('imd-[0-9]+')", T),
        ("'imd\n21'.matches('d.2')", T),
        ("'2026-03'.replaceMatches('(?<year>[0-9]+)-(?<month>[0-9]+)', '${month}/${year}')", ["03/2026"]),
        ("'2026-03'.replaceMatches('([0-9]+)-([0-9]+)', '$2/$1')", ["03/2026"]),
        ("'Ig'.encode('base64').decode('base64')", ["Ig"]),
        ("'Ig'.encode('hex')", ["4967"]),
        ("'>>?'.encode('urlbase64')", ["Pj4_"]),
        ("'a<b'.escape('html').unescape('html')", ["a<b"]),
        ("'say \"x\"'.escape('json')", ['say \\"x\\"']),
        ("gender.upper()", ["FEMALE"]),
        ("birthDate.startsWith('1990')", T),
        ("{}.length()", N),
        ("(-2.5).abs()", [Decimal("2.5")]),
        ("(-2 'g').abs() = 2 'g'", T),
        ("2.1.ceiling()", [3]),
        ("(-2.1).ceiling()", [-2]),
        ("(-2.1).floor()", [-3]),
        ("(-2.9).truncate()", [-2]),
        ("2.45.round(1)", [Decimal("2.5")]),
        ("2.5.round()", [Decimal("3")]),
        ("16.sqrt() = 4", T),
        ("(-1).sqrt()", N),
        ("0.ln()", N),
        ("1000.log(10) = 3", T),
        ("0.exp() = 1", T),
        ("2.power(10)", [1024]),
        ("2.power(-1)", [Decimal("0.5")]),
        ("2.power(100)", N),
        ("0.power(-1)", N),
        ("10.power(2147483647)", N),
        ("9.power(0.5) = 3", T),
    ],
)
def test_strings_and_math(evaluate, expression, values):
    assert evaluate(expression) == values


@pytest.mark.parametrize(
    "expression",
    ["name.startsWith('a')", "1.length()", "'x'.decode('hex')", "'x'.encode('rot13')", "'x'.round()", "1.round(99)",
     "'a'.matches('(')", "'a'.replaceMatches('a', '$1')", "'a'.substring('b')", "'x'.unescape('xml')"],
)  # fmt: skip
def test_errors_of_strings_and_math(evaluate, expression):
    with pytest.raises(FhirPathError):
        evaluate(expression)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("'yes'.toBoolean()", T),
        ("'0'.toBoolean()", F),
        ("'maybe'.toBoolean()", N),
        ("1.0.toBoolean()", T),
        ("3.convertsToBoolean()", F),
        ("'+12'.toInteger()", [12]),
        ("'12.0'.toInteger()", N),
        ("'99999999999'.toInteger()", N),
        ("true.toInteger()", [1]),
        ("'1.50'.toDecimal()", [Decimal("1.50")]),
        ("'1e3'.toDecimal()", N),
        ("12.toDecimal().toString()", ["12"]),
        ("1.50.toString()", ["1.50"]),
        ("false.toString()", ["false"]),
        ("@2020-01-02.toString()", ["2020-01-02"]),
        ("5 'mg'.toString()", ["5 'mg'"]),
        ("3 days.toString()", ["3 days"]),
        ("name.first().convertsToString()", F),
        ("'2020-01-02T10:00:00Z'.toDate()", ["2020-01-02"]),
        ("'2020-13'.toDate()", N),
        ("@2020-01-02.toDateTime().toString()", ["2020-01-02"]),
        ("'10:30'.toTime()", ["10:30"]),
        ("'24:00'.convertsToTime()", F),
        ("'5 \\'mg\\''.toQuantity() = 5 'mg'", T),
        ("'5 mg'.convertsToQuantity()", F),
        ("'2 weeks'.toQuantity('d').value = 14", T),
        ("2.5.toQuantity() = 2.5 '1'", T),
        ("true.toQuantity() = 1.0 '1'", T),
        ("5 'g'.convertsToQuantity('m')", F),
        ("{}.convertsToInteger()", N),
    ],
)
def test_conversion(evaluate, expression, values):
    assert evaluate(expression) == values


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("@2026-02.lowBoundary().toString()", ["2026-02-01"]),
        ("@2026-02.highBoundary().toString()", ["2026-02-28"]),
        ("@2024-02.highBoundary(6).toString()", ["2024-02"]),
        ("@2026-02-03T10:30.highBoundary().toString()", ["2026-02-03T10:30:59.999-12:00"]),
        ("@2026-02-03T.lowBoundary(17).toString()", ["2026-02-03T00:00:00.000+14:00"]),
        ("@2026-02-03T10:30:15.5Z.lowBoundary(14).toString()", ["2026-02-03T10:30:15Z"]),
        ("@T10.highBoundary().toString()", ["10:59:59.999"]),
        ("@T10:30.lowBoundary(2).toString()", ["10"]),
        ("@T10:30.lowBoundary(5)", N),
        ("2.50.lowBoundary()", [Decimal("2.49500000")]),
        ("2.50.highBoundary(3)", [Decimal("2.505")]),
        ("2.5 'g'.highBoundary(2).value", [Decimal("2.55")]),
        ("2.50.lowBoundary(99)", N),
        ("2.50.precision()", [2]),
        ("@2026-02.precision()", [6]),
        ("@T10:30:00.250.precision()", [9]),
        ("@2026-02-03T10:30:15.precision()", [14]),
        ("1 'kg'.comparable(1 'mg')", T),
        ("1 'kg'.comparable(1 'm')", F),
    ],
)
def test_boundaries_and_precision(evaluate, expression, values):
    assert evaluate(expression) == values


def test_the_clock_is_an_argument(evaluate):
    assert evaluate("now().toString() & ' ' & today().toString() & ' ' & timeOfDay().toString()") == [
        "2026-03-04T05:06:07.089Z 2026-03-04 05:06:07.089"
    ]
    with pytest.raises(Unsupported, match="time of the evaluation"):
        evaluate("today()", now=None)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("birthDate.extension('http://example.org/ext/time').value.toString()", ["1990-07-15T08:30:00Z"]),
        ("extension('http://example.org/ext/weight').value.value", [Decimal("70.5")]),
        ("birthDate.hasValue()", T),
        ("maritalStatus.hasValue()", F),
        ("name.given.hasValue()", F),
        ("name.given.first().getValue()", ["Ada"]),
        ("name.first().getValue()", N),
        ("birthDate.value.toString()", ["1990-07-15"]),
        ("managingOrganization.resolve().name", ["Immunology clinic"]),
        ("generalPractitioner.resolve()", N),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", T),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Observation')", F),
        ("%ucum", ["http://unitsofmeasure.org"]),
        ("%`vs-x`", ["http://hl7.org/fhir/ValueSet/x"]),
        ("%'ext-y'", ["http://hl7.org/fhir/StructureDefinition/y"]),
        ("%resource.id & %context.id & %rootResource.id", ["adaadaada"]),
        ("name.first().select(%resource.id)", ["ada"]),
    ],
)
def test_fhir_functions_and_variables(evaluate, expression, values):
    assert evaluate(expression) == values


@pytest.mark.parametrize(
    "expression",
    ["gender.memberOf('http://x')", "conformsTo('http://x')", "text.htmlChecks()", "name.checkModifiers()",
     "name.elementDefinition()"],
)  # fmt: skip
def test_what_has_no_door_is_refused(evaluate, expression):
    with pytest.raises(Unsupported):
        evaluate(expression)


def test_doors_lead_outside(evaluate, model):
    practitioner = fhirpath.typed({"resourceType": "Practitioner", "id": "p", "active": True}, model.type("Resource"))
    doors = Doors(
        resolve=lambda reference, owner: practitioner if reference == "Practitioner/p" else None,
        member_of=lambda item, value_set: (item.data, value_set) == ("female", "http://x"),
        conforms_to=lambda item, profile: item.type.name == "Patient" if profile == "http://p" else None,
        html_checks=lambda text: "<script" not in text,
    )
    assert evaluate("generalPractitioner.resolve().active", doors=doors) == [True]
    assert evaluate("gender.memberOf('http://x')", doors=doors) == [True]
    assert evaluate("conformsTo('http://p')", doors=doors) == [True]
    assert evaluate("text.`div`.htmlChecks()", doors=doors) == [True]


def test_variables_may_be_json_or_items(evaluate, patient):
    assert evaluate("%subject.gender", variables={"subject": patient}) == ["female"]
    assert evaluate("%n + %m.count()", variables={"n": 2, "m": ["a", "b"], "none": None}) == [4]
    assert evaluate("%none", variables={"none": None}) == []


def test_trace_is_noted_and_prints_nothing(model, patient, capsys):
    result = fhirpath.compile("name.trace('given', given).use").run(patient, "Patient", model)
    assert fhirpath.plain(result.items) == ["official", "nickname"]
    assert [(trace.name, fhirpath.plain(trace.items)) for trace in result.traces] == [
        ("given", ["Ada", "Maria", "Addy"])
    ]
    assert capsys.readouterr().out == ""
