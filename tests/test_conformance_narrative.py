"""Narrative: what may stand in a div."""

from __future__ import annotations

import pytest

from fhir_content import conformance
from fhir_content.issue import Issue, Severity
from fhir_content.resource import Resource

OPEN = '<div xmlns="http://www.w3.org/1999/xhtml">'


def issues(div: object) -> list[Issue]:
    data = {"resourceType": "Patient", "text": {"status": "generated", "div": div}}
    return [each for each in conformance.check(Resource.of(data)) if each.rule != "dom-6"]


@pytest.mark.parametrize(
    "inner",
    [
        "text",
        "<p>a &amp; b&#160;c <b>bold</b></p>",
        '<table class="grid"><tr><td style="width:1px" colspan="2">x</td></tr></table>',
        '<img src="#image" alt=""/>',
        '<p id="a">x</p><a href="#a">there</a>',
        "<!-- comment --><p>x</p>",
    ],
)
def test_what_is_allowed(inner: str) -> None:
    assert issues(f"{OPEN}{inner}</div>") == []


@pytest.mark.parametrize(
    ("div", "word"),
    [
        (f"{OPEN}<script>x</script></div>", "<script>"),
        (f"{OPEN}<iframe src='x'/>a</div>", "<iframe>"),
        (f'{OPEN}<p onclick="x">a</p></div>', "onclick"),
        (f'{OPEN}<a href="JavaScript:x">a</a></div>', "script"),
        (f"{OPEN}a&nbsp;b</div>", "undefined entity"),
        (f"{OPEN}a & b</div>", "not well-formed"),
        (f"{OPEN}<p>a</div>", "mismatched"),
        (f"{OPEN}  </div>", "no text"),
        (f"{OPEN}</div>", "no text"),
        ("<div>a</div>", "xmlns"),
        ("<p xmlns='http://www.w3.org/1999/xhtml'>a</p>", "xmlns"),
        ("plain", "not well-formed"),
        (f"{OPEN}a</div>{OPEN}b</div>", "junk"),
        (f"{OPEN}<?php x?>a</div>", "processing instruction"),
        (f"{OPEN}\ud800</div>", "surrogate"),
        ('<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><div>&b;</div>', "document type"),
        (f'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>{OPEN}&a;</div>', "document type"),
    ],
)
def test_what_is_not_allowed(div: str, word: str) -> None:
    (issue,) = issues(div)
    assert (issue.rule, issue.severity) == ("narrative", Severity.ERROR)
    assert issue.location.expression == "Patient.text.div"
    assert word in issue.message


def test_the_same_fault_many_times_is_one_issue() -> None:
    assert len(issues(f"{OPEN}{'<blink>x</blink>' * 1000}</div>")) == 1


def test_a_link_that_leads_nowhere_is_a_warning() -> None:
    (issue,) = issues(f'{OPEN}<a href="#nowhere">x</a></div>')
    assert issue.severity is Severity.WARNING


def test_a_div_that_is_no_text_is_a_type_error() -> None:
    assert [each.rule for each in issues(5)] == ["type"]
