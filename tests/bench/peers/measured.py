"""What every driver of a validator does: read files, validate each, print what was found and how long each took.

    python DRIVER.py [--repeat N] FILE...

Prints {"issues": [{file, severity, expression, message}], "milliseconds": [median of each file]}.
"""

import json
import statistics
import sys
import time
from pathlib import Path


def run(validate):
    """`validate(content, file)` returns the errors of one file as (expression, message) pairs."""
    arguments = sys.argv[1:]
    repeat = 1
    if arguments[0] == "--repeat":
        repeat, arguments = int(arguments[1]), arguments[2:]
    issues, milliseconds = [], []
    for file in arguments:
        content = Path(file).read_bytes()
        times = []
        for _ in range(repeat):
            start = time.perf_counter()
            found = validate(content, file)
            times.append((time.perf_counter() - start) * 1000)
        milliseconds.append(statistics.median(times))
        issues.extend(
            {"file": file, "severity": "error", "expression": expression, "message": message}
            for expression, message in found
        )
    print(json.dumps({"issues": issues, "milliseconds": milliseconds}))


def dotted(path):
    """("action", 0, "title") as action[0].title"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
