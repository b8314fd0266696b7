"""The expressions of definitions: which language, which library, and what they give for this subject.

CQL by the name of a define, CQL inline, and FHIRPath. https://hl7.org/fhir/R4/metadatatypes.html#Expression
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fhir_content.apply.logic import Logic, LogicError, UnsupportedError
from fhir_content.apply.request import Request
from fhir_content.resource import Element, Resource

if TYPE_CHECKING:
    from fhir_content.cql import Context
    from fhir_content.cql.explanation import Explanation

ALTERNATIVE = "http://hl7.org/fhir/StructureDefinition/cqf-alternativeExpression"
INLINE = frozenset({"text/cql-expression", "text/cql.expression"})
FHIRPATH = "text/fhirpath"
# text/cql is here because the reference reads it so, and content follows. An unknown language is tried as a name too.
NAMES = frozenset({"text/cql-identifier", "text/cql.identifier", "text/cql-name", "text/cql.name", "text/cql", *INLINE})


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression gave: the values (a list is its items; null is none), and what they rest on."""

    language: str
    expression: str
    values: tuple[Any, ...] = ()
    library: str = ""
    behind: Explanation | None = None


@dataclass(slots=True)
class Expressions:
    """The expressions of one call: every define is evaluated once for the subject and remembered."""

    logic: Logic
    request: Request
    inputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _contexts: list[Context] = field(default_factory=list)

    def evaluate(self, expression: Element | None, definition: Resource, *, explain: bool = False) -> Value:
        """The value of an Expression written in a definition; raises LogicError where there is none.

        A cqf-alternativeExpression is tried where the language or the library is not to be had here; never because
        the expression is null, false, or fails on the data.
        """
        if expression is None:
            raise LogicError("there is no expression")
        try:
            return self._evaluate(expression, definition, explain)
        except UnsupportedError:
            alternative = _alternative(expression)
            if alternative is None:
                raise
            return self._evaluate(alternative, definition, explain)

    def _evaluate(self, expression: Element, definition: Resource, explain: bool) -> Value:
        language, text = expression.text("language"), expression.text("expression")
        if not text:
            raise LogicError("the expression is empty")
        if not language:
            raise LogicError(f"the expression `{text}` has no language")
        if language == FHIRPATH:
            return Value(language, text, tuple(self._fhirpath(text, definition)))
        canonicals = [expression.text("reference")] if expression.text("reference") else _libraries(definition)
        if language in INLINE:
            own = self.logic.library(canonicals[0]).id if canonicals else ""
            return self._define("Result", self.logic.inline(text, own).id, language, text, explain)
        if not canonicals:
            raise LogicError(f"no library is named for the expression `{text}`")
        return self._define(text, self._home(text, canonicals), language, text, explain)

    def _home(self, name: str, canonicals: list[str]) -> str:
        """The library that a define is in: the first of those named that has it, else the first."""
        libraries = [self.logic.library(canonicals[0])]
        for canonical in canonicals[1:]:
            if name not in libraries[-1].definitions:
                libraries.append(self.logic.library(canonical))
        return next((each.id for each in libraries if name in each.definitions), libraries[0].id)

    def _define(self, name: str, library_name: str, language: str, text: str, explain: bool) -> Value:
        from fhir_content.cql import CqlError
        from fhir_content.cql.explanation import explanation

        library = self.logic.ready(library_name)
        if name not in library.definitions:
            if language not in NAMES:
                raise UnsupportedError(f"the language {language} of the expression `{text}` is not known")
            raise LogicError(f"`{name}` is not defined in the library {library.id}")
        try:
            value = library.evaluate(name, self.context)
        except CqlError as error:
            raise LogicError(str(error)) from None
        values = [each for each in value if each is not None] if isinstance(value, list) else [value]
        behind = explanation(library, name, self.context) if explain else None
        return Value(language, text, () if value is None else tuple(values), library.id, behind)

    @property
    def context(self) -> Context:
        """The one CQL context of this call."""
        if not self._contexts:
            from fhir_content.apply.parameters import cql_parameters
            from fhir_content.cql import Context

            self._contexts.append(
                Context(
                    data=self.request.data,
                    now=self.request.at,
                    parameters=cql_parameters(self.request, self.inputs),
                    value_sets=self.logic.value_set,
                    patient=self.request.patient or None,
                )
            )
        return self._contexts[0]

    def _fhirpath(self, text: str, definition: Resource) -> list[Any]:
        """FHIRPath with the subject in focus; with the definition in focus where the expression says %context."""
        from fhir_content import fhirpath
        from fhir_content.structure import definitions

        request = self.request
        subject = request.find(request.subject) or {"resourceType": request.subject.split("/")[0]}
        variables: dict[str, object] = {
            "subject": subject,
            "patient": subject,
            "encounter": request.find(request.encounter),
            "practitioner": request.find(request.practitioner),
            "organization": request.find(request.organization),
            "user": request.find(request.practitioner),
            **self.inputs,
        }
        focus: dict[str, Any] = definition.data if re.search(r"%`?context\b", text) else subject
        model = fhirpath.model(definitions())
        try:
            compiled = fhirpath.compile(text)
            return list(compiled.evaluate(focus, focus["resourceType"], model, variables=variables, now=request.at))
        except fhirpath.FhirPathError as error:
            raise LogicError(f"the FHIRPath `{text}` cannot be evaluated: {error}") from None


def _libraries(definition: Resource) -> list[str]:
    named = definition.data.get("library")
    return [each for each in named if isinstance(each, str)] if isinstance(named, list) else []


def _alternative(expression: Element) -> Element | None:
    for extension in expression.each("extension"):
        if extension.text("url") == ALTERNATIVE:
            return extension.get("valueExpression")
    return None
