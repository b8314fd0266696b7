"""How fast the logic runs: patients a second and memory, beside cql-execution and the reference $apply.

    python tests/bench/logic.py [PATIENTS]          default 100000, streamed from an NDJSON file

The library is that of "Start immunoglobulin replacement?", every definition of it, for every patient. Seconds are
those of the processor. Reading JSON is shown apart, loading of libraries is left out, for all three.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parents[1] / "interop"))
import reference
import second_engine
from replacement import Replacement, plain
from replacement_patients import patients

from fhir_content.cql import Context

MAIN, PLAN = "IMDIgInitiate", "PlanDefinition/imd-21-ig-initiate"
PARAMETERS = {"Region": "US"}
FOR_SECOND, FOR_REFERENCE = 2_000, 200


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(replacement: Replacement, file: Path, count: int) -> tuple[float, float, Counter[str]]:
    """Seconds for reading and evaluating, seconds for evaluating alone, and what came out."""
    library = replacement.logic.ready(MAIN)
    rows: Counter[str] = Counter()
    evaluating = 0.0
    begun = time.process_time()
    with file.open("rb") as lines:
        for line in islice(lines, count):
            bundle = orjson.loads(line)
            start = time.process_time()
            context = Context(bundle, replacement.now, parameters=PARAMETERS, value_sets=replacement.logic.value_set)
            values = library.evaluate_all(context)
            evaluating += time.process_time() - start
            rows.update(name for name, value in values.items() if value is True)
    return time.process_time() - begun, evaluating, rows


def alone(file: Path, count: int) -> None:
    """One line of our table, in a process of its own, so that its memory is its own."""
    replacement = Replacement()
    ours(replacement, file, 20)
    seconds, evaluating, _ = ours(replacement, file, count)
    print(f"| fhir-content | {count} | {count / evaluating:.0f} | {count / seconds:.0f} | {megabytes():.0f} MB |")


def theirs(replacement: Replacement, bundles: list[dict[str, Any]]) -> str:
    """The line of cql-execution, after its first patients, as ours is."""
    folder, reason = second_engine.packages()
    if folder is None:
        return f"| cql-execution 3.3.2 | {reason} | | | |"
    sets = {each.url: replacement.logic.value_set(each.url) or () for each in replacement.catalog.of("ValueSet")}
    trees = list(replacement.logic.trees().values())
    moment = replacement.now.isoformat()
    made = second_engine.evaluate(folder, trees, MAIN, sets, PARAMETERS, moment, bundles)
    rate = len(bundles) / made["seconds"]
    return f"| cql-execution 3.3.2 | {len(bundles)} | {rate:.0f} | | {made['maxRSS'] / 1024:.0f} MB |"


def of_reference(replacement: Replacement, bundles: list[dict[str, Any]]) -> str:
    """The line of the reference, which applies the plan and does not only evaluate its library."""
    folder, reason = reference.program()
    if folder is None:
        return f"| the reference $apply 4.4.0 | {reason} | | | |"
    given = {"resourceType": "Parameters", "parameter": [{"name": "Region", "valueString": "US"}]}
    calls = [
        {
            "operation": "$r5.apply",
            "definition": PLAN,
            "subject": f"Patient/p{number}",
            "data": each,
            "parameters": given,
        }
        for number, each in enumerate(bundles)
    ]
    made, memory = reference.answers(folder, plain(replacement.bundle), calls)
    seconds = sum(each["nanoseconds"] for each in made[1:]) / 1e9
    name = "the reference $apply 4.4.0, without its first call"
    return f"| {name} | {len(bundles)} | {(len(bundles) - 1) / seconds:.0f} | | {memory:.0f} MB |"


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--alone"]:
        alone(Path(arguments[1]), int(arguments[2]))
        return 0
    most = int(arguments[0]) if arguments else 100_000
    replacement = Replacement()
    print(f"{len(replacement.logic.ready(MAIN).definitions)} definitions in {MAIN}, and those it includes\n")
    print("| engine | patients | patients a second | with reading JSON | peak memory |\n|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "patients.ndjson")
        with file.open("wb") as output:
            output.writelines(orjson.dumps(each) + b"\n" for each in patients(most, replacement.now))
        for count in (min(FOR_SECOND, most), most // 10, most):
            command = [sys.executable, __file__, "--alone", str(file), str(count)]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True)
        with file.open("rb") as lines:
            bundles = [json.loads(line) for line in islice(lines, FOR_SECOND)]
        _, _, rows = ours(replacement, file, len(bundles))
    print(theirs(replacement, bundles), flush=True)
    print(of_reference(replacement, bundles[:FOR_REFERENCE]))
    print(f"\nTrue most often: {', '.join(f'{name} {count}' for name, count in rows.most_common(6))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
