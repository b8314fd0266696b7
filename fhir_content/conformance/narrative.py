"""Narrative: well-formed XHTML of the few elements and attributes that FHIR allows, with something to read in it.

https://hl7.org/fhir/R4/narrative.html
"""

from __future__ import annotations

from xml.parsers import expat

from fhir_content.conformance.walk import Walk
from fhir_content.issue import Severity
from fhir_content.source import Json, Path
from fhir_content.structure import Child

XHTML = "http://www.w3.org/1999/xhtml"
_ELEMENT_NAMES = """
    a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3
    h4 h5 h6 hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var
"""
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
# HTML 4.0 chapter 15 has them, the list of txt-1 does not.
_PRESENTATIONAL = frozenset({"center", "font", "s", "strike", "u"})
_ATTRIBUTE_NAMES = """
    abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset
    cite class clear colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name
    nowrap rel rev rowspan rules scope shape span src start style summary tabindex title type valign value vspace
    width xmlns
"""
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_HELP = "keep to the basic formatting elements of FHIR's narrative: no scripts, forms, frames, events or style sheets"
_ENTITY_HELP = "write the character itself, or &#160; and the like: XML has no names but amp, lt, gt, quot and apos"


class _Reader:
    """Reads one div and notes what is not allowed, once for each name."""

    def __init__(self) -> None:
        self.problems: dict[str, Severity] = {}
        self.has_content = False
        self.ids: set[str] = set()
        self.local_links: list[str] = []
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.ProcessingInstructionHandler = self._instruction

    def read(self, text: str) -> None:
        try:
            self._parser.Parse(text.strip().encode(), True)
        except expat.ExpatError as error:
            what = expat.errors.messages.get(error.code, expat.ErrorString(error.code))
            self.note(
                f"the div is not well-formed XHTML: {what} (line {error.lineno}, column {error.offset + 1} of it)"
            )
        except UnicodeEncodeError:
            self.note("the div holds half of a surrogate pair, which is no character")

    def note(self, problem: str, severity: Severity = Severity.ERROR) -> None:
        if len(self.problems) < 20:
            self.problems.setdefault(problem, severity)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth == 0 and (name != "div" or attributes.get("xmlns") != XHTML):
            self.note(f'the narrative must be one <div xmlns="{XHTML}">')
        self._depth += 1
        if name in _PRESENTATIONAL:
            self.note(f"<{name}> is presentation only and not known to all readers of narrative", Severity.WARNING)
        elif name not in _ELEMENTS:
            self.note(f"the element <{name}> is not allowed in a narrative")
        for key, value in attributes.items():
            self._attribute(name, key, value)
        self.has_content = self.has_content or (name == "img" and bool(attributes.get("src")))

    def _attribute(self, name: str, key: str, value: str) -> None:
        if key not in _ATTRIBUTES and not key.startswith(("xml:", "xmlns:")):
            self.note(f"the attribute {key} of <{name}> is not allowed in a narrative")
        elif key in {"href", "src", "cite", "longdesc"}:
            if value.strip().lower().startswith(("javascript:", "vbscript:")):
                self.note(f"the attribute {key} of <{name}> holds a script")
            elif key == "href" and value.startswith("#") and len(value) > 1:
                self.local_links.append(value[1:])
        elif key == "id" or (key == "name" and name == "a"):
            self.ids.add(value)

    def _end(self, name: str) -> None:
        del name
        self._depth -= 1

    def _text(self, text: str) -> None:
        self.has_content = self.has_content or bool(text.strip())

    def _instruction(self, target: str, data: str) -> None:
        del data
        self.note(f"the processing instruction <?{target}?> is not allowed in a narrative")


def check(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """The issues of one `div`."""
    del child
    if not isinstance(value, str):
        return
    if "<!DOCTYPE" in value or "<!ENTITY" in value:  # before any parser sees it: entities can grow without bound
        walk.report(path, "narrative", "a document type declaration is not allowed in a narrative", _HELP)
        return
    reader = _Reader()
    reader.read(value)
    for problem, severity in reader.problems.items():
        help = _ENTITY_HELP if "undefined entity" in problem else _HELP
        walk.report(path, "narrative", f"div: {problem}", help, severity=severity)
    if not reader.problems and not reader.has_content:
        help = "say in words what the resource says, or leave the narrative out"
        walk.report(path, "narrative", "div: the narrative has no text and no image", help, code="invariant")
    contained = walk.scope.root.data.get("contained")
    inner = contained if isinstance(contained, list) else []
    ids = {str(each.get("id")) for each in inner if isinstance(each, dict)}
    for link in dict.fromkeys(reader.local_links):
        if link not in reader.ids and link not in ids and ("", link) not in walk.scope.ids:
            message = f"div: the link #{link} leads to nothing in this narrative"
            help = "give the place it should lead to this id"
            walk.report(path, "narrative", message, help, severity=Severity.WARNING, code="not-found")
