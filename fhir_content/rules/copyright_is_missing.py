"""A value set does not name whose codes it holds.

SNOMED CT, LOINC and others ask that content which carries their codes says so in `copyright`. Without the statement the
package may not be passed on, and a site that must have a licence is not told.

```yaml bad
resourceType: ValueSet
id: example
status: active
compose:
  include: [{system: http://loinc.org, concept: [{code: 2465-3}]}]
```

```yaml good
resourceType: ValueSet
id: example
status: active
copyright: This material contains content from LOINC, copyright Regenstrief Institute, Inc.
compose:
  include: [{system: http://loinc.org, concept: [{code: 2465-3}]}]
```

https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.copyright
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elements import coded

# system -> words of which one must stand in the copyright statement
_OWNERS = {
    "http://snomed.info/sct": ("SNOMED", "IHTSDO"),
    "http://loinc.org": ("LOINC", "Regenstrief"),
    "http://www.ama-assn.org/go/cpt": ("CPT", "American Medical Association"),
    "http://hl7.org/fhir/sid/icd-10": ("ICD-10", "World Health Organization"),
}


@rule(on=("ValueSet", "CodeSystem", "ConceptMap"), severity=Severity.WARNING, since="0.1")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """The copyright names the owner of each system that asks for it."""
    statement = resource.text("copyright")
    systems = {each.text("system") for each in coded(resource.resource)} | {
        resource.text("supplements").partition("|")[0]
    }
    for system in sorted(systems & _OWNERS.keys()):
        if not any(word in statement for word in _OWNERS[system]):
            where = resource["copyright"] if "copyright" in resource.resource.authored else resource
            message = f"the copyright does not name {_OWNERS[system][0]}, whose codes are used"
            yield Finding(where, message, f"add the statement that the owner of {_OWNERS[system][0]} asks for")
