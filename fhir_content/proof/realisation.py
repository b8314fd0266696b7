"""Whether real data bring a counterexample about: its case applied, nothing overridden.

A case that does otherwise says that the abstraction is too coarse for this patient, or that an input could not be
written.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fhir_content.apply import Logic
from fhir_content.case.form import Case, WrittenCase
from fhir_content.case.run import run
from fhir_content.case.words import Vocabulary
from fhir_content.project import Project
from fhir_content.proof.cases import Draft, Scribe, write
from fhir_content.proof.patient import Patient
from fhir_content.proof.run import Outcome
from fhir_content.source import Source


def write_cases(found: Iterable[Outcome], project: Project, folder: Path) -> list[str]:
    """Write each counterexample as a case and run it; a line for each, saying whether it does what the proof says."""
    logic, vocabulary = Logic(project.catalog), Vocabulary(project.catalog)
    told: list[str] = []
    for outcome in found:
        scribe = Scribe(outcome.proof.subject.table.terms.logic, project.catalog, project.package.defaults.date)
        for verdict in outcome.proof.verdicts:
            if verdict.patient is None:
                continue
            plan = outcome.proof.plan.id
            draft = scribe.case(plan, verdict.claim.name, verdict.patient)
            file = write(draft, folder, f"{plan}-{verdict.claim.name}")
            told.append(f"{file}: {_realised(draft, verdict.patient, project, logic, vocabulary)}")
    return told


def _realised(draft: Draft, patient: Patient, project: Project, logic: Logic, vocabulary: Vocabulary) -> str:
    done = run(WrittenCase(Case.model_validate(draft.fields), Source("")), project.catalog, logic, vocabulary)
    if done.outcome is None:
        return "; ".join(issue.message for issue in done.issues)
    missing = sorted(set(patient.actions) - done.applied)
    if not missing and not (draft.fields["expect"].get("nothing") and done.applied):
        return "does what the proof says"
    lacking = f" (not written: {'; '.join(draft.left_out)})" if draft.left_out else ""
    return f"does otherwise than the proof says: {', '.join(sorted(done.applied)) or 'nothing'}{lacking}"
