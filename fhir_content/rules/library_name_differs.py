"""A library goes by several names.

Engines find a CQL library by the name in its text, servers by the url of its Library: the last segment of the url, the
`name` and the CQL header must be one word, and the versions equal. Otherwise an include is not found, or another
version of the logic runs than the one that was released.

```yaml bad
resourceType: Library
id: Ig
url: http://example.org/Library/Ig
version: 1.1.0
name: Ig
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: text/cql
    data: |
      library Ig version '1.0.0'
      define "Start": true
```

```yaml good
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
      define "Start": true
```

https://hl7.org/fhir/us/cqfmeasures/measure-conformance.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element, Resource
from fhir_content.rule import Finding, rule
from fhir_content.rules._elm import cql_text
from fhir_content.translate.header import read_header

_HEAD = 20_000  # characters in which a header is looked for


@rule(on="Library", severity=Severity.WARNING, since="0.1")
def check(library: Element, catalog: Catalog) -> Iterator[Finding]:
    """Url, name and CQL header say the same name, Library and header the same version."""
    own = library.resource
    text = cql_text(own)
    if not text:
        return
    header = read_header(text[:_HEAD])
    if own.name and own.name != header.name:
        message = f"the Library is named `{own.name}`, its CQL `{header.name}`"
        yield Finding(_at(own, "name"), message, "give both the same name")
    if own.url and own.canonical.id != header.name:
        message = f"the url ends in `{own.canonical.id}`, the CQL is named `{header.name}`"
        yield Finding(_at(own, "url"), message, f"let the url end in /Library/{header.name}")
    if own.version and own.version != header.version:
        message = f"the Library is version {own.version}, its CQL says {header.version or 'none'}"
        yield Finding(_at(own, "version"), message, f"write library {header.name} version '{own.version}'")


def _at(library: Resource, name: str) -> Element:
    return library.root[name] if name in library.authored else library.root
