"""The value of an SMT term, computed without the solver: what the CQL engine is compared with.

Each formula becomes one Python function over the values of the variables; numbers are exact fractions.
"""

from fractions import Fraction
from math import floor

import z3

_BINARY = {
    z3.Z3_OP_LE: "({} <= {})",
    z3.Z3_OP_GE: "({} >= {})",
    z3.Z3_OP_LT: "({} < {})",
    z3.Z3_OP_GT: "({} > {})",
    z3.Z3_OP_EQ: "({} == {})",
    z3.Z3_OP_DISTINCT: "({} != {})",
    z3.Z3_OP_XOR: "({} != {})",
    z3.Z3_OP_IMPLIES: "(not {} or {})",
    z3.Z3_OP_DIV: "_divide({}, {})",
}
_MANY = {z3.Z3_OP_AND: " and ", z3.Z3_OP_OR: " or ", z3.Z3_OP_ADD: " + ", z3.Z3_OP_MUL: " * ", z3.Z3_OP_SUB: " - "}
_ONE = {
    z3.Z3_OP_NOT: "(not {})",
    z3.Z3_OP_UMINUS: "(-{})",
    z3.Z3_OP_TO_REAL: "{}",
    z3.Z3_OP_TO_INT: "_floor({})",
}


def compiled(formulas):
    """A function from the values of the variables, by name, to the values of the formulas."""
    lines, places = [], {}
    for formula in formulas:
        _write(formula, lines, places)
    result = ", ".join(places[formula.get_id()] for formula in formulas)
    source = "def run(v):\n" + "".join(f"    {line}\n" for line in lines) + f"    return ({result},)\n"
    names = {"_divide": _divide, "_floor": floor, "F": Fraction}
    exec(compile(source, "terms", "exec"), names)
    return names["run"]


def _divide(one, two):
    return Fraction(one) / two if two else Fraction(0)


def _write(formula, lines, places):
    waiting = [formula]
    while waiting:
        part = waiting[-1]
        children = part.children()
        missing = [child for child in children if child.get_id() not in places]
        if missing:
            waiting.extend(missing)
            continue
        waiting.pop()
        if part.get_id() not in places:
            places[part.get_id()] = f"t{len(places)}"
            inner = [places[child.get_id()] for child in children]
            lines.append(f"{places[part.get_id()]} = {_expression(part, inner)}")


def _expression(part, inner):
    kind = part.decl().kind()
    if z3.is_true(part) or z3.is_false(part):
        return str(z3.is_true(part))
    if z3.is_int_value(part):
        return str(part.as_long())
    if z3.is_rational_value(part):
        return f"F({part.numerator_as_long()}, {part.denominator_as_long()})"
    if kind == z3.Z3_OP_UNINTERPRETED:
        return f"v[{str(part)!r}]"
    if kind == z3.Z3_OP_ITE:
        return f"({inner[1]} if {inner[0]} else {inner[2]})"
    if kind in _MANY:
        return "(" + _MANY[kind].join(inner) + ")"
    return (_ONE if len(inner) == 1 else _BINARY)[kind].format(*inner)
