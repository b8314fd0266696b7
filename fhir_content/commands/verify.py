"""`fhir-content verify`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fhir_content.commands import _server


@click.command()
@_server.options
def command(url: str, target: str, token_env: str | None, project_dir: Path | None) -> None:
    """Read everything back from a FHIR server and compare it with the built package; exit 1 on a difference.

    Example: fhir-content verify https://ehr.example.org/fhir --target hapi --token-env FHIR_TOKEN
    """
    from fhir_content.commands._progress import progress
    from fhir_content.project import find_root
    from fhir_content.publish.parts import entries_of, read_parts
    from fhir_content.publish.verification import verify

    root = find_root(project_dir or Path.cwd())
    parts = read_parts(root / "build" / "out" / "servers" / target)
    with _server.connected(url, token_env) as client, progress() as step:
        found = list(verify(client, parts, step))
    for line in found:
        click.echo(line)
    count = sum(len(entries_of(part)) for part in parts)
    click.echo(f"{count} resources compared, {len(found)} differences")
    sys.exit(1 if found else 0)
