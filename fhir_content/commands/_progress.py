"""Where a long command has got to: on stderr, and only where a person is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that shows the step begun; the line is gone when the work is done."""
    shown = sys.stderr.isatty()

    def step(name: str) -> None:
        if shown:
            click.echo(f"\r\x1b[K{name} ...", err=True, nl=False)

    try:
        yield step
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)
