"""A value set holds no code.

A condition that asks for a code of an empty value set is false for every patient, without an error anywhere: the
pathway is silent for all of them.

```yaml bad
resourceType: ValueSet
id: example
status: active
compose:
  include: [{system: http://example.org/CodeSystem/words, concept: [{code: igg}]}]
  exclude: [{system: http://example.org/CodeSystem/words, concept: [{code: igg}]}]
```

```yaml good
resourceType: ValueSet
id: example
status: active
compose:
  include: [{system: http://example.org/CodeSystem/words, concept: [{code: igg}]}]
```

https://hl7.org/fhir/R4/valueset.html#compositions
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._codes import listed_codes

_WAY_OUT = "list the codes, or remove the value set and what asks for it"


@rule(on="ValueSet", severity=Severity.WARNING, since="0.1")
def check(value_set: Element, catalog: Catalog) -> Iterator[Finding]:
    """What is listed is not all excluded again; where nothing is composed, something is expanded."""
    compose, expansion = value_set.get("compose"), value_set.get("expansion")
    if compose is None and expansion is None:
        yield Finding(value_set, "there is neither a compose nor an expansion", _WAY_OUT)
    elif compose is not None and listed_codes(value_set.resource) == frozenset():
        yield Finding(compose, "everything that is included is excluded again", _WAY_OUT, on_key=True)
    elif compose is None and expansion is not None and not expansion.get("contains"):
        yield Finding(expansion, "the expansion holds no code", _WAY_OUT, on_key=True)
