"""What `validate` looks at: a project, a part of one, or loose files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from fhir_content.allowance import read_allow_file, without_allowed
from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, in_order
from fhir_content.project import Project, ProjectError, find_root, load, load_files
from fhir_content.report import Summary
from fhir_content.validate import validate


def run(
    paths: Sequence[Path], project_dir: Path | None, *, only: Collection[str] = (), profiles: Sequence[str] = ()
) -> tuple[list[Issue], Summary]:
    """The issues of the project or of the paths given, allowances applied, and what was looked at."""
    project = _project_of(paths, project_dir)
    if project is None:
        catalog = load_files(paths)
        issues = validate(catalog, only=only, profiles=profiles)
        return issues, _summary(catalog, issues)
    issues = project_issues(project, only=only, profiles=profiles)
    if paths:
        wanted = {str(path.resolve().relative_to(project.root)) for path in paths}
        issues = [issue for issue in issues if any(_is_below(issue.location.file, name) for name in wanted)]
    return issues, _summary(project.catalog, issues)


def project_issues(project: Project, *, only: Collection[str] = (), profiles: Sequence[str] = ()) -> list[Issue]:
    """The issues of a project that nobody allowed."""
    allow = "build/allow.yaml"
    source, entries = read_allow_file(project.root / allow, allow)
    issues = validate(project.catalog, profiles=profiles)
    kept = without_allowed(issues, project.catalog, entries, source)
    return in_order(issue for issue in kept if not only or issue.rule in only)


def _project_of(paths: Sequence[Path], project_dir: Path | None) -> Project | None:
    """The project meant: the one named, else the one that holds every path given, else the one around us."""
    if project_dir is not None:
        return load(find_root(project_dir))
    if not paths:
        return load(find_root(Path.cwd()))
    try:
        root = find_root(paths[0])
    except ProjectError:
        return None
    inside = all(path.resolve().is_relative_to(root / "definitions") for path in paths)
    return load(root) if inside else None


def _is_below(file: str, folder: str) -> bool:
    return file == folder or file.startswith(f"{folder.rstrip('/')}/")


def _summary(catalog: Catalog, issues: Sequence[Issue]) -> Summary:
    files = {resource.file for resource in catalog} | {issue.location.file for issue in issues}
    skipped = Counter(issue.rule for issue in issues if issue.rule.endswith("-not-checked"))
    return Summary(len(files), len(catalog), dict(skipped))
