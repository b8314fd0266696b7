import gzip
import io
import json
import tarfile

from fhir_content.release.archive import tgz
from fhir_content.targets import targets


def opened(content):
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        return {each.name: archive.extractfile(each).read() for each in archive}


def package(project):
    return targets()["package"].make(project)


def test_an_archive_holds_its_files_whatever_their_size():
    files = {"b.txt": b"x" * 200_000, "a.txt": b"", "c/d.bin": bytes(range(256)) * 512}
    content = tgz(files, 1_800_000_000)
    assert opened(content) == files
    assert gzip.decompress(content)


def test_an_archive_of_the_same_files_is_the_same_and_owned_by_nobody():
    one, other = tgz({"a": b"1", "b": b"2"}, 5), tgz({"b": b"2", "a": b"1"}, 5)
    assert one == other
    with tarfile.open(fileobj=io.BytesIO(one), mode="r:gz") as archive:
        told = [(each.name, each.uid, each.gid, each.uname, each.mtime, each.mode) for each in archive]
    assert told == [("a", 0, 0, "", 5, 0o644), ("b", 0, 0, "", 5, 0o644)]


def test_the_package_has_a_description_an_index_and_every_resource(influenza):
    project = influenza.as_released()
    output = package(project)
    assert list(output.files) == ["example.influenza-1.0.0.tgz"]
    files = opened(output.files["example.influenza-1.0.0.tgz"])
    told = json.loads(files["package/package.json"])
    assert (told["name"], told["version"], told["fhirVersions"]) == ("example.influenza", "1.0.0", ["4.0.1"])
    assert told["dependencies"] == {"hl7.fhir.r4.core": "4.0.1"}
    assert told["date"] == "20261101000000"
    index = json.loads(files["package/.index.json"])
    assert index["index-version"] == 2
    rows = {row["filename"]: row for row in index["files"]}
    assert set(rows) == {name.removeprefix("package/") for name in files} - {"package.json", ".index.json"}
    for name, row in rows.items():
        resource = json.loads(files[f"package/{name}"])
        assert row["resourceType"] == resource["resourceType"]
        assert (row["id"], row["url"], row["version"]) == (resource["id"], resource["url"], resource["version"])
    assert {"ImplementationGuide-example-influenza.json", "Library-example-influenza-manifest.json"} < set(rows)


def test_a_dependency_without_a_version_stops_the_package(influenza):
    influenza.change("package.yaml", "hl7.fhir.r4.core: 4.0.1", "hl7.fhir.uv.cpg: latest")
    (issue,) = package(influenza.as_released()).issues
    assert issue.rule == "dependency-has-no-version"
    assert "hl7.fhir.uv.cpg" in issue.message
