"""A generated narrative: what a person sees who opens the resource on a server.

XHTML of the allowed elements only, everything from the resource escaped. https://hl7.org/fhir/R4/narrative.html
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from fhir_content.resource import Element, Resource
from fhir_content.source import Json

NOT_SIGNED_OFF = "No clinician has signed this content off. It is for evaluation, not for the care of patients."

_WITHOUT_NARRATIVE = frozenset({"Binary", "Bundle", "Parameters"})
_MAX_ROWS = 200


def narrative(resource: Resource) -> dict[str, Json]:
    """`text` as an element to add; nothing for the types that have no narrative."""
    if resource.type in _WITHOUT_NARRATIVE:
        return {}
    body = "".join(_paragraphs(resource))
    return {"text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{body}</div>'}}


def is_signed_off(resource: Resource) -> bool:
    """Whether the resource says that someone approved it for use."""
    return bool(resource.root.text("approvalDate")) and resource.data.get("experimental") is not True


def _paragraphs(resource: Resource) -> Iterator[str]:
    root = resource.root
    title = root.text("title") or resource.name or resource.key
    yield f"<h2>{_safe(title)}</h2><p>{_safe(f'{resource.key} {resource.version}')}</p>"
    if resource.url and not is_signed_off(resource):
        yield f"<p><b>{NOT_SIGNED_OFF}</b></p>"
    for name in ("description", "purpose", "usage"):
        if root.text(name):
            yield f"<p>{_safe(root.text(name))}</p>"
    yield from _list(_safe(_title(action)) for action in root.each("action"))
    yield from _list(_safe(item.text("text")) for item in root.each("item"))
    yield from _list(_codes(root))
    if root.text("copyright"):
        yield f"<p>{_safe(root.text('copyright'))}</p>"


def _title(action: Element) -> str:
    return ": ".join(text for text in (action.text("title"), action.text("description")) if text)


def _codes(root: Element) -> Iterator[str]:
    compose = root.get("compose")
    for include in compose.each("include") if compose else ():
        for concept in include.each("concept"):
            yield f"{_safe(concept.text('code'))} {_safe(concept.text('display'))} ({_safe(include.text('system'))})"
    if root.resource.type == "CodeSystem":
        for concept in root.each("concept"):
            yield f"{_safe(concept.text('code'))} {_safe(concept.text('display'))}"


def _list(rows: Iterator[str]) -> Iterator[str]:
    listed = [row for row in rows if row.strip()]
    if listed:
        more = f"<li>and {len(listed) - _MAX_ROWS} more</li>" if len(listed) > _MAX_ROWS else ""
        yield "<ul>" + "".join(f"<li>{row}</li>" for row in listed[:_MAX_ROWS]) + f"{more}</ul>"


def _safe(text: str) -> str:
    """Escaped for XHTML; characters that XML 1.0 has no place for are left out."""
    allowed = (letter for letter in " ".join(text.split()) if letter >= " " and letter not in "\ufffe\uffff")
    return escape("".join(allowed))
