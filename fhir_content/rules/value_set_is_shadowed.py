"""Two value sets hold the same codes.

Two names for one list drift apart: a code is added to one and not to the other, and two pathways then disagree about
the same patient. Use one of them in both places.

```yaml bad
resourceType: ValueSet
id: low-igg
description: Low IgG.
status: active
compose: {include: [{system: http://example.org/CodeSystem/words, concept: [{code: a}, {code: b}]}]}
---
resourceType: ValueSet
id: igg-low
description: IgG is low.
status: active
compose: {include: [{system: http://example.org/CodeSystem/words, concept: [{code: b}, {code: a}]}]}
```

```yaml good
resourceType: ValueSet
id: low-igg
description: Low IgG.
status: active
compose: {include: [{system: http://example.org/CodeSystem/words, concept: [{code: a}, {code: b}]}]}
```

https://hl7.org/fhir/R4/valueset.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element, Resource
from fhir_content.rule import Finding, rule
from fhir_content.rules._codes import Code, code_lists
from fhir_content.rules._index import per_catalog


@rule(on="ValueSet", severity=Severity.WARNING, since="0.1", scope="project")
def check(value_set: Element, catalog: Catalog) -> Iterator[Finding]:
    """No value set repeats the codes of another one."""
    first = _first_with_codes(catalog).get(id(value_set.resource))
    if first is not None:
        where = first.location(("id",))
        message = f"exactly the codes of {first.key} are listed here again"
        yield Finding(value_set["id"], message, f"use one of the two; the other is at {where}", (where,))


@per_catalog
def _first_with_codes(catalog: Catalog) -> dict[int, Resource]:
    """For each value set that repeats another one, the first of those."""
    first: dict[frozenset[Code], Resource] = {}
    found: dict[int, Resource] = {}
    for resource, codes in code_lists(catalog):
        if first.setdefault(codes, resource) is not resource:
            found[id(resource)] = first[codes]
    return found
