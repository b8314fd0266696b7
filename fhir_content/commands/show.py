"""`fhir-content show`."""

from __future__ import annotations

from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.argument("key", metavar="TYPE/ID")
@click.option("--authored", is_flag=True, help="As it is written in its file, comments and all.")
@_options.project
def command(key: str, authored: bool, project_dir: Path | None) -> None:
    """The resource as it is released: defaults filled in, CQL, expansion and narrative in place.

    Example: fhir-content show PlanDefinition/imd-21-ig-initiate
    """
    from difflib import get_close_matches

    from fhir_content.project import find_root, load
    from fhir_content.release import released
    from fhir_content.source import dumps

    catalog = load(find_root(project_dir or Path.cwd())).catalog
    resource = catalog.get(key)
    if resource is None:
        near = get_close_matches(key, [each.key for each in catalog], n=1)
        raise click.UsageError(f"{key} is not in this project" + (f"; did you mean {near[0]}?" if near else ""))
    text = resource.source.text if authored else dumps(released(resource, catalog).data, pretty=True).decode()
    click.echo(text, nl=False)
