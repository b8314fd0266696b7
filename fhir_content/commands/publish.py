"""`fhir-content publish`."""

from __future__ import annotations

from pathlib import Path

import click

from fhir_content.commands import _server


@click.command()
@_server.options
@_server.changing
def command(url: str, target: str, token_env: str | None, project_dir: Path | None, dry_run: bool, force: bool) -> None:
    """Bring the built package to a FHIR server: what is new or changed, part by part.

    What somebody else changed there is not overwritten. After a broken connection, run it again: it goes on.

    Example: fhir-content publish https://ehr.example.org/fhir --target hapi --token-env FHIR_TOKEN --dry-run
    """
    _server.change(list, url, target, token_env, project_dir, dry_run=dry_run, force=force)
