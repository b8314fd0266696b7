"""The reference $apply (clinical-reasoning): built once into the user's cache, asked in one Java process."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def program():
    """The folder with the jars and classes, or None with the reason where Java, Maven or the registry is missing."""
    if not all(shutil.which(each) for each in ("java", "javac", "mvn")):
        return None, "Java and Maven are not on PATH"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fhir-content"
    sources = (HERE / "pom.xml").read_bytes() + (HERE / "Reference.java").read_bytes()
    folder = cache / f"reference-{hashlib.sha256(sources).hexdigest()[:12]}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            work = Path(temporary, "done")
            fetch = ["mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
            fetch.append(f"-DoutputDirectory={work / 'lib'}")
            if subprocess.run(fetch, capture_output=True, timeout=540, check=False).returncode:
                return None, "the jars of the reference cannot be fetched from the Maven registry"
            compiled = ["javac", "-nowarn", "-cp", f"{work / 'lib'}/*", "-d", str(work), str(HERE / "Reference.java")]
            subprocess.run(compiled, capture_output=True, timeout=120, check=True)
            if not folder.exists():
                work.rename(folder)
    return folder, ""


def answers(folder, content, calls):
    """The reference's answer to each call, {"nanoseconds", "result"} or {"nanoseconds", "error"}, and its memory in MB.

    A call has operation, definition, subject, data (a Bundle) and parameters (a Parameters resource). Its now is now.
    """
    with tempfile.TemporaryDirectory() as temporary:
        files = [Path(temporary, "content.json"), Path(temporary, "calls.ndjson")]
        files[0].write_text(json.dumps(content, default=float))
        files[1].write_text("".join(json.dumps(call, default=float) + "\n" for call in calls))
        options = ["-XX:+UseSerialGC", "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8"]
        command = ["java", *options, "-cp", f"{folder}:{folder / 'lib'}/*", "Reference", *map(str, files)]
        with Path(temporary, "out").open("w+") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            assert process.returncode == 0, "the reference ended with an error"
            out.seek(0)
            return [json.loads(line) for line in out], usage.ru_maxrss / 1024
