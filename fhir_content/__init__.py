"""Clinical content in FHIR: load it, validate it, run it, release it."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fhir_content.apply import apply
    from fhir_content.project import load
    from fhir_content.validate import validate

__version__ = "0.1.0"
__all__ = ["apply", "load", "validate"]

_HOMES = {"load": "project", "validate": "validate", "apply": "apply"}


class _Package(ModuleType):
    """A package whose public functions share their names with the modules that hold them."""

    def __setattr__(self, name: str, value: object) -> None:
        """Keep the import system from hiding a function behind its module of the same name."""
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> object:
        """The public names, each imported when first asked for: start-up stays fast."""
        if name not in _HOMES:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


sys.modules[__name__].__class__ = _Package
