"""What goes wrong with an expression: always with the place in it."""

from __future__ import annotations


class FhirPathError(ValueError):
    """An expression that does not parse, or an evaluation that the specification calls an error.

    `line` and `column` count from 1 within the expression; 0 where no place is known.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}" if self.line else self.message


class SyntaxFault(FhirPathError):
    """The text is not FHIRPath: raised by `compile`, never by an evaluation."""


class Unsupported(FhirPathError):
    """A function that this evaluation was not given the means for, such as `memberOf` without terminology."""


def at(message: str, text: str, offset: int, kind: type[FhirPathError] = FhirPathError) -> FhirPathError:
    """An error of `kind` that points at `offset` in `text`."""
    before = text[:offset]
    return kind(message, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)
