"""Prove: every property of every decision table of a project, each claim settled by the solver within a time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter

import z3

from fhir_content.cql.error import CqlError
from fhir_content.project import Project, ProjectError
from fhir_content.proof import asking, complete, contested, exclusive, reachable, safe, steady
from fhir_content.proof.answers import Readings
from fhir_content.proof.claim import Claim, Subject
from fhir_content.proof.counterexample import smallest
from fhir_content.proof.derived import subsets
from fhir_content.proof.facts import FactsFile, given, read_files, worsening
from fhir_content.proof.hazards import Contraindication, read_log
from fhir_content.proof.logic import Logic, LogicError
from fhir_content.proof.patient import Patient
from fhir_content.proof.reads import library_of
from fhir_content.proof.results import plans_with_logic
from fhir_content.proof.search import Search
from fhir_content.proof.table import read
from fhir_content.proof.term import solver_of
from fhir_content.proof.terms import Terms
from fhir_content.proof.world import World
from fhir_content.resource import Resource

PROPERTIES: dict[str, Callable[[Subject], Iterator[Claim]]] = {
    "exclusive": exclusive.claims,
    "complete": complete.claims,
    "asking": asking.claims,
    "reachable": reachable.claims,
    "safe": safe.claims,
    "steady": steady.claims,
}
LIMIT = 5.0
_BROKEN = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError, z3.Z3Exception)
# An arbitrary moment: what depends on the date of today is an input, so no result hangs on this one.
MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one claim stands: `proved`, `failed` or `unknown`, with the patient of a failed one.

    `unconfirmed`: what the CQL engine says otherwise about that patient; empty when it agrees.
    """

    property: str
    claim: Claim
    status: str
    patient: Patient | None = None
    unconfirmed: tuple[str, ...] = ()


@dataclass(slots=True)
class PlanProof:
    """All verdicts about one plan, what was taken as given, and the seconds it took."""

    plan: Resource
    subject: Subject
    verdicts: list[Verdict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> list[Verdict]:
        """The claims that do not hold, and those that the solver could not settle in time."""
        return [verdict for verdict in self.verdicts if verdict.status != "proved"]


@dataclass(frozen=True, slots=True)
class Premises:
    """What a project states beside its logic: facts, contraindications, contested parameters."""

    facts: FactsFile
    contraindications: tuple[Contraindication, ...]
    parameters: tuple[contested.Parameter, ...]


def premises(project: Project) -> Premises:
    """Read from the files beside the definitions; raises ProjectError for one that cannot be used."""
    files = [(path, str(path.relative_to(project.root))) for path in sorted(project.definitions.glob("*/facts.yaml"))]
    log, table = project.definitions / "safety" / "hazard-log.yaml", project.definitions / "shared" / "parameters.yaml"
    return Premises(
        read_files(files),
        read_log(log, str(log.relative_to(project.root))),
        contested.read_parameters(table, str(table.relative_to(project.root))),
    )


def plans_of(project: Project, names: Sequence[str]) -> list[Resource]:
    """The PlanDefinitions of these ids that have logic, all of them without names; raises ProjectError."""
    plans = {plan.id: plan for plan in project.catalog.of("PlanDefinition")}
    unknown = [name for name in names if name not in plans]
    if unknown:
        raise ProjectError(f"there is no PlanDefinition {unknown[0]}")
    return [plan for plan in plans_with_logic(project) if not names or plan.id in names]


def subject_of(plan: Resource, project: Project, logic: Logic, stated: Premises, world: World | None = None) -> Subject:
    """The plan with its logic read and all that is given about it; raises LogicError for contradictory facts.

    A `world` that is given is shared with another version of the plan; contested parameters keep their values then.
    """
    try:
        return _subject(plan, project, logic, stated, world)
    except _BROKEN as error:
        raise LogicError(f"the logic of {plan.key} is not ELM that can be read: {error!r}"[:300]) from error


def _subject(plan: Resource, project: Project, logic: Logic, stated: Premises, world: World | None) -> Subject:
    terms = Terms(logic, world or World())
    library = library_of(plan, project.catalog)
    contested.vary(terms, stated.parameters, only_texts=world is not None)
    table = read(plan, project.catalog, terms)
    readings = Readings(logic, project.catalog)
    facts = (*given(terms, library, stated.facts), *subsets(terms.world, readings))
    worse = worsening(logic, library, stated.facts)
    subject = Subject(table, facts, worse, stated.contraindications, readings)
    _refuse_contradiction(subject)
    return subject


def _refuse_contradiction(subject: Subject) -> None:
    solver = solver_of(*subject.table.terms.world.laws)
    for index, fact in enumerate(subject.facts):
        solver.assert_and_track(fact.formula, f"fact {index}")
    if solver.check() == z3.unsat:
        core = sorted(str(each) for each in solver.unsat_core())
        says = "; ".join(f'"{subject.facts[int(each.split()[1])].says}"' for each in core)
        raise LogicError(f"these facts contradict each other, or the types: {says}")


def prove_plan(subject: Subject, limit: float = LIMIT, only: Iterable[str] = ()) -> PlanProof:
    """Every claim of every property about one plan, or of some of them."""
    began = perf_counter()
    proof = PlanProof(subject.table.plan, subject)
    for name, claims in PROPERTIES.items():
        if not only or name in only:
            proof.verdicts += [settled(name, claim, subject, limit) for claim in claims(subject)]
    proof.seconds = perf_counter() - began
    return proof


def settled(name: str, claim: Claim, subject: Subject, limit: float) -> Verdict:
    """The verdict on one claim; a counterexample is made small and run through the engine."""
    with Search(subject.solver, claim, limit) as search:
        found = search.check()
        if found == z3.unknown:
            return Verdict(name, claim, "unknown")
        if claim.must_exist:
            return Verdict(name, claim, "proved" if found == z3.sat else "failed")
        if found == z3.unsat:
            return Verdict(name, claim, "proved")
        patient = smallest(search, subject, claim)
    return Verdict(name, claim, "failed", patient, tuple(contradicted(patient, subject)))


def contradicted(patient: Patient, subject: Subject) -> Iterator[str]:
    """What the CQL engine says otherwise about a patient: rows and conditions that do not come out the same."""
    table = subject.table
    try:
        engine = subject.engine
        context = engine.context({each.key: (each, value) for each, value in patient.inputs}, MOMENT)
        for row in subject.rows:
            if (engine.value(row.name, context) is True) != (row.name.name in patient.rows):
                yield row.name.name
        for action in table.actions:
            if action.names and action.is_leaf:
                holds = all(engine.value(name, context) is True for name in action.names)
                if action.id in patient.actions and not holds:
                    yield action.id
    except CqlError as error:
        yield f"the engine cannot evaluate it: {error}"
