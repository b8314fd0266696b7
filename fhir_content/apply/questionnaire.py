"""The questions that a plan asks: a Questionnaire item for each profile that an action's input names.

https://hl7.org/fhir/R4/questionnaire.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fhir_content.apply.messages import Messages
from fhir_content.catalog import Catalog
from fhir_content.resource import Element
from fhir_content.source import Json


@dataclass(slots=True)
class Questions:
    """The items asked so far, one for each profile."""

    items: dict[str, dict[str, Json]] = field(default_factory=dict)

    def ask(self, action: Element, catalog: Catalog, messages: Messages) -> None:
        """Add an item for each input of the action that names a profile."""
