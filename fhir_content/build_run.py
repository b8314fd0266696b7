"""What `build` does: check the sources, stage by stage, then make every target and write build/out in one step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from time import perf_counter

from fhir_content.issue import Issue, Severity, in_order
from fhir_content.project import Project
from fhir_content.release import release
from fhir_content.source import dumps
from fhir_content.targets import targets
from fhir_content.targets.bundle import closure
from fhir_content.writing import write_folder

SUMS = "SHA256SUMS"

Check = Callable[[Project], list[Issue]]
Progress = Callable[[str], None]


class UnknownTargetError(Exception):
    """There is no target of that name."""


@dataclass(slots=True)
class Build:
    """What was found, the files made (by name, with their size), and the seconds that each stage took."""

    issues: list[Issue] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def first_bundle(self, folder: Path) -> Path:
        """The bundle of the whole package: what most will import."""
        bundles = [name for name in self.sizes if name.startswith("bundle/")]
        return folder / min(bundles, key=lambda name: ("PlanDefinition-" in name, name), default="")

    @property
    def failed(self) -> bool:
        """Whether an error stopped it; then nothing was written."""
        return any(issue.severity.reaches(Severity.ERROR) for issue in self.issues)


def run(project: Project, output: Path, only: Collection[str], progress: Progress) -> Build:
    """Check, make and write; the first stage that finds an error is the last.

    `only` names the targets to make again; the files of the others are kept. Raises UnknownTargetError.
    """
    unknown = sorted(set(only) - set(targets()))
    if unknown:
        raise UnknownTargetError(f"there is no target {unknown[0]}; there are {', '.join(targets())}")
    build = Build()
    for name, check in _CHECKS.items():
        with _timed(build, name, progress):
            build.issues += check(project)
        if build.failed:
            return build
    with _timed(build, "release", progress):
        as_released = replace(project, catalog=release(project.catalog))
        build.issues += _second_opinion(as_released)
    files = _kept(output, only)
    for name in only or targets():
        with _timed(build, name, progress):
            made = targets()[name].make(as_released)
        build.issues += made.issues
        files |= {f"{name}/{file}": content for file, content in made.files.items()}
    build.issues = in_order(build.issues)
    if not build.failed:
        files[SUMS] = sums(files)
        write_folder(output, files, SUMS)
        build.sizes = {name: len(content) for name, content in sorted(files.items())}
    return build


class NoSuchPlanError(Exception):
    """The project has no PlanDefinition of that id or canonical."""


def closure_bundle(project: Project, plan: str) -> tuple[str | None, list[Issue]]:
    """The bundle of one PlanDefinition, or None where an issue forbids it. Raises NoSuchPlanError."""
    as_released = replace(project, catalog=release(project.catalog))
    catalog = as_released.catalog
    found = catalog.get(f"PlanDefinition/{plan.removeprefix('PlanDefinition/')}") or catalog.resolve(plan)
    if found is None or found.type != "PlanDefinition":
        near = get_close_matches(plan, [each.id for each in catalog.of("PlanDefinition")], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise NoSuchPlanError(f"there is no PlanDefinition {plan}{hint}")
    data, issues = closure(as_released, found)
    usable = not any(issue.severity.reaches(Severity.ERROR) for issue in issues)
    return (dumps(data, pretty=True).decode().rstrip("\n") if usable else None), in_order(issues)


def sums(files: Mapping[str, bytes]) -> bytes:
    """The digests of the files, as `sha256sum --check` reads them."""
    rows = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return "".join(rows).encode()


def _validate(project: Project) -> list[Issue]:
    from fhir_content.validation_run import project_issues

    return project_issues(project)


def _compiled(project: Project) -> list[Issue]:
    """Whether build/elm is compiled from these very sources; by hash, so that no Node is needed."""
    from fhir_content.translate import ProjectCql

    cql = ProjectCql.read(project.root)
    return [*cql.issues, *cql.elm.stale(cql.libraries)]


def _tested(project: Project) -> list[Issue]:
    """Whether every clinical case passes, and whether they have seen what package.yaml demands."""
    from fhir_content.case.session import demanded

    return demanded(project)


_CHECKS: dict[str, Check] = {"validate": _validate, "compile --check": _compiled, "test": _tested}


def _second_opinion(project: Project) -> Iterator[Issue]:
    from fhir_content.release.second_opinion import second_opinion

    for resource in project.catalog:
        yield from second_opinion(resource)


@contextmanager
def _timed(build: Build, name: str, progress: Progress) -> Iterator[None]:
    progress(name)
    start = perf_counter()
    yield
    build.seconds[name] = perf_counter() - start


def _kept(output: Path, only: Collection[str]) -> dict[str, bytes]:
    """What is there already of the targets that are not asked for; all is made anew when none is named."""
    if not only or not (output / SUMS).is_file():
        return {}
    there = {file.relative_to(output).as_posix(): file for file in sorted(output.rglob("*")) if file.is_file()}
    return {
        name: file.read_bytes() for name, file in there.items() if name != SUMS and name.partition("/")[0] not in only
    }
