"""Terms into closures: each term becomes one function from a frame to a collection.

A path is a loop over its steps, so that evaluation is no deeper than the operators are nested.
"""

from __future__ import annotations

from collections.abc import Callable

from fhir_content.fhirpath import types
from fhir_content.fhirpath.data import Items, Model, Typed, navigate
from fhir_content.fhirpath.errors import FhirPathError, SyntaxFault, at
from fhir_content.fhirpath.evaluation import NOTHING, Closure, Frame, integer, verdict
from fhir_content.fhirpath.functions import FUNCTIONS, Function
from fhir_content.fhirpath.functions.subsetting import in_order
from fhir_content.fhirpath.operators import EAGER, LAZY, negative, positive
from fhir_content.fhirpath.parser import type_name
from fhir_content.fhirpath.syntax import (
    Binary,
    Call,
    Empty,
    Index,
    Literal,
    Member,
    Path,
    Polarity,
    Special,
    Term,
    TypeTest,
    Variable,
)
from fhir_content.fhirpath.variables import variable

Step = Callable[[Frame, Items], Items]


def compiled(term: Term, text: str) -> Closure:
    """The closure of a term; `text` is the whole expression, for the places in messages."""
    return _Compiler(text).closure(term)


class _Compiler:
    def __init__(self, text: str) -> None:
        self.text = text

    def closure(self, term: Term) -> Closure:
        match term:
            case Literal(value=value):
                constant: Items = [value]
                return lambda frame: constant
            case Empty():
                return lambda frame: NOTHING
            case Special(name=name):
                return _special(name)
            case Variable(name=name):
                return self.placed(lambda frame: variable(frame.environment, name), term)
            case Member(name=name):
                return _first_member(name)
            case Call():
                step = self.call(term)
                return lambda frame: step(frame, frame.this)
            case Path():
                return self.path(term)
            case Polarity(sign=sign, operand=operand):
                return self.polarity(term, sign, self.closure(operand))
            case Binary():
                return self.binary(term)
            case TypeTest():
                return self.type_test(term)
        raise AssertionError(term)

    def path(self, path: Path) -> Closure:
        start = self.closure(path.start)
        steps = tuple(self.step(step) for step in path.steps)
        if len(steps) == 1:
            only = steps[0]
            return lambda frame: only(frame, start(frame))

        def run(frame: Frame) -> Items:
            items = start(frame)
            for step in steps:
                items = step(frame, items)
            return items

        return run

    def step(self, term: Term) -> Step:
        match term:
            case Member(name=name):
                return lambda frame, items: navigate(items, name) if items else NOTHING
            case Call():
                return self.call(term)
            case Index(at=inner):
                return self.index(term, self.closure(inner))
        raise at("expected a name or a function after the dot", self.text, term.offset, SyntaxFault)

    def index(self, term: Index, inner: Closure) -> Step:
        def run(frame: Frame, items: Items) -> Items:
            number = integer(inner(frame), "an index")
            return items[number : number + 1] if number is not None and number >= 0 else NOTHING

        return self.placed_step(run, term)

    def call(self, call: Call) -> Step:
        if call.name in {"is", "as", "ofType"}:
            return self.type_function(call)
        function = FUNCTIONS.get(call.name)
        if function is None:
            raise at(f"there is no function {call.name}()", self.text, call.offset, SyntaxFault)
        if not function.least <= len(call.arguments) <= function.most:
            message = f"{call.name}() takes {_count(function)}, found {len(call.arguments)}"
            raise at(message, self.text, call.offset, SyntaxFault)
        if call.name == "sort":
            return self.placed_step(self.sort(call), call)
        arguments = [self.closure(argument) for argument in call.arguments]
        return self.placed_step(function.step(arguments), call)

    def sort(self, call: Call) -> Step:
        """`sort(-key)` sorts downwards, whatever the key's type, so that the sign is taken off here."""
        keys = []
        for argument in call.arguments:
            down = isinstance(argument, Polarity) and argument.sign == "-"
            inner = argument.operand if isinstance(argument, Polarity) and down else argument
            keys.append((self.closure(inner), -1 if down else 1))
        return lambda frame, items: in_order(frame, items, keys)

    def type_function(self, call: Call) -> Step:
        name = type_name(call.arguments[0])
        operation = _TYPE_FUNCTIONS[call.name]
        return self.placed_step(lambda frame, items: operation(items, name, frame.environment.model), call)

    def type_test(self, term: TypeTest) -> Closure:
        operand = self.closure(term.operand)
        operation, name = _TYPE_FUNCTIONS[term.operator], term.name
        return self.placed(lambda frame: operation(operand(frame), name, frame.environment.model), term)

    def polarity(self, term: Term, sign: str, operand: Closure) -> Closure:
        operation = negative if sign == "-" else positive
        return self.placed(lambda frame: operation(operand(frame)), term)

    def binary(self, term: Binary) -> Closure:
        left, right = self.closure(term.left), self.closure(term.right)
        if term.operator in LAZY:
            return self.placed(LAZY[term.operator](left, right), term)
        operation = EAGER[term.operator]
        return self.placed(lambda frame: operation(left(frame), right(frame)), term)

    def placed(self, closure: Closure, term: Term) -> Closure:
        """The same closure, its errors pointing at the term."""
        text, offset = self.text, term.offset

        def run(frame: Frame) -> Items:
            try:
                return closure(frame)
            except FhirPathError as error:
                raise error if error.line else at(error.message, text, offset, type(error)) from None

        return run

    def placed_step(self, step: Step, term: Term) -> Step:
        """The same step, its errors pointing at the term."""
        text, offset = self.text, term.offset

        def run(frame: Frame, items: Items) -> Items:
            try:
                return step(frame, items)
            except FhirPathError as error:
                raise error if error.line else at(error.message, text, offset, type(error)) from None

        return run


def _count(function: Function) -> str:
    if function.least == function.most:
        return f"{function.least} argument{'' if function.least == 1 else 's'}"
    return f"{function.least} to {function.most} arguments"


def _special(name: str) -> Closure:
    if name == "$this":
        return lambda frame: frame.this
    if name == "$total":
        return lambda frame: frame.total
    return lambda frame: NOTHING if frame.index is None else [frame.index]


def _first_member(name: str) -> Closure:
    """A name at the start of a path: an element of `$this`, or the type that `$this` has."""
    if not name[:1].isupper():
        return lambda frame: navigate(frame.this, name)

    def run(frame: Frame) -> Items:
        this = frame.this
        if this and all(isinstance(item, Typed) and name in item.type.lineage for item in this):
            return this
        return navigate(this, name)

    return run


def _is(items: Items, name: str, model: Model) -> Items:
    wanted = types.split(name, model)
    if len(items) > 1:
        raise FhirPathError(f"is takes one item, found {len(items)}")
    return verdict(types.has_type(items[0], wanted)) if items else NOTHING


def _as(items: Items, name: str, model: Model) -> Items:
    wanted = types.split(name, model)
    if len(items) > 1:
        raise FhirPathError(f"as takes one item, found {len(items)}: ofType() takes many")
    return types.cast(items, wanted)


def _of_type(items: Items, name: str, model: Model) -> Items:
    return types.cast(items, types.split(name, model))


_TYPE_FUNCTIONS: dict[str, Callable[[Items, str, Model], Items]] = {"is": _is, "as": _as, "ofType": _of_type}
