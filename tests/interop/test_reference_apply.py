"""The reference $apply over the immunoglobulin pathways: every case's patient, both forms of output, all agree."""

import pytest
from agreement import differences, without_what_is_explained
from reference import answers, program
from replacement import Replacement, plain

from fhir_content.apply import apply
from fhir_content.case.expansion import SUBJECT
from fhir_content.case.run import actions_of

pytestmark = pytest.mark.long
FORMS = {"$apply": "careplan", "$r5.apply": "bundle"}


@pytest.fixture(scope="module")
def replacement():
    return Replacement()


@pytest.fixture(scope="module")
def disagreements(replacement):
    """For each patient's name, every place where the two results differ, in either form."""
    folder, reason = program()
    if folder is None:
        pytest.skip(reason)
    asked = [(patient, operation) for patient in replacement.patients for operation in FORMS]
    theirs, _ = answers(folder, plain(replacement.bundle), [_call(*each) for each in asked])
    found = {patient.name: [] for patient in replacement.patients}
    for (patient, operation), answer in zip(asked, theirs, strict=True):
        nested = applies_plans(replacement.catalog.get(patient.plan))
        ours = without_what_is_explained(ours_for(replacement, patient, FORMS[operation]), nested=nested)
        other = without_what_is_explained(answer.get("result"), nested=nested)
        found[patient.name] += [f"{patient.name} {operation}{each}" for each in differences(ours, other)]
    return found


def _call(patient, operation):
    return {
        "operation": operation,
        "definition": patient.plan,
        "subject": SUBJECT,
        "data": plain(patient.bundle),
        "parameters": plain(patient.resource),
    }


def ours_for(replacement, patient, form):
    outcome = apply(
        patient.plan,
        replacement.catalog,
        patient.data,
        SUBJECT,
        at=replacement.now,
        parameters=patient.resource,
        output=form,
        logic=replacement.logic,
    )
    return plain(outcome.resource)


def applies_plans(plan):
    return any("/PlanDefinition/" in each.get("definitionCanonical", "") for each in actions_of(plan.data))


def test_both_engines_make_the_same_of_every_patient(replacement, disagreements):
    compared = [each.name for each in replacement.patients if not each.names_medicines_by_reference]
    assert len(compared) >= 12
    wrong = [place for name in compared for place in disagreements[name]]
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.xfail(reason="a coded retrieve is an error there as soon as one record names its medicine by reference")
def test_medicines_named_by_reference_are_read_there_too(replacement, disagreements):
    wrong = [place for e in replacement.patients if e.names_medicines_by_reference for place in disagreements[e.name]]
    assert not wrong, "\n".join(wrong[:40])
