"""A threshold is written into the logic.

The number at which treatment starts differs by country and changes with the next guideline. In a parameter it has a
name, a unit, a source and a region, and is changed in one place; inside an expression it is found by nobody. Numbers
that only count (0 and 1) are left alone.

```yaml bad
resourceType: Library
id: Ig
url: http://example.org/Library/Ig
version: 1.0.0
name: Ig
description: The logic of immunoglobulin.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library Ig version '1.0.0'
      define "Low": Common."IgG" < 4 'g/L'
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Low
              locator: 2:1-2:33
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression:
                type: Less
                locator: 2:15-2:33
                operand:
                  - {type: ExpressionRef, name: IgG, libraryName: Common}
                  - {type: Quantity, value: 4, unit: g/L}
```

```yaml good
resourceType: Library
id: Ig
url: http://example.org/Library/Ig
version: 1.0.0
name: Ig
description: The logic of immunoglobulin.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library Ig version '1.0.0'
      define "Low": Common."IgG" < Parameters."Low IgG"
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Low
              locator: 2:1-2:49
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression:
                type: Less
                locator: 2:15-2:49
                operand:
                  - {type: ExpressionRef, name: IgG, libraryName: Common}
                  - {type: ExpressionRef, name: Low IgG, libraryName: Parameters}
```

https://cql.hl7.org/02-authorsguide.html#parameters
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elm import SYSTEM, Node, cql_location, kind, statements, walk

_COMPARISONS = frozenset({"Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal", "Equivalent", "NotEqual"})
_NUMBERS = (f"{SYSTEM}Integer", f"{SYSTEM}Decimal", f"{SYSTEM}Long")
_WRAPPERS = frozenset({"ToDecimal", "ToQuantity", "ToLong", "As", "Negate"})


@rule(on="Library", severity=Severity.WARNING, since="0.1", scope="project")
def check(library: Element, catalog: Catalog) -> Iterator[Finding]:
    """No comparison in a compiled library, but in that of the parameters, is with a number of its own."""
    own = library.resource
    if own.name.endswith("Parameters"):
        return
    for name, statement in statements(own).items():
        for node in walk(statement.get("expression")):
            if kind(node) in _COMPARISONS:
                for number in (shown for operand in _operands(node) if (shown := _threshold(operand))):
                    where = cql_location(own, node) or cql_location(own, statement)
                    message = f"`{name}` compares with {number}"
                    yield Finding(library, message, "define it in the parameters, with its source", where=where)


def _operands(node: Node) -> list[Node]:
    operand = node.get("operand")
    return [each for each in operand if isinstance(each, dict)] if isinstance(operand, list) else []


def _threshold(node: Node) -> str:
    """The number that a literal is, with its unit; "" where it is none, or only counts."""
    while kind(node) in _WRAPPERS and isinstance(node.get("operand"), dict):
        node = node["operand"]
    if kind(node) == "Quantity":
        return f"{node.get('value')} '{node.get('unit', '1')}'" if not _counts(node.get("value")) else ""
    if kind(node) == "Literal" and node.get("valueType") in _NUMBERS and not _counts(node.get("value")):
        return str(node.get("value"))
    return ""


def _counts(value: object) -> bool:
    try:
        return Decimal(str(value)) in (0, 1)
    except InvalidOperation:
        return True
