"""What the command line and `diff` call: prove, or compare with another version, and tell of it in a format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from fhir_content.project import Project, ProjectError, find_root, load
from fhir_content.proof.telling import FORMATS, Result, holds


@dataclass(frozen=True, slots=True)
class Proved:
    """What to print, and whether every claim holds."""

    text: str
    is_clean: bool


def prove(
    project: Project,
    names: Sequence[str],
    format_name: str,
    *,
    against: Path | None = None,
    cases: Path | None = None,
    limit: float,
    step: Callable[[str], None],
) -> Proved:
    """Prove the plans of these ids, or all; `limit` is the seconds for one claim.

    With `against`, the folder of another version: whether any patient is treated otherwise than there. `cases` is a
    folder for the counterexamples as clinical cases. Raises ProjectError or LogicError where the project cannot be
    read, or the solver is not installed.
    """
    run = _run()
    if against is None:
        found = list(run.prove(project, names, limit, step))
    else:
        found = list(run.compare(project, load(find_root(against)), names, limit, step))
    told = [outcome.result for outcome in found]
    text = FORMATS[format_name](told)
    if cases is not None:
        from fhir_content.proof.realisation import write_cases

        written = write_cases(found, project, cases)
        text = "\n".join([text, *written]) if format_name == "text" else text
    return Proved(text, holds(told))


def compare(new: Project, old: Project, names: Sequence[str] = (), limit: float = 5.0) -> list[Result]:
    """For each plan of both versions, its claims of sameness: `proved`, `failed` with the smallest patient, `unknown`.

    Raises ProjectError or LogicError where a project cannot be read, or the solver is not installed.
    """
    return [outcome.result for outcome in _run().compare(new, old, names, limit, lambda _: None)]


def _run() -> ModuleType:
    """The module that needs the solver."""
    try:
        from fhir_content.proof import run
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        raise ProjectError("proofs need the solver z3: pip install 'fhir-content[prove]'") from None
    return run
