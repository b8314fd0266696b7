"""The patient is read in a way that some engines see twice.

When a patient is both stored and prefetched, the `Patient` of a CQL context is a list of two: `Patient.birthDate` and
`AgeInYears()` then give null, and every rule on age is silently "no". Read the patient once, in the common library, as
`First([Patient])`, and compute the age from that birth date.

```yaml bad
resourceType: Library
id: Ig
description: Immunoglobulin.
url: http://example.org/Library/Ig
version: 1.0.0
name: Ig
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library Ig version '1.0.0'
      context Patient
      define "Adult": AgeInYears() >= 18
```

```yaml good
resourceType: Library
id: Ig
description: Immunoglobulin.
url: http://example.org/Library/Ig
version: 1.0.0
name: Ig
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library Ig version '1.0.0'
      context Patient
      define "The Patient": First([Patient])
      define "Age": years between "The Patient".birthDate.value and Today()
```

https://cql.hl7.org/02-authorsguide.html#context
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elm import cql_text, place_in_cql

_HIDDEN = re.compile(r"""//[^\n]*|/\*(?:.*?\*/|.*)|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
_TWICE = re.compile(r"\bAgeIn(?:Years|Months|Weeks|Days|Hours)(?:At)?\s*\(|(?<![\w.])Patient\s*\.\s*\w+")


@rule(on="Library", severity=Severity.WARNING, since="0.1", scope="project")
def check(library: Element, catalog: Catalog) -> Iterator[Finding]:
    """No library reads the context's patient directly."""
    text = cql_text(library.resource)
    plain = _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    for found in _TWICE.finditer(plain):
        where = place_in_cql(library.resource, text, found.start())
        message = f"`{found.group().rstrip('( ')}` is null where the patient is both stored and prefetched"
        yield Finding(library, message, "use `First([Patient])` of the common library", where=where)
