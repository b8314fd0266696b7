"""Validation of changed real resources: no traceback, in time, the same in any order of keys and in YAML.

python tests/conformance/validation_fuzz.py FOLDER [COUNT]     default 2000 inputs; FOLDER holds .json files
"""

import random
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from validation_inputs import check, mutated, read_grammars

from fhir_content.source import read


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seeds = [source.data for file in sorted(folder.rglob("*.json")) if isinstance((source := read(file)).data, dict)]
    read_grammars()
    faults = 0
    for number in range(count):
        chance = random.Random(number)
        try:
            check(mutated(chance.choice(seeds), chance), chance)
        except Exception:
            faults += 1
            print(f"input {number}")
            traceback.print_exc(limit=-3)
    print(f"{count} inputs made of {len(seeds)} files: {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
