"""FHIR's own order of elements and one layout, for YAML and JSON; comments go where their element goes.

YAML is rearranged by its lines, never written anew: what an author wrote stays as it was written. Whatever is not sure
to hold the same data afterwards is not touched. What stands in one line (`{...}`) keeps its order.
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.source import Json, Path, Source, dumps, parse
from fhir_content.structure import Structure, definitions

_FIRST = ("resourceType", "id")


def formatted(content: bytes, file: str) -> bytes | None:
    """The content in canonical form; None where it is no FHIR resource that can be read."""
    source = parse(content, file)
    if source.issues or not isinstance(source.data, dict) or "resourceType" not in source.data:
        return None
    result = _json(source.data) if source.text.lstrip()[:1] == "{" else _yaml(source, file)
    return result if _same(parse(result, file), source) else None


def _same(after: Source, before: Source) -> bool:
    """The same data in whatever order, and as many comments that allow something."""
    return not after.issues and after.data == before.data and len(after.allowances) == len(before.allowances)


def _json(data: dict[str, Json]) -> bytes:
    return dumps(_ordered(data, _structure_of(data)), pretty=True)


def _structure_of(value: Json) -> Structure | None:
    name = value.get("resourceType") if isinstance(value, dict) else None
    return definitions().structure(name) if isinstance(name, str) else None


def _ordered(value: Json, structure: Structure | None) -> Json:
    if isinstance(value, list):
        return [_ordered(item, structure) for item in value]
    if not isinstance(value, dict):
        return value
    own = _structure_of(value) or structure
    return {name: _ordered(value[name], _below(own, name)) for name in _in_order(list(value), own)}


def _below(structure: Structure | None, name: str) -> Structure | None:
    child = structure.children.get(name) if structure is not None else None
    return child.structure if child is not None else None


def _in_order(names: list[str], structure: Structure | None) -> list[str]:
    """The names as the definition lists them, `_name` after `name`; unknown ones last, as they came."""
    if structure is None:
        return names
    known = {name: index for index, name in enumerate((*_FIRST, *structure.children))}

    def rank(name: str) -> tuple[int, bool]:
        plain = name.removeprefix("_")
        return (_FIRST.index(name) if name in _FIRST else known.get(plain, len(known)), name != plain)

    return sorted(names, key=rank)


def _yaml(source: Source, file: str) -> bytes:
    text = "\n".join(line.rstrip() for line in source.text.splitlines()) + "\n"
    current = parse(text.encode(), file)
    if current.data != source.data:  # white space at the end of a line was part of a text
        text = "\n".join(source.text.splitlines()) + "\n"
        current = parse(text.encode(), file)
    for path, structure in list(_objects(current.data, (), None)):
        rearranged = _rearranged(current, path, structure)
        if rearranged is not None:
            attempt = parse(rearranged.encode(), file)
            current = attempt if _same(attempt, current) else current
    return current.text.encode()


def _objects(value: Json, path: Path, structure: Structure | None) -> Iterator[tuple[Path, Structure | None]]:
    if isinstance(value, dict):
        own = _structure_of(value) or structure
        yield path, own
        for name, child in value.items():
            yield from _objects(child, (*path, name), _below(own, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _objects(child, (*path, index), structure)


def _rearranged(source: Source, path: Path, structure: Structure | None) -> str | None:
    """The text with the lines of one object in order; None where they are, or where lines cannot be moved."""
    names = list(_at(source.data, path))
    wanted = _in_order(names, structure)
    keys = [source.place((*path, name), on_key=True) for name in names]
    lines = source.text.splitlines()
    if wanted == names or len({line for line, _ in keys}) < len(keys) or len({column for _, column in keys}) > 1:
        return None
    margin = keys[0][1] - 1
    begins = [_with_comments(lines, line - 1, margin) for line, _ in keys]
    end = _end(source, path, keys[-1][0], margin, lines)
    dash = lines[keys[0][0] - 1][:margin]
    if dash.strip():  # the first key stands behind the dash of a list item: the new first one takes its place
        moved = keys[names.index(wanted[0])][0] - 1
        if begins[names.index(wanted[0])] != moved or begins[0] != keys[0][0] - 1:
            return None
        lines[begins[0]] = " " * margin + lines[begins[0]][margin:]
        lines[moved] = dash + lines[moved][margin:]
    chunks = {name: lines[begin:stop] for name, begin, stop in zip(names, begins, [*begins[1:], end], strict=True)}
    body = [line for name in wanted for line in chunks[name]]
    return "\n".join([*lines[: begins[0]], *body, *lines[end:]]) + "\n"


def _at(data: Json, path: Path) -> dict[str, Json]:
    for step in path:
        data = data[step]  # type: ignore[index]
    return data if isinstance(data, dict) else {}


def _with_comments(lines: list[str], index: int, margin: int) -> int:
    """Where an element begins: the comments right above it, at its own margin, are part of it."""
    while index > 0 and lines[index - 1].startswith(" " * margin + "#"):
        index -= 1
    return index


def _end(source: Source, path: Path, last: int, margin: int, lines: list[str]) -> int:
    """The index of the line after an object: where the next element outside it, with its comments, begins."""
    places = source.find_places()
    starts = {**places.values, **places.keys}
    outside = [line for other, (line, _) in starts.items() if line > last and other[: len(path)] != path]
    end = min(outside, default=len(lines) + 1) - 1
    while end > last and (not lines[end - 1].strip() or _is_comment_before(lines[end - 1], margin)):
        end -= 1
    return end


def _is_comment_before(line: str, margin: int) -> bool:
    text = line.lstrip()
    return text.startswith("#") and len(line) - len(text) < margin
