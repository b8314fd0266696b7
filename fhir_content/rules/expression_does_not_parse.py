"""An expression does not parse.

An engine meets the fault only when a patient is in front of it: the action is dropped, or the whole plan fails.
FHIRPath is read in full; inline CQL is looked at for unclosed quotes and brackets and for operators without operands;
CQL libraries are read by the official translator (`fhir-content compile`).

```yaml bad
resourceType: Questionnaire
id: example
status: active
extension:
  - url: http://hl7.org/fhir/StructureDefinition/variable
    valueExpression: {language: text/fhirpath, expression: "%subject.where(active = "}
```

```yaml bad
resourceType: Questionnaire
id: example
status: active
extension:
  - url: http://hl7.org/fhir/StructureDefinition/variable
    valueExpression: {language: text/cql-expression, expression: 'exists ([Condition: "CVID"]'}
```

```yaml good
resourceType: Questionnaire
id: example
status: active
extension:
  - url: http://hl7.org/fhir/StructureDefinition/variable
    valueExpression: {language: text/fhirpath, expression: "%subject.active"}
```

https://hl7.org/fhir/R4/metadatatypes.html#Expression
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content import fhirpath
from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._cql import syntax_fault
from fhir_content.rules._expressions import CQL_LANGUAGES, expressions


@rule(on="*", severity=Severity.ERROR, since="0.1", code="invalid")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each FHIRPath and inline CQL expression can be read."""
    for element in expressions(resource):
        language, text = element.text("language"), element.text("expression")
        if language == "text/fhirpath" and "{{" not in text:  # a template is filled in before it is FHIRPath
            for fault in fhirpath.parse_errors(text):
                where = f"line {fault.line}, column {fault.column} of the expression"
                message = f"this is not FHIRPath: {fault.message} ({where})"
                # guides such as SDC add functions of their own: an engine that has them reads the expression
                severity = Severity.WARNING if fault.message.startswith("there is no function") else None
                yield Finding(element["expression"], message, _WAY_OUT, severity=severity)
        elif language in CQL_LANGUAGES:
            message, offset = syntax_fault(text)
            if message:
                where = f"character {offset + 1} of the expression"
                yield Finding(element["expression"], f"this is not CQL: {message} ({where})", _WAY_OUT)


_WAY_OUT = "mend it, or name a definition of a CQL library (text/cql-identifier)"
