"""It is not clear which library an expression means.

An expression that names a CQL definition says in `reference` in which library it is, or the definition has exactly one
library. With none, every engine fails; with several, the reference engine looks in the first only.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
library: [http://example.org/Library/Common|1.0.0, http://example.org/Library/Ig|1.0.0]
action:
  - id: start
    title: Start immunoglobulin replacement
    condition:
      - kind: applicability
        expression: {language: text/cql-identifier, expression: Start}
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
        expression: {language: text/cql-identifier, expression: Start}
```

https://hl7.org/fhir/R4/metadatatypes-definitions.html#Expression.reference
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._expressions import NAME_LANGUAGES, expressions


@rule(on=("PlanDefinition", "ActivityDefinition"), severity=Severity.WARNING, since="0.1")
def check(definition: Element, catalog: Catalog) -> Iterator[Finding]:
    """One library in all, or a reference in each expression that needs one."""
    count = len(list(definition.each("library")))
    names = [each for each in expressions(definition) if each.text("language") in NAME_LANGUAGES]
    open_ones = [each for each in names if not each.get("reference")]
    if not open_ones or count == 1:
        return
    first = open_ones[0]
    if count:
        message = f"{len(open_ones)} expressions do not say which of the {count} libraries they mean"
        yield Finding(
            definition["library"], message, "keep one library, or give each expression a reference", on_key=True
        )
    else:
        message = f"no library is named in which `{first.text('expression')}` would be defined"
        yield Finding(first, message, "name it in `library`, or in the expression's reference")
