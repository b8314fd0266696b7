"""The HL7 Java validator: built once into the user's cache, asked about many files in one Java process."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
_OPTIONS = ("-XX:+UseSerialGC", "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8")


def program():
    """The command that takes files, or None with the reason where Java, Maven or the registry is missing."""
    if not all(shutil.which(each) for each in ("java", "javac", "mvn")):
        return None, "Java and Maven are not on PATH"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fhir-content"
    sources = (HERE / "pom.xml").read_bytes() + (HERE / "Validate.java").read_bytes()
    folder = cache / f"hl7-validator-{hashlib.sha256(sources).hexdigest()[:12]}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            work = Path(temporary, "done")
            fetch = ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
            fetch.append(f"-DoutputDirectory={work / 'lib'}")
            if subprocess.run(fetch, capture_output=True, timeout=540, check=False).returncode:
                return None, "the jars of the HL7 validator cannot be fetched from the Maven registry"
            compiled = ["javac", "-nowarn", "-cp", f"{work / 'lib'}/*", "-d", str(work), str(HERE / "Validate.java")]
            subprocess.run(compiled, capture_output=True, timeout=120, check=True)
            if not folder.exists():
                work.rename(folder)
    return ["java", *_OPTIONS, "-cp", f"{folder}:{folder / 'lib'}/*", "Validate"], ""


def issues(command, files):
    """What the validator says of the files: {file, severity, expression, rule, message} each."""
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, timeout=540, check=True)
    return json.loads(done.stdout)["issues"]
