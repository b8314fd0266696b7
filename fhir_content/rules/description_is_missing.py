"""A definition has no description.

The description is what a clinician, an informaticist and a search page see first. Say in plain words what the
definition is for, to whom it applies and what it does not cover.

```yaml bad
resourceType: ValueSet
id: example
title: Very low IgG
status: active
compose: {include: [{system: http://example.org/CodeSystem/tests}]}
```

```yaml good
resourceType: ValueSet
id: example
title: Very low IgG
description: The tests that report total immunoglobulin G in serum, in grams per litre.
status: active
compose: {include: [{system: http://example.org/CodeSystem/tests}]}
```

https://hl7.org/fhir/R4/metadataresource.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.canonical import DEFINITIONAL
from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule


@rule(on=tuple(sorted(DEFINITIONAL)), severity=Severity.WARNING, since="0.1", scope="project")
def check(definition: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each definition says what it is for; the shareable profiles ask it themselves of what claims them."""
    meta = definition.get("meta")
    profiles = [str(profile.value) for profile in meta.each("profile")] if meta else []
    if any("/shareable" in profile for profile in profiles):
        return
    if not definition.text("description").strip():
        message = f"this {definition.resource.type} has no description"
        yield Finding(definition, message, "say what it is for, to whom it applies, and what it does not cover")
