"""Existence, filtering, subsetting, combining, navigation."""

import pytest

from fhir_content.fhirpath import FhirPathError


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("name.given", ["Ada", "Maria", "Addy"]),
        ("Patient.name.family", ["Lind"]),
        ("DomainResource.id", ["ada"]),
        ("deceased", [False]),
        ("multipleBirth", [2]),
        ("deceasedBoolean", []),
        ("name.given.id", ["first"]),
        ("nothing", []),
        ("name.exists()", [True]),
        ("name.exists(use = 'old')", [False]),
        ("contact.empty()", [True]),
        ("name.all(given.exists())", [True]),
        ("name.all(family.exists())", [False]),
        ("name.all(family = 'Lind')", [False]),
        ("contact.all(false)", [True]),
        ("(true | false).anyTrue()", [True]),
        ("(true | false).allTrue()", [False]),
        ("(true | false).anyFalse()", [True]),
        ("(true | false).allFalse()", [False]),
        ("{}.allTrue()", [True]),
        ("name.count()", [2]),
        ("('a' | 'b').subsetOf('c' | 'b' | 'a')", [True]),
        ("('a' | 'd').subsetOf('c' | 'b' | 'a')", [False]),
        ("('c' | 'b' | 'a').supersetOf('a' | 'b')", [True]),
        ("(1).combine(1).isDistinct()", [False]),
        ("(1).combine(1.0).combine('1').distinct().count()", [2]),
        ("true.combine(1).distinct().count()", [2]),
        ("1 'g'.combine(1000 'mg').distinct().count()", [1]),
        ("name.where(use = 'nickname').given", ["Addy"]),
        ("name.where($index = 1).given", ["Addy"]),
        ("name.select(given.first() & '!')", ["Ada!", "Addy!"]),
        ("name.first().use | name.last().use", ["official", "nickname"]),
        ("name.given.tail()", ["Maria", "Addy"]),
        ("name.given.skip(2)", ["Addy"]),
        ("name.given.skip(-1).count()", [3]),
        ("name.given.take(2)", ["Ada", "Maria"]),
        ("name.given.take(0)", []),
        ("name[0].single().use", ["official"]),
        ("(1 | 2 | 3).intersect(2 | 3 | 4)", [2, 3]),
        ("(1).combine(1).combine(2).exclude(2)", [1, 1]),
        ("(1 | 2).union(2 | 3)", [1, 2, 3]),
        ("(1 | 2).combine(2)", [1, 2, 2]),
        ("(3 | 1 | 2).sort()", [1, 2, 3]),
        ("('b' | 'c' | 'a').sort(-$this)", ["c", "b", "a"]),
        ("telecom.sort(-rank, value).value", ["2", "1"]),
        ("(1 | 2 | 3).aggregate($total + $this, 10)", [16]),
        ("5.repeat(iif($this > 0, $this - 1, {}))", [4, 3, 2, 1, 0]),
        ("iif(gender = 'female', 'f', 'm')", ["f"]),
        ("iif({}, 1, 2)", [2]),
        ("iif(false, 1)", []),
        ("telecom.children().count()", [5]),
        ("contained.descendants().where($this = 'Immunology clinic').count()", [1]),
        ("managingOrganization.children().id", []),
    ],
)
def test_collections(evaluate, expression, values):
    assert evaluate(expression) == values


@pytest.mark.parametrize(
    "expression",
    ["name.single()", "iif('x', 1, 2)", "(1 | 2).iif(true, 1)", "(1 | 'a').allTrue()", "name.given in ('Ada')",
     "(1 | 2).not()", "name.given & 'x'", "1.take('x')", "name.sort(given)", "telecom.where(1 | 2)"],
)  # fmt: skip
def test_errors_of_collections(evaluate, expression):
    with pytest.raises(FhirPathError) as caught:
        evaluate(expression)
    assert caught.value.line == 1
