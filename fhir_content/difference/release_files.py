"""A release as somebody has it: a project's folder, a folder of resources, a FHIR package, a bundle."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from fhir_content.catalog import Catalog
from fhir_content.project import load, load_files
from fhir_content.release import release
from fhir_content.resource import Resource
from fhir_content.source import MAX_BYTES, parse

_MAX_FILES = 20_000
_MAX_TOTAL = 512 * 1024 * 1024


class NotAReleaseError(Exception):
    """What was named holds no release."""


def read_release(path: Path) -> tuple[Catalog, str]:
    """Its resources, and its version ("" where it does not say); raises NotAReleaseError."""
    if (path / "definitions" / "package.yaml").is_file():
        project = load(path.resolve())
        return release(project.catalog), project.package.version
    if path.is_dir():
        catalog = load_files([path])
    elif path.name.endswith((".tgz", ".tar.gz")):
        catalog = Catalog(_archived(path))
    else:
        catalog = _unbundled(path)
    if not len(catalog):
        raise NotAReleaseError(f"{path} holds no FHIR resources")
    return catalog, _version(catalog)


def _unbundled(path: Path) -> Catalog:
    catalog = load_files([path])
    found = [each for each in catalog if each.type != "Bundle"]
    for bundle in catalog.of("Bundle"):
        for entry in bundle.root.each("entry"):
            inner = entry.get("resource")
            if inner is not None and isinstance(inner.value, dict):
                found.append(Resource.of(inner.value, bundle.file))
    return Catalog(found, catalog.issues)


def _archived(path: Path) -> list[Resource]:
    """The resources below package/, read in memory: nothing is unpacked, links are not followed."""
    found: list[Resource] = []
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(path.read_bytes()), mode="r:gz") as archive:
            for number, member in enumerate(archive):
                total += member.size
                if number >= _MAX_FILES or total > _MAX_TOTAL or member.size > MAX_BYTES:
                    raise NotAReleaseError(f"{path} is larger than any FHIR package")
                parts = Path(member.name).parts
                if not member.isreg() or len(parts) != 2 or parts[0] != "package" or not parts[1].endswith(".json"):
                    continue
                file = archive.extractfile(member)
                data = parse(file.read(), parts[1]).data if file is not None else None
                if isinstance(data, dict) and isinstance(data.get("resourceType"), str):
                    found.append(Resource.of(data, member.name))
    except (tarfile.TarError, EOFError, OSError) as error:
        raise NotAReleaseError(f"{path} is not a readable .tgz: {error}") from None
    return found


def _version(catalog: Catalog) -> str:
    """The version that most of the definitions have: that of the package."""
    versions = [each.version for each in catalog if each.version]
    return max(sorted(set(versions)), key=versions.count, default="")
