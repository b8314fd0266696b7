"""What the commands that speak with a FHIR server share: their options, and how they end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fhir_content.commands import _options

if TYPE_CHECKING:
    from fhir_content.publish.client import Client
    from fhir_content.publish.parts import Bundle
    from fhir_content.publish.publication import Publication

Turn = Callable[["Sequence[Bundle]"], "Sequence[Bundle]"]


def options(command: Callable[..., None]) -> Callable[..., None]:
    """URL, --target, --token-env, --project."""
    for option in (
        _options.project,
        click.option("--token-env", metavar="NAME", help="The environment variable that holds the bearer token."),
        click.option("--target", default="generic", show_default=True, metavar="NAME", help="The recipe in build/."),
        click.argument("url"),
    ):
        command = option(command)
    return command


def changing(command: Callable[..., None]) -> Callable[..., None]:
    """--dry-run and --force."""
    dry_run = click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
    force = click.option("--force", is_flag=True, help="Overwrite what somebody else changed on the server.")
    return dry_run(force(command))


@contextmanager
def connected(url: str, token_env: str | None) -> Iterator[Client]:
    """A client of the server, once it has said that it speaks FHIR R4."""
    from fhir_content.publish.client import Client
    from fhir_content.publish.verification import check_capability

    token = os.environ.get(token_env, "") if token_env else ""
    if token_env and not token:
        raise click.UsageError(f"the environment variable {token_env} is not set")
    client = Client(url, time.sleep, token=token)
    try:
        check_capability(client)
        yield client
    finally:
        client.close()


def change(
    turn: Turn, url: str, target: str, token_env: str | None, project_dir: Path | None, *, dry_run: bool, force: bool
) -> None:
    """Bring the target's parts, turned by `turn`, to the server; exit 1 on a conflict."""
    from fhir_content.commands._progress import progress
    from fhir_content.project import find_root
    from fhir_content.publish.parts import read_parts, retired
    from fhir_content.publish.publication import Publisher, known_digests
    from fhir_content.publish.record import Record

    root = find_root(project_dir or Path.cwd())
    parts = read_parts(root / "build" / "out" / "servers" / target)
    with connected(url, token_env) as client, progress() as step:
        known = known_digests([*parts, *retired(parts)])
        publisher = Publisher(client, Record(root / ".cache" / "published", client.url), known, step, force)
        wanted = turn(parts)
        publication = publisher.plan(wanted) if dry_run else publisher.carry_out(wanted)
    _tell(publication, dry_run)


def _tell(publication: Publication, dry_run: bool) -> None:
    from fhir_content.publish.plan import Action

    for step in publication.steps:
        if step.action is not Action.UNCHANGED and (dry_run or step.action is Action.CONFLICT):
            click.echo(f"{step.action:<9} {step.request}")
            for difference in step.differences[:5]:
                click.echo(f"          {difference}")
    counts = ", ".join(f"{publication.count(action)} {action}" for action in Action if publication.count(action))
    click.echo(f"{'would be done' if dry_run else 'done' if publication.done else 'nothing was done'}: {counts}")
    if publication.conflicts:
        click.echo("somebody else changed these on the server: look at them, then use --force to overwrite", err=True)
        sys.exit(1)
