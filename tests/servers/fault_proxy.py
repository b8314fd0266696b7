"""A proxy on the loopback that passes requests on to a FHIR server, and breaks some of them as it is told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

TRUNCATED, DROPPED, GONE_AFTER, WRONG_VERSION = "truncated", "dropped before", "dropped after", "wrong version"


class FaultProxy:
    """`faults` are used up by the POSTs that come, one each; a number is a status answered instead of passing it on."""

    def __init__(self, server):
        self.faults = []
        self.metadata_fault = None
        self.posts = 0
        self.upstream = httpx.Client(timeout=60, trust_env=False)
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                reply = proxy.upstream.get(server.url.removesuffix("/fhir") + self.path)
                content = reply.content
                if self.path.endswith("/metadata") and proxy.metadata_fault == WRONG_VERSION:
                    content = content.replace(b'"4.0.1"', b'"5.0.0"')
                self.answer(reply.status_code, content)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.posts += 1
                fault = proxy.faults.pop(0) if proxy.faults else None
                if isinstance(fault, int):
                    self.answer(fault, b'{"resourceType": "OperationOutcome", "issue": [{"diagnostics": "as told"}]}')
                    return
                if fault == DROPPED:
                    self.close_connection = True
                    return
                headers = {"Content-Type": "application/fhir+json"}
                reply = proxy.upstream.post(server.url, content=body, headers=headers)
                if fault == GONE_AFTER:
                    self.close_connection = True
                    return
                self.answer(reply.status_code, reply.content, cut=fault == TRUNCATED)

            def answer(self, status, content, *, cut=False):
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Content-Type", "application/fhir+json")
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if cut else content)
                if cut:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/fhir"
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(20)
        self.upstream.close()
