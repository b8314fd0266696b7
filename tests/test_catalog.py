from fhir_content.catalog import Catalog, duplicates
from fhir_content.resource import Resource

BASE = "https://example.org/imd"


def definition(type_, id_, version="1.0.0", **elements):
    url = f"{BASE}/{type_}/{id_}"
    return Resource.of(
        {"resourceType": type_, "id": id_, "url": url, "version": version, **elements}, f"{type_}-{id_}.yaml"
    )


def canonical(type_, id_, version="1.0.0"):
    return f"{BASE}/{type_}/{id_}|{version}"


PLAN = definition(
    "PlanDefinition",
    "plan",
    library=[canonical("Library", "Logic")],
    relatedArtifact=[{"type": "depends-on", "resource": "http://hl7.org/fhir/ValueSet/x|4.0.1"}],
    action=[
        {
            "id": "a",
            "trigger": [
                {"type": "named-event", "data": [{"codeFilter": [{"valueSet": canonical("ValueSet", "igg")}]}]}
            ],
            "action": [
                {
                    "definitionCanonical": canonical("ActivityDefinition", "measure"),
                    "condition": [{"expression": {"language": "text/cql", "reference": canonical("Library", "Other")}}],
                    "output": [{"profile": [canonical("StructureDefinition", "order")]}],
                }
            ],
        }
    ],
)
ACTIVITY = definition("ActivityDefinition", "measure", library=[canonical("Library", "Logic")])
LOGIC = definition(
    "Library", "Logic", relatedArtifact=[{"type": "depends-on", "resource": canonical("PlanDefinition", "plan")}]
)
VALUES = definition("ValueSet", "igg", compose={"include": [{"system": "http://loinc.org"}]})
CATALOG = Catalog([PLAN, ACTIVITY, LOGIC, VALUES], base=BASE)


def test_a_resource_is_found_by_key_and_by_canonical():
    assert CATALOG.get("ValueSet/igg") is VALUES
    assert CATALOG.resolve(canonical("ValueSet", "igg")) is VALUES
    assert CATALOG.resolve(canonical("ValueSet", "igg", "2.0.0")) is None
    assert CATALOG.resolve(f"{BASE}/ValueSet/igg#part") is VALUES
    assert [each.id for each in CATALOG.of("Library", "ValueSet")] == ["Logic", "igg"]


def test_without_a_version_the_last_one_is_meant():
    found = [definition("Library", f"L{n}", v) for n, v in enumerate(["1.9.0", "1.10.0", "1.10.0-beta"])]
    resources = [Resource.of({**each.data, "url": "http://x/Library/L"}) for each in found]
    assert Catalog(resources).resolve("http://x/Library/L").version == "1.10.0"


def test_references_are_found_on_every_dependency_path():
    found = {(each.element.expression, each.text) for each in CATALOG.references(PLAN)}
    assert found == {
        ("PlanDefinition.library[0]", canonical("Library", "Logic")),
        ("PlanDefinition.relatedArtifact[0].resource", "http://hl7.org/fhir/ValueSet/x|4.0.1"),
        ("PlanDefinition.action[0].trigger[0].data[0].codeFilter[0].valueSet", canonical("ValueSet", "igg")),
        ("PlanDefinition.action[0].action[0].definitionCanonical", canonical("ActivityDefinition", "measure")),
        ("PlanDefinition.action[0].action[0].condition[0].expression.reference", canonical("Library", "Other")),
        ("PlanDefinition.action[0].action[0].output[0].profile[0]", canonical("StructureDefinition", "order")),
    }


def test_a_literal_reference_is_one_and_a_contained_one_is_not():
    group = Resource.of(
        {"resourceType": "List", "entry": [{"item": {"reference": "Patient/p"}}, {"item": {"reference": "#c"}}]}
    )
    patient = Resource.of({"resourceType": "Patient", "id": "p"})
    catalog = Catalog([group, patient])
    (reference,) = catalog.references(group)
    assert reference.literal
    assert catalog.target(reference) is patient
    assert catalog.referrers(patient) == [group]


def test_a_closure_has_dependencies_first_and_survives_a_circle():
    closure = CATALOG.closure(PLAN)
    assert [each.id for each in closure.resources] == ["Logic", "igg", "measure", "plan"]
    assert closure.external == ("http://hl7.org/fhir/ValueSet/x|4.0.1", "http://loinc.org")
    assert [each.text for each in closure.missing] == [
        canonical("Library", "Other"),
        canonical("StructureDefinition", "order"),
    ]


def test_a_urn_is_missing_nowhere_but_a_relative_canonical_is():
    plan = definition("PlanDefinition", "p", library=["Library/x"])
    assert [each.text for each in Catalog([plan], base=BASE).closure(plan).missing] == ["Library/x"]


def test_a_second_resource_with_the_same_id_or_canonical_is_an_issue():
    same_id = definition("ValueSet", "igg", "2.0.0")
    same_url = Resource.of({**VALUES.data, "id": "igg-2"}, "copy.yaml")
    found = [(issue.rule, issue.location.file) for issue in duplicates(Catalog([VALUES, same_id, same_url]))]
    assert found == [("duplicate-id", "ValueSet-igg.yaml"), ("duplicate-canonical", "copy.yaml")]
