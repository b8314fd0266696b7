"""Asking: no silent no, and no needless question.

Where an unknown input could still change what is proposed, an action asks, or the row "otherwise" says why nothing is
proposed; and an action asks only where some answer could change what is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from fhir_content.proof.claim import Claim, NoAnswer, Subject, some
from fhir_content.proof.logic import Name
from fhir_content.proof.questions import asked_for
from fhir_content.proof.table import Action
from fhir_content.proof.term import Formula
from fhir_content.proof.world import Input, Other, fresh, is_variable

ONE, TWO = " one way", " other way"


def claims(subject: Subject) -> Iterator[Claim]:
    """For each input that nothing is silent when it alone is unknown, then for several; for each question a need."""
    groups: dict[Name, list[Input]] = {}
    for each in subject.askable:
        groups.setdefault(each.owner, []).append(each)
    for name, asked in groups.items():
        claim = _silent(subject, name.name, asked)
        if claim is not None:
            yield claim
    if subject.askable:
        yield _silent_on_several(subject)
    for action in _innermost(subject):
        wanted = asked_for(action, subject.table)
        if wanted:
            yield _needed(subject, action, wanted)


def _silent(subject: Subject, name: str, asked: list[Input]) -> Claim | None:
    """That something asks for a definition's inputs where only they are unknown; None where nothing depends on them."""
    one, two = _answered(subject, ONE, "one way", asked), _answered(subject, TWO, "another way", asked)
    effects = _effects(subject, one, two)
    if not effects:
        return None
    rest = [other for other in subject.askable if other not in asked]
    keys = {each.key for each in asked}
    asks = [action.applies for action in _innermost(subject)]
    asks += [leaf.applies for leaf in subject.leaves if keys & subject.answers(leaf)]
    unknown = z3.Not(z3.And(*(subject.decides(each) for each in asked)))
    quiet = z3.And(z3.Not(some(asks)), z3.Not(subject.otherwise), unknown)
    return Claim(
        f"asks for {name}",
        subject.table.plan.root,
        f'where "{name}" alone is unknown and would change what is proposed, an action asks',
        f'"{name}" alone is unknown and would change what is proposed, and nothing asks for it',
        z3.And(subject.all_known(rest), quiet, _possible(subject, one, two), some(effects)),
        others=(one, two),
    )


def _silent_on_several(subject: Subject) -> Claim:
    """That something asks where several unknown inputs together matter."""
    one = _answered(subject, ONE, "one way", subject.askable)
    two = _answered(subject, TWO, "another way", subject.askable)
    differ = z3.And(_possible(subject, one, two), some(_effects(subject, one, two)))
    asked = some([action.applies for action in _innermost(subject)])
    return Claim(
        "no silent no",
        subject.table.plan.root,
        "where what is unknown could change what is proposed, an action asks",
        "what is not known would change what is proposed, and nothing asks",
        z3.And(differ, z3.Not(asked), z3.Not(subject.otherwise)),
        others=(one, two),
    )


def _needed(subject: Subject, action: Action, asked: list[Input]) -> Claim:
    """That a question matters, everything known but what it asks for; what is known within bounds is left aside."""
    one, two = _answered(subject, ONE, "", asked), _answered(subject, TWO, "", asked)
    variables = tuple(part for each in subject.table.terms.world.inputs.values() for part in each.variables)
    answers = tuple(fresh(part, tag) for tag in (ONE, TWO) for each in asked for part in each.variables)
    rest = [each for each in subject.askable if each not in asked]
    effects = _effects(subject, one, two) + _read(subject, one, asked)
    certain = [each.term.value == each.term.high for each in asked if each.term.high is not None]
    return Claim(
        f"{action.id} is needed",
        action.element,
        f'"{action.title}" asks only where an answer could change what is proposed',
        f'"{action.title}" asks where no answer would change what is proposed',
        z3.And(action.applies, subject.all_known(rest), *certain),
        no_answer=NoAnswer(_possible(subject, one, two), tuple(effects), variables, answers),
    )


def _innermost(subject: Subject) -> list[Action]:
    """The questions themselves, without the groups around them."""
    groups = {action.parent for action in subject.questions}
    return [action for action in subject.questions if action.element.expression not in groups]


def _answered(subject: Subject, tag: str, says: str, asked: list[Input]) -> Other:
    """The patient with everything asked for known, as far as it can be: what decides already stays."""
    values: list[tuple[Formula, Formula]] = []
    for each in asked:
        values += _filled(each, subject.decides(each), tag)
    whole = [*values, *((each.term.known, z3.BoolVal(True)) for each in asked)]
    known = [(each.term.known, z3.substitute(subject.can_be_known(each), *whole)) for each in asked]
    return Other(says, tuple(asked), (*values, *known))


def _filled(each: Input, decides: Formula, tag: str) -> list[tuple[Formula, Formula]]:
    """For each variable of a value: itself where it decides, else a fresh one; what is uncertain becomes certain."""
    term = each.term
    pairs = [(term.value, z3.If(decides, term.value, fresh(term.value, tag)))]
    if term.high is not None:
        pairs.append((term.high, z3.If(decides, term.high, fresh(term.value, tag))))
    if term.dimension is not None and is_variable(term.dimension):
        pairs.append((term.dimension, z3.If(decides, term.dimension, fresh(term.dimension, tag))))
    return pairs


def _possible(subject: Subject, *others: Other) -> Formula:
    """What was filled in obeys the same facts, and decides; a value that was known within bounds stays within them."""
    parts = []
    for other in others:
        parts.append(other.formula(subject.laws))
        for each in other.inputs:
            term, filled = each.term, other.term(each)
            parts.append(z3.Implies(filled.known, other.formula(subject.decides(each))))
            if term.high is not None:
                parts.append(z3.Implies(term.known, z3.And(term.value <= filled.value, filled.value <= term.high)))
    return z3.And(*parts)


def _effects(subject: Subject, one: Other, two: Other) -> list[Formula]:
    """For each proposal, that it applies one way and not the other."""
    pairs = [(one.formula(action.applies), two.formula(action.applies)) for action in subject.proposals]
    return [z3.simplify(first != second) for first, second in pairs if not first.eq(second)]


def _read(subject: Subject, other: Other, asked: list[Input]) -> list[Formula]:
    """For each proposal whose text or dose is made from an answer, that it applies: the answer changes it then."""
    owners = {each.owner for each in asked}
    return [other.formula(action.applies) for action in subject.proposals if owners & action.reads]
