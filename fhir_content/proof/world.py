"""World: everything a proof quantifies over - the inputs of the logic, the units and texts it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import z3

from fhir_content.cql.units import convert
from fhir_content.proof.logic import Name, Node
from fhir_content.proof.term import ANY, BOOLEAN, DECIMAL, INTEGER, QUANTITY, STRING, TRUE, Formula, Term, Unsupported

_SORTS = {
    BOOLEAN: z3.BoolSort(),
    INTEGER: z3.IntSort(),
    DECIMAL: z3.RealSort(),
    QUANTITY: z3.RealSort(),
    STRING: z3.IntSort(),
}
# The dimension of a quantity without number; any other that is not of the list is a unit that converts to none named.
NO_NUMBER = -1


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An expression that is not looked into, or a parameter: any value of its type, and null unless it never is.

    `key` is the hash of its meaning. `node` and `library` say where it stands first, `owner` which definition holds it.
    """

    key: str
    name: str
    term: Term
    node: Node
    library: str
    owner: Name
    never_null: bool = False
    is_parameter: bool = False

    @property
    def variables(self) -> list[Formula]:
        """The variables that make it up."""
        parts = (self.term.known, self.term.value, self.term.high, self.term.dimension)
        return [part for part in parts if part is not None and is_variable(part)]

    @property
    def can_be_asked(self) -> bool:
        """Whether it is a value that may be missing from the record, not the absence or presence of one."""
        return not self.never_null and not self.is_parameter and self.term.kind != ANY


@dataclass(slots=True)
class World:
    """Inputs by the hash of their meaning, units by dimension, texts by number, and what is true by type alone.

    `version` is what is added to the name of an input that was read otherwise before, where two versions are compared.
    """

    inputs: dict[str, Input] = field(default_factory=dict)
    dimensions: list[str] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)
    laws: list[Formula] = field(default_factory=list)
    version: str = ""

    def text(self, text: str) -> Formula:
        """The number that stands for a text."""
        return z3.IntVal(self.texts.setdefault(text, len(self.texts)))

    def text_of(self, number: int) -> str:
        """The text that a number stands for; any other number is a text that the logic does not name."""
        return next((text for text, each in self.texts.items() if each == number), "another text")

    def place(self, unit: str) -> tuple[int, Decimal]:
        """The index of a unit's dimension and the factor to its first unit; raises Unsupported for no mere factor."""
        for index, first in enumerate(self.dimensions):
            one, zero = convert(Decimal(1), unit, first), convert(Decimal(0), unit, first)
            if one is not None and zero is not None:
                if zero:
                    raise Unsupported
                return index, one
        self.dimensions.append(unit)
        return len(self.dimensions) - 1, Decimal(1)

    def unit_of(self, dimension: int) -> str:
        """The unit in which values of a dimension stand; "" for no dimension."""
        return self.dimensions[dimension] if 0 <= dimension < len(self.dimensions) else ""

    def input(
        self,
        key: str,
        name: str,
        kind: str,
        node: Node,
        library: str,
        owner: Name,
        *,
        never_null: bool = False,
        is_parameter: bool = False,
        uncertain: bool = False,
        dimension: Formula = None,
    ) -> Input:
        """The input of that meaning: a new one the first time."""
        if key in self.inputs:
            return self.inputs[key]
        if self.version and any(each.name == name for each in self.inputs.values()):
            name = f"{name} ({self.version})"
        label = f"{len(self.inputs)}"
        known = TRUE if never_null else z3.Bool(f"{label}.known")
        value = z3.Const(f"{label}.value", _SORTS[kind]) if kind in _SORTS else None
        high = z3.Int(f"{label}.high") if uncertain and kind == INTEGER else None
        if high is not None:
            self.laws.append(z3.Int(f"{label}.value") <= high)
        if kind == QUANTITY and dimension is None:
            dimension = z3.Int(f"{label}.dimension")
        term = Term(kind, known, value, high, dimension if kind == QUANTITY else None)
        made = Input(key, name, term, node, library, owner, never_null, is_parameter)
        self.laws += _bounds(term)
        self.inputs[key] = made
        return made

    def used(self, *formulas: Formula) -> list[Input]:
        """The inputs that occur in the formulas, in the order in which they were met."""
        names = variables(*formulas)
        return [each for each in self.inputs.values() if any(str(part) in names for part in each.variables)]


def is_variable(formula: Formula) -> bool:
    """Whether a formula is nothing but a variable."""
    return bool(z3.is_const(formula) and formula.decl().kind() == z3.Z3_OP_UNINTERPRETED)


def real(value: Formula) -> Decimal:
    """A number of the solver as a decimal."""
    if z3.is_int_value(value):
        return Decimal(value.as_long())
    value = value.approx(10) if z3.is_algebraic_value(value) else value
    return plain(Decimal(value.numerator_as_long()) / Decimal(value.denominator_as_long()))


def plain(value: Decimal) -> Decimal:
    """The decimal without trailing zeros and without exponent."""
    return Decimal(f"{value.normalize():f}")


def _bounds(term: Term) -> list[Formula]:
    """What every value of the type obeys."""
    if term.kind == INTEGER:
        return [term.value >= -(2**31), term.top < 2**31]
    return [term.value >= 0] if term.kind == STRING else []


def variables(*formulas: Formula) -> set[str]:
    """The names of the variables in the formulas; what they share is looked at once."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = list(formulas)
    while waiting:
        part = waiting.pop()
        if part.get_id() in seen:
            continue
        seen.add(part.get_id())
        if is_variable(part):
            found.add(str(part))
        waiting.extend(part.children())
    return found


@dataclass(frozen=True, slots=True)
class Other:
    """The same patient with some inputs otherwise: what replaces each of their variables; `says` tells which one."""

    says: str
    inputs: tuple[Input, ...]
    pairs: tuple[tuple[Formula, Formula], ...]

    def formula(self, formula: Formula) -> Formula:
        """The formula about him."""
        return z3.substitute(formula, *self.pairs) if self.pairs else formula

    def term(self, each: Input) -> Term:
        """The term of an input for him."""
        parts = (each.term.known, each.term.value, each.term.high, each.term.dimension)
        return Term(each.term.kind, *(None if part is None else self.formula(part) for part in parts))


def fresh(each: Formula, tag: str) -> Formula:
    """A second variable of the same sort."""
    return z3.Const(f"{each}{tag}", each.sort())
