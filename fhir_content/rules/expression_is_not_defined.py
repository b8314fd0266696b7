"""An expression names nothing in its library.

`text/cql-identifier` names a definition of a CQL library. When the library has none of that name, the engine cannot
decide the condition: the action is dropped and the clinician sees nothing, as if the patient did not qualify.

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
        expression: {language: text/cql-identifier, expression: Strat}
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
      define "Start": Coalesce(true, false)
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
      define "Start": Coalesce(true, false)
```

https://hl7.org/fhir/R4/metadatatypes-definitions.html#Expression.expression
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elm import defined_names
from fhir_content.rules._expressions import named_expressions
from fhir_content.rules._wording import did_you_mean

# a definition of an included library, which only some engines look up
_QUALIFIED = re.compile(r"""(?:[A-Za-z_]\w*|[^"]*")\.(?:[A-Za-z_]\w*|"[^"]*"?)""")


@rule(on="*", severity=Severity.ERROR, since="0.1", code="not-found")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each name is defined in the library, where the library's content is here."""
    for named in named_expressions(resource, catalog):
        known = [defined_names(library) for library in named.libraries]
        if not all(known) or any(named.name in names for names in known) or _QUALIFIED.fullmatch(named.name):
            continue
        where = ", ".join(library.name or library.id for library in named.libraries)
        way_out = did_you_mean(named.name, frozenset().union(*known)) or f"define it in {where}"
        yield Finding(named.element["expression"], f"{where} does not define `{named.name}`", way_out)
