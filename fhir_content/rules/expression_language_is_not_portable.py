"""An expression is written in a way that some engines read otherwise.

The form that every engine takes is `text/cql-identifier` with the bare name of a definition. `text/cql` is a name to
the reference engine and inline CQL to others; a quoted or qualified name is not found; `text/fhirpath` is pasted into
CQL by the reference engine, so that only paths such as `%subject.gender` work. Other languages are taken for a name.

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
        expression: {language: text/cql, expression: IgG < 4 'g/L'}
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
```

https://hl7.org/fhir/R4/valueset-expression-language.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._expressions import NAME_LANGUAGES, expressions

_SIMPLE = re.compile(r"(?:%(?:subject|patient)|Patient)(?:\.[A-Za-z]+)+")
_WAY_OUT = "write the logic as a definition of the CQL library, and name it in text/cql-identifier"


@rule(on=("PlanDefinition", "ActivityDefinition"), severity=Severity.WARNING, since="0.1")
def check(definition: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each condition and computed value is the bare name of a CQL definition, or a plain path on the subject."""
    for element in expressions(definition):
        if "condition" in element.path or "dynamicValue" in element.path:
            message = _fault(element.text("language"), element.text("expression"))
            if message:
                yield Finding(element, message, _WAY_OUT)


def _fault(language: str, text: str) -> str:
    if language in NAME_LANGUAGES:
        quoted = text[:1] in ('"', "`") or '."' in text
        return "a quoted or qualified name is not found by the reference engine: write the bare name" if quoted else ""
    if language == "text/fhirpath":
        simple = _SIMPLE.fullmatch(text) or re.fullmatch(r"'[^']*'", text)
        return "" if simple else "only a plain path on %subject is FHIRPath to every engine"
    if language in ("text/cql", "text/cql-expression", "text/cql.expression"):
        return f"{language} is not read alike by all engines"
    return f"the language {language} is taken for the name of a CQL definition by the reference engine"
