"""The one exception of the engine: content or data that cannot be evaluated, and where it was written."""

from __future__ import annotations

# What Python raises where malformed ELM, or data of an unforeseen shape, meet an operator.
BROKEN = (KeyError, TypeError, AttributeError, ValueError, IndexError, ArithmeticError)


class CqlError(Exception):
    """Logic that cannot be loaded or evaluated.

    `locator` is the translator's `line:column-line:column` within the CQL source, `library` and `definition`
    say whose source that is. A limit that was reached is told apart by `limit`.
    """

    def __init__(
        self, message: str, *, locator: str = "", library: str = "", definition: str = "", limit: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.locator = locator
        self.library = library
        self.definition = definition
        self.limit = limit

    def within(self, library: str, definition: str, locator: str) -> CqlError:
        """The same error, placed; a place that is already known is kept, for it is nearer to the fault."""
        if not self.definition:
            self.library, self.definition = library, definition
            self.locator = self.locator or locator
        return self

    def __str__(self) -> str:
        where = f"{self.library}.{self.definition}" if self.definition else self.library
        if self.locator:
            where = f"{where} {self.locator}".strip()
        return f"{where}: {self.message}" if where else self.message
