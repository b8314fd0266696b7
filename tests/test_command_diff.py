"""Twelve pairs of releases, one for each kind of change, and what diff and its exit code say of them."""

import json
import shutil

import pytest
from click.testing import CliRunner

from fhir_content.__main__ import cli
from fhir_content.difference import difference, says_so, worst
from fhir_content.difference.release_files import NotAReleaseError, read_release
from fhir_content.release.archive import tgz

PLAN = "vaccination/PlanDefinition-flu-02-offer.yaml"
ACTIVITY = "vaccination/ActivityDefinition-flu-give-vaccine.yaml"
LUNG = "shared/ValueSet-flu-chronic-lung-disease.yaml"
WORDS = "shared/CodeSystem-flu-words.yaml"
ELM = "../build/elm/FluLogic-1.0.0.json"
COPD = '        - {code: "13645005", display: Chronic obstructive pulmonary disease}\n'
MORE = COPD + '        - {code: "190905008", display: Cystic fibrosis}\n'
AND = '{"value":[" and "]}'

PAIRS = {
    "a dose": (
        [(ACTIVITY, "value: 0.50", "value: 0.25")],
        "non-compatible",
        "ActivityDefinition.dosage[0].doseAndRate[0].doseQuantity.value: 0.50 -> 0.25",
    ),
    "the logic": (
        [
            (ELM, '"expression":{"type":"And"', '"expression":{"type":"Or"'),
            (ELM, '{"value":[" and "]}', '{"value":[" or "]}'),
        ],
        "non-compatible",
        'Library/FluLogic Library.content."Offer": define "Offer": "Has Chronic Lung Disease" and not "Answered" -> '
        'define "Offer": "Has Chronic Lung Disease" or not "Answered"',
    ),
    "who is meant by a value set": ([(LUNG, COPD, MORE)], "non-compatible", "190905008"),
    "a condition": ([(PLAN, "expression: Offer}", "expression: Answered}")], "non-compatible", "Offer -> Answered"),
    "what an action proposes": (
        [(PLAN, "ActivityDefinition/flu-give-vaccine", "PlanDefinition/flu-01-strategy")],
        "non-compatible",
        "ActivityDefinition/flu-give-vaccine -> https://example.org/influenza/PlanDefinition/flu-01-strategy",
    ),
    "a code taken out": (
        [(WORDS, "  - {code: declined, display: Vaccination declined, definition: The patient said no.}\n", "")],
        "non-compatible",
        "CodeSystem.concept[declined]: removed",
    ),
    "a code added": (
        [(WORDS, "concept:\n", "concept:\n  - {code: later, display: Asked to come back}\n")],
        "compatible-substantive",
        "CodeSystem.concept[later]: added",
    ),
    "the words of an action": (
        [(PLAN, "title: Offer influenza vaccine\n", "title: Propose influenza vaccine\n")],
        "compatible-substantive",
        "PlanDefinition.action[offer].title: Offer influenza vaccine -> Propose influenza vaccine",
    ),
    "evidence": (
        [(PLAN, "An example guideline, 2026", "An example guideline, 2027")],
        "compatible-substantive",
        "2026 -> An example guideline, 2027",
    ),
    "a description": ([(PLAN, "description: Proposes", "description: Offers")], "non-substantive", "description: "),
    "a display": ([(LUNG, "display: Asthma", "display: Bronchial asthma")], "non-substantive", "Asthma -> Bronchial"),
    "the publisher": ([("package.yaml", "publisher: Example", "publisher: Others")], "non-substantive", "publisher: "),
}
LEAST = {"non-compatible": "2.0.0", "compatible-substantive": "1.1.0", "non-substantive": "1.0.1"}


@pytest.fixture
def before(influenza, tmp_path):
    shutil.copytree(influenza.root, tmp_path / "before")
    return tmp_path / "before"


def diff(*words):
    return CliRunner().invoke(cli, ["diff", *map(str, words)])


@pytest.mark.parametrize(("changes", "kind", "sentence"), PAIRS.values(), ids=PAIRS)
def test_each_kind_of_change_is_classed_and_told(before, influenza, changes, kind, sentence):
    for change in changes:
        influenza.change(*change)
    found = difference(read_release(before)[0], read_release(influenza.root)[0])
    assert worst(found) == kind
    assert sentence in "\n".join(each.sentence for each in found if each.kind == kind)
    assert says_so("1.0.0", "1.0.0", found) == LEAST[kind]
    assert says_so("1.0.0", LEAST[kind], found) == ""
    done = diff(before, influenza.root)
    assert done.exit_code == 1
    assert f"it must be {LEAST[kind]} or later" in done.stderr


def test_a_resource_added_and_one_removed(before, influenza):
    influenza.add("shared/ValueSet-flu-new.yaml", "resourceType: ValueSet\nid: flu-new\ntitle: New\n")
    (added,) = difference(read_release(before)[0], read_release(influenza.root)[0])
    assert (added.kind, added.sentence) == ("compatible-substantive", "ValueSet/flu-new ValueSet: added New")
    (gone,) = difference(read_release(influenza.root)[0], read_release(before)[0])
    assert (gone.kind, gone.operation) == ("non-compatible", "delete")


def test_a_new_version_alone_and_other_layout_are_no_change(before, influenza):
    for file in [*(influenza.root / "definitions").rglob("*.yaml"), *(influenza.root / "build/elm").iterdir()]:
        file.write_text(file.read_text("utf-8").replace("1.0.0", "1.0.1"), encoding="utf-8")
    old = influenza.root / "build/elm/FluLogic-1.0.0.json"
    old.rename(old.with_name("FluLogic-1.0.1.json"))
    done = diff(before, influenza.root)
    assert (done.exit_code, done.stdout) == (
        0,
        "1.0.0 -> 1.0.1: 0 non-compatible, 0 compatible-substantive, 0 non-substantive\n",
    )


@pytest.mark.parametrize(
    ("old", "new", "least"),
    [("0.1.0", "0.1.1", "0.2.0"), ("0.1.0", "0.2.0", ""), ("1.4.2", "1.5.0", "2.0.0"), ("1.4.2", "2.0.0", "")],
)
def test_what_a_dose_asks_of_the_version(before, influenza, old, new, least):
    influenza.change(ACTIVITY, "value: 0.50", "value: 0.25")
    assert says_so(old, new, difference(read_release(before)[0], read_release(influenza.root)[0])) == least


def test_a_package_a_bundle_and_the_project_they_are_of_are_the_same(influenza):
    CliRunner().invoke(cli, ["build", "--project", str(influenza.root)])
    out = influenza.root / "build" / "out"
    for built in ("package/example.influenza-1.0.0.tgz", "bundle/example.influenza-1.0.0.json"):
        done = diff(out / built, influenza.root)
        lines = [line for line in done.stdout.splitlines()[:-1] if "manifest" not in line and "Guide" not in line]
        assert lines == []


def test_the_page_has_the_headings_and_the_patch_is_parameters(before, influenza):
    influenza.change(ACTIVITY, "value: 0.50", "value: 0.25")
    page = diff(before, influenza.root, "--format", "markdown").stdout
    assert "## Non-compatible changes\n\n- ActivityDefinition/flu-give-vaccine" in page
    assert "## Non-substantive changes\n\nNone." in page
    patch = json.loads(diff(before, influenza.root, "--format", "fhirpatch").stdout)
    (operation,) = patch["parameter"]
    parts = {each["name"]: each for each in operation["part"]}
    assert parts["type"]["valueCode"] == "replace"
    assert (parts["previous"]["valueString"], parts["value"]["valueString"]) == ("0.50", "0.25")


@pytest.mark.parametrize(
    "content", [b"", b"no archive", tgz({"package/x.txt": b"x"}, 0), tgz({"../../package/A-b.json": b"{}"}, 0)], ids=str
)
def test_what_is_no_release_is_told(tmp_path, content):
    file = tmp_path / "old.tgz"
    file.write_bytes(content)
    with pytest.raises(NotAReleaseError, match=r"old\.tgz"):
        read_release(file)
