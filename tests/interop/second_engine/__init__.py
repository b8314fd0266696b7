"""cql-execution, the other CQL engine: installed once into the user's cache, asked in one Node process."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json")


def packages():
    """The folder with node_modules, or None with the reason where Node or the npm registry is missing."""
    if not (shutil.which("node") and shutil.which("npm")):
        return None, "Node and npm are not on PATH"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fhir-content"
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = cache / f"second-engine-{lock}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            work = Path(temporary, "done")
            work.mkdir()
            for name in FILES:
                shutil.copyfile(HERE / name, work / name)
            install = ["npm", "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"]
            done = subprocess.run(install, cwd=work, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode:
                return None, "the npm registry cannot be reached"
            if not folder.exists():
                work.rename(folder)
    return folder, ""


def evaluate(folder, libraries, main, value_sets, parameters, at, patients):
    """The values of every definition of `main` for each patient bundle, as cql-execution has them."""
    asked = {
        "libraries": libraries,
        "main": main,
        "valueSets": {url: sorted(codes) for url, codes in value_sets.items()},
        "parameters": parameters,
        "at": at,
        "patients": patients,
    }
    command = ["node", str(HERE / "evaluate.mjs"), str(folder)]
    done = subprocess.run(
        command, input=json.dumps(asked, default=float), capture_output=True, text=True, timeout=600, check=True
    )
    return json.loads(done.stdout)
