"""Random assignments of the inputs, and both values of every definition: the term's and the CQL engine's."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from fhir_content.cql.units import convert
from fhir_content.cql.values import Quantity, Uncertainty
from fhir_content.proof.boundaries import Boundaries
from fhir_content.proof.engine import Engine
from fhir_content.proof.logic import Name
from fhir_content.proof.patient import NUMBERLESS, UNRELATED, Answer
from fhir_content.proof.term import ANY, BOOLEAN, INTEGER, NULL, QUANTITY, STRING
from fhir_content.proof.terms import Terms
from tests.proof.evaluation import compiled

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SCALARS = {BOOLEAN, INTEGER, "Decimal", STRING, QUANTITY}


class Comparison:
    """All definitions of some libraries, by term and by engine."""

    def __init__(self, logic, library):
        self.terms = Terms(logic)
        self.names = [
            Name(each, name)
            for each in logic.reach(library)
            if each != "FHIRHelpers"
            for name in logic.library(each).statements
            if name != "Patient"
        ]
        self.found = [self.terms.definition(name) for name in self.names]
        self.world = self.terms.world
        self.kept = [(name, term) for name, term in zip(self.names, self.found, strict=True) if term.kind != ANY]
        parts = [part for _, term in self.kept for part in _parts(term)]
        self.run = compiled(parts)
        self.boundaries = Boundaries(parts)
        self.engine = Engine(logic, library, self.world)

    def assignment(self, choose):
        """An answer for each input; `choose` picks one of a list."""
        return {key: (each, self._answer(each, choose)) for key, each in self.world.inputs.items()}

    def _answer(self, each, choose):
        term = each.term
        if not each.never_null and choose([True, False, False]):
            return Answer(term.kind, False)
        if term.kind in (ANY, NULL):
            return Answer(term.kind, True)
        if term.kind == BOOLEAN:
            return Answer(BOOLEAN, True, choose([True, False]))
        if term.kind == STRING:
            numbers = self.boundaries.texts(term.value)
            return Answer(STRING, True, choose([*(self.world.text_of(number) for number in numbers), "another text"]))
        number = choose([*self.boundaries.around(term), Decimal(0), Decimal(2), Decimal(5)])
        if term.kind == INTEGER:
            width = choose([0, 0, 1, 3]) if term.high is not None else 0
            return Answer(INTEGER, True, int(number), int(number) + width if term.high is not None else None)
        if term.kind == QUANTITY:
            dimension = choose([self._dimensions(term)[0], *self._dimensions(term)])
            unit = self.world.unit_of(dimension) or (NUMBERLESS if dimension == -1 else UNRELATED)
            return Answer(QUANTITY, True, number, unit=unit)
        return Answer(term.kind, True, number)

    def _dimensions(self, term):
        fixed = str(term.dimension)
        return [int(fixed)] if fixed.lstrip("-").isdigit() else [*range(len(self.world.dimensions)), -1, 99]

    def variables(self, assignment):
        """The values of the solver's variables in an assignment."""
        values = {}
        for each, answer in assignment.values():
            for part, value in zip(_parts_of_input(each.term), _values(answer, self.world), strict=True):
                if part is not None:
                    values[str(part)] = value
        return values

    def differences(self, assignment):
        """The definitions whose two values differ, with both."""
        context = self.engine.context(assignment, NOW)
        results = iter(self.run(self.variables(assignment)))
        for name, term in self.kept:
            mine = [next(results) for _ in _parts(term)]
            theirs = self.engine.value(name, context)
            if not self._same(term, mine, theirs):
                yield name, mine, theirs

    def _same(self, term, mine, theirs):
        if not mine[0] or theirs is None:
            return mine[0] is (theirs is not None)
        if term.kind == STRING:
            return self.world.text_of(mine[1]) == theirs or mine[1] >= len(self.world.texts)
        if term.kind == INTEGER:
            bounds = (theirs.low, theirs.high) if isinstance(theirs, Uncertainty) else (theirs, theirs)
            return (mine[1], mine[2]) == bounds
        if isinstance(theirs, Quantity):
            unit = self.world.unit_of(mine[2])
            if not unit:
                return mine[2] == -1 or (theirs.unit == "furlong" and _near(mine[1], theirs.value))
            return _near(mine[1], convert(theirs.value, theirs.unit, unit))
        return mine[1] == theirs if isinstance(theirs, bool) else _near(mine[1], theirs)


def _near(mine, theirs):
    """Equal but for CQL's cut to eight fractional places, which terms do not make."""
    return abs(mine - Fraction(theirs)) <= Fraction(1, 10**8)


def _parts(term):
    if term.kind == NULL:
        return [term.known]
    extra = [term.top] if term.kind == INTEGER else [term.dimension] if term.kind == QUANTITY else []
    return [term.known, term.value, *extra]


def _parts_of_input(term):
    return term.known, term.value, term.high, term.dimension


def _values(answer, world):
    unknown = {BOOLEAN: False, STRING: 0}.get(answer.kind, 0)
    if not answer.known or answer.kind == ANY:
        return answer.known, unknown, 0, 0
    if answer.kind == QUANTITY:
        known = [*world.dimensions, UNRELATED]
        dimension = known.index(answer.unit) if answer.unit in known else -1
        return True, Fraction(answer.value), None, dimension
    if answer.kind == STRING:
        return True, world.texts.get(answer.value, len(world.texts)), None, None
    value = answer.value if answer.kind in (BOOLEAN, INTEGER) else Fraction(answer.value)
    return True, value, answer.high if answer.high is not None else value, None
