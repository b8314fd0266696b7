"""A list of live vaccines holds one that is not live.

A value set that says "live vaccine" decides who must not be vaccinated. CVX 206 is called live and does not replicate:
in such a list it keeps a smallpox or mpox vaccine from the patients who need it most. Any other code that is not known
as a live vaccine needs a second look.

```yaml bad
resourceType: ValueSet
id: live-vaccines
name: LiveVaccines
description: Live vaccines.
status: active
compose:
  include:
    - system: http://hl7.org/fhir/sid/cvx
      concept: [{code: "03", display: MMR}, {code: "206", display: "Vaccinia, smallpox monkeypox vaccine live"}]
```

```yaml good
resourceType: ValueSet
id: live-vaccines
name: LiveVaccines
description: Live vaccines.
status: active
compose:
  include:
    - system: http://hl7.org/fhir/sid/cvx
      concept: [{code: "03", display: MMR}, {code: "21", display: varicella}]
```

https://www2a.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=cvx
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule

_CVX = "http://hl7.org/fhir/sid/cvx"
_NOT_LIVE = {"206": "replication-deficient (MVA-BN), whatever its name says"}
# CVX codes of vaccines that replicate, by the CDC's own table
_LIVE = frozenset(
    {
        *("02", "03", "04", "05", "06", "07", "19", "21", "25", "37", "54", "55"),
        *("75", "78", "82", "94", "111", "116", "119", "121", "122", "125", "143", "149"),
        *("151", "174", "178", "179", "182", "183", "184", "190", "204", "333"),
    }
)
_NAME = re.compile(r"(?<!non-)(?<!not )\blive[- ]?(?:attenuated[- ]?)?vaccin", re.IGNORECASE)


@rule(on="ValueSet", severity=Severity.ERROR, since="0.1", scope="project")
def check(value_set: Element, catalog: Catalog) -> Iterator[Finding]:
    """Each CVX code in a list of live vaccines is one."""
    words = " ".join(value_set.text(name) for name in ("id", "title", "description"))
    if not _NAME.search(words):
        return
    compose = value_set.get("compose")
    for include in compose.each("include") if compose else ():
        if include.text("system") != _CVX:
            continue
        for concept in include.each("concept"):
            code = concept.text("code")
            if code in _NOT_LIVE:
                message = f"CVX {code} is {_NOT_LIVE[code]}"
                yield Finding(concept, message, "remove it from the live vaccines")
            elif code not in _LIVE:
                message = f"CVX {code} ({concept.text('display')}) is not known as a live vaccine"
                yield Finding(
                    concept,
                    message,
                    "look it up in the CVX table, and remove it unless it replicates",
                    severity=Severity.WARNING,
                )
