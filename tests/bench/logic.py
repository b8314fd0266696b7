"""How fast the logic runs: patients a second, memory, and whether both stay as they are when patients are many.

    python tests/bench/logic.py [PATIENTS]          default 20000, streamed from an NDJSON file

Seconds are those of the processor. Each patient is read from one line, all definitions of two libraries are
evaluated, and the patient is dropped.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import orjson

from fhir_content.cql import Context, Library

sys.path.insert(0, str(Path(__file__).parents[1] / "cql"))
from patients import NOW, VALUE_SETS, patients

LOGIC = Path(__file__).parents[1] / "cql" / "logic"


def libraries() -> tuple[Library, Library]:
    facts = Library.from_elm((LOGIC / "PatientFacts.json").read_bytes())
    return facts, Library.from_elm((LOGIC / "Replacement.json").read_bytes(), [facts])


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(file: Path, count: int) -> tuple[float, float, Counter[str]]:
    """Seconds for reading and evaluating, seconds for evaluating alone, and what came out."""
    facts, replacement = libraries()
    reasons: Counter[str] = Counter()
    evaluating = 0.0
    begun = time.process_time()
    with file.open("rb") as lines:
        for _, line in zip(range(count), lines, strict=False):
            bundle = orjson.loads(line)
            start = time.process_time()
            context = Context(bundle, NOW, value_sets=VALUE_SETS)
            facts.evaluate_all(context)
            values = replacement.evaluate_all(context)
            evaluating += time.process_time() - start
            reasons["start" if values["Start"] else "ask" if values["Ask For IgG"] else "neither"] += 1
    return time.process_time() - begun, evaluating, reasons


def main(arguments: list[str]) -> int:
    most = int(arguments[0]) if arguments else 20_000
    facts, replacement = libraries()
    print(f"{len(facts.definitions) + len(replacement.definitions)} definitions in 2 libraries")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "patients.ndjson"
        with file.open("wb") as output:
            output.writelines(orjson.dumps(bundle) + b"\n" for bundle in patients(most))
        begun = time.process_time()
        run(file, 10)
        print(f"loading and the first 10 patients: {time.process_time() - begun:.2f} s, most of it the UCUM library")
        print(f"{'patients':>9} {'per second':>11} {'with reading':>13} {'peak MB':>8}")
        for count in (most // 10, most // 2, most):
            seconds, evaluating, reasons = run(file, count)
            print(f"{count:>9} {count / evaluating:>11.0f} {count / seconds:>13.0f} {megabytes():>8.1f}")
        print(dict(sorted(reasons.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
