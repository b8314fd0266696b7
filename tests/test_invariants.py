"""Invariants: what holds and what does not, the table of faulty ones, and what stops a bad profile's invariant."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_content import fhirpath
from fhir_content.conformance.invariants import check, is_checked, override, overrides
from fhir_content.conformance.walk import NATIVE, Visit
from fhir_content.issue import Severity
from fhir_content.resource import Resource
from fhir_content.structure import Invariant, definitions

UCUM = "http://unitsofmeasure.org"


def visits(data):
    """Every element of a resource with its invariants, walked here independently of the validator."""
    found = []

    def below(value, structure, path, owner):
        if structure.kind == "resource":
            structure, owner = definitions().structure(value["resourceType"]), path
        found.append(Visit(path, value, structure.invariants, owner))
        for name, child in structure.children.items():
            items = value.get(name, [])
            for index, item in enumerate(items if isinstance(items, list) else [items]):
                step = (*path, name, index) if isinstance(items, list) else (*path, name)
                if isinstance(item, dict):
                    below(item, child.structure, step, owner)
                    extra = tuple(each for each in child.invariants if each not in child.structure.invariants)
                    found.append(Visit(step, item, extra, owner))
                else:
                    found.append(Visit(step, item, child.invariants, owner))

    below(data, definitions().structure("Resource"), (), ())
    return found


def broken(data):
    """The invariants that fail, with their places; not the advice to have a narrative."""
    resource = Resource.of(data)
    issues = list(check(resource, visits(data)))
    return [(issue.rule, issue.location.expression) for issue in issues if issue.rule != "dom-6"]


def of(resource_type, **elements):
    return {"resourceType": resource_type, **elements}


def quantity(value, unit):
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (of("PlanDefinition", name="IgInitiate"), []),
        (of("PlanDefinition"), []),
        (of("PlanDefinition", name="ig initiate"), [("pdf-0", "PlanDefinition")]),
        (
            of("PlanDefinition", action=[{"condition": [{"expression": {"language": "text/cql"}}]}]),
            [("exp-1", "PlanDefinition.action[0].condition[0].expression")],
        ),
        (
            of("PlanDefinition", action=[{"timingTiming": {"repeat": {"period": 4}}}]),
            [("tim-2", "PlanDefinition.action[0].timingTiming.repeat")],
        ),
        (of("PlanDefinition", action=[{"timingTiming": {"repeat": {"offset": 5, "when": ["AC", "PC"]}}}]), []),
        (
            of("PlanDefinition", action=[{"timingTiming": {"repeat": {"offset": 5, "when": ["AC", "C"]}}}]),
            [("tim-9", "PlanDefinition.action[0].timingTiming.repeat")],
        ),
        (of("Library", effectivePeriod={"start": "2026-02-01", "end": "2026-01-31"}),
         [("per-1", "Library.effectivePeriod")]),
        (of("Library", effectivePeriod={"start": "2026-02-01", "end": "2026-02"}),
         [("per-1", "Library.effectivePeriod")]),
        (of("Library", effectivePeriod={"start": "2026-02-01", "end": "2026-02-02T12:00:00Z"}), []),
        (of("ValueSet", compose={"include": [{"version": "1"}]}), [("vsd-1", "ValueSet.compose.include[0]")]),
        (of("ValueSet", expansion={"contains": [{"display": "x"}]}),
         [("vsd-9", "ValueSet.expansion.contains[0]")]),
        (of("CodeSystem", concept=[{"code": "a"}, {"code": "b", "concept": [{"code": "a"}]}]),
         [("csd-1", "CodeSystem")]),
        (of("CodeSystem", concept=[{"code": "a"}, {"code": "b", "concept": [{"code": "c"}]}]), []),
        (
            of("Questionnaire", item=[{
                "linkId": "1", "type": "string",
                "enableWhen": [{"question": "2", "operator": "exists", "answerBoolean": True}] * 2}]),
            [("que-12", "Questionnaire.item[0]")],
        ),
        (of("Questionnaire", item=[{"linkId": "1", "type": "group"}]), [("que-1", "Questionnaire.item[0]")]),
        (
            of("Questionnaire", item=[{
                "linkId": "1", "type": "string",
                "enableWhen": [{"question": "2", "operator": "exists", "answerBoolean": True}]}]),
            [],
        ),
        (of("Appointment", status="noshow", cancelationReason={"text": "ill"}, start="2026-01-01T00:00:00Z",
            end="2026-01-01T01:00:00Z"), []),
        (of("Bundle", type="collection", entry=[{"resource": of("Patient")}]), []),
        (of("Bundle", type="collection", entry=[{"fullUrl": "http://x/Patient/1/_history/2",
                                                 "resource": of("Patient")}]),
         [("bdl-8", "Bundle.entry[0]")]),
        (of("Bundle", type="transaction", entry=[{"resource": of("Patient")}]), [("bdl-3", "Bundle")]),
        (of("Condition", category=[{"text": "x"}]), []),
        (of("RiskAssessment", prediction=[{"rationale": "x"}]), []),
        (of("RiskAssessment", prediction=[{"probabilityDecimal": Decimal(101)}]),
         [("ras-2", "RiskAssessment.prediction[0]")]),
        (of("MedicationRequest", contained=[of("Medication", id="m", meta={"versionId": "1"})]),
         [("dom-4", "MedicationRequest")]),
        (of("Organization", name="x", address=[{"use": "home"}]), [("org-2", "Organization.address[0]")]),
        (of("Observation", code={"coding": [{"code": "a"}]}, valueString="x",
            component=[{"code": {"coding": [{"code": "a"}]}}]),
         [("obs-7", "Observation")]),
    ],
)  # fmt: skip
def test_what_breaks_an_invariant(data, expected):
    assert broken(data) == expected


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [
        (quantity(10, "g"), quantity(5, "g"), False),
        (quantity(10, "mg"), quantity(5, "g"), True),
        (quantity(10, "g"), quantity(5, "m"), True),
        ({"value": 10}, {"unit": "tablets"}, True),
        ({"value": 10, "unit": "tablets"}, {"value": 5, "unit": "tablets"}, False),
    ],
)  # fmt: skip
def test_a_range_may_not_be_inverted(low, high, holds):
    found = broken(of("PlanDefinition", action=[{"timingRange": {"low": low, "high": high}}]))
    assert found == ([] if holds else [("rng-2", "PlanDefinition.action[0].timingRange")])


def test_a_missing_required_element_is_not_reported_twice():
    assert broken(of("PlanDefinition", action=[{"trigger": [{"name": "patient-view"}]}])) == []


def test_the_advice_to_have_a_narrative_is_a_warning_and_spares_contained_resources():
    data = of("MedicationRequest", contained=[of("Medication", id="m")])
    issues = [issue for issue in check(Resource.of(data), visits(data)) if issue.rule == "dom-6"]
    assert [(issue.severity, issue.location.expression) for issue in issues] == [
        (Severity.WARNING, "MedicationRequest")
    ]


def test_an_issue_names_the_elements_and_the_way_out():
    data = of("PlanDefinition", action=[{"timingTiming": {"repeat": {"period": 4}}}])
    (issue,) = (issue for issue in check(Resource.of(data), visits(data)) if issue.rule == "tim-2")
    assert (issue.severity, issue.code) == (Severity.ERROR, "invariant")
    assert "periodUnit" in issue.message
    assert "periodUnit" in issue.help


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("name.exists(", "does not parse"),
        ("name.is(Nothing)", "no type Nothing"),
        ("memberOf('http://x')", "terminology"),
    ],
)
def test_an_invariant_of_a_profile_that_cannot_run_is_a_warning(expression, words):
    invariant = Invariant("x-1", "error", "a name", expression, "http://example.org/StructureDefinition/x")
    data = of("Patient", name=[{"text": "A"}])
    (issue,) = check(Resource.of(data), [Visit((), data, (invariant,), ())])
    assert (issue.severity, issue.code) == (Severity.WARNING, "not-supported")
    assert words in issue.message


def test_every_override_has_a_reason_a_link_and_an_invariant_that_it_replaces():
    stated = set()
    for name in sorted(definitions().resource_types | definitions().data_types):
        pending = [definitions().structure(name)]
        while pending:
            structure = pending.pop()
            stated |= {each for child in structure.children.values() for each in child.invariants}
            stated |= set(structure.invariants)
            pending += [child.structure for child in structure.children.values()
                        if child.structure.path.startswith(structure.path + ".")]  # fmt: skip
    used = {id(override(each)) for each in stated if override(each)}
    for (key, source), entry in overrides().items():
        assert entry.reason, key
        assert entry.link.startswith("https://hl7.org/fhir/R"), key
        assert id(entry) in used, (key, source)
        assert not entry.expression or fhirpath.parse_errors(entry.expression) == []
    assert len({each.key for each in stated}) == 237
    assert {each.key for each in stated if not is_checked(each)} <= NATIVE
    assert all(fhirpath.parse_errors(each.expression) == [] for each in stated)


JUNK = st.recursive(
    st.sampled_from([None, True, 0, -1, Decimal("1.5"), "", "x", "#a", "2020-13-99", "2020-01-01T00:00:00Z"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["id", "url", "value", "code", "system", "reference", "resourceType"]), inner),
    ),
    max_leaves=4,
)
NAMES = ["name", "contained", "effectivePeriod", "useContext", "contact", "action", "goal", "subjectReference", "text"]
PARTS = ["start", "end", "telecom", "condition", "expression", "trigger", "data", "timingTiming", "timingRange",
         "repeat", "period", "when", "offset", "low", "high", "code", "value", "extension"]  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.one_of(JUNK, st.dictionaries(st.sampled_from(PARTS), JUNK), st.lists(JUNK, max_size=2)),
    )
)
def test_data_of_any_shape_ends_in_issues(elements):
    data = of("PlanDefinition", **elements)
    found = [Visit((), data, definitions().structure("PlanDefinition").invariants, ())]
    for name, value in elements.items():
        child = definitions().structure("PlanDefinition").children[name]
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            path = (name, index) if isinstance(value, list) else (name,)
            found.append(Visit(path, item, child.invariants, ()))
    assert all(issue.rule for issue in check(Resource.of(data), found))
