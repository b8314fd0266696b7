"""`fhir-content uninstall`."""

from __future__ import annotations

from pathlib import Path

import click

from fhir_content.commands import _server


@click.command()
@_server.options
@_server.changing
def command(url: str, target: str, token_env: str | None, project_dir: Path | None, dry_run: bool, force: bool) -> None:
    """Delete from a FHIR server what the package put there, and nothing else.

    A server refuses to delete what its records point at: retire the package then.

    Example: fhir-content uninstall https://ehr.example.org/fhir --target hapi --dry-run
    """
    from fhir_content.publish.parts import removed

    _server.change(removed, url, target, token_env, project_dir, dry_run=dry_run, force=force)
