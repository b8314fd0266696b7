"""Tokens into terms: precedence climbing over the operator table of the FHIRPath grammar.

https://hl7.org/fhirpath/N1/#operator-precedence
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NoReturn

from fhir_content.fhirpath.errors import SyntaxFault, at
from fhir_content.fhirpath.lexer import Token, tokens
from fhir_content.fhirpath.quantity import CALENDAR_UNITS, Quantity
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
from fhir_content.fhirpath.temporal import Temporal

MAX_NESTING = 80
MAX_DEPTH = 160

_LEVELS = (
    ("implies",),
    ("or", "xor"),
    ("and",),
    ("in", "contains"),
    ("=", "~", "!=", "!~"),
    ("<=", "<", ">", ">="),
    ("|",),
    ("is", "as"),
    ("+", "-", "&"),
    ("*", "/", "div", "mod"),
)
BINDING = {operator: level for level, operators in enumerate(_LEVELS, start=1) for operator in operators}
_WORD_OPERATORS = {operator for operator in BINDING if operator.isalpha()}
_NAMES_TOO = {"as", "contains", "in", "is"}
_TYPE_FUNCTIONS = {"is", "as", "ofType"}


def parse(text: str) -> Term:
    """The tree of an expression; raises SyntaxFault with line and column."""
    parser = _Parser(text)
    term = parser.expression(0)
    parser.expect_end()
    return term


def type_name(term: Term) -> str:
    """The type that a term names (`Patient`, `FHIR.Patient`), or "" where it is no plain name."""
    parts = (term.start, *term.steps) if isinstance(term, Path) else (term,)
    if not all(isinstance(part, Member) for part in parts) or len(parts) > 2:
        return ""
    return ".".join(part.name for part in parts if isinstance(part, Member))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.position = 0
        self.nesting = 0

    def expression(self, minimum: int) -> Term:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            self.fail(f"nested more than {MAX_NESTING} deep")
        left = self.unary()
        while (level := self.binding()) > minimum:
            operator = self.take()
            if operator.text in {"is", "as"}:
                left = self.sized(TypeTest(left.offset, operator.text, left, self.type_specifier()), (left,))
            else:
                right = self.expression(level)
                left = self.sized(Binary(operator.offset, operator.text, left, right), (left, right))
        self.nesting -= 1
        return left

    def binding(self) -> int:
        token = self.tokens[self.position]
        return BINDING.get(token.text, 0) if token.kind in {"symbol", "name"} else 0

    def unary(self) -> Term:
        signs = []
        while (token := self.tokens[self.position]).kind == "symbol" and token.text in "+-":
            signs.append(self.take())
        term = self.path()
        for sign in reversed(signs):
            term = self.sized(Polarity(sign.offset, sign.text, term), (term,))
        return term

    def path(self) -> Term:
        start = self.term()
        steps: list[Term] = []
        while True:
            if self.accept("."):
                steps.append(self.invocation())
            elif self.accept("["):
                at_term = self.expression(0)
                self.expect("]")
                steps.append(self.sized(Index(at_term.offset, at_term), (at_term,)))
            else:
                break
        return self.sized(Path(start.offset, start, tuple(steps)), (start, *steps)) if steps else start

    def term(self) -> Term:
        token = self.tokens[self.position]
        match token.kind:
            case "number":
                return self.number()
            case "string":
                return Literal(self.take().offset, token.text)
            case "date" | "time":
                return self.temporal()
            case "variable":
                return Variable(self.take().offset, token.text)
            case "symbol" if token.text in "({":
                return self.bracketed()
            case "name" if token.text in {"true", "false"}:
                return Literal(self.take().offset, token.text == "true")
        return self.invocation()

    def bracketed(self) -> Term:
        opening = self.take()
        if opening.text == "{":
            self.expect("}")
            return Empty(opening.offset)
        inner = self.expression(0)
        self.expect(")")
        return inner

    def number(self) -> Term:
        token = self.take()
        value = Decimal(token.text) if "." in token.text else int(token.text)
        following = self.tokens[self.position]
        if following.kind == "string" or (following.kind == "name" and following.text in CALENDAR_UNITS):
            calendar = following.kind == "name"
            unit = self.take().text
            return Literal(token.offset, Quantity(Decimal(token.text), unit, calendar))
        if isinstance(value, int) and value > 2147483647:
            self.fail("integer out of range", token)
        return Literal(token.offset, value)

    def temporal(self) -> Term:
        token = self.take()
        value = Temporal.literal(token.text)
        if value is None:
            self.fail(f"{token.text} is not a date or time that exists", token)
        return Literal(token.offset, value)

    def invocation(self) -> Term:
        token = self.take()
        if token.kind == "special":
            return Special(token.offset, token.text)
        if token.kind == "delimited":
            return self.named(token)
        if token.kind != "name" or (token.text in _WORD_OPERATORS - _NAMES_TOO) or token.text in {"true", "false"}:
            self.fail(f"expected an expression, found {_shown(token)}", token)
        return self.named(token)

    def named(self, token: Token) -> Term:
        if not self.accept("("):
            return Member(token.offset, token.text)
        arguments: list[Term] = []
        if not self.accept(")"):
            arguments.append(self.expression(0))
            while self.accept(","):
                arguments.append(self.expression(0))
            self.expect(")")
        if token.text in _TYPE_FUNCTIONS and (len(arguments) != 1 or not type_name(arguments[0])):
            self.fail(f"{token.text}() takes the name of a type", token)
        return self.sized(Call(token.offset, token.text, tuple(arguments)), arguments)

    def type_specifier(self) -> str:
        parts = [self.identifier()]
        if self.tokens[self.position].text == "." and self.tokens[self.position + 1].kind in {"name", "delimited"}:
            self.take()
            parts.append(self.identifier())
        return ".".join(parts)

    def identifier(self) -> str:
        token = self.take()
        if token.kind not in {"name", "delimited"}:
            self.fail(f"expected the name of a type, found {_shown(token)}", token)
        return token.text

    def sized(self, term: Term, parts: Iterable[Term]) -> Term:
        depth = 1 + max((part.depth for part in parts), default=0)
        if depth > MAX_DEPTH:
            self.fail(f"more than {MAX_DEPTH} operators within one another")
        term.depth = depth
        return term

    def take(self) -> Token:
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def accept(self, symbol: str) -> bool:
        token = self.tokens[self.position]
        if token.kind == "symbol" and token.text == symbol:
            self.position += 1
            return True
        return False

    def expect(self, symbol: str) -> None:
        if not self.accept(symbol):
            self.fail(f"expected {symbol!r}, found {_shown(self.tokens[self.position])}")

    def expect_end(self) -> None:
        token = self.tokens[self.position]
        if token.kind != "end":
            self.fail(f"expected an operator or the end, found {_shown(token)}")

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        raise at(message, self.text, (token or self.tokens[self.position]).offset, SyntaxFault)


def _shown(token: Token) -> str:
    return "the end" if token.kind == "end" else repr(token.text)
