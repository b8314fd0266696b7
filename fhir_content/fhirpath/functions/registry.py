"""The table of functions: each enters itself by its name in FHIRPath."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fhir_content.fhirpath.data import Items
from fhir_content.fhirpath.evaluation import Closure, Frame

Step = Callable[[Frame, Items], Items]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how many arguments it takes, and whether it evaluates them itself, once for each item."""

    name: str
    least: int
    most: int
    run: Callable[..., Items]
    is_lazy: bool

    def step(self, arguments: Sequence[Closure]) -> Step:
        """The function with its arguments, as a step of a path.

        Arguments of the others are evaluated where the whole expression stands, not on the items.
        """
        run = self.run
        if self.is_lazy:
            return lambda frame, items: run(frame, items, *arguments)
        if not arguments:
            return lambda frame, items: run(frame.environment, items)
        if len(arguments) == 1:
            only = arguments[0]
            return lambda frame, items: run(frame.environment, items, only(frame))
        return lambda frame, items: run(frame.environment, items, *(argument(frame) for argument in arguments))


FUNCTIONS: dict[str, Function] = {}


def function(
    name: str, least: int = 0, most: int | None = None, *, is_lazy: bool = False
) -> Callable[[Callable[..., Items]], Callable[..., Items]]:
    """Enter a function under its name, with the least and most arguments that it takes."""

    def enter(run: Callable[..., Items]) -> Callable[..., Items]:
        FUNCTIONS[name] = Function(name, least, least if most is None else most, run, is_lazy)
        return run

    return enter
