"""The commands, one a file: the folder is the registry, the file's name is the command's."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click


class Commands(click.Group):
    """Finds a command by its file, and reads that file only when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of the files."""
        files = Path(__file__).parent.glob("*.py")
        return sorted(file.stem for file in files if not file.stem.startswith("_"))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command in that file, or None."""
        if name not in self.list_commands(context):
            return None
        command = import_module(f"{__name__}.{name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - the contract of this folder, pinned by a test
        return command
