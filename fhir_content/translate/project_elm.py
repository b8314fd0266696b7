"""The CQL of a project and its compiled ELM: compile it all, or say what is stale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fhir_content.issue import Issue, Location, Severity, in_order
from fhir_content.translate.elm_file import ElmFolder
from fhir_content.translate.node import TranslatorUnavailableError
from fhir_content.translate.translator import RULE, translate

_MAX_BYTES = 4 * 1024 * 1024  # the largest real library known is under 1 MiB


@dataclass(frozen=True, slots=True)
class Compilation:
    """What was found, the ELM files written or removed, and why bytes were not compared where they were not."""

    libraries: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    changed: tuple[str, ...] = ()
    skipped: str = ""


@dataclass(slots=True)
class ProjectCql:
    """The .cql files below definitions/, by library name (which is the file's), and the folder of their ELM."""

    root: Path
    issues: list[Issue] = field(default_factory=list)
    libraries: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, root: Path) -> ProjectCql:
        """Read them all; what cannot be read, or stands twice, is an issue."""
        found = cls(root)
        for path in sorted((root / "definitions").rglob("*.cql")):
            found._add(path, path.relative_to(root).as_posix())
        return found

    @property
    def elm(self) -> ElmFolder:
        """build/elm."""
        return ElmFolder(self.root / "build" / "elm")

    def compile(self) -> Compilation:
        """Translate all and write build/elm; nothing is written when a library has an error."""
        translation = translate(self.libraries)
        issues = in_order([*self.issues, *translation.issues])
        if any(issue.severity is Severity.ERROR for issue in issues):
            return self._compilation(issues)
        return self._compilation(issues, changed=tuple(self.elm.write(translation.elm)))

    def check(self) -> Compilation:
        """Whether build/elm is compiled from these very sources: by hash, and by bytes where there is a translator."""
        stale = list(self.elm.stale(self.libraries))
        if stale or self.issues:
            return self._compilation([*self.issues, *stale])
        try:
            translation = translate(self.libraries)
        except TranslatorUnavailableError as reason:
            return self._compilation([], skipped=str(reason))
        return self._compilation([*translation.issues, *self.elm.differing(translation.elm)])

    def _compilation(self, issues: list[Issue], *, changed: tuple[str, ...] = (), skipped: str = "") -> Compilation:
        return Compilation(tuple(self.libraries), tuple(in_order(issues)), changed, skipped)

    def _add(self, path: Path, file: str) -> None:
        faults = list(self._faults(path))
        self.issues.extend(Issue(Location(file, 1, 1), RULE, Severity.ERROR, fault, "invalid") for fault in faults)
        if not faults:
            self.libraries[path.stem] = (file, path.read_text("utf-8-sig"))

    def _faults(self, path: Path) -> Iterator[str]:
        if not path.resolve().is_relative_to(self.root.resolve()):
            yield "a symbolic link leads out of the project"
        elif not path.is_file() or path.stat().st_size > _MAX_BYTES:
            yield f"this is not a regular file of at most {_MAX_BYTES // 1024 // 1024} MiB"
        elif path.stem in self.libraries:
            yield f"a library of this name is already in {self.libraries[path.stem][0]}"
        elif b"\0" in (content := path.read_bytes()) or not _is_utf8(content):
            yield "this is not text in UTF-8"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
