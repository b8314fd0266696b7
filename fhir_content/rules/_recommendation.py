"""Which PlanDefinitions recommend something."""

from __future__ import annotations

from fhir_content.resource import Element

_PROFILE = "/StructureDefinition/cpg-recommendationdefinition"


def is_recommendation(plan: Element) -> bool:
    """Whether a plan is an event-condition-action rule, or claims the CPG profile of a recommendation."""
    kind = plan.get("type")
    codes = {coding.text("code") for coding in kind.each("coding")} if kind else set()
    meta = plan.get("meta")
    profiles = [str(profile.value) for profile in meta.each("profile")] if meta else []
    return "eca-rule" in codes or any(profile.partition("|")[0].endswith(_PROFILE) for profile in profiles)
