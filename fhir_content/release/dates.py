"""The date of a package as the times that artifacts ask for: midnight UTC of its first day."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(date: str) -> datetime:
    """Midnight UTC of a FHIR date of any precision (2026, 2026-11, 2026-11-23)."""
    return datetime.fromisoformat(f"{date}-01-01"[:10]).replace(tzinfo=UTC)


def instant(date: str) -> str:
    """The moment as a FHIR instant."""
    return moment(date).strftime("%Y-%m-%dT%H:%M:%SZ")
