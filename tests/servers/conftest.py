"""A real FHIR server for tests: sekmet-fhir on a free port of the loopback, ended by its own process id."""

import os
import socket
import subprocess
import sys
import threading

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process with its own folder."""

    def __init__(self, folder, settings=""):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/fhir"
        (folder / "settings.yaml").write_text(
            f"base_url: {self.url}\nhost: 127.0.0.1\nport: {self.port}\nsimulator: {{enabled: false}}\n{settings}"
        )
        code = "from sekmet.cli import app; app()"
        command = [sys.executable, "-c", code, "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        environment = {**os.environ, "SEKMET_CONFIG": str(folder / "settings.yaml"), "PYTHONWARNINGS": "ignore"}
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.log = []
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self._read_log)
        self.reader.start()
        assert self.ready.wait(60), "".join(self.log)

    def _read_log(self):
        for line in self.process.stdout:
            self.log.append(line)
            if "Uvicorn running" in line:
                self.ready.set()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.reader.join(timeout=20)
        self.process.stdout.close()


@pytest.fixture
def sekmet(tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    server = Server(folder)
    yield server
    server.stop()
