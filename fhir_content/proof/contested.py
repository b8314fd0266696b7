"""Contested parameters: proved for every value in the range that the parameter table states, not for today's value.

Read from definitions/shared/parameters.yaml; of an entry only what is needed here.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import z3
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fhir_content.project import ProjectError, declaration_issues
from fhir_content.proof.logic import Name
from fhir_content.proof.term import INTEGER, QUANTITY, STRING, Term, number
from fhir_content.proof.terms import Terms
from fhir_content.source import read


class Parameter(BaseModel):
    """One entry: the definition or CQL parameter of that name, and the values it may be given.

    `range`: from lowest to highest, in `unit`; none where the number is not contested. `values`: the texts that a CQL
    parameter takes. `library` need be said only where two libraries define the name.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    library: str = ""
    unit: str = "1"
    range: tuple[Decimal, Decimal] | None = None
    values: tuple[str, ...] = Field(default=())


class _ParameterTable(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    parameters: tuple[Parameter, ...]


def read_parameters(path: Path, name: str) -> tuple[Parameter, ...]:
    """The entries of a parameter table, none where there is no file; raises ProjectError."""
    if not path.is_file():
        return ()
    source = read(path, name)
    if source.issues:
        raise ProjectError(f"{name} cannot be read", source.issues)
    try:
        table = _ParameterTable.model_validate(source.data)
    except ValidationError as error:
        raise ProjectError(f"{name} is not a parameter table", tuple(declaration_issues(source, error))) from None
    return table.parameters


def vary(terms: Terms, parameters: tuple[Parameter, ...], *, only_texts: bool = False) -> None:
    """Let each contested parameter take every value in its range, and each text its stated values."""
    for parameter in parameters:
        for library in terms.logic.libraries.values():
            if parameter.library not in ("", library.name):
                continue
            name = Name(library.name, parameter.name)
            if parameter.range and not only_texts and parameter.name in library.statements:
                terms.fixed[name] = _any_in_range(terms, name, parameter)
            elif parameter.values and parameter.name in library.parameters:
                term = terms.parameter(name)
                if term.kind == STRING:
                    stated = [term.value == terms.world.text(each) for each in parameter.values]
                    terms.world.laws.append(z3.Or(*stated))


def _any_in_range(terms: Terms, name: Name, parameter: Parameter) -> Term:
    """A fresh value in the range, null wherever the definition itself is."""
    own = terms.definition(name)
    node = {"type": "ExpressionRef", "name": name.name}
    made = terms.world.input(
        f"contested:{name.library}:{name.name}",
        name.name,
        own.kind,
        node,
        name.library,
        name,
        never_null=True,
        is_parameter=True,
        dimension=own.dimension,
    )
    low, high = parameter.range or (Decimal(0), Decimal(0))
    factor = terms.world.place(parameter.unit)[1] if own.kind == QUANTITY else Decimal(1)
    terms.world.laws += [made.term.value >= number(low * factor), made.term.value <= number(high * factor)]
    if own.kind == INTEGER:
        return Term(INTEGER, own.known, made.term.value)
    return Term(own.kind, own.known, made.term.value, dimension=own.dimension)
