"""A computed value can be null.

A dynamicValue that gives null, or an empty list, is an error in the reference engine: the request is made without its
dose, or not at all. Give a value for the case that an input is missing, or let the action's condition ask for the input
and allow this finding with that reason.

```yaml bad
resourceType: ActivityDefinition
id: example
description: Gives immunoglobulin.
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
library: [http://example.org/Library/Ig|1.0.0]
dynamicValue:
  - path: dosageInstruction[0].text
    expression: {language: text/cql-identifier, expression: Dose Text}
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
      define "Dose Text": 'Give ' + ToString(Common."Grams")
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Dose Text
              resultTypeName: "{urn:hl7-org:elm-types:r1}String"
              expression:
                type: Concatenate
                operand:
                  - {type: Literal, valueType: "{urn:hl7-org:elm-types:r1}String", value: "Give "}
                  - {type: ToString, operand: {type: ExpressionRef, name: Grams, libraryName: Common}}
```

```yaml good
resourceType: ActivityDefinition
id: example
description: Gives immunoglobulin.
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
library: [http://example.org/Library/Ig|1.0.0]
dynamicValue:
  - path: dosageInstruction[0].text
    expression: {language: text/cql-identifier, expression: Dose Text}
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
      define "Dose Text": Coalesce('Give ' + ToString(Common."Grams"), 'Dose not known')
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Dose Text
              resultTypeName: "{urn:hl7-org:elm-types:r1}String"
              expression:
                type: Coalesce
                operand:
                  - type: Concatenate
                    operand:
                      - {type: Literal, valueType: "{urn:hl7-org:elm-types:r1}String", value: "Give "}
                      - {type: ToString, operand: {type: ExpressionRef, name: Grams, libraryName: Common}}
                  - {type: Literal, valueType: "{urn:hl7-org:elm-types:r1}String", value: Dose not known}
```

https://hl7.org/fhir/R4/activitydefinition-definitions.html#ActivityDefinition.dynamicValue
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._expressions import named_expressions
from fhir_content.rules._nullability import can_be_null


@rule(on=("PlanDefinition", "ActivityDefinition"), severity=Severity.INFORMATION, since="0.1", scope="project")
def check(definition: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each computed value is there whatever is missing, where the compiled library shows it."""
    for named in named_expressions(definition, catalog):
        is_value = "dynamicValue" in named.element.path
        if is_value and named.statement is not None and can_be_null(*named.statement, catalog):
            message = f"the value `{named.name}` can be null: an error in the reference engine"
            yield Finding(
                named.element["expression"], message, "give a value for what is missing, with Coalesce or else"
            )
