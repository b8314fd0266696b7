"""A code is not confirmed.

A wrong code is worse than none: it fires for the wrong patients. Each code of an external system carries the level at
which it was confirmed (extension `...-code-level`: A official release, B published mapping, C cross-reference only).
A code of level C, or of no level in a value set that records levels, has to be confirmed before it decides anything.

```yaml bad
resourceType: ValueSet
id: example
description: SCID.
status: active
copyright: SNOMED CT, copyright IHTSDO.
compose:
  include:
    - system: http://snomed.info/sct
      concept:
        - code: "31323000"
          extension: [{url: http://example.org/StructureDefinition/example-code-level, valueCode: C}]
```

```yaml good
resourceType: ValueSet
id: example
description: SCID.
status: active
copyright: SNOMED CT, copyright IHTSDO.
compose:
  include:
    - system: http://snomed.info/sct
      concept:
        - code: "31323000"
          extension: [{url: http://example.org/StructureDefinition/example-code-level, valueCode: A}]
```

https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.include.concept
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elements import coded
from fhir_content.rules._index import per_catalog

_LEVEL = "-code-level"
_NEEDS_LEVEL = frozenset(
    {
        *("http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"),
        *("http://hl7.org/fhir/sid/cvx", "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"),
    }
)
_WAY_OUT = "look it up in a browser of the system and record level A or B, or use text with a local code"


@rule(on="*", severity=Severity.WARNING, since="0.1", scope="project")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each external code is confirmed, in a package that records levels."""
    has_levels = _has_levels(catalog)
    for system, concept in _concepts(resource):
        level = next((each.text("valueCode") for each in concept.each("extension") if _is_level(each)), "")
        code = concept.text("code")
        if system in _NEEDS_LEVEL and (level == "C" or (not level and has_levels)):
            what = "confirmed by cross-reference only (level C)" if level else "of no recorded level"
            yield Finding(concept, f"the code {code} of {system} is {what}", _WAY_OUT)


@per_catalog
def _has_levels(catalog: Catalog) -> bool:
    return any(each.url.endswith(_LEVEL) for each in catalog.of("StructureDefinition"))


def _is_level(extension: Element) -> bool:
    return extension.text("url").endswith(_LEVEL)


def _concepts(resource: Element) -> Iterator[tuple[str, Element]]:
    """Every code with its system: of a Coding, or of a concept listed in a value set."""
    for element in coded(resource.resource):
        system = element.text("system")
        if element.text("code") and "value" not in (element.value or {}):  # type: ignore[operator]
            if "expansion" not in element.path:
                yield system, element
        else:
            yield from ((system, concept) for concept in element.each("concept"))
