"""A recommendation does not say how strong it is.

"Propose" and "consider" are different words for a clinician. Each root action of a recommendation cites, in its
`documentation`, the strength of the recommendation and the quality of its evidence (the extensions
cqf-strengthOfRecommendation and cqf-qualityOfEvidence on `document`).

```yaml bad
resourceType: PlanDefinition
id: example
description: When to start.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/plan-definition-type, code: eca-rule}]}
relatedArtifact: [{type: citation, display: Work group report 2022}]
action:
  - id: start
    title: Start immunoglobulin replacement
    documentation: [{type: citation, display: Work group report 2022}]
```

```yaml good
resourceType: PlanDefinition
id: example
description: When to start.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/plan-definition-type, code: eca-rule}]}
relatedArtifact: [{type: citation, display: Work group report 2022}]
action:
  - id: start
    title: Start immunoglobulin replacement
    documentation:
      - type: citation
        display: Work group report 2022
        document:
          extension:
            - url: http://hl7.org/fhir/StructureDefinition/cqf-strengthOfRecommendation
              valueCodeableConcept: {coding: [{code: weak}]}
            - url: http://hl7.org/fhir/StructureDefinition/cqf-qualityOfEvidence
              valueCodeableConcept: {coding: [{code: low}]}
```

https://hl7.org/fhir/R4/extension-cqf-strengthofrecommendation.html
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._actions import named
from fhir_content.rules._recommendation import is_recommendation

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_WANTED = {"cqf-strengthOfRecommendation": "strength", "cqf-qualityOfEvidence": "quality of evidence"}


@rule(on="PlanDefinition", severity=Severity.WARNING, since="0.1", scope="project")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each root action of a recommendation says its strength and the quality of its evidence."""
    if not is_recommendation(plan):
        return
    for action in plan.each("action"):
        said = {extension.text("url") for extension in _extensions(action)}
        missing = [word for name, word in _WANTED.items() if f"{_BASE}{name}" not in said]
        if missing:
            message = f"the recommendation {named(action)} does not say its {' and its '.join(missing)}"
            yield Finding(action, message, "add them to documentation.document as cqf extensions, or say `ungraded`")


def _extensions(action: Element) -> Iterator[Element]:
    for documentation in action.each("documentation"):
        document = documentation.get("document")
        yield from documentation.each("extension")
        if document is not None:
            yield from document.each("extension")
    yield from action.each("extension")
