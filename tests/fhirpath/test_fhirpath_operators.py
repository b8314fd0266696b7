"""Logic, comparison, arithmetic, types."""

from decimal import Decimal

import pytest

from fhir_content.fhirpath import FhirPathError

T, F, N = [True], [False], []
UCUM = "http://unitsofmeasure.org"


def truth(name):
    return {"T": "true", "F": "false", "N": "{}"}[name]


@pytest.mark.parametrize(
    ("operator", "table"),
    [
        ("and", {"TT": T, "TF": F, "TN": N, "FT": F, "FF": F, "FN": F, "NT": N, "NF": F, "NN": N}),
        ("or", {"TT": T, "TF": T, "TN": T, "FT": T, "FF": F, "FN": N, "NT": T, "NF": N, "NN": N}),
        ("xor", {"TT": F, "TF": T, "TN": N, "FT": T, "FF": F, "FN": N, "NT": N, "NF": N, "NN": N}),
        ("implies", {"TT": T, "TF": F, "TN": N, "FT": T, "FF": T, "FN": T, "NT": T, "NF": N, "NN": N}),
    ],
)
def test_three_valued_logic(evaluate, operator, table):
    for (left, right), result in table.items():
        assert evaluate(f"{truth(left)} {operator} {truth(right)}") == result, (left, right)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("1 = 1.0", T),
        ("'a' = 'A'", F),
        ("'a b' ~ 'A  B'", T),
        ("name = name", T),
        ("name[0] = name[1]", F),
        ("(1 | 2) = (2 | 1)", F),
        ("(1 | 2) ~ (2 | 1)", T),
        ("1 = {}", N),
        ("{} ~ {}", T),
        ("true = 1", F),
        ("0.67 ~ 0.669", T),
        ("@2020-01 = @2020-01-15", N),
        ("@2020-01 = @2021-01-15", F),
        ("@2020-01 ~ @2020-01-15", F),
        ("@2020-01-15T10:00:00Z = @2020-01-15T12:00:00+02:00", T),
        ("@2020-01-15T23:00:00-02:00 > @2020-01-16T00:30:00Z", T),
        ("@2020-01-15T10:00:00Z = @2020-01-15T10:00:00", N),
        ("@2020-01-15T10:00:00Z < @2020-01-17T10:00:00", T),
        ("@2020-01-17T10:00:00 > @2020-01-15T10:00:00Z", T),
        ("@T10:30 < @T10:31:00", T),
        ("@T10:30 < @T10:30:30", N),
        ("@2020 = @T10", F),
        ("birthDate < @1990-07-16", T),
        ("birthDate = @1990-07-15", T),
        ("4 'g' > 3999 'mg'", T),
        ("4 'g' = 4000 'mg'", T),
        ("4 'g' = 4 'm'", F),
        ("4 'g' > 4 'm'", N),
        ("1 year = 12 months", T),
        ("1 year = 1 'a'", N),
        ("1 year ~ 1 'a'", T),
        ("24 hours = 1 'd'", T),
        ("'b' > 'a'", T),
        ("gender = 'female'", T),
        ("gender in ('male' | 'female')", T),
        ("{} in ('male')", N),
        ("1 + 2.5", [Decimal("3.5")]),
        ("'a' + {}", N),
        ("'a' & {}", ["a"]),
        ("7 / 2", [Decimal("3.5")]),
        ("1 / 0", N),
        ("7 div 2", [3]),
        ("-7 div 2", [-3]),
        ("7 mod 0", N),
        ("5.5 mod 2", [Decimal("1.5")]),
        ("2147483647 + 1", N),
        ("3 'g' + 500 'mg'", [{"value": Decimal("3.5"), "unit": "g", "system": UCUM, "code": "g"}]),
        ("6 'g' / 2 'g' = 3", T),
        ("2 'm' * 3 = 6 'm'", T),
        ("@2020-01-31 + 1 month", ["2020-02-29"]),
        ("@2020-02-29 + 1 year", ["2021-02-28"]),
        ("@2020-03-01 - 1 day", ["2020-02-29"]),
        ("@2020 + 18 months", ["2021"]),
        ("@2020-01 + 45 days", ["2020-02"]),
        ("@2020-01-01T23:30:00Z + 45 minutes", ["2020-01-02T00:15:00Z"]),
        ("@2020-01-01T23:30:00.250Z + 1.5 seconds", ["2020-01-01T23:30:01.750Z"]),
        ("@T23:30 + 1 hour", ["00:30"]),
        ("@9999-12-31 + 1 day", N),
        ("@0001-01-01 - 1 day", N),
        ("(1 | 'a' | true) is Integer", None),
        ("1 is Integer", T),
        ("1 is System.Decimal", F),
        ("active is boolean", T),
        ("active is Boolean", F),
        ("gender is string", T),
        ("gender is code", T),
        ("(gender as code) = 'female'", T),
        ("gender.ofType(string)", N),
        ("$this is DomainResource", T),
        ("$this is FHIR.Observation", F),
        ("contained.ofType(Organization).name", ["Immunology clinic"]),
        ("extension.value is Quantity", T),
        ("active.type().name", ["boolean"]),
        ("1.type().namespace", ["System"]),
    ],
)  # fmt: skip
def test_operators(evaluate, expression, values):
    if values is None:
        with pytest.raises(FhirPathError):
            evaluate(expression)
    else:
        assert evaluate(expression) == values


def test_a_fhir_quantity_stands_for_its_ucum_quantity(evaluate, observation):
    assert evaluate("value < 7 'g/L' and value = 420 'mg/dL'", observation) == [True]
    assert evaluate("value < referenceRange.low", observation) == [True]
    assert evaluate("(value + 1 'g/L').value", observation) == [Decimal("5.20")]


@pytest.mark.parametrize(
    "expression",
    ["1 < 'a'", "@2020 < @T10", "@2020-01-01 + 1", "@2020-01-01 + 1 'g'", "@2020-01-01 + 1 'a'", "'a' - 'b'", "-'a'",
     "+'a'", "1 is Unknown", "name as HumanName", "active > 1", "%nothing"],
)  # fmt: skip
def test_errors_of_operators(evaluate, expression):
    with pytest.raises(FhirPathError):
        evaluate(expression)


def test_an_error_points_into_the_expression(evaluate):
    with pytest.raises(FhirPathError, match="cannot compare") as caught:
        evaluate("active and\n  (1 < 'a')")
    assert (caught.value.line, caught.value.column) == (2, 6)
