"""What `validate` looks at: a project, a part of one, or loose files; at once or by several processes; kept or anew."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

from fhir_content.catalog import Catalog
from fhir_content.correction import apply_corrections, correction
from fhir_content.issue import Issue, in_order
from fhir_content.project import Project, ProjectError, find_root, load, load_files
from fhir_content.report import Summary, source_lines
from fhir_content.validation_cache import Outcome, digest, read_outcome, write_outcome

_INSTALLED = Path("~/.fhir/packages")


def run(
    paths: Sequence[Path],
    project_dir: Path | None,
    *,
    only: Collection[str] = (),
    profiles: Sequence[str] = (),
    jobs: int = 1,
) -> tuple[list[Issue], Summary]:
    """The issues of the project or of the paths given, allowances applied, and what was looked at.

    A project whose sources, options and tool are those of the last run is not validated again.
    """
    root = _root_of(paths, project_dir)
    found = _loose(paths, profiles, jobs) if root is None else _project(root, profiles, jobs)
    issues = [issue for issue in found.issues if not only or issue.rule in only]
    if root is not None and paths:
        wanted = {_name_in(root, path) for path in paths}
        issues = [issue for issue in issues if any(_is_below(issue.location.file, name) for name in wanted)]
    skipped = Counter(issue.rule for issue in issues if issue.rule.endswith("-not-checked"))
    skipped.update({f"codes of {system}": number for system, number in found.not_checked.items()})
    return issues, Summary(found.files, found.resources, dict(skipped), root or Path(), _page)


def project_issues(project: Project, *, only: Collection[str] = (), profiles: Sequence[str] = ()) -> list[Issue]:
    """The issues of a project that nobody allowed."""
    from fhir_content.release import release
    from fhir_content.validate import validate

    catalog = release(project.catalog)
    kept = _not_allowed(project.root, catalog, validate(catalog, profiles=profiles))
    return [issue for issue in kept if not only or issue.rule in only]


def fix(issues: Sequence[Issue], summary: Summary) -> int:
    """Write every correction that is certain into the files; how many there were."""
    found = (correction(each, source_lines(summary.root, each.location.file)) for each in issues if each.location.file)
    made = apply_corrections((each for each in found if each is not None), summary.root)
    source_lines.cache_clear()
    return made


def changes(paths: Sequence[Path], project_dir: Path | None, wait: Callable[[], None]) -> Iterator[None]:
    """Yield at once, and again whenever a file that is looked at appears, changes or goes; `wait` between two looks."""
    root = _root_of(paths, project_dir)
    folders = [root / "definitions", root / "build"] if root is not None else list(paths)
    before: dict[str, int] | None = None
    while True:
        now = _times(folders)
        if now != before:
            before = now
            source_lines.cache_clear()
            yield
        wait()


def _project(root: Path, profiles: Sequence[str], jobs: int) -> Outcome:
    key = digest(root, profiles, _INSTALLED.expanduser())
    kept = read_outcome(root, key)
    if kept is not None:
        return kept
    catalog = _catalog_of(root)
    issues = _validated(catalog, partial(_catalog_of, root), profiles, jobs)
    found = _outcome(_not_allowed(root, catalog, issues), catalog)
    write_outcome(root, key, found)
    return found


def _loose(paths: Sequence[Path], profiles: Sequence[str], jobs: int) -> Outcome:
    catalog = load_files(paths)
    return _outcome(_validated(catalog, partial(load_files, list(paths)), profiles, jobs), catalog)


def _validated(catalog: Catalog, reload: Callable[[], Catalog], profiles: Sequence[str], jobs: int) -> list[Issue]:
    from fhir_content.validate import validate  # costs 0.1 s: a project that did not change does not pay it

    if jobs < 2 or len(catalog) < 2:
        return validate(catalog, profiles=profiles)
    from fhir_content.validation_pool import validate_in_parallel

    return validate_in_parallel(catalog, reload, min(jobs, len(catalog)), profiles)


def _catalog_of(root: Path) -> Catalog:
    """A project is judged as it is released: what the tool adds (narrative, expansions) is judged with it."""
    from fhir_content.release import release

    return release(load(root).catalog)


def _not_allowed(root: Path, catalog: Catalog, issues: Sequence[Issue]) -> list[Issue]:
    from fhir_content.allowance import read_allow_file, without_allowed  # pydantic: loose files do not pay for it

    allow = "build/allow.yaml"
    source, entries = read_allow_file(root / allow, allow)
    return in_order(without_allowed(issues, catalog, entries, source))


def _outcome(issues: Sequence[Issue], catalog: Catalog) -> Outcome:
    from fhir_content.terminology.not_checked import codes_not_checked

    files = {resource.file for resource in catalog} | {issue.location.file for issue in issues}
    return Outcome(tuple(issues), len(files), len(catalog), codes_not_checked(catalog))


def _page(name: str) -> str:
    """The page of a house rule; "" for what FHIR states, which has none."""
    from fhir_content.rules import every_rule

    return next((rule.page for rule in every_rule() if rule.name == name), "")


def _root_of(paths: Sequence[Path], project_dir: Path | None) -> Path | None:
    """The project meant: the one named, else the one that holds every path given, else the one around us."""
    if project_dir is not None or not paths:
        return find_root(project_dir or Path.cwd())
    try:
        root = find_root(paths[0])
    except ProjectError:
        return None
    inside = all(path.resolve().is_relative_to(root / "definitions") for path in paths)
    return root if inside else None


def _name_in(root: Path, path: Path) -> str:
    """The path as issues of the project name it; one that lies outside names nothing there."""
    whole = path.resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(whole)


def _is_below(file: str, folder: str) -> bool:
    return file == folder or file.startswith(f"{folder.rstrip('/')}/")


def _times(folders: Sequence[Path]) -> dict[str, int]:
    found: dict[str, int] = {}
    for folder in folders:
        names = [str(folder)] if not folder.is_dir() else []
        names += [str(Path(where, name)) for where, _, files in os.walk(folder) for name in files]
        for name in names:
            try:
                found[name] = Path(name).stat().st_mtime_ns
            except OSError:  # gone between two looks
                continue
    return found
