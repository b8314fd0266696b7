"""Fixed values, patterns, and bounds that a profile sets for a value.

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fhir_content.source import Json

_MAX_SHOWN = 120


def equal(left: Json, right: Any) -> bool:  # noqa: ANN401 (any JSON)
    """Whether two values are the same, numbers by their value."""
    if isinstance(left, dict):
        return isinstance(right, dict) and left.keys() == right.keys() and all(equal(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | Decimal) and isinstance(right, int | float | Decimal):
        return Decimal(left) == Decimal(str(right))
    return bool(left == right)


def fits(value: Json, pattern: Any) -> bool:  # noqa: ANN401 (any JSON)
    """Whether a value has all that the pattern has; it may have more."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(k in value and fits(value[k], pattern[k]) for k in pattern)
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(fits(each, wanted) for each in value) for wanted in pattern)
    return equal(value, pattern)


def fixed_problem(fixed: tuple[str, Any] | None, value: Json) -> str:
    """What is wrong with a value that must be exactly the fixed one, or ""."""
    if fixed is None or equal(value, fixed[1]):
        return ""
    return f"the value must be exactly {_shown(fixed[1])}, this is {_shown(value)}"


def pattern_problem(pattern: tuple[str, Any] | None, value: Json) -> str:
    """What is wrong with a value that must have all that the pattern has, or ""."""
    if pattern is None or fits(value, pattern[1]):
        return ""
    return f"the value must have {_shown(pattern[1])}, this is {_shown(value)}"


def bound_problem(least: tuple[str, Any] | None, most: tuple[str, Any] | None, length: int | None, value: Json) -> str:
    """What is wrong with a value that has a least, a most or a longest, or ""."""
    if length is not None and isinstance(value, str) and len(value) > length:
        return f"the text may have {length} characters at most, it has {len(value)}"
    if least is not None and _less(value, least[1]):
        return f"the value must be {_shown(least[1])} at least, this is {_shown(value)}"
    if most is not None and _less(most[1], value):
        return f"the value must be {_shown(most[1])} at most, this is {_shown(value)}"
    return ""


def _less(left: Any, right: Any) -> bool:  # noqa: ANN401 (any JSON)
    """Whether one is less than the other, where both are numbers or both dates of the same precision."""
    numbers = (int, float, Decimal)
    if isinstance(left, numbers) and isinstance(right, numbers):
        return Decimal(str(left)) < Decimal(str(right))
    if isinstance(left, str) and isinstance(right, str):
        return len(left) == len(right) <= 10 and left < right
    return False


def _shown(value: Any) -> str:  # noqa: ANN401 (any JSON)
    text = repr(value) if isinstance(value, str) else str(value).replace("Decimal('", "").replace("')", "")
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
