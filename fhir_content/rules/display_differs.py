"""A display is not that of the code.

When the words and the code disagree, one of them is wrong, and only the words are read in review: the code that runs
may mean something else. Displays are compared with the code systems that are here; case does not count.

```yaml bad
resourceType: ActivityDefinition
id: example
status: active
code: {coding: [{system: http://example.org/CodeSystem/words, code: igg, display: Measure IgM}]}
---
resourceType: CodeSystem
id: words
url: http://example.org/CodeSystem/words
status: active
content: complete
concept: [{code: igg, display: Measure IgG}]
```

```yaml good
resourceType: ActivityDefinition
id: example
status: active
code: {coding: [{system: http://example.org/CodeSystem/words, code: igg, display: Measure IgG}]}
---
resourceType: CodeSystem
id: words
url: http://example.org/CodeSystem/words
status: active
content: complete
concept: [{code: igg, display: Measure IgG}]
```

https://hl7.org/fhir/R4/datatypes-definitions.html#Coding.display
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elements import coded
from fhir_content.terminology import terminology


@rule(on="*", severity=Severity.WARNING, since="0.1", code="code-invalid")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each display is the code's own, or one of its designations."""
    for element in coded(resource.resource):
        system = element.text("system")
        for concept in (element, *element.each("concept")):
            display = concept.text("display")
            known = _displays(system, concept.text("code"), catalog) if display else []
            if known and display.casefold() not in {each.casefold() for each in known}:
                message = f"the display of `{concept.text('code')}` is `{known[0]}`, not `{display}`"
                yield Finding(concept["display"], message, f"write `{known[0]}`, or the code that is meant")


def _displays(system: str, code: str, catalog: Catalog) -> list[str]:
    """The words that a code goes by in its system; none where the system or the code is not here."""
    known = terminology(catalog).code_system(system)
    concept = known.concepts.get(code) if known is not None else None
    if concept is None:
        return []
    held = concept.get("designation")
    others = [str(each.get("value", "")) for each in held if isinstance(each, dict)] if isinstance(held, list) else []
    return [word for word in (str(concept.get("display") or ""), *others) if word]
