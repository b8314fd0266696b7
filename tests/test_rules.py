"""Every rule's page is run: its bad example yields exactly that rule, its good example nothing of it."""

import base64
import re
from pathlib import Path

import pytest

from fhir_content.catalog import Catalog
from fhir_content.project import parse_resource
from fhir_content.resource import Resource
from fhir_content.rules import every_rule, rules_by_type
from fhir_content.source import dumps, parse
from fhir_content.validate import validate

BASE = "http://example.org"
BLOCK = re.compile(r"^```yaml (bad|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def encoded(data):
    """Examples show an attachment's content as text or YAML; FHIR wants it in base64."""
    for content in data.get("content", []) if data["resourceType"] == "Library" else []:
        if isinstance(content.get("data"), dict):
            content["data"] = dumps(content["data"]).decode()
        content["data"] = base64.b64encode(content["data"].encode()).decode()
    return data


def catalog_of(block: str, scope: str) -> Catalog:
    """The resources of an example, loose or as a project, by where the rule applies."""
    resources = []
    tables = {}
    for number, document in enumerate(re.split(r"^---\n", block, flags=re.MULTILINE)):
        if document.startswith("parameters:"):
            tables["parameters.yaml"] = parse(document.encode(), "parameters.yaml")
            continue
        resource, issues = parse_resource(document.encode(), f"{number}.yaml")
        assert resource is not None, issues
        assert not issues
        resources.append(Resource(encoded(resource.data), resource.source))
    catalog = Catalog(resources, base=BASE if scope == "project" else "")
    catalog.tables.update(tables)
    return catalog


def findings(catalog: Catalog):
    for resource in catalog:
        for name in (resource.type, "*"):
            for rule in rules_by_type().get(name, ()):
                if rule.scope == "any" or catalog.base:
                    yield from rule.issues(resource, catalog)


def examples(kind: str):
    found = []
    for rule in every_rule():
        blocks = [text for label, text in BLOCK.findall(rule.page) if label == kind]
        for number, text in enumerate(blocks):
            found.append(pytest.param(rule, text, id=f"{rule.name}-{number}"))
    return found


@pytest.mark.parametrize(("rule", "text"), examples("bad"))
def test_a_bad_example_yields_exactly_its_rule_at_a_place(rule, text):
    found = list(findings(catalog_of(text, rule.scope)))
    assert {issue.rule for issue in found} == {rule.name}, [str(issue) for issue in found]
    for issue in found:
        assert issue.message
        assert issue.help
        assert issue.location.line > 0


@pytest.mark.parametrize(("rule", "text"), examples("good"))
def test_a_good_example_yields_nothing_of_its_rule(rule, text):
    found = [str(issue) for issue in findings(catalog_of(text, rule.scope)) if issue.rule == rule.name]
    assert found == []


@pytest.mark.parametrize("rule", every_rule(), ids=lambda rule: rule.name)
def test_a_page_has_a_title_why_examples_and_a_source(rule):
    paragraphs = rule.page.strip().split("\n\n")
    assert re.fullmatch(r"[A-Z][^\n]*\.", paragraphs[0])
    assert len(paragraphs[1]) > 80, "say why it matters"
    assert {label for label, _ in BLOCK.findall(rule.page)} == {"bad", "good"}
    assert re.match(r"https://\S+$", paragraphs[-1].splitlines()[-1])
    assert Path(__file__).parents[1].joinpath("fhir_content/rules", rule.name.replace("-", "_") + ".py").is_file()


def test_the_names_are_a_contract():
    """A name stands in allowances and reports of users: it never changes silently."""
    names = (Path(__file__).parent / "golden" / "rule-names.txt").read_text().split()
    assert [rule.name for rule in every_rule()] == names


def test_one_fault_is_one_finding():
    """Conformance finds repeated element ids too; of two findings of one fault the rule's stays."""
    plan = {"resourceType": "PlanDefinition", "id": "x", "status": "active"}
    plan["action"] = [{"id": "a", "title": "one"}, {"id": "a", "title": "two"}]
    found = validate(Catalog([Resource.of(plan)]))
    assert [issue.rule for issue in found if issue.code == "duplicate"] == ["action-id-is-duplicated"]
