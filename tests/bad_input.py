"""The rows of docs/bad-input.md: each makes one bad input in a copy of a miniature project, and tells what it gets."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from fhir_content.project import ProjectError, load
from fhir_content.release import release
from fhir_content.release.importability import check, has_canonical
from fhir_content.release.transaction import Entry, put
from fhir_content.targets import targets
from fhir_content.targets.bundle import whole

INFLUENZA = Path(__file__).parent / "content" / "influenza"
PLAN = "vaccination/PlanDefinition-flu-02-offer.yaml"
ANSWERS = "shared/ValueSet-flu-answers.yaml"
NEW = "shared/ValueSet-flu-new.yaml"
JSON = "shared/ValueSet-flu-new.json"
LOGIC = "https://example.org/influenza/Library/FluLogic|1.0.0"
NAMELESS = "urn:uuid:0c5a1c1e-0000-4000-8000-000000000000"
HEAD = "resourceType: ValueSet\nid: flu-new\ntitle: New\n"
HERE = 'xmlns="http://www.w3.org/1999/xhtml"'

Row = Callable[[Path], Iterator[str]]


def told(issues, *rules: str) -> Iterator[str]:
    """The issues as a user sees them; of the named rules only, where any is named."""
    for issue in issues:
        if not rules or issue.rule in rules:
            yield f"{issue}" + (f" — {issue.help}" if issue.help else "")


def reading(content: bytes, file: str = NEW) -> Row:
    """A file of the project with this content."""

    def row(root: Path) -> Iterator[str]:
        (root / "definitions" / file).write_bytes(content)
        catalog = load(root).catalog
        yield from told(issue for issue in catalog.issues if issue.location.file.endswith(file))
        read = catalog.get("ValueSet/flu-new")
        if read is not None and not catalog.issues:
            yield f"read as {read.authored!r}"

    return row


def sized(root: Path) -> Iterator[str]:
    with (root / "definitions" / NEW).open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    yield from told(load(root).catalog.issues)


def linked(root: Path) -> Iterator[str]:
    outside = root.parent / "outside.yaml"
    outside.write_text(HEAD)
    (root / "definitions" / NEW).symlink_to(outside)
    yield from told(load(root).catalog.issues)


def bundling(file: str, old: str, new: str, *rules: str) -> Row:
    """A change in a file, seen when the bundle of the whole is made."""

    def row(root: Path) -> Iterator[str]:
        path = root / "definitions" / file
        text = path.read_text("utf-8") if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, new) if old else new, "utf-8")
        yield from told(whole(released(root))[1], *rules)

    return row


def released(root: Path):
    project = load(root)
    return replace(project, catalog=release(project.catalog))


def requests(root: Path) -> Iterator[str]:
    project = released(root)
    one, two, *_ = project.catalog
    entries = [Entry(one, "PUT", one.key, "https://x/PlanDefinition/other"), Entry(two, "POST", two.type, two.url)]
    yield from told(
        check(entries, project.catalog, project.package), "full-url-does-not-match-id", "full-url-is-canonical"
    )


def mixed(root: Path) -> Iterator[str]:
    project = released(root)
    one, two, *_ = project.catalog
    entries = [put(one, "https://x"), Entry(two, "POST", two.type, "urn:uuid:1", f"url={two.url}")]
    yield from told(check(entries, project.catalog, project.package))


def repeated(root: Path) -> Iterator[str]:
    data, _ = whole(released(root))
    methods = {entry["request"]["method"] for entry in data["entry"]}
    assert methods == {"PUT"}
    yield "no input can: every request is a PUT under the resource's own id (tests/servers imports each bundle twice)"


def upgraded(root: Path) -> Iterator[str]:
    deleting = [
        name
        for name, target in targets().items()
        if any(b'"DELETE"' in each for each in target.make(released(root)).files.values())
    ]
    assert deleting == ["uninstall"]
    yield "no input can: only the target `uninstall` holds a DELETE (tests/servers upgrades a package in place)"


def too_large(root: Path) -> Iterator[str]:
    (root / "build" / "generic.yaml").write_text("title: Tiny\nlimits: {resourceBytes: 6000}\n")
    yield from told(targets()["servers"].make(released(root)).issues)


def package(old: str, new: str) -> Row:
    """A change in package.yaml, which then is none."""

    def row(root: Path) -> Iterator[str]:
        path = root / "definitions" / "package.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new))
        try:
            load(root)
        except ProjectError as error:
            yield from told(error.issues)

    return row


def nameless(root: Path) -> Iterator[str]:
    (root / "definitions" / "shared" / "Group-flu-adults.yaml").write_text(
        "resourceType: Group\nid: flu-adults\ntype: person\nactual: false\n"
    )
    yield from told(issue for resource in load(root).catalog for issue in has_canonical(resource))


ROWS: dict[str, Row] = {
    "a key written twice": reading(f"{HEAD}title: Other\n".encode()),
    "a tab as indentation": reading(f"{HEAD}compose:\n\tinclude: []\n".encode()),
    "a byte that is not UTF-8": reading(HEAD.encode() + b"name: Gr\xfcn\n"),
    "a byte order mark": reading(b"\xef\xbb\xbf" + HEAD.encode()),
    "an anchor and its alias": reading(f"{HEAD}compose: &same\n  include: []\n".encode()),
    "a merge key": reading(f"{HEAD}compose:\n  <<: {{include: []}}\n".encode()),
    "5,000 levels of nesting": reading(b'{"resourceType":"ValueSet","x":' + b"[" * 5000, JSON),
    "a file of 50 MB": sized,
    "an empty file": reading(b""),
    "a symbolic link out of the project": linked,
    "a decimal whose last digit is 0": reading(f"{HEAD}x: 72.50\n".encode()),
    "a date without quotes": reading(f"{HEAD}date: 2026-11-22\n".encode()),
    "the word no": reading(f"{HEAD}name: no\n".encode()),
    "1. a urn:uuid as canonical": bundling(PLAN, LOGIC, NAMELESS, "canonical-is-not-absolute"),
    "2. a fullUrl that is not the id's, or is the canonical": requests,
    "3. an id of digits alone": bundling(
        "shared/ValueSet-123.yaml", "", "resourceType: ValueSet\nid: '123'\n", "id-is-not-importable"
    ),
    "4. updates and conditional creates in one bundle": mixed,
    "5. a draft": bundling(PLAN, "name: FluOffer", "name: FluOffer\nstatus: draft", "status-is-not-active"),
    "6. the same url and version twice": bundling(
        "shared/ValueSet-flu-other.yaml",
        "",
        "resourceType: ValueSet\nid: flu-other\nurl: https://example.org/influenza/ValueSet/flu-answers\n",
        "duplicate-canonical",
    ),
    "7. an import that is repeated": repeated,
    "8. an upgrade that deletes": upgraded,
    "9. a resource larger than a server takes": too_large,
    "10. an expansion without compose": bundling(
        ANSWERS,
        "compose:\n  include:\n    -",
        "expansion:\n  timestamp: 2026-11-01\n  contains:\n    - code: wanted\n     ",
        "value-set-has-no-compose",
    ),
    "11. a dependency that is missing": bundling(
        PLAN, "flu-give-vaccine|", "flu-give-vaccin|", "dependency-is-missing"
    ),
    "12. a package without a FHIR version": package("fhirVersion: 4.0.1\n", ""),
    "13. a script in a narrative": bundling(
        PLAN,
        "name: FluOffer",
        f"name: FluOffer\ntext:\n  status: additional\n  div: <div {HERE}><script>x</script></div>",
        "narrative-is-not-xhtml",
    ),
    "14. a date that depends on the clock": package("2026-11-01", "today"),
    "15. a resource without a url, where the server chooses ids": nameless,
}  # fmt: skip


def run(name: str, folder: Path) -> list[str]:
    """What the row of that name tells, in a fresh copy of the project below `folder`."""
    root = folder / "project"
    shutil.copytree(INFLUENZA, root)
    return list(ROWS[name](root))


def markdown() -> str:
    """docs/bad-input.md."""
    lines = [INTRODUCTION, "| what is wrong | what the user is told |", "|---|---|"]
    for name in ROWS:
        with tempfile.TemporaryDirectory() as folder:
            cell = "<br>".join(_cell(message) for message in run(name, Path(folder)))
        lines.append(f"| {name} | {cell} |")
    return "\n".join(lines) + "\n"


def _cell(message: str) -> str:
    return message.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


INTRODUCTION = """\
# Bad input

What a user can get wrong, and what the tool then says: generated by making each of these inputs. The first rows are
about reading files, the numbered ones about the fifteen rules that bundles obey so that servers import them. The exit
code is 1 (2 where the project itself cannot be read); nothing is written.
"""
