"""Safe: no action applies together with a definition that the hazard log names as its contraindication."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from fhir_content.canonical import Canonical
from fhir_content.proof.claim import Claim, Subject
from fhir_content.proof.hazards import Contraindication
from fhir_content.proof.logic import Name
from fhir_content.proof.table import Action


def claims(subject: Subject) -> Iterator[Claim]:
    """One claim for each action and each contraindication that forbids it."""
    for contraindication in subject.contraindications:
        for action in subject.proposals:
            if _forbids(contraindication, action, subject.table.plan.key):
                name = Name(contraindication.library, contraindication.definition)
                holds = subject.table.terms.definition(name).is_true
                yield Claim(
                    f"{action.id} against {contraindication.definition}",
                    action.element,
                    f'"{action.title}" never applies where "{contraindication.definition}" holds',
                    f'"{action.title}" applies although "{contraindication.definition}" holds',
                    z3.And(action.applies, holds),
                )


def _forbids(contraindication: Contraindication, action: Action, plan: str) -> bool:
    proposed = Canonical.parse(action.element.text("definitionCanonical"))
    names = {plan, f"{plan}#{action.id}", f"{proposed.type}/{proposed.id}"}
    return bool(names & set(contraindication.forbids))
