"""The head of a CQL library: its name, version and what it includes, read without the translator.

https://cql.hl7.org/02-authorsguide.html#library
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | (?P<text>'(?:\\.|[^'\\])*') | (?P<word>"(?:\\.|[^"\\])*" | `(?:\\.|[^`\\])*` | \w+)""",
    re.VERBOSE | re.DOTALL,
)
_BODY = frozenset({"define", "context", "parameter", "codesystem", "valueset", "code", "concept"})


@dataclass(frozen=True, slots=True)
class Header:
    """Name and version as the text says them, "" where it does not; the names of the libraries it includes."""

    name: str = ""
    version: str = ""
    includes: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """What its ELM is called: `<name>-<version>.json`."""
        return f"{self.name}-{self.version}.json" if self.version else f"{self.name}.json"


def read_header(text: str) -> Header:
    """The header of a library; whatever is not one yields empty parts, which the translator then explains."""
    name = version = ""
    includes: list[str] = []
    words = list(_head(text))
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word == "library" and not name:
            name = _plain(following)
            if words[index + 2 : index + 3] == ["version"] and len(words) > index + 3:
                version = _plain(words[index + 3])
        elif word == "include":
            includes.append(_plain(following))
    return Header(name, version, tuple(dict.fromkeys(includes)))


def with_includes(name: str, headers: Mapping[str, Header]) -> list[str]:
    """A library and all that it needs of `headers`, each after what it includes; a circle is cut where it closes."""
    order: dict[str, None] = {}
    path: list[tuple[str, Iterator[str]]] = [(name, iter(headers[name].includes))]
    seen = {name}
    while path:
        current, rest = path[-1]
        included = next((other for other in rest if other in headers and other not in seen), None)
        if included is None:
            order[current] = None
            path.pop()
        else:
            seen.add(included)
            path.append((included, iter(headers[included].includes)))
    return list(order)


def _head(text: str) -> Iterator[str]:
    for token in _TOKEN.finditer(text):
        word = token["word"] or token["text"]
        if word in _BODY:
            return
        if word:
            yield word


def _plain(token: str) -> str:
    return token[1:-1] if token[:1] in ("'", '"', "`") else token
