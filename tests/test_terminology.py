from __future__ import annotations

import time

import pytest

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.terminology import Expansion, expand, terminology, translate, validate_code
from fhir_content.terminology.not_checked import codes_not_checked

SYSTEM = {
    "resourceType": "CodeSystem",
    "id": "s",
    "url": "http://x/s",
    "content": "complete",
    "concept": [
        {
            "code": "a",
            "display": "A",
            "concept": [
                {"code": "b", "display": "Bee", "concept": [{"code": "c"}]},
                {"code": "d", "property": [{"code": "kind", "valueCode": "k"}]},
            ],
        },
        {"code": "e", "property": [{"code": "parent", "valueCode": "d"}, {"code": "kind", "valueCode": "l"}]},
    ],
}


def value_set(url: str, include: list, exclude: list | None = None, version: str = "") -> dict:
    data = {"resourceType": "ValueSet", "id": url[-1], "url": url, "compose": {"include": include}}
    if exclude:
        data["compose"]["exclude"] = exclude
    return data | ({"version": version} if version else {})


def expanded(include: list, exclude: list | None = None, *others: dict) -> Expansion:
    resource = Resource.of(value_set("http://x/v", include, exclude))
    return expand(resource, Catalog([resource, *map(Resource.of, (SYSTEM, *others))]))


def filtered(property: str, op: str, value: str) -> list:
    return [{"system": "http://x/s", "filter": [{"property": property, "op": op, "value": value}]}]


@pytest.mark.parametrize(
    ("include", "codes"),
    [
        ([{"system": "http://x/s"}], "abcde"),
        ([{"system": "http://x/s", "concept": [{"code": "c"}, {"code": "a"}]}], "ac"),
        (filtered("concept", "is-a", "b"), "bc"),
        (filtered("concept", "descendent-of", "a"), "bcde"),
        (filtered("concept", "is-not-a", "a"), ""),
        (filtered("concept", "generalizes", "c"), "abc"),
        (filtered("kind", "=", "k"), "d"),
        (filtered("kind", "in", "k, l"), "de"),
        (filtered("kind", "exists", "true"), "de"),
        (filtered("kind", "exists", "false"), "abc"),
        (filtered("code", "regex", "[ab]"), "ab"),
        (filtered("display", "regex", "B.*"), "b"),
        (
            [
                {
                    "system": "http://x/s",
                    "filter": [
                        *filtered("concept", "is-a", "a")[0]["filter"],
                        *filtered("kind", "=", "l")[0]["filter"],
                    ],
                }
            ],
            "e",
        ),
    ],
)
def test_composition(include: list, codes: str) -> None:
    expansion = expanded(include)
    assert "".join(sorted(expansion.codes)) == codes
    assert expansion.complete


def test_displays_come_from_the_code_system() -> None:
    expansion = expanded([{"system": "http://x/s", "concept": [{"code": "b"}, {"code": "a", "display": "mine"}]}])
    assert [(each.code, each.display) for each in expansion.concepts.values()] == [("b", "Bee"), ("a", "mine")]


def test_exclusion_and_nesting() -> None:
    nested = value_set("http://x/n", [{"system": "http://x/s", "concept": [{"code": "a"}, {"code": "b"}]}])
    assert expanded([{"valueSet": ["http://x/n"]}], None, nested).codes == {"a", "b"}
    assert expanded([{"system": "http://x/s"}], [{"valueSet": ["http://x/n"]}], nested).codes == {"c", "d", "e"}
    both = [{"system": "http://x/s", "concept": [{"code": "b"}, {"code": "c"}], "valueSet": ["http://x/n"]}]
    assert expanded(both, None, nested).codes == {"b"}


def test_a_version_pin_is_kept() -> None:
    def one(version: str, code: str) -> dict:
        return value_set("http://x/n", [{"system": "http://x/s", "concept": [{"code": code}]}], version=version)

    versions = one("1.0", "a"), one("2.0", "b")
    assert expanded([{"valueSet": ["http://x/n|1.0"]}], None, *versions).codes == {"a"}
    assert expanded([{"valueSet": ["http://x/n"]}], None, *versions).codes == {"b"}
    absent = expanded([{"valueSet": ["http://x/n|3.0"]}], None, *versions)
    assert (absent.codes, absent.complete) == (frozenset(), False)


def test_a_circle_is_a_problem_not_a_hang() -> None:
    other = value_set("http://x/w", [{"valueSet": ["http://x/v"]}])
    expansion = expanded([{"valueSet": ["http://x/w"]}, {"system": "http://x/s"}], None, other)
    assert expansion.problems
    assert len(expansion.codes) == 5


def test_many_paths_to_one_value_set_cost_one() -> None:
    layers = [value_set(f"http://x/{n}", [{"valueSet": [f"http://x/{n + 1}"]}] * 2) for n in range(40)]
    layers.append(value_set("http://x/40", [{"system": "http://x/s"}]))
    start = time.perf_counter()
    assert len(expanded([{"valueSet": ["http://x/0"]}], None, *layers).codes) == 5
    assert time.perf_counter() - start < 1


def test_what_is_not_here_is_unknown_not_absent() -> None:
    snomed = "http://snomed.info/sct"
    listed = expanded([{"system": snomed, "concept": [{"code": "1"}]}])
    assert (listed.has(snomed, "1"), listed.has(snomed, "2"), listed.complete) == (True, False, True)
    whole = expanded([{"system": snomed, "filter": [{"property": "concept", "op": "is-a", "value": "1"}]}])
    assert (whole.has(snomed, "1"), whole.has("http://x/s", "a"), whole.complete) == (None, False, False)
    units = expanded([{"system": "http://unitsofmeasure.org"}])
    assert units.has("http://unitsofmeasure.org", "mg") is None


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(", "a{1,9}{1,9}", "(?=a)", r"(a)\1", "a" * 201])
def test_patterns_that_could_take_for_ever_are_not_tried(pattern: str) -> None:
    assert not expanded(filtered("code", "regex", pattern)).complete


@pytest.mark.parametrize(
    "broken", [{}, {"include": 5}, {"include": [5, {"system": 5}, {"valueSet": "x"}, {"concept": [3]}]}]
)
def test_a_broken_composition_has_no_codes(broken: dict) -> None:
    assert expand(Resource.of({"resourceType": "ValueSet", "compose": broken})).codes == frozenset()


def test_value_sets_of_r4() -> None:
    known = terminology()
    status = known.value_set("http://hl7.org/fhir/ValueSet/publication-status|4.0.1")
    assert status is not None
    assert status.codes == {"draft", "active", "retired", "unknown"}
    classes = known.value_set("http://terminology.hl7.org/ValueSet/v3-ActEncounterCode")
    assert classes is not None
    assert classes.has("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB")
    assert known.value_set("http://hl7.org/fhir/ValueSet/nothing") is None


@pytest.mark.parametrize(
    ("system", "code", "display", "result"),
    [
        ("http://x/s", "b", "", True),
        ("http://x/s", "b", "bee", True),
        ("http://x/s", "b", "Cee", False),
        ("http://x/s", "z", "", False),
        ("http://loinc.org", "1-8", "", None),
    ],
)
def test_validate_code(system: str, code: str, display: str, result: bool | None) -> None:
    catalog = Catalog([Resource.of(SYSTEM)])
    assert validate_code(system, code, catalog, display=display).result is result


def test_validate_code_against_a_value_set() -> None:
    listed = value_set(
        "http://x/n",
        [{"system": "http://x/s", "concept": [{"code": "a"}]}, {"system": "http://l", "concept": [{"code": "1"}]}],
    )
    catalog = Catalog([Resource.of(SYSTEM), Resource.of(listed)])
    assert validate_code("http://x/s", "a", catalog, value_set="http://x/n").result is True
    assert validate_code("http://x/s", "b", catalog, value_set="http://x/n").result is False
    assert validate_code("http://l", "1", catalog, value_set="http://x/n").result is True
    assert validate_code("http://l", "2", catalog, value_set="http://x/n").result is False


def test_translate() -> None:
    group = {
        "source": "http://x/s",
        "target": "http://t",
        "element": [{"code": "a", "target": [{"code": "1", "equivalence": "wider"}, {"code": "2"}]}],
        "unmapped": {"mode": "fixed", "code": "other"},
    }
    concept_map = Resource.of({"resourceType": "ConceptMap", "group": [group]})
    found = [(each.code, equivalence) for each, equivalence in translate(concept_map, "http://x/s", "a")]
    assert found == [("1", "wider"), ("2", "equivalent")]
    assert [each.code for each, _ in translate(concept_map, "http://x/s", "b")] == ["other"]
    assert translate(concept_map, "http://y", "a") == []
    assert translate(concept_map, "http://x/s", "a", "http://u") == []


def test_codes_of_systems_that_are_not_here_are_counted_once_each() -> None:
    snomed, ours = "http://snomed.info/sct", "https://example.org/cs"
    system = {"resourceType": "CodeSystem", "url": ours, "content": "fragment", "concept": [{"code": "a"}]}
    listed = {"resourceType": "ValueSet", "compose": {"include": [{"system": snomed, "concept": [{"code": "1"}]}]}}
    codings = [
        {"system": snomed, "code": "1"},
        {"system": snomed, "code": "2"},
        {"system": ours, "code": "a"},
        {"system": ours, "code": "b"},
        {"system": "http://hl7.org/fhir/administrative-gender", "code": "male"},
        {"system": "http://unitsofmeasure.org", "code": "mg"},
        {"system": ["not", "text"], "code": "c"},
    ]
    plan = {"resourceType": "PlanDefinition", "topic": [{"coding": codings}]}
    catalog = Catalog([Resource.of(each) for each in (system, listed, plan)])
    assert codes_not_checked(catalog) == {snomed: 2, ours: 1}
