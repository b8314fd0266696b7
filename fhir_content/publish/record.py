"""What we put on each server, remembered on this machine: who else changed a resource there is seen by it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from fhir_content.source import Json, dumps, read
from fhir_content.writing import write_whole


class Record:
    """The digests of what a server had of ours after our last import, by request."""

    def __init__(self, folder: Path, url: str) -> None:
        """Read what is remembered of the server; an unreadable record is as none."""
        name = re.sub(r"[^a-z0-9]+", "-", url.lower()).strip("-")[:80]
        self._path = folder / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:8]}.json"
        data = read(self._path).data if self._path.is_file() else None
        digests = data.get("digests") if isinstance(data, dict) else None
        self.digests = {str(key): str(value) for key, value in digests.items()} if isinstance(digests, dict) else {}
        self._url = url

    def keep(self, changes: dict[str, str], gone: set[str]) -> None:
        """Remember what is there now, and forget what is gone."""
        self.digests = {key: value for key, value in {**self.digests, **changes}.items() if key not in gone}
        digests: dict[str, Json] = {key: self.digests[key] for key in sorted(self.digests)}
        content: dict[str, Json] = {"server": self._url, "digests": digests}
        write_whole(self._path, dumps(content, pretty=True))
