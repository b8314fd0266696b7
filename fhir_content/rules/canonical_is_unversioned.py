"""A canonical has no version.

A canonical without a version means "whichever is newest where it runs": the pathway that was reviewed and the one that
fires can differ, and nobody sees it. Write `url|version`. What FHIR itself defines has the version of FHIR; a code
system's version stands in its own element; profiles are named as their guides name them.

```yaml bad
resourceType: PlanDefinition
id: example
status: active
library:
  - http://example.org/Library/Ig
```

```yaml good
resourceType: PlanDefinition
id: example
status: active
library:
  - http://example.org/Library/Ig|1.0.0
```

https://hl7.org/fhir/R4/references.html#canonical
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule

# not canonicals with a version of their own: see the page
_ELSEWHERE = frozenset({"system", "definition", "baseDefinition", "profile", "url"})


@rule(on="*", severity=Severity.WARNING, since="0.1")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each canonical that another publisher's release could change names a version."""
    for reference in catalog.references(resource.resource):
        name = next(step for step in reversed(reference.element.path) if isinstance(step, str))
        canonical = reference.canonical
        exempt = reference.literal or name in _ELSEWHERE or canonical.url.startswith("http://hl7.org/fhir/")
        if exempt or canonical.version or not canonical.is_absolute:
            continue
        versions = sorted(version for version in catalog.versions(canonical.url) if version)
        ours = f"{canonical.url}|{versions[-1]}" if len(versions) == 1 and not canonical.fragment else ""
        way_out = f"write {ours}" if ours else "write url|version"
        yield Finding(reference.element, f"the canonical {canonical.url} names no version", way_out, replacement=ours)
