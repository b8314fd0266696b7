"""Counterexamples as clinical cases, in the form of definitions/README.md, and whether real data bring them about.

Each input is written as the record entry that it is read from: one retrieve, the title of its value set, the value.
What has no such entry is said in the case's first lines, and the case may then do otherwise than the proof says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fhir_content.case.words import Vocabulary, WordError
from fhir_content.catalog import Catalog
from fhir_content.proof.logic import Logic, Node, walk
from fhir_content.proof.patient import UNRELATED, Answer, Patient
from fhir_content.proof.shape import Scope, followed
from fhir_content.proof.term import BOOLEAN, DECIMAL, INTEGER, QUANTITY, STRING
from fhir_content.proof.world import Input
from fhir_content.ucum import is_valid
from fhir_content.writing import write_whole

_HEADINGS = {
    "Condition": "conditions",
    "Procedure": "procedures",
    "MedicationRequest": "medications",
    "AllergyIntolerance": "allergies",
    "Immunization": "immunizations",
}
_PERIODS = {"Year": "years", "Month": "months", "Week": "weeks", "Day": "days"}
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Retrieve:
    """What an input is read from: the resource type, and the title of the value set."""

    type: str
    title: str


@dataclass(slots=True)
class Draft:
    """A case being written: its fields, and what could not be put into them."""

    fields: dict[str, Any]
    left_out: list[str] = field(default_factory=list)

    def add(self, heading: str, entry: object) -> None:
        """One more entry under a heading."""
        self.fields.setdefault(heading, []).append(entry)

    def add_result(self, title: str, value: str) -> None:
        """A result; a second one of the same test is the earlier of the two."""
        again = any(title in entry for entry in self.fields.get("labs", []))
        self.add("labs", {title: value, **({"on": "1 month ago"} if again else {})})


class Scribe:
    """Writes the patients of proofs over one project's logic."""

    def __init__(self, logic: Logic, catalog: Catalog, on: str) -> None:
        """Take value-set titles from the catalog; `on` is the day of the cases."""
        self._logic, self._catalog, self._on = logic, catalog, on
        self._vocabulary = Vocabulary(catalog)

    def case(self, plan: str, claim: str, patient: Patient) -> Draft:
        """The case of one counterexample; what it expects is what the pathway does now."""
        rows = [name.split(" ")[0] for name in patient.rows]
        draft = Draft({"title": f"{plan}: {claim}"[:140], "rows": rows, "plan": plan, "on": self._on})
        for each, answer in patient.inputs:
            if each.is_parameter and each.name == "Region":
                draft.fields["region"] = str(answer.value)
            elif each.is_parameter or not answer.known or (answer.value in (False, 0) and each.never_null):
                continue
            elif not self._write(draft, each, answer):
                draft.left_out.append(f"{each.name}: {answer}")
        draft.fields["expect"] = {"actions": list(patient.actions)} if patient.actions else {"nothing": True}
        return draft

    def _write(self, draft: Draft, each: Input, answer: Answer) -> bool:
        """Put an input into the case; false where there is no one entry for it."""
        found = set(self._retrieves(each.node, Scope(self._logic, each.library), 0))
        found = {retrieve for retrieve in found if retrieve.title} or found
        if len(found) != 1:
            return False
        retrieve = found.pop()
        if retrieve.type == "Patient":
            return self._write_age(draft, each, answer)
        if retrieve.type == "Observation" and retrieve.title:
            return self._write_observation(draft, each, answer, retrieve.title)
        heading = _HEADINGS.get(retrieve.type)
        if heading is None or not retrieve.title or (answer.kind != BOOLEAN and answer.value is not None):
            return answer.value is False
        if answer.value is not False:
            draft.add(heading, retrieve.title)
        return True

    def _write_age(self, draft: Draft, each: Input, answer: Answer) -> bool:
        durations = [part for part in walk(each.node) if part.get("type") == "DurationBetween"]
        period = _PERIODS.get(str(durations[0].get("precision"))) if len(durations) == 1 else None
        if period is None or answer.kind != INTEGER or answer.high not in (None, answer.value):
            return False
        draft.fields["patient"] = {"age": f"{answer.value} {period}"}
        return True

    def _write_observation(self, draft: Draft, each: Input, answer: Answer, title: str) -> bool:
        if any(part.get("type") == "DurationBetween" for part in walk(each.node)):
            return False
        if answer.kind == QUANTITY and answer.unit != UNRELATED:
            draft.add_result(title, f"{answer.value} {answer.unit}")
        elif answer.kind == DECIMAL:
            draft.add_result(title, f"{answer.value} {next(self._units(each), '')}".strip())
        elif answer.kind == INTEGER or (answer.kind == STRING and self._is_word(str(answer.value))):
            draft.add("observations", {title: answer.value})
        elif answer.kind == BOOLEAN:
            lab = next((entry for entry in draft.fields.get("labs", []) if title in entry), None)
            if lab is None:
                draft.add("observations", {title: answer.value})
            else:
                lab["flag"] = "low" if answer.value else "normal"
        else:
            return False
        return True

    def _is_word(self, text: str) -> bool:
        try:
            return bool(self._vocabulary.coding(text))
        except WordError:
            return False

    def _units(self, each: Input) -> Iterator[str]:
        """The units of UCUM that the reading of a number names as text."""
        for part in walk(each.node):
            text = part.get("value")
            if part.get("type") == "Literal" and isinstance(text, str) and re.search("[/*%]", text) and is_valid(text):
                yield text

    def _retrieves(self, node: Node, scope: Scope, depth: int) -> Iterator[Retrieve]:
        for part in walk(node):
            if part.get("type") == "Retrieve":
                yield Retrieve(str(part.get("dataType")).rpartition("}")[2], self._title(part.get("codes"), scope))
            elif part.get("type") in ("ExpressionRef", "FunctionRef") and depth < _DEEPEST:
                target = followed(part, scope)
                if target is not None:
                    yield from self._retrieves(*target, depth + 1)

    def _title(self, codes: object, scope: Scope) -> str:
        for part in walk(codes) if isinstance(codes, dict) else ():
            if part.get("type") == "ValueSetRef":
                name = self._logic.resolve(part, scope.library)
                for each in self._logic.library(name.library).section("valueSets"):
                    value_set = self._catalog.resolve(str(each.get("id"))) if each["name"] == name.name else None
                    if value_set is not None:
                        return value_set.root.text("title")
        return ""


def write(draft: Draft, folder: Path, name: str) -> Path:
    """Write a case file, with a word on what it is and on what it lacks."""
    file = folder / (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] + ".yaml")
    head = ["# Found by `fhir-content prove`. It expects what the pathway does now: correct that, or the pathway."]
    head += [f"# Not written, for no one entry of a record says it: {each}" for each in draft.left_out]
    body = yaml.safe_dump(draft.fields, sort_keys=False, allow_unicode=True, width=140)
    write_whole(file, ("\n".join(head) + "\n" + body).encode())
    return file
