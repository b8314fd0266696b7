"""What `prove` does: prove each plan, and keep the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fhir_content.project import Project
from fhir_content.proof import against, results
from fhir_content.proof.patient import Patient
from fhir_content.proof.prove import PlanProof, Premises, Verdict, plans_of, premises, prove_plan, subject_of
from fhir_content.proof.story import story
from fhir_content.proof.telling import Result
from fhir_content.proof.world import World


@dataclass(frozen=True, slots=True)
class Outcome:
    """A proof, and its result as it is kept and told."""

    proof: PlanProof
    result: Result


def prove(project: Project, names: Sequence[str], limit: float, step: Callable[[str], None]) -> Iterator[Outcome]:
    """Prove each plan and write its result to build/proofs.

    Raises ProjectError or LogicError where the project cannot be read.
    """
    stated, logic = premises(project), results.libraries(project)
    for plan in plans_of(project, names):
        step(plan.id)
        proof = prove_plan(subject_of(plan, project, logic, stated), limit)
        result = {"sources": results.sources(plan, project, logic), **as_result(proof, stated)}
        results.write(results.file_of(project, plan), result)
        yield Outcome(proof, {**result, "seconds": round(proof.seconds, 2)})


def compare(
    new: Project, old: Project, names: Sequence[str], limit: float, step: Callable[[str], None]
) -> Iterator[Outcome]:
    """Each plan of `new` against its version in `old`; nothing is written.

    Raises ProjectError or LogicError where a project cannot be read.
    """
    sides = [(each, premises(each), results.libraries(each)) for each in (old, new)]
    before = {plan.id: plan for plan in results.plans_with_logic(old)}
    for plan in plans_of(new, names):
        if plan.id not in before:
            continue
        step(plan.id)
        world = World()
        subjects = []
        for (project, stated, logic), each in zip(sides, (before[plan.id], plan), strict=True):
            subjects.append(subject_of(each, project, logic, stated, world))
            world.version = against.NOW
        proof = against.compare(against.Pair(*subjects), limit)
        yield Outcome(proof, {**as_result(proof, sides[1][1]), "seconds": round(proof.seconds, 2)})


def as_result(proof: PlanProof, stated: Premises) -> Result:
    """The verdicts about a plan, what it was read from and what was taken as given."""
    plan, table = proof.plan, proof.subject.table
    reasons = {allowed.claim: allowed.reason for allowed in stated.facts.allow if allowed.plan == plan.id}
    claims = [_claim(verdict, reasons) for verdict in proof.verdicts]
    is_comparison = any(verdict.property == "against" for verdict in proof.verdicts)
    unsettled = {claim["claim"] for claim in claims if claim["verdict"] != "proved"}
    return {
        "plan": plan.id,
        "version": plan.version,
        "claims": claims,
        "unusedAllowances": [] if is_comparison else sorted(set(reasons) - unsettled),
        "inputs": [{"name": each.name, "type": each.term.kind, "library": each.library} for each in table.inputs],
        "facts": [{"says": fact.says, "source": fact.source} for fact in proof.subject.facts],
        "notRead": table.unread,
    }


def _claim(verdict: Verdict, reasons: dict[str, str]) -> dict[str, Any]:
    claim = verdict.claim
    told: dict[str, Any] = {"property": verdict.property, "claim": claim.name, "verdict": verdict.status}
    if verdict.status != "proved":
        told |= {"path": list(claim.element.path), "says": claim.says, "fault": claim.fault}
        told |= {"allowed": reasons[claim.name]} if claim.name in reasons else {}
    if verdict.patient:
        told["patient"] = _patient(verdict.patient, verdict.unconfirmed)
    return told


def _patient(patient: Patient, unconfirmed: tuple[str, ...]) -> dict[str, Any]:
    return {
        "confirmed": not unconfirmed,
        "rows": list(patient.rows),
        "actions": list(patient.actions),
        "story": list(story(patient, unconfirmed)),
    }
