"""A condition can be null.

When a result is missing, a comparison with it is neither true nor false. The reference engine takes null as "no": a
patient whose IgG was never measured looks like one who needs nothing. Say what a missing input means, with
`Coalesce(..., false)`, and ask for the input in an action of its own.

```yaml bad
resourceType: PlanDefinition
id: example
description: When to start.
status: active
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: start
    title: Start immunoglobulin replacement
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: Start}
---
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
      define "IgG": null as Decimal
      define "Start": "IgG" < "Low IgG"
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Start
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression:
                type: Less
                operand: [{type: ExpressionRef, name: IgG}, {type: ExpressionRef, name: Low IgG}]
```

```yaml good
resourceType: PlanDefinition
id: example
description: When to start.
status: active
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: start
    title: Start immunoglobulin replacement
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: Start}
---
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
      define "Start": Coalesce("IgG" < "Low IgG", false)
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Start
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression:
                type: Coalesce
                operand:
                  - type: Less
                    operand: [{type: ExpressionRef, name: IgG}, {type: ExpressionRef, name: Low IgG}]
                  - {type: Literal, valueType: "{urn:hl7-org:elm-types:r1}Boolean", value: "false"}
```

https://cql.hl7.org/09-b-cqlreference.html#coalesce
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._expressions import named_expressions
from fhir_content.rules._nullability import can_be_null


@rule(on="PlanDefinition", severity=Severity.WARNING, since="0.1", scope="project")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each condition is true or false whatever is missing, where the compiled library shows it."""
    for named in named_expressions(plan, catalog):
        if "condition" in named.element.path and named.statement is not None and can_be_null(*named.statement, catalog):
            message = f"the condition `{named.name}` can be null"
            yield Finding(named.element["expression"], message, "wrap it in Coalesce(..., false) in the CQL")
