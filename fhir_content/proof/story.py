"""A counterexample in the clinician's words: the patient, the rows that hold, what is proposed, and what is open."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.proof.patient import Answer, Patient
from fhir_content.proof.world import Input


def story(patient: Patient, unconfirmed: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines that tell of a patient."""
    yield from (f"{name}: {value}" for name, value in patient.words)
    yield "everything else: not known, absent or no" if patient.words else "nothing is known of this patient"
    yield f"rows: {', '.join(patient.rows) or 'none'}"
    yield f"proposed: {', '.join(patient.actions) or 'nothing'}"
    yield from _versions(patient)
    if unconfirmed:
        yield f"NOT CONFIRMED by the CQL engine, which differs on: {', '.join(unconfirmed)}"
    else:
        yield "confirmed by the CQL engine"


def _versions(patient: Patient) -> Iterator[str]:
    if not patient.versions:
        return
    opened = patient.open
    for version in patient.versions:
        values = dict(version.inputs)
        said = "; ".join(f"{each.name}: {values[each]}" for each in opened)
        yield f"{version.says}{', ' if said else ''}{said} -> {', '.join(version.actions) or 'nothing'}"
    if len(patient.versions) > 1:
        rest = _rest(patient, opened)
        if rest:
            yield f"either way with {'; '.join(f'{each.name}: {value}' for each, value in rest)}"


def _rest(patient: Patient, opened: list[Input]) -> list[tuple[Input, Answer]]:
    """What the versions share and the patient lacks, left aside what is plainly no."""
    own = dict(patient.inputs)
    shared = [(each, value) for each, value in patient.versions[0].inputs if each not in opened]
    return [(each, value) for each, value in shared if own.get(each) != value and value.value is not False]
