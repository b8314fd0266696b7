"""A recommendation names no evidence.

Whoever reads a recommendation must be able to judge what it rests on. A PlanDefinition that recommends something (an
event-condition-action rule, or one of the CPG recommendation profile) cites its sources as `relatedArtifact` of type
`citation`, with a label, a sentence to display and a link.

```yaml bad
resourceType: PlanDefinition
id: example
description: When to start immunoglobulin replacement.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/plan-definition-type, code: eca-rule}]}
```

```yaml good
resourceType: PlanDefinition
id: example
description: When to start immunoglobulin replacement.
status: active
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/plan-definition-type, code: eca-rule}]}
relatedArtifact:
  - {type: citation, label: R5, display: Work group report 2022, url: https://pubmed.ncbi.nlm.nih.gov/35176351}
action:
  - id: start
    title: Start immunoglobulin replacement
```

https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.relatedArtifact
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._recommendation import is_recommendation


@rule(on="PlanDefinition", severity=Severity.ERROR, since="0.1", scope="project")
def check(plan: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each recommendation cites something."""
    cited = any(artifact.text("type") == "citation" for artifact in plan.each("relatedArtifact"))
    if is_recommendation(plan) and not cited:
        way_out = "add a relatedArtifact of type citation with its display and url, or say plainly that there is none"
        yield Finding(plan, "this recommendation cites no evidence", way_out)
