"""A value set has an expansion but no definition.

An expansion without `compose` cannot be checked or renewed, and HAPI expands such a value set to nothing, with a
success code: the condition that uses it is then false for every patient. Keep the compose beside the expansion.

```yaml bad
resourceType: ValueSet
id: example
status: active
copyright: LOINC, Regenstrief Institute.
expansion:
  timestamp: "2026-01-01"
  contains: [{system: http://loinc.org, code: 2465-3}]
```

```yaml good
resourceType: ValueSet
id: example
status: active
copyright: LOINC, Regenstrief Institute.
compose:
  include: [{system: http://loinc.org, concept: [{code: 2465-3}]}]
expansion:
  timestamp: "2026-01-01"
  contains: [{system: http://loinc.org, code: 2465-3}]
```

https://hl7.org/fhir/R4/valueset.html#expansion
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule


@rule(on="ValueSet", severity=Severity.WARNING, since="0.1")
def check(value_set: Element, catalog: Catalog) -> Iterator[Finding]:
    """An expansion has the compose that it was made from beside it."""
    if value_set.get("expansion") and not value_set.get("compose"):
        message = "there is an expansion but no compose: some servers expand this to nothing"
        yield Finding(value_set["expansion"], message, "add the compose from which it was expanded", on_key=True)
