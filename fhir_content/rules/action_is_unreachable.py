"""An action can never happen.

Its conditions, and those of the actions above it, contradict each other: one asks for what another rules out. The row
of the guideline that it stands for is then never proposed to anybody. Only what the logic itself shows is reported:
`fhir-content prove` looks further.

```yaml bad
resourceType: PlanDefinition
id: example
description: When to start.
status: active
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: held-back
    title: Held back
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: Stop}
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
      define "Stop": exists [Condition: "anaphylaxis"]
      define "Start": not "Stop" and exists [Condition: "CVID"]
      define "Refer": exists [Condition: "CVID"]
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Stop
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression: {type: Exists, operand: {type: Retrieve, dataType: "{http://hl7.org/fhir}Condition", id: a}}
            - name: Start
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression:
                type: And
                operand:
                  - {type: Not, operand: {type: ExpressionRef, name: Stop}}
                  - {type: Exists, operand: {type: Retrieve, dataType: "{http://hl7.org/fhir}Condition", id: b}}
            - name: Refer
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression: {type: Exists, operand: {type: Retrieve, dataType: "{http://hl7.org/fhir}Condition", id: b}}
```

```yaml good
resourceType: PlanDefinition
id: example
description: When to start.
status: active
library: [http://example.org/Library/Ig|1.0.0]
action:
  - id: held-back
    title: Held back
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: Stop}
    action:
      - id: start
        title: Start immunoglobulin replacement
        condition:
          - kind: applicability
            expression: {language: text/cql-identifier, expression: Refer}
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
      define "Stop": exists [Condition: "anaphylaxis"]
      define "Start": not "Stop" and exists [Condition: "CVID"]
      define "Refer": exists [Condition: "CVID"]
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Stop
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression: {type: Exists, operand: {type: Retrieve, dataType: "{http://hl7.org/fhir}Condition", id: a}}
            - name: Start
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression:
                type: And
                operand:
                  - {type: Not, operand: {type: ExpressionRef, name: Stop}}
                  - {type: Exists, operand: {type: Retrieve, dataType: "{http://hl7.org/fhir}Condition", id: b}}
            - name: Refer
              resultTypeName: "{urn:hl7-org:elm-types:r1}Boolean"
              expression: {type: Exists, operand: {type: Retrieve, dataType: "{http://hl7.org/fhir}Condition", id: b}}
```

https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.condition
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import actions, named
from fhir_content.rules._expressions import Named, named_expressions
from fhir_content.rules._facts import Facts, facts


@rule(on="PlanDefinition", severity=Severity.ERROR, since="0.1")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """No action's conditions exclude each other, or those above it."""
    known = {each.element.path: each for each in named_expressions(plan, catalog)}
    reported: list[tuple[str | int, ...]] = []
    for action in actions(plan):
        if any(action.path[: len(path)] == path for path in reported):
            continue
        conflict = _conflict(action, known, catalog)
        if conflict:
            reported.append(action.path)
            message = f"{named(action)} can never happen: {conflict}"
            yield Finding(action, message, "correct one of the conditions, or remove the action")


def _conflict(action: Element, known: dict[tuple[str | int, ...], Named], catalog: Catalog) -> str:
    """What contradicts what among the conditions of an action and of those above it; "" where nothing does."""
    together = Facts()
    for end in range(2, len(action.path) + 1, 2):
        for condition in action.resource.at(action.path[:end]).each("condition"):
            expression = known.get((*condition.path, "expression"))
            if expression is None or expression.statement is None or condition.text("kind") != "applicability":
                continue
            library, node = expression.statement
            conflict = together.add(facts(library, node, catalog), expression.name)
            if conflict:
                return conflict
    return ""
