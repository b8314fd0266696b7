"""A dynamicValue's value does not fit its element.

The reference engine sets whatever the expression gives: a Coding where a CodeableConcept belongs, a number where a
text does. The made resource can then not be written as JSON, and the whole answer is lost.

```yaml bad
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
library: [http://example.org/Library/Ig|1.0.0]
dynamicValue:
  - path: dosageInstruction[0].text
    expression: {language: text/cql-identifier, expression: Dose}
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
      define "Dose": 30 'g'
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Dose
              resultTypeName: "{urn:hl7-org:elm-types:r1}Quantity"
              expression: {type: Quantity, value: 30, unit: g}
```

```yaml good
resourceType: ActivityDefinition
id: example
status: active
kind: MedicationRequest
productCodeableConcept: {text: Immunoglobulin}
library: [http://example.org/Library/Ig|1.0.0]
dynamicValue:
  - path: dosageInstruction[0].doseAndRate[0].doseQuantity
    expression: {language: text/cql-identifier, expression: Dose}
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
      define "Dose": 30 'g'
  - contentType: application/elm+json
    data:
      library:
        identifier: {id: Ig, version: 1.0.0}
        statements:
          def:
            - name: Dose
              resultTypeName: "{urn:hl7-org:elm-types:r1}Quantity"
              expression: {type: Quantity, value: 30, unit: g}
```

https://hl7.org/fhir/R4/activitydefinition-definitions.html#ActivityDefinition.dynamicValue.expression
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elm import FHIR, SYSTEM, Node
from fhir_content.rules._expressions import named_expressions
from fhir_content.rules._paths import dynamic_values

# what each CQL type may become in FHIR: https://hl7.org/fhir/R4/fhirpath.html and the CQL specification's own mapping
_TEXTS = frozenset({"string", "markdown", "code", "id", "uri", "url", "canonical", "oid", "uuid", "xhtml"})
_FITS = {
    "Boolean": frozenset({"boolean"}),
    "String": _TEXTS | {"base64Binary"},
    "Integer": frozenset({"integer", "positiveInt", "unsignedInt", "decimal"}),
    "Decimal": frozenset({"decimal"}),
    "Date": frozenset({"date", "dateTime"}),
    "DateTime": frozenset({"dateTime", "instant", "date"}),
    "Time": frozenset({"time"}),
    "Quantity": frozenset({"Quantity", "SimpleQuantity", "Age", "Duration", "Count", "Distance", "Money"}),
    "Code": frozenset({"Coding", "code"}),
    "Concept": frozenset({"CodeableConcept"}),
    "Ratio": frozenset({"Ratio"}),
}


@rule(on=("ActivityDefinition", "PlanDefinition"), severity=Severity.ERROR, since="0.1", code="invalid")
def check(definition: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each computed value is of a type that its element may have, where both are known."""
    statements = {named.element.path: named.statement for named in named_expressions(definition, catalog)}
    for value in dynamic_values(definition, catalog):
        statement = statements.get((*value.element.path, "expression"))
        ends = value.ends() if value.target and value.names else ()
        allowed = {child.type for child in ends}
        given = _type(statement[1]) if statement else ""
        fits = _FITS.get(given, frozenset({given}))
        if given and allowed and not fits & allowed and not allowed & {"Element", "Resource", "*"}:
            wanted = " or ".join(sorted(allowed))
            message = f"the expression gives a {given}, but `{value.path}` is a {wanted}"
            yield Finding(
                value.element, message, f"build the {wanted} in CQL, or name the element that holds a {given}"
            )


def _type(node: Node) -> str:
    """The CQL or FHIR type of a definition, of its members where it is a list; "" where it is neither."""
    name = str(node.get("resultTypeName", ""))
    specifier = node.get("resultTypeSpecifier")
    while (
        not name
        and isinstance(specifier, dict)
        and specifier.get("type") in ("ListTypeSpecifier", "NamedTypeSpecifier")
    ):
        name = str(specifier.get("name", ""))
        specifier = specifier.get("elementType")
    known = name.startswith((SYSTEM, FHIR)) and name != f"{SYSTEM}Any"
    return name.rpartition("}")[2] if known else ""
