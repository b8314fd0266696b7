"""`fhir-content rules`."""

from __future__ import annotations

import click


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """The house rules, or one rule's page: why it matters, a bad and a good example, the source.

    Example: fhir-content rules action-does-nothing
    """
    from fhir_content.rules import _pages

    if name is None:
        click.echo(_pages.table())
        return
    found = _pages.find(name)
    if isinstance(found, str):
        raise click.UsageError(found)
    click.echo(_pages.page(found))
