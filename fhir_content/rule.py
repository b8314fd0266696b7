"""A house rule: what FHIR cannot state and this project's users need to know. One rule, one file, one page.

The module's docstring is the page: a title, why it matters, a ```yaml bad and a ```yaml good example, links.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Location, Severity
from fhir_content.resource import Element, Resource

Scope = Literal["any", "project"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: the element at fault, what is wrong with it, and what to do.

    `where` is the place when it is not that of an element, as in a .cql file; `replacement` the text that certainly
    belongs here instead.
    """

    element: Element
    message: str
    help: str = ""
    related: tuple[Location, ...] = ()
    severity: Severity | None = None
    on_key: bool = False
    where: Location | None = None
    replacement: str = ""


Check = Callable[[Element, Catalog], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as declared: `on` which resource types, how bad, since which version, everywhere or in projects only."""

    name: str
    page: str
    on: tuple[str, ...]
    severity: Severity
    since: str
    scope: Scope
    code: str
    check: Check

    @property
    def title(self) -> str:
        """The first line of the page, without its full stop."""
        return self.page.strip().splitlines()[0].rstrip(".")

    def issues(self, resource: Resource, catalog: Catalog) -> Iterable[Issue]:
        """What the rule finds in one resource."""
        for finding in self.check(resource.root, catalog):
            where = finding.where or finding.element.resource.location(finding.element.path, on_key=finding.on_key)
            severity = finding.severity or self.severity
            yield Issue(
                where,
                self.name,
                severity,
                finding.message,
                self.code,
                finding.help,
                finding.related,
                finding.replacement,
            )


def rule(
    on: str | tuple[str, ...],
    severity: Severity,
    since: str,
    *,
    scope: Scope = "any",
    code: str = "business-rule",
) -> Callable[[Check], Rule]:
    """Declare the function below as the rule of its file: the file's name is the rule's, the docstring its page.

    `scope="project"` is for what this house asks of its own content and a stranger's file need not do.
    """

    def declare(check: Check) -> Rule:
        module = sys.modules[check.__module__]
        name = check.__module__.rpartition(".")[2].replace("_", "-")
        types = (on,) if isinstance(on, str) else on
        return Rule(name, module.__doc__ or "", types, severity, since, scope, code, check)

    return declare
