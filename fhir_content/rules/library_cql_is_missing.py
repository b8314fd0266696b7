"""A library has ELM but no CQL before it.

The reference engine always compiles `text/cql` itself and cannot load a library that has compiled ELM alone: every
condition in it is then dropped. Put `text/cql` first and the ELM beside it, for engines that can use it.

```yaml bad
resourceType: Library
id: Ig
url: http://example.org/Library/Ig
version: 1.0.0
name: Ig
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
content:
  - contentType: application/elm+json
    data: {library: {identifier: {id: Ig, version: 1.0.0}}}
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
  - contentType: application/elm+json
    data: {library: {identifier: {id: Ig, version: 1.0.0}}}
```

https://hl7.org/fhir/R4/library-definitions.html#Library.content
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule


@rule(on="Library", severity=Severity.WARNING, since="0.1")
def check(library: Element, catalog: Catalog) -> Iterator[Finding]:
    """Compiled logic never stands without, or before, its source."""
    held = list(library.each("content"))
    types = [content.text("contentType").partition(";")[0] for content in held]
    for content, kind in zip(held, types, strict=True):
        if kind in ("application/elm+json", "application/elm+xml"):
            if "text/cql" not in types:
                yield Finding(content, "there is ELM but no text/cql", "add the CQL as the first content")
                return
            if types[0] != "text/cql":
                yield Finding(held[0], "the ELM stands before the CQL", "put the text/cql content first")
                return
