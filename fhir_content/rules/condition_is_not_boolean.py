"""A condition is not true or false.

An applicability condition must be a Boolean. The reference engine takes a number, a text or null as "no", a list as
"yes" when its first member is true: the pathway then fires, or stays silent, for a reason that nobody wrote.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: start
    title: Start immunoglobulin replacement
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: IgG}
---
resourceType: Library
id: Ig
url: http://example.org/Library/Ig
version: 1.0.0
name: Ig
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library Ig version '1.0.0'
      define "IgG": 4 'g/L'
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: IgG
              resultTypeName: "{urn:hl7-org:elm-types:r1}Quantity"
              expression: {type: Quantity, value: 4, unit: g/L}
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: start
    title: Start immunoglobulin replacement
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: IgG Is Low}
---
resourceType: Library
id: Ig
url: http://example.org/Library/Ig
version: 1.0.0
name: Ig
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library Ig version '1.0.0'
      define "IgG Is Low": true
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: IgG Is Low
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression: {type: Literal, valueType: "{urn:hl7-org:elm-types:r1}Boolean", value: "true"}
```

https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.condition.expression
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elm import FHIR, SYSTEM
from fhir_content.rules._expressions import named_expressions

_BOOLEAN = (f"{SYSTEM}Boolean", f"{FHIR}boolean")


@rule(on="PlanDefinition", severity=Severity.ERROR, since="0.1", code="invalid")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each condition is Boolean, where the compiled library says what it is."""
    for named in named_expressions(plan, catalog):
        if "condition" not in named.element.path or named.statement is None:
            continue
        _, node = named.statement
        specifier = node.get("resultTypeSpecifier")
        kind = str(node.get("resultTypeName") or (specifier.get("type") if isinstance(specifier, dict) else "") or "")
        if kind and kind not in _BOOLEAN:
            shown = kind.rpartition("}")[2].replace("TypeSpecifier", "")
            message = f"the condition `{named.name}` is of type {shown}, not Boolean"
            yield Finding(named.element["expression"], message, "name a definition that is true or false, never null")
