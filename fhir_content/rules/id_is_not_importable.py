"""A server will refuse or change the id.

Content is imported with `PUT Type/id`, so that an update replaces and never duplicates. That needs an id in every
resource; servers refuse one made of digits alone (those are the ones they give out themselves), and a file system or
server that ignores case takes two ids that differ only in case for one.

```yaml bad
resourceType: ActivityDefinition
id: "21"
description: Measures IgG in serum.
status: active
```

```yaml good
resourceType: ActivityDefinition
id: imd-21
description: Measures IgG in serum.
status: active
```

https://hl7.org/fhir/R4/resource.html#id
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element, Resource
from fhir_content.rule import Finding, rule
from fhir_content.rules._index import per_catalog


@rule(on="*", severity=Severity.ERROR, since="0.1", scope="project")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """The id is there, has a letter, and is told apart without looking at case."""
    own = resource.resource
    if not own.id:
        if "id" not in own.data:
            yield Finding(resource, f"this {own.type} has no id", "give it an id: Type-id.yaml is the file's name too")
        return
    if not any(letter.isalpha() for letter in own.id):
        message = f"the id `{own.id}` has no letter: servers keep such ids for themselves"
        yield Finding(resource["id"], message, f"put letters before it, as in imd-{own.id}")
    first = _first_of_spelling(catalog)[own.key.lower()]
    if first.id != own.id:
        message = f"the id `{own.id}` differs from `{first.id}` only in case"
        where = first.location(("id",))
        yield Finding(resource["id"], message, f"give one of them another id; the other is at {where}", (where,))


@per_catalog
def _first_of_spelling(catalog: Catalog) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for resource in catalog:
        found.setdefault(resource.key.lower(), resource)
    return found
