"""Whether a server kept a resource as it was sent.

What a server adds of its own (version, time, source and tags of meta) does not count, nor does the order of keys.
Everything else does: servers drop elements they do not know, and say 200.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fhir_content.source import Json, Path, dumps

_SERVERS_OWN = ("versionId", "lastUpdated", "source", "tag", "security")


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where two resources differ, in FHIRPath. `is_digits`: the same number with other digits (72.50, 72.5)."""

    expression: str
    text: str
    is_digits: bool = False

    def __str__(self) -> str:
        return f"{self.expression}: {self.text}"


def differences(sent: dict[str, Json], stored: dict[str, Json]) -> list[Difference]:
    """Where the server did not keep what was sent; empty where it did."""
    kind = str(sent.get("resourceType", "Resource"))
    found = _compare(_own(sent), _own(stored), ())
    return [Difference(_expression(kind, path), text, digits) for path, text, digits in found]


def _own(data: dict[str, Json]) -> dict[str, Json]:
    meta = data.get("meta")
    kept = {name: value for name, value in data.items() if name != "meta"}
    if isinstance(meta, dict):
        ours = {name: value for name, value in meta.items() if name not in _SERVERS_OWN}
        return {**kept, "meta": ours} if ours else kept
    return kept


def _compare(sent: Json, stored: Json, path: Path) -> Iterator[tuple[Path, str, bool]]:
    if isinstance(sent, dict) and isinstance(stored, dict):
        for name in sorted({*sent, *stored}):
            if name not in stored:
                yield (*path, name), f"sent {_short(sent[name])}, not stored", False
            elif name not in sent:
                yield (*path, name), f"not sent, stored {_short(stored[name])}", False
            else:
                yield from _compare(sent[name], stored[name], (*path, name))
    elif isinstance(sent, list) and isinstance(stored, list):
        for index, (one, other) in enumerate(zip(sent, stored, strict=False)):
            yield from _compare(one, other, (*path, index))
        if len(sent) != len(stored):
            yield path, f"sent {len(sent)}, stored {len(stored)}", False
    elif type(sent) is not type(stored) or str(sent) != str(stored):
        yield path, f"sent {_short(sent)}, stored {_short(stored)}", _same_number(sent, stored)


def _same_number(sent: Json, stored: Json) -> bool:
    numbers = [each for each in (sent, stored) if isinstance(each, int | Decimal) and not isinstance(each, bool)]
    return len(numbers) == 2 and numbers[0] == numbers[1]


def _short(value: Json) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _expression(kind: str, path: Path) -> str:
    return kind + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def digest(resource: dict[str, Json]) -> str:
    """SHA-256 of what counts in a resource; the same however a server orders keys or writes a number."""
    return hashlib.sha256(dumps(_plain(_own(resource)))).hexdigest()


def _plain(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _plain(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"number {Decimal(value).normalize()}"
    return value
