"""A FHIR server over HTTP: requests that are bounded in time and size, and repeated only where that is safe.

Plain http is spoken with the loopback alone. A token is sent as a header and never shown; redirects are refused, so
that it goes to no other host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from fhir_content.source import MAX_BYTES, Json, dumps, parse

_JSON = "application/fhir+json"
_TRIES = 5
_LONGEST_WAIT = 60.0
_BUSY = frozenset({408, 429, 500, 502, 503, 504})


class ServerError(Exception):
    """The server did not do what was asked; `passing` says that it may do so later."""

    def __init__(self, message: str, *, status: int = 0, passing: bool = False, wait: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.passing = passing
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of a reply; no body is None."""

    status: int
    data: Json


class Client:
    """One server. `wait` is told how many seconds to let pass before a request is repeated."""

    def __init__(self, url: str, wait: Callable[[float], None], *, token: str = "", timeout: float = 120.0) -> None:
        """Speak with the FHIR base `url`; raises ServerError where that would not be safe."""
        self.url = checked(url)
        self.wait = wait
        headers = {"Accept": _JSON, **({"Authorization": f"Bearer {token}"} if token else {})}
        local = _is_loopback(self.url)
        self._http = httpx.Client(headers=headers, timeout=timeout, trust_env=not local, follow_redirects=False)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def read(self, path: str) -> Answer:
        """GET below the base; a busy or broken server is asked again."""
        return self.patiently(lambda: self._send("GET", f"{self.url}/{path}"))

    def read_at_root(self, path: str) -> Answer:
        """GET beside the base, where CDS Hooks has its services."""
        root = self.url.removesuffix("/fhir")
        return self.patiently(lambda: self._send("GET", f"{root}/{path}"))

    def send(self, bundle: dict[str, Json]) -> Answer:
        """POST a transaction, once: whether to repeat it is for who knows what is in it."""
        return self._send("POST", self.url, dumps(bundle))

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask, and ask again after a growing pause while the fault is a passing one."""
        for attempt in range(_TRIES):
            try:
                return ask()
            except ServerError as error:
                if not error.passing or attempt == _TRIES - 1:
                    raise
                self.wait(pause(attempt, error))
        raise AssertionError("unreachable")  # pragma: no cover

    def _send(self, method: str, url: str, content: bytes | None = None) -> Answer:
        headers = {"Content-Type": _JSON} if content is not None else {}
        with _as_server_errors(url), self._http.stream(method, url, content=content, headers=headers) as reply:
            body = b""
            for chunk in reply.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ServerError(f"the reply to {method} {url} is larger than {MAX_BYTES // 1024 // 1024} MiB")
        return _answer(method, url, reply, body)


def pause(attempt: int, error: ServerError) -> float:
    """Seconds before the next try: what the server asked for, else 1, 2, 4, 8; a minute at most."""
    return min(error.wait or 2.0**attempt, _LONGEST_WAIT)


def checked(url: str) -> str:
    """The base url without a slash at its end; raises ServerError where it is unfit or unsafe."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ServerError(f"{url} is not the address of a FHIR server; give its base, as in https://host/fhir")
    if parts.username or parts.password:
        raise ServerError("an address with a password ends up in logs; give a token with --token-env NAME")
    if parts.scheme == "http" and not _is_loopback(url):
        raise ServerError(f"{url} is not encrypted; use https (plain http is for this machine's own servers)")
    return url.rstrip("/")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _as_server_errors(url: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException:
        raise ServerError(f"{url} did not answer in time", passing=True) from None
    except httpx.TransportError as error:
        what = f"the connection to {url} failed: {error or type(error).__name__}"
        raise ServerError(what, passing=True) from None
    except httpx.HTTPError as error:
        raise ServerError(f"{url}: {error}") from None


def _answer(method: str, url: str, reply: httpx.Response, body: bytes) -> Answer:
    status = reply.status_code
    if 300 <= status < 400 and status != 304:
        raise ServerError(
            f"{url} sends on to {reply.headers.get('location', 'elsewhere')}; give that address", status=status
        )
    data: Json = None
    if body.strip():
        source = parse(body, "reply.json")
        readable = source.data is not None and not source.issues
        if not readable and status < 400:
            raise ServerError(f"the reply to {method} {url} cannot be read: it may be cut off", passing=True)
        data = source.data
    if status >= 400 and not (method == "GET" and status in (404, 410)):
        wait = reply.headers.get("retry-after", "")
        told = f"{method} {url} was answered {status}: {_reason(data) or reply.reason_phrase}"
        seconds = float(wait) if wait.isdigit() and len(wait) < 6 else 0.0
        raise ServerError(told, status=status, passing=status in _BUSY, wait=seconds)
    return Answer(status, data)


def _reason(data: Json) -> str:
    issues = data.get("issue") if isinstance(data, dict) else None
    texts = []
    for issue in issues if isinstance(issues, list) else []:
        if isinstance(issue, dict):
            details = issue.get("details")
            text = issue.get("diagnostics") or (details.get("text") if isinstance(details, dict) else "")
            texts.append(str(text or issue.get("code", ""))[:300])
    return "; ".join(texts[:5])
