"""Search: whether some patient fulfils a claim's violation, with whatever wishes are added on the way.

A claim may say "and no answer to what is unknown would...": then each candidate is tested against such answers, and
every answer found rules out the candidates that it refutes, until none is left or one stands.
"""

from __future__ import annotations

from time import monotonic

import z3

from fhir_content.proof.claim import Claim
from fhir_content.proof.term import Formula, solver_of


class Search:
    """The search for one claim; each check takes `seconds` at most."""

    def __init__(self, solver: z3.Solver, claim: Claim, seconds: float) -> None:
        """Assert the violation beside what the solver holds already, for as long as this is the current context."""
        self._solver = solver
        self._claim = claim
        self.seconds = seconds
        self._against = claim.no_answer
        self._answers = solver_of()
        if self._against is not None:
            self._answers.add(self._against.possible, z3.Or(*self._against.effects))
        self.model: z3.ModelRef | None = None

    def __enter__(self) -> Search:
        self._solver.push()
        self._solver.add(self._claim.violated)
        return self

    def __exit__(self, *_: object) -> None:
        self._solver.pop()

    def check(self, *wishes: Formula) -> z3.CheckSatResult:
        """Whether there is such a patient who fulfils the wishes too: sat (then `model` is one), unsat or unknown."""
        end = monotonic() + self.seconds
        while (left := end - monotonic()) > 0:
            self._solver.set("timeout", max(1, int(left * 1000)))
            found = self._solver.check(*wishes)
            if found != z3.sat or self._against is None:
                break
            candidate = self._solver.model()
            answered = self._answered(candidate, max(1, int((end - monotonic()) * 1000)))
            if answered == z3.unsat:
                self.model = candidate
                return z3.sat
            if answered == z3.unknown:
                return z3.unknown
            self._solver.add(self._refutation())
        else:
            return z3.unknown
        if found == z3.sat:
            self.model = self._solver.model()
        return found

    def add(self, wish: Formula) -> None:
        """Keep a wish for all checks to come."""
        self._solver.add(wish)

    def _answered(self, candidate: z3.ModelRef, milliseconds: int) -> z3.CheckSatResult:
        """Whether there are answers that matter to this candidate."""
        assert self._against is not None  # noqa: S101 - only called for claims about answers
        self._answers.set("timeout", milliseconds)
        same = [each == candidate.eval(each, model_completion=True) for each in self._against.of]
        return self._answers.check(*same)

    def _refutation(self) -> Formula:
        """What the answers just found say of all candidates: that they do not matter to the one we look for."""
        assert self._against is not None  # noqa: S101 - only called for claims about answers
        answers = self._answers.model()
        values = [(each, answers.eval(each, model_completion=True)) for each in self._against.answers]
        effect = next(each for each in self._against.effects if z3.is_true(answers.eval(each, model_completion=True)))
        return z3.simplify(z3.Not(z3.substitute(z3.And(self._against.possible, effect), *values)))
