"""The url does not end in Type/id.

A canonical that ends in `/Type/id` can be followed by eye, by a file name and by a server's address alike. When the
two differ, a reader who searches for one finds the other, and tools that take the type of an action's definition from
its url (the reference engine does) fail.

```yaml bad
resourceType: Library
id: ImdIgInitiate
url: http://example.org/Library/ig-initiate
description: The logic of starting immunoglobulin.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
```

```yaml good
resourceType: Library
id: ImdIgInitiate
url: http://example.org/Library/ImdIgInitiate
description: The logic of starting immunoglobulin.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
```

https://hl7.org/fhir/R4/resource.html#canonical
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule


@rule(on="*", severity=Severity.ERROR, since="0.1", scope="project")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """The url of a definition ends in its type and id."""
    own = resource.resource
    if own.type == "NamingSystem" or not own.url or not own.id or own.url.endswith(f"/{own.key}"):
        return
    where = resource["url"] if "url" in own.authored else resource
    base = catalog.base or "http://example.org"
    yield Finding(where, f"the url {own.url} does not end in /{own.key}", f"write {base}/{own.key}, or change the id")
