"""`fhir-content retire`."""

from __future__ import annotations

from pathlib import Path

import click

from fhir_content.commands import _server


@click.command()
@_server.options
@_server.changing
def command(url: str, target: str, token_env: str | None, project_dir: Path | None, dry_run: bool, force: bool) -> None:
    """Set every definition of the package on a FHIR server to status retired; nothing is deleted.

    Example: fhir-content retire https://ehr.example.org/fhir --target hapi --dry-run
    """
    from fhir_content.publish.parts import retired

    _server.change(retired, url, target, token_env, project_dir, dry_run=dry_run, force=force)
