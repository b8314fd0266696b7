"""A parameter in CQL is not the number in the table.

The table of parameters (parameters.yaml beside the library) is what a clinician reads and signs: each number with its
unit, region, source and certainty. The CQL is what runs. Each entry is compared with what the definition of that name
gives in its region.

```yaml bad
resourceType: Library
id: ExampleParameters
url: http://example.org/Library/ExampleParameters
version: 1.0.0
name: ExampleParameters
description: The numbers.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library ExampleParameters version '1.0.0'
      define "Low IgG": 4.0 'g/L'
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: ExampleParameters, version: 1.0.0}
        statements:
          def:
            - name: Low IgG
              context: Unfiltered
              resultTypeName: "{urn:hl7-org:elm-types:r1}Quantity"
              expression: {type: Quantity, value: 4.0, unit: g/L}
---
parameters: [{name: Low IgG, value: 5.0, unit: g/L, region: all, source: [R5]}]
```

```yaml good
resourceType: Library
id: ExampleParameters
url: http://example.org/Library/ExampleParameters
version: 1.0.0
name: ExampleParameters
description: The numbers.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library ExampleParameters version '1.0.0'
      define "Low IgG": 4.0 'g/L'
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: ExampleParameters, version: 1.0.0}
        statements:
          def:
            - name: Low IgG
              context: Unfiltered
              resultTypeName: "{urn:hl7-org:elm-types:r1}Quantity"
              expression: {type: Quantity, value: 4.0, unit: g/L}
---
parameters: [{name: Low IgG, value: 4.0, unit: g/L, region: all, source: [R5]}]
```

https://cql.hl7.org/02-authorsguide.html#parameters
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from fhir_content.catalog import Catalog
from fhir_content.issue import Location, Severity
from fhir_content.resource import Element, Resource
from fhir_content.rule import Finding, rule
from fhir_content.rules._elm import cql_location, declarations, libraries_by_name, library_elm, statements
from fhir_content.source import Source

if TYPE_CHECKING:
    from fhir_content.cql import Library

_REGIONS = ("US", "EU", "UK")
_CALENDAR = {"year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s"}
_WAY_OUT = "correct the one that is wrong: the table is what is signed, the CQL is what runs"


@rule(on="Library", severity=Severity.ERROR, since="0.1", scope="project")
def check(library: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each entry of the table is what the CQL gives in its region, and each number in CQL has an entry."""
    own = library.resource
    table = catalog.tables.get(PurePath(own.file).with_name("parameters.yaml").as_posix())
    if table is None or not own.name.endswith("Parameters") or not statements(own):
        return
    entries = _entries(table)
    values = _values(own, catalog) if entries else {}
    for index, entry in enumerate(entries):
        yield from _compare(library, table, index, entry, entries, values)
    names = {str(entry.get("name")) for entry in entries}
    for name, statement in statements(own).items():
        expression = statement.get("expression")
        if name not in names and isinstance(expression, dict) and _number(values.get(("US", name))) is not None:
            message = f"the number `{name}` has no entry in {table.file}"
            yield Finding(
                library, message, "add it, with unit, region, source and certainty", where=cql_location(own, statement)
            )


def _compare(
    library: Element,
    table: Source,
    index: int,
    entry: dict[str, Any],
    entries: list[dict[str, Any]],
    values: dict[tuple[str, str], object],
) -> Iterator[Finding]:
    name, region = str(entry.get("name")), str(entry.get("region", "all"))
    line, column = table.place(("parameters", index, "value"))
    where = Location(table.file, line, column, f"parameters[{index}].value")
    if name not in statements(library.resource):
        message = f"{library.resource.name} does not define `{name}`"
        yield Finding(library, message, "write its name as in the CQL, or remove the entry", where=where)
        return
    rivals = [each for each in entries if str(each.get("name")) == name and each.get("region") == entry.get("region")]
    for one in _REGIONS if region == "all" else (region,):
        found = values.get((one, name))
        if not any(_agrees(each, found) for each in rivals):
            message = f"`{name}` is {_shown(found)} in the CQL ({one}), {entry.get('value')} {entry.get('unit')} here"
            yield Finding(library, message, _WAY_OUT, where=where)
            return


def _entries(table: Source) -> list[dict[str, Any]]:
    held = table.data.get("parameters") if isinstance(table.data, dict) else None
    return [entry for entry in held if isinstance(entry, dict)] if isinstance(held, list) else []


def _values(library: Resource, catalog: Catalog) -> dict[tuple[str, str], object]:
    """What each definition of a library gives, by region; one that cannot be evaluated alone is left out."""
    from fhir_content.cql import Context, CqlError

    found: dict[tuple[str, str], object] = {}
    try:
        compiled = _compiled(library, catalog)
    except CqlError:
        return found
    for region in _REGIONS:
        context = Context(parameters={"Region": region})
        for name in statements(library):
            try:
                found[region, name] = compiled.evaluate(name, context)
            except CqlError:
                continue
    return found


def _compiled(library: Resource, catalog: Catalog, above: tuple[str, ...] = ()) -> Library:
    from fhir_content.cql import Library

    names = {str(each.get("path")) for each in declarations(library, "includes")} - {*above, library.name}
    known = libraries_by_name(catalog)
    path = (*above, library.name)
    included = [_compiled(known[name, ""], catalog, path) for name in sorted(names) if (name, "") in known]
    return Library.from_elm({"library": library_elm(library)}, included)


def _number(value: object) -> Decimal | None:
    amount = getattr(value, "value", value)
    return Decimal(amount) if isinstance(amount, int | Decimal) and not isinstance(amount, bool) else None


def _agrees(entry: dict[str, Any], found: object) -> bool:
    written = entry.get("value")
    unit = getattr(found, "unit", None)
    same_unit = unit is None or entry.get("unit") in (unit, _CALENDAR.get(unit.removesuffix("s")))
    return _number(found) == (Decimal(written) if isinstance(written, int | Decimal) else written) and same_unit


def _shown(value: object) -> str:
    unit = getattr(value, "unit", "")
    return f"{_number(value)} {unit}".strip() if _number(value) is not None else "no number"
