"""The walk over a resource: unknown elements, cardinality, JSON types, choices, primitives and their `_` siblings.

Everything that is found out about a FHIR type once (which properties, which checks) is kept in a Table;
the walk itself touches only plain data and makes a path for an object, never for a plain value that is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from fhir_content.conformance import bindings, datatypes, extensions, narrative, primitives, profiles, references
from fhir_content.conformance.primitives import CHECKS
from fhir_content.conformance.walk import NATIVE, Scope, Visit, Walk
from fhir_content.issue import Severity
from fhir_content.source import Json, Path
from fhir_content.structure import Child, Invariant, Structure, definitions

Follow = Callable[[Walk, Child, Json, Path], None]

MAX_DEPTH = 250  # path steps; FHIR's own examples stay below 60
_PRIMITIVE, _COMPLEX, _RESOURCE = range(3)
_FOLLOW: dict[str, Follow] = {
    "Reference": references.note_reference,
    "canonical": references.note_address,
    "uri": references.note_address,
    "url": references.note_address,
    "xhtml": narrative.check,
    "Extension": extensions.check,
    "Meta": profiles.note,
    "Attachment": datatypes.check_attachment,
    "Coding": datatypes.check_coding,
    "Identifier": datatypes.check_identifier,
}


class Entry:
    """One JSON property with all that is checked of its value."""

    __slots__ = ("_table", "check", "child", "choice", "follow", "invariants", "is_list", "kind", "name")

    def __init__(self, child: Child, structure: Structure) -> None:
        """Read the property once."""
        below = child.structure
        self.child = child
        self.name = child.name
        self.is_list = child.is_list
        self.choice = child.element if child.is_choice else ""
        self.kind = _COMPLEX
        if below.kind == "primitive-type":
            self.kind = _PRIMITIVE
        elif below.kind == "resource":
            self.kind = _RESOURCE
        self.check = CHECKS.get(child.type, primitives.string)
        if child.name == "id" and structure.kind != "resource":
            self.check = primitives.element_id
        self.invariants: tuple[Invariant, ...] = tuple(each for each in child.invariants if each.key not in NATIVE)
        self._table: Table | None = None
        self.follow: tuple[Follow, ...] = tuple(_follows(child, structure))

    @property
    def table(self) -> Table:
        """The properties of the value."""
        if self._table is None:
            self._table = table(self.child.structure)
        return self._table


def _follows(child: Child, structure: Structure) -> list[Follow]:
    """What is done with a value of the right shape."""
    found: list[Follow] = []
    if child.name == "id" and structure.kind != "resource":
        found.append(_note_id)
    if child.type in _FOLLOW:
        found.append(_FOLLOW[child.type])
    follow_binding = bindings.follow(child)
    if follow_binding:
        found.append(follow_binding)
    if child.profiles:
        found.append(profiles.check_type)
    return found


class Table:
    """What an object of one structure may and must have."""

    def __init__(self, structure: Structure) -> None:
        """Read the structure once."""
        self.structure = structure
        self.entries = {name: Entry(child, structure) for name, child in structure.children.items()}
        self.required = [
            (element.name, tuple(entry.name for entry in self.entries.values() if entry.child.element == element.name))
            for element in structure.elements
            if element.min > 0
        ]
        self.ext_1 = structure.type == "Extension"


_TABLES: dict[str, Table] = {}


def table(structure: Structure) -> Table:
    """The table of a structure, made once per process."""
    found = _TABLES.get(structure.path)
    if found is None:
        found = _TABLES[structure.path] = Table(structure)
    return found


def walk_resource(walk: Walk, data: Json, path: Path, container: Scope | None = None) -> None:
    """Check a resource and all below it: the file's own, or one inside another."""
    if not isinstance(data, dict):
        walk.report(path, "type", "a resource must be a JSON object", 'write { "resourceType": … }', code="structure")
        return
    structure = _structure(walk, data, path)
    if structure is None:
        return
    outer = walk.scope if walk.scopes else None
    walk.scope = Scope(path, data, structure, container)
    walk.scopes.append(walk.scope)
    invariants = tuple(each for each in structure.invariants if each.key not in NATIVE)
    if invariants:
        walk.visits.append(Visit(path, data, invariants, path))
    _object(walk, data, table(structure), path)
    if outer is not None:
        walk.scope = outer


def _structure(walk: Walk, data: Mapping[str, Json], path: Path) -> Structure | None:
    type = data.get("resourceType")
    types = definitions().resource_types
    if isinstance(type, str) and type in types:
        return definitions().structure(type)
    if type is None:
        message, help = "resourceType is missing: nothing says which resource this is", 'add "resourceType"'
    else:
        message = (
            f"{type!r} is not a resource type of FHIR R4" if isinstance(type, str) else "resourceType must be text"
        )
        help = _meant(str(type), types) or "use a resource type of FHIR 4.0.1"
    at = (*path, "resourceType") if type is not None else path
    walk.report(at, "resource-type", message, help, code="structure", severity=Severity.FATAL)
    if isinstance(type, str) and not path and _closest(type, types):
        # A path that begins with no type is no FHIRPath: it begins with the type that was probably meant.
        issue = walk.issues.pop()
        where = replace(issue.location, expression=f"{_closest(type, types)}.resourceType")
        walk.issues.append(replace(issue, location=where))
    return None


def _meant(name: str, names: Iterable[str]) -> str:
    close = _closest(name, names)
    return f"did you mean `{close}`?" if close else ""


def _closest(name: str, names: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(names), 1, 0.75)
    return close[0] if close else ""


def _object(walk: Walk, value: dict[str, Json], table: Table, path: Path) -> None:
    entries = table.entries
    choices: dict[str, str] = {}
    for name, item in value.items():
        entry = entries.get(name)
        if entry is None:
            _other(walk, value, table, name, path)
            continue
        if entry.choice:
            first = choices.setdefault(entry.choice, name)
            if first != name:
                _second_choice(walk, entry, first, (*path, name))
        if entry.is_list:
            _list(walk, value, entry, item, path)
        elif entry.kind == _PRIMITIVE:
            problem = entry.check(item)
            if problem:
                _bad_primitive(walk, entry, item, problem, (*path, name))
            elif entry.follow or entry.invariants:
                _followed(walk, entry, item, (*path, name))
        else:
            _complex(walk, entry, item, (*path, name))
    for element, names in table.required:
        for name in names:
            if name in value or "_" + name in value:
                break
        else:
            _missing(walk, table, element, names, path)
    if table.ext_1:
        extensions.check_ext_1(walk, value, path)


def _followed(walk: Walk, entry: Entry, item: Json, path: Path) -> None:
    if entry.invariants:
        walk.visits.append(Visit(path, item, entry.invariants, walk.scope.path))
    for follow in entry.follow:
        follow(walk, entry.child, item, path)


def _list(walk: Walk, value: dict[str, Json], entry: Entry, items: Json, path: Path) -> None:
    path = (*path, entry.name)
    if not isinstance(items, list):
        help = f'write it as "{entry.name}": [ … ]'
        walk.report(path, "type", f"{entry.name} repeats, so it must be a JSON array", help, code="structure")
        _one(walk, value, entry, items, path)
        return
    if not items:
        help = f"leave {entry.name} out, or give it an item"
        # The HL7 validator and HAPI read an empty array of plain values as none: wrong, but it harms nobody.
        severity = Severity.WARNING if entry.kind == _PRIMITIVE else Severity.ERROR
        message = f"{entry.name} is an empty array"
        walk.report(path, "cardinality", message, help, code="structure", severity=severity)
    elif entry.child.max is not None and len(items) > entry.child.max:
        message = f"{entry.name} may occur {entry.child.max} times at most, here it occurs {len(items)} times"
        walk.report(path, "cardinality", message, f"remove {len(items) - entry.child.max} of them", code="structure")
    for index, item in enumerate(items):
        _one(walk, value, entry, item, (*path, index))


def _one(walk: Walk, value: dict[str, Json], entry: Entry, item: Json, path: Path) -> None:
    if entry.kind != _PRIMITIVE:
        _complex(walk, entry, item, path)
        return
    if item is None and _has_sibling(value, entry.name, path[-1]):
        return
    problem = entry.check(item)
    if problem:
        _bad_primitive(walk, entry, item, problem, path)
    elif entry.follow or entry.invariants:
        _followed(walk, entry, item, path)


def _complex(walk: Walk, entry: Entry, item: Json, path: Path) -> None:
    if type(item) is not dict:
        _not_object(walk, entry, item, path)
    elif len(path) > MAX_DEPTH:
        walk.report(path, "type", f"elements are nested over {MAX_DEPTH} deep", "flatten the content", code="too-long")
    elif entry.kind == _RESOURCE:
        contained = entry.name == "contained" and isinstance(path[-1], int)
        walk_resource(walk, item, path, walk.scope if contained else None)
    else:
        if not item or (len(item) == 1 and "id" in item):
            _empty(walk, entry.name, path)
            return
        if entry.invariants:
            walk.visits.append(Visit(path, item, entry.invariants, walk.scope.path))
        _object(walk, item, entry.table, path)
        for follow in entry.follow:
            follow(walk, entry.child, item, path)


def _has_sibling(value: Mapping[str, Json], name: str, index: str | int) -> bool:
    siblings = value.get("_" + name)
    inside = isinstance(siblings, list) and isinstance(index, int) and index < len(siblings)
    return inside and isinstance(siblings[index], dict)  # type: ignore[index]


def _other(walk: Walk, value: dict[str, Json], table: Table, name: str, path: Path) -> None:
    """A property that is not an element: the sibling of a primitive, the resource's type, or unknown."""
    entry = table.entries.get(name[1:]) if name[:1] == "_" else None
    if entry is not None and entry.kind == _PRIMITIVE:
        _sibling(walk, value, entry, (*path, name))
    elif name != "resourceType" or table.structure.kind != "resource":
        choice = name in table.structure.choices
        where = table.structure.path
        at = (*path, name)
        if choice:
            names = ", ".join(child.name for child in table.structure.choices[name][:4])
            message = f"{name} must be written with its type"
            walk.report(at, "choice", message, f"write one of {names} …", code="structure", on_key=True)
            return
        similar = _choice_of(table, name)
        if similar:
            message, help = f"{similar} of {where} cannot be of the type that {name} says", _allowed(table, similar)
            walk.report(at, "choice", message, help, code="structure", on_key=True)
            return
        help = _meant(name, table.entries) or f"remove it, or say it in an extension; R4 has no such element in {where}"
        walk.report(at, "unknown-element", f"{name} is not an element of {where}", help, code="structure", on_key=True)


def _choice_of(table: Table, name: str) -> str:
    """The choice element that a name extends by a type it cannot have: `subject` for `subjectString`."""
    types = definitions().data_types
    for choice in table.structure.choices:
        rest = name.removeprefix(choice)
        if rest != name and (rest in types or rest[:1].lower() + rest[1:] in types):
            return choice
    return ""


def _allowed(table: Table, choice: str) -> str:
    names = [child.name for child in table.structure.choices[choice]]
    return "write " + (", ".join(names[:8]) + (" …" if len(names) > 8 else "") if len(names) > 1 else names[0])


def _sibling(walk: Walk, value: Mapping[str, Json], entry: Entry, path: Path) -> None:
    """`_name`: the id and extensions of a primitive, aligned with its values where it repeats."""
    siblings, values = value[path[-1]], value.get(entry.name)  # type: ignore[index]
    if not entry.is_list:
        _one_sibling(walk, entry, siblings, path, has_value=entry.name in value)
        return
    if not isinstance(siblings, list) or not siblings:
        message = f"{path[-1]} must be an array, like {entry.name}"
        walk.report(path, "type", message, "use null where a value has no extension", code="structure")
        return
    if isinstance(values, list) and len(values) != len(siblings):
        message = f"{path[-1]} has {len(siblings)} items and {entry.name} has {len(values)}: they must go in pairs"
        walk.report(path, "type", message, "use null where one of a pair is absent", code="structure")
    for index, sibling in enumerate(siblings):
        has_value = isinstance(values, list) and index < len(values) and values[index] is not None
        if sibling is not None or not has_value:
            _one_sibling(walk, entry, sibling, (*path, index), has_value=has_value)


def _one_sibling(walk: Walk, entry: Entry, sibling: Json, path: Path, *, has_value: bool) -> None:
    if not isinstance(sibling, dict):
        name = f"_{entry.name}"
        help = f'write "{name}": {{ "extension": [ … ] }}'
        walk.report(path, "type", f"{name} must hold an object with id or extension", help, code="structure")
        return
    if not sibling or (len(sibling) == 1 and "id" in sibling and not has_value):
        _empty(walk, entry.name, path)
    _object(walk, sibling, _sibling_table(), path)


def _sibling_table() -> Table:
    structure = definitions().structure("Element")
    if structure is None:
        raise LookupError("the definitions have no Element")
    return table(structure)


def _note_id(walk: Walk, child: Child, value: Json, path: Path) -> None:
    if isinstance(value, str):
        # The snapshot and the differential of a StructureDefinition name the same elements, each by its id.
        view = path[len(walk.scope.path)] if child.owner.type == "ElementDefinition" else ""
        first = walk.scope.ids.setdefault((view, value), path)
        if first != path:
            message = f"the id '{value}' is already that of {walk.resource.expression(first[:-1])}"
            help = "element ids must be unique within a resource: change or remove one"
            walk.report(path, "element-id-duplicate", message, help, code="duplicate")


def _second_choice(walk: Walk, entry: Entry, first: str, path: Path) -> None:
    message = f"{entry.choice}[x] may occur once: {first} and {entry.name} are both here"
    walk.report(path, "choice", message, "keep one of them", code="structure", on_key=True)


def _bad_primitive(walk: Walk, entry: Entry, item: Json, problem: str, path: Path) -> None:
    if item is None:
        problem, help = f"{entry.name} is null", f"leave {entry.name} out, or give it a value"
        walk.report(path, "type", problem, help, code="structure")
        return
    right_kind = isinstance(item, str) != (
        entry.child.type in {"boolean", "integer", "decimal", "positiveInt", "unsignedInt"}
    )
    rule = "primitive" if right_kind else "type"
    help = "" if right_kind else f"write {entry.name} as a {entry.child.type}"
    walk.report(path, rule, f"{entry.name}: {problem}", help, code="value" if right_kind else "structure")


def _not_object(walk: Walk, entry: Entry, item: Json, path: Path) -> None:
    if isinstance(item, list):
        message, help = f"{entry.name} does not repeat, so it must not be a JSON array", "remove the brackets"
        if entry.is_list:
            message = f"{entry.name} holds an array in its array"
    elif item is None:
        message, help = f"{entry.name} is null", f"leave {entry.name} out, or give it a value"
    else:
        message = f"{entry.name} must be an object ({entry.child.type}), this is a plain value"
        help = f'write "{entry.name}": {{ … }}'
    walk.report(path, "type", message, help, code="structure")


def _empty(walk: Walk, name: str, path: Path) -> None:
    message = f"{name} is empty: an element must have a value or children, an id alone is not enough"
    walk.report(path, "ele-1", message, f"leave {name} out, or fill it in", code="invariant")


def _missing(walk: Walk, table: Table, element: str, names: tuple[str, ...], path: Path) -> None:
    message = f"{table.structure.path} must have {element}{'[x]' if len(names) > 1 else ''}, which is missing"
    help = f"add {names[0] if len(names) == 1 else 'one of ' + ', '.join(names[:6])}"
    walk.report(path, "cardinality", message, help, code="required")
