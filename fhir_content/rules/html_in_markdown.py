"""Markdown holds HTML.

A text that many readers render as a web page is no place for tags: a `<script>` runs in the clinician's browser, and a
viewer that removes tags removes what they hold. Write markdown, which needs none. Words in angle brackets that are no
HTML tag, such as `<dose>`, are left alone.

```yaml bad
resourceType: ActivityDefinition
id: example
status: active
description: Give <b>slowly</b>.
```

```yaml good
resourceType: ActivityDefinition
id: example
status: active
description: Give **slowly**; below 5 mL/h if IgG < 4 g/L.
```

https://hl7.org/fhir/R4/datatypes.html#markdown
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Element
from fhir_content.rule import Finding, rule
from fhir_content.structure import Structure, definitions

_TAGS = (
    "a abbr article aside audio b base body br button canvas caption center code col dd del details div dl dt "
    "em embed fieldset figure font footer form frame h1 h2 h3 h4 h5 h6 head header hr html i iframe img input "
    "ins kbd label li link main map mark math menu meta nav noscript object ol option p param picture pre q s "
    "samp script section select small source span strike strong style sub summary sup svg table tbody td "
    "template textarea tfoot th thead title tr u ul var video "
)
_TAG = re.compile(rf"</?(?:{'|'.join(_TAGS.split())})(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)


@rule(on="*", severity=Severity.ERROR, since="0.1", code="invalid")
def check(resource: Element, catalog: Catalog) -> Iterator[Finding]:
    """No markdown element has a tag, outside what it quotes as code."""
    structure = definitions().structure(resource.resource.type)
    if structure is not None:
        yield from _below(resource, structure)


def _below(element: Element, structure: Structure) -> Iterator[Finding]:
    if not isinstance(element.value, dict):
        return
    for name in element.value:
        child = structure.children.get(name)
        if child is None:
            continue
        for each in element.each(name):
            if child.type == "markdown":
                yield from _tags(each)
            elif isinstance(each.value, dict):
                held = definitions().structure(each.text("resourceType")) if child.type == "Resource" else None
                yield from _below(each, held or child.structure)


def _tags(element: Element) -> Iterator[Finding]:
    text = element.value if isinstance(element.value, str) else ""
    found = _TAG.search(_without_code(text)) if "<" in text else None
    if found:
        message = f"the markdown holds the HTML tag `{found.group()[:40]}`"
        yield Finding(element, message, "write it as markdown, or as `code` when the tag itself is meant")


def _without_code(text: str) -> str:
    """The text outside backquotes, where they come in pairs."""
    parts = text.split("`")
    return " ".join(parts[::2]) if len(parts) % 2 else text
