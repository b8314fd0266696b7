import hashlib
import json
import re

from click.testing import CliRunner

from fhir_content.__main__ import cli


def run(*arguments):
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def test_build_writes_every_target_with_its_digests(influenza):
    done = run("build", "--project", influenza.root)
    assert done.exit_code == 0, done.output
    out = influenza.root / "build" / "out"
    files = sorted(each.relative_to(out).as_posix() for each in out.rglob("*") if each.is_file())
    listed = dict(reversed(row.split("  ")) for row in (out / "SHA256SUMS").read_text().splitlines())
    assert sorted([*listed, "SHA256SUMS"]) == files
    for name, digest in listed.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert "bundle/example.influenza-1.0.0.json" in listed
    assert re.search(r"validate \d+\.\d s", done.stdout)
    assert re.search(r"next: .*example.influenza-1.0.0.json", done.stdout)


def test_an_error_stops_the_build_and_leaves_the_last_one_as_it_was(influenza):
    run("build", "--project", influenza.root)
    out = influenza.root / "build" / "out"
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    influenza.change("vaccination/PlanDefinition-flu-02-offer.yaml", "/FluLogic|1.0.0", "/FluLogik|1.0.0")
    done = run("build", "--project", influenza.root)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "definitions/vaccination/PlanDefinition-flu-02-offer.yaml:9:11: error" in done.stderr
    assert "nothing was written" in done.stderr
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert [each.name for each in out.parent.iterdir() if each.name.startswith(".")] == []


def test_stale_logic_stops_the_build(influenza):
    influenza.change("vaccination/FluLogic.cql", 'and not "Answered"', "")
    done = run("build", "--project", influenza.root)
    assert done.exit_code == 1
    assert "build/elm/FluLogic-1.0.0.json" in done.stderr


def test_one_target_is_made_and_the_others_are_kept(influenza, tmp_path):
    out = tmp_path / "elsewhere"
    run("build", "--project", influenza.root, "--output", out)
    (out / "other").mkdir()
    (out / "other" / "kept.json").write_text("{}")
    done = run("build", "--project", influenza.root, "--output", out, "--target", "bundle")
    assert done.exit_code == 0, done.output
    assert "other/kept.json" in (out / "SHA256SUMS").read_text()


def test_an_unknown_target_and_a_folder_of_somebody_else_are_refused(influenza, tmp_path):
    done = run("build", "--project", influenza.root, "--target", "nothing")
    assert "there is no target nothing; there are" in str(done.exception)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    done = run("build", "--project", influenza.root, "--output", tmp_path / "mine")
    assert "not ours to replace" in str(done.exception)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_bundle_prints_only_the_bundle(influenza):
    done = run("bundle", "flu-02-offer", "--project", influenza.root)
    assert done.exit_code == 0
    bundle = json.loads(done.stdout)
    assert (bundle["resourceType"], bundle["type"], bundle["id"]) == ("Bundle", "transaction", "flu-02-offer")
    run("build", "--project", influenza.root)
    built = influenza.root / "build/out/bundle/PlanDefinition-flu-02-offer.json"
    assert done.stdout == built.read_text("utf-8")


def test_bundle_takes_a_canonical_and_writes_a_file(influenza, tmp_path):
    canonical = "https://example.org/influenza/PlanDefinition/flu-01-strategy|1.0.0"
    done = run("bundle", canonical, "--project", influenza.root, "--output", tmp_path / "one.json")
    assert (done.exit_code, done.stdout) == (0, "")
    assert json.loads((tmp_path / "one.json").read_bytes())["id"] == "flu-01-strategy"


def test_a_plan_that_is_not_there_is_told_with_a_near_one(influenza):
    done = run("bundle", "flu-2-offer", "--project", influenza.root)
    assert "did you mean flu-02-offer?" in str(done.exception)


def test_a_broken_closure_gives_no_bundle(influenza):
    influenza.change("vaccination/PlanDefinition-flu-02-offer.yaml", "flu-give-vaccine|", "flu-gone|")
    done = run("bundle", "flu-02-offer", "--project", influenza.root)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "dependency-is-missing" in done.stderr
