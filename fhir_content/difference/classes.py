"""How much a change matters to who uses the package, in three classes, by the element that changed.

Whatever alters when a recommendation applies, or what it then proposes (a dose, a code, a threshold), is
non-compatible; the headings are those of the WHO's SMART guidelines for change logs.
"""

from __future__ import annotations

from enum import StrEnum


class Class(StrEnum):
    """Worst first."""

    NON_COMPATIBLE = "non-compatible"
    COMPATIBLE = "compatible-substantive"
    NON_SUBSTANTIVE = "non-substantive"


class Operation(StrEnum):
    """What happened to an element, in the words of FHIRPatch."""

    ADD = "add"
    DELETE = "delete"
    REPLACE = "replace"


# Words about a definition, not part of it.
_ABOUT = frozenset(
    {
        *("name", "title", "subtitle", "description", "purpose", "usage", "copyright", "publisher", "contact", "date"),
        *("author", "editor", "reviewer", "endorser", "approvalDate", "lastReviewDate", "experimental", "jurisdiction"),
        *("useContext", "topic", "identifier", "effectivePeriod", "extension"),
    }
)
_WORDING = frozenset({"display", "definition", "designation", "comment", "alias"})
_PLAN_WORDS = frozenset(
    {
        *("title", "description", "textEquivalent", "documentation", "code", "reason", "goalId", "priority", "prefix"),
        "participant",
    }
)
_COMPATIBLE = frozenset({"relatedArtifact", "goal", "dataRequirement", "parameter", "count"})


def class_of(kind: str, names: tuple[str, ...], operation: Operation) -> Class:
    """The class of a change in a resource of type `kind`, at the element of these `names` (no indexes)."""
    if not names:
        return Class.COMPATIBLE if operation is Operation.ADD else Class.NON_COMPATIBLE
    first, last = names[0], names[-1]
    if first in _ABOUT:
        return Class.NON_SUBSTANTIVE
    if first in _COMPATIBLE:
        return Class.COMPATIBLE
    if first in ("url", "status"):
        return Class.NON_COMPATIBLE
    return _BY_TYPE.get(kind, _of_other)(names, last, operation)


def _of_plan(names: tuple[str, ...], last: str, operation: Operation) -> Class:
    inside = [name for name in names if name != "action"]
    if names[0] == "action" and inside and inside[0] in _PLAN_WORDS:
        return Class.COMPATIBLE
    return Class.NON_COMPATIBLE


def _of_activity(names: tuple[str, ...], last: str, operation: Operation) -> Class:
    return Class.NON_SUBSTANTIVE if last == "display" else Class.NON_COMPATIBLE


def _of_terms(names: tuple[str, ...], last: str, operation: Operation) -> Class:
    if last in _WORDING:
        return Class.NON_SUBSTANTIVE
    only_more = names[0] == "concept" and operation is Operation.ADD
    return Class.COMPATIBLE if only_more else Class.NON_COMPATIBLE


def _of_questionnaire(names: tuple[str, ...], last: str, operation: Operation) -> Class:
    if last in ("text", "prefix") or operation is Operation.ADD:
        return Class.COMPATIBLE
    return Class.NON_COMPATIBLE


def _of_other(names: tuple[str, ...], last: str, operation: Operation) -> Class:
    return Class.NON_COMPATIBLE if names[0] == "content" else Class.COMPATIBLE


_BY_TYPE = {
    "PlanDefinition": _of_plan,
    "ActivityDefinition": _of_activity,
    "ValueSet": _of_terms,
    "CodeSystem": _of_terms,
    "ConceptMap": _of_terms,
    "Questionnaire": _of_questionnaire,
}
