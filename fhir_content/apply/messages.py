"""What went wrong while applying a definition: an OperationOutcome inside the resource that was made from it.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fhir_content.issue import Issue, Location, Severity
from fhir_content.source import Json

MESSAGES = "http://hl7.org/fhir/StructureDefinition/cqf-messages"


@dataclass(slots=True)
class Messages:
    """The findings of one definition, each once."""

    definition: str
    location: Location = field(default_factory=Location)
    issues: list[Issue] = field(default_factory=list)

    def error(self, message: str) -> None:
        """Something was left out of the result."""
        self._add(message, Severity.ERROR, "exception")

    def warning(self, message: str) -> None:
        """Something an author would want to know."""
        self._add(message, Severity.WARNING, "informational")

    def _add(self, message: str, severity: Severity, code: str) -> None:
        issue = Issue(self.location, "apply", severity, message, code)
        if issue not in self.issues:
            self.issues.append(issue)

    def attach(self, resource: dict[str, Json]) -> None:
        """Contain the OperationOutcome in the resource and point at it; nothing where there is nothing to say."""
        if not self.issues:
            return
        outcome: dict[str, Json] = {
            "resourceType": "OperationOutcome",
            "id": f"apply-outcome-{self.definition}"[:64],
            "issue": [
                {"severity": str(issue.severity), "code": issue.code, "diagnostics": issue.message}
                for issue in self.issues
            ],
        }
        contained, extensions = resource.get("contained"), resource.get("extension")
        resource["contained"] = [*(contained if isinstance(contained, list) else []), outcome]
        link: Json = {"url": MESSAGES, "valueReference": {"reference": f"#{outcome['id']}"}}
        resource["extension"] = [*(extensions if isinstance(extensions, list) else []), link]
