"""Two value sets share some of their codes.

When two lists overlap and neither contains the other, one record counts for both: a product is intravenous and
subcutaneous at once, a count is one too high. That may be meant; look at each pair once, and allow it with the reason.
The value set of a whole code system (CodeSystem.valueSet) is no such list.

```yaml bad
resourceType: ValueSet
id: by-vein
description: Products by vein.
status: active
compose: {include: [{system: http://example.org/CodeSystem/words, concept: [{code: a}, {code: b}]}]}
---
resourceType: ValueSet
id: under-skin
description: Products under the skin.
status: active
compose: {include: [{system: http://example.org/CodeSystem/words, concept: [{code: b}, {code: c}]}]}
```

```yaml good
resourceType: ValueSet
id: by-vein
description: Products by vein.
status: active
compose: {include: [{system: http://example.org/CodeSystem/words, concept: [{code: a}, {code: b}]}]}
---
resourceType: ValueSet
id: any-way
description: Products in any way.
status: active
compose: {include: [{system: http://example.org/CodeSystem/words, concept: [{code: a}, {code: b}, {code: c}]}]}
```

https://hl7.org/fhir/R4/valueset.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element, Resource
from fhir_content.rule import Finding, rule
from fhir_content.rules._codes import code_lists, lists_by_code
from fhir_content.rules._index import per_catalog
from fhir_content.rules._wording import listed

_MOST = 20  # value sets looked at for one code: pairs grow with the square


@rule(on="ValueSet", severity=Severity.INFORMATION, since="0.1", scope="project")
def check(value_set: Element, catalog: Catalog) -> Iterator[Finding]:
    """Tell once of each pair of lists that share codes."""
    for other, shared in _overlaps(catalog).get(id(value_set.resource), ()):
        where = other.location(("id",))
        message = f"{listed(shared)} of {other.key} stands here too, and neither list contains the other"
        yield Finding(value_set["id"], message, f"one record counts for both; the other is at {where}", (where,))


@per_catalog
def _overlaps(catalog: Catalog) -> dict[int, list[tuple[Resource, list[str]]]]:
    whole = {code_system.root.text("valueSet").partition("|")[0] for code_system in catalog.of("CodeSystem")}
    lists = code_lists(catalog)
    shared: dict[tuple[int, int], list[str]] = {}
    for (_, code), holders in lists_by_code(catalog).items():
        small = [index for index in holders if lists[index][0].url not in whole]
        for place, later in enumerate(small[:_MOST]):
            for earlier in small[:place]:
                shared.setdefault((earlier, later), []).append(code)
    found: dict[int, list[tuple[Resource, list[str]]]] = {}
    for (earlier, later), codes in sorted(shared.items()):
        if not (lists[earlier][1] <= lists[later][1] or lists[later][1] <= lists[earlier][1]):
            found.setdefault(id(lists[later][0]), []).append((lists[earlier][0], codes))
    return found
