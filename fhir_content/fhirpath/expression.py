"""An expression ready to run, and the short ways to run it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fhir_content.fhirpath.comparison import type_info
from fhir_content.fhirpath.compiler import compiled
from fhir_content.fhirpath.data import Item, Items, Model, Typed, TypeInfo, system, typed
from fhir_content.fhirpath.errors import FhirPathError, SyntaxFault
from fhir_content.fhirpath.evaluation import Closure, Doors, Environment, Frame, Trace, boolean
from fhir_content.fhirpath.parser import parse
from fhir_content.fhirpath.syntax import Term

if TYPE_CHECKING:
    from fhir_content.resource import Element


@dataclass(frozen=True, slots=True)
class Result:
    """What an evaluation gave: the items, and what `trace()` noted on the way."""

    items: Items
    traces: tuple[Trace, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: immutable, safe to share and to run at once on many things."""

    text: str
    term: Term
    closure: Closure

    def evaluate(
        self,
        value: object,
        type_name: str,
        model: Model,
        *,
        resource: object = None,
        root: object = None,
        variables: Mapping[str, object] | None = None,
        now: datetime | None = None,
        doors: Doors | None = None,
    ) -> Items:
        """The items that the expression gives on a value (FHIR JSON) of a type (`Patient`, `Patient.contact`, `code`).

        `resource` is %resource, the resource that holds the value (the value itself where not given), `root`
        %rootResource (the container of a contained one). `variables` are JSON, items or lists of items by name.
        Raises FhirPathError for what the specification calls an error.
        """
        return self.run(
            value, type_name, model, resource=resource, root=root, variables=variables, now=now, doors=doors
        ).items

    def run(
        self,
        value: object,
        type_name: str,
        model: Model,
        *,
        resource: object = None,
        root: object = None,
        variables: Mapping[str, object] | None = None,
        now: datetime | None = None,
        doors: Doors | None = None,
    ) -> Result:
        """As `evaluate`, with the traces."""
        this = value if isinstance(value, Typed) else typed(value, model.type(type_name))
        owner = this if resource is None else _item(resource, model)
        given: dict[str, Items] = {name: _items(each, model) for name, each in (variables or {}).items()}
        given |= {
            "context": [this],
            "resource": [owner],
            "rootResource": [owner if root is None else _item(root, model)],
        }
        environment = Environment(model, given, now, doors)
        return Result(self.closure(Frame([this], environment)), tuple(environment.traces))

    def __str__(self) -> str:
        return self.text


def _item(value: object, model: Model) -> Item:
    if isinstance(value, dict):
        return typed(value, model.type(str(value.get("resourceType", ""))))
    return value  # type: ignore[return-value]


def _items(value: object, model: Model) -> Items:
    if value is None:
        return []
    values = value if isinstance(value, list | tuple) and not isinstance(value, TypeInfo) else [value]
    return [_item(each, model) for each in values]


@lru_cache(maxsize=4096)
def compile(expression: str) -> Expression:
    """The expression ready to run; raises SyntaxFault, with line and column, for text that is not FHIRPath.

    Unknown functions and wrong numbers of arguments are found here too.
    """
    term = parse(expression)
    return Expression(expression, term, compiled(term, expression))


def parse_errors(expression: str) -> list[SyntaxFault]:
    """What keeps the text from being FHIRPath, with its place: nothing, or the first fault."""
    try:
        compile(expression)
    except SyntaxFault as fault:
        return [fault]
    return []


def evaluate(
    expression: str, element: Element, model: Model, *, now: datetime | None = None, **variables: object
) -> Items:
    """The items that an expression gives on an element of a resource, by the type that stands there."""
    this, owner, root = located(element, model)
    return compile(expression).evaluate(
        this, this.type.name, model, resource=owner, root=root, variables=variables, now=now
    )


def located(element: Element, model: Model) -> tuple[Typed, Typed, Typed]:
    """An element with its type, the resource that holds it, and the outermost resource."""
    root = typed(element.resource.data, model.type(element.resource.type))
    this = owner = root
    shadow: Any = None
    for step in element.path:
        value: Any = this.data
        value = value[step]
        if isinstance(step, int):
            this = typed(value, this.type, shadow[step] if isinstance(shadow, list) and step < len(shadow) else None)
        else:
            shadow = this.data.get(f"_{step}") if isinstance(this.data, dict) else None
            this = typed(value, this.type.property(step), shadow)
        if this.type.is_resource and isinstance(this.data, dict):
            owner = this
    return this, owner, root


def test(
    expression: str, element: Element, model: Model, *, now: datetime | None = None, **variables: object
) -> bool | None:
    """The truth that the expression gives on the element, as an invariant is read; None where it is empty."""
    return boolean(evaluate(expression, element, model, now=now, **variables))


def plain(items: Items) -> list[Any]:
    """The items as JSON: FHIR data as it was written, dates as text, quantities as FHIR has them."""
    return [_plain(item) for item in items]


def _plain(item: Item) -> Any:  # noqa: ANN401 - any JSON
    from fhir_content.fhirpath.quantity import Quantity

    if isinstance(item, Typed):
        return item.data
    if isinstance(item, Quantity):
        unit = item.ucum if not item.calendar else item.unit
        return {"value": item.value, "unit": item.unit, "system": "http://unitsofmeasure.org", "code": unit}
    if isinstance(item, TypeInfo):
        return {"namespace": item.namespace, "name": item.name}
    return item if isinstance(item, bool | int | str) or item.__class__.__name__ == "Decimal" else str(item)


__all__ = [
    "Expression",
    "FhirPathError",
    "Result",
    "compile",
    "evaluate",
    "located",
    "parse_errors",
    "plain",
    "system",
    "test",
    "type_info",
]
