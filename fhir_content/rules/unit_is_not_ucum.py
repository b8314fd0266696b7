"""A unit is not UCUM.

A quantity that claims UCUM as its system must carry a UCUM code, in which case matters: `mg/kg` is one, `mg per kg`,
`MG/KG` and `mcg` are not. A receiver that converts units refuses the quantity or, worse, ignores it.

```yaml bad
resourceType: Observation
id: example
status: final
code: {text: IgG}
valueQuantity: {value: 3.8, unit: g/L, system: "http://unitsofmeasure.org", code: gram/litre}
```

```yaml good
resourceType: Observation
id: example
status: final
code: {text: IgG}
valueQuantity: {value: 3.8, unit: g/L, system: "http://unitsofmeasure.org", code: g/L}
```

https://hl7.org/fhir/R4/datatypes.html#Quantity
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content import ucum
from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.rules._elements import coded
from fhir_content.rules._wording import did_you_mean

# how units are written by hand, and what UCUM calls them
_COMMON = {
    "days": "d", "day": "d", "hours": "h", "hour": "h", "minutes": "min", "weeks": "wk", "week": "wk", "months": "mo",
    "month": "mo", "years": "a", "year": "a", "mcg": "ug", "mcg/kg": "ug/kg", "IU": "[IU]", "IU/mL": "[IU]/mL",
    "IU/L": "[IU]/L", "mmHg": "mm[Hg]", "gram/litre": "g/L", "mg/l": "mg/L", "degC": "Cel", "C": "Cel",
}  # fmt: skip


@rule(on="*", severity=Severity.ERROR, since="0.1", code="code-invalid")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each code said to be of UCUM is a unit of UCUM."""
    for element in coded(resource.resource):
        if element.text("system") != ucum.SYSTEM:
            continue
        code = element.text("code")
        if code and not ucum.is_valid(code):
            certain = _COMMON.get(code, "")
            near = f"did you mean `{certain}`?" if certain else did_you_mean(code, _COMMON.values())
            way_out = near or "write a UCUM code, as in mg/kg"
            yield Finding(element["code"], f"`{code}` is not a unit of UCUM", way_out, replacement=certain)
