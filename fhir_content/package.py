"""definitions/package.yaml: what the whole package is, and what every resource of it would otherwise repeat."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from fhir_content.canonical import DEFINITIONAL


class Declaration(BaseModel):
    """Our own declarative files: unknown keys are errors, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Defaults(Declaration):
    """Filled into every definition that does not say otherwise."""

    status: Literal["draft", "active", "retired", "unknown"] = "active"
    experimental: bool = True
    date: str = Field(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")
    publisher: str
    contact: list[dict[str, Any]] = []
    jurisdiction: list[dict[str, Any]] = []
    copyright: str = ""


class CoverageLevels(Declaration):
    """How much of each kind the clinical cases must have seen before a build, in percent."""

    action: int = Field(default=0, ge=0, le=100)
    condition: int = Field(default=0, ge=0, le=100)
    definition: int = Field(default=0, ge=0, le=100)
    row: int = Field(default=0, ge=0, le=100)
    threshold: int = Field(default=0, ge=0, le=100)


class Package(Declaration):
    """The package: its name, canonical, version and licence."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$")
    canonical: str = Field(pattern=r"^https?://[^\s|#]+[^/\s|#]$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$")
    fhir_version: Literal["4.0.1"] = Field(alias="fhirVersion")
    title: str
    description: str
    license: str
    dependencies: dict[str, str] = {}
    external: list[str] = []
    coverage: CoverageLevels = CoverageLevels()
    defaults: Defaults

    def released(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` with what it leaves to the package filled in, in FHIR's own element order where it begins."""
        if data.get("resourceType") not in DEFINITIONAL:
            return data
        url = f"{self.canonical}/{data['resourceType']}/{data.get('id', '')}"
        filled = {"url": url, "version": self.version, **self.defaults.model_dump()}
        head: dict[str, Any] = {name: data[name] for name in ("resourceType", "id", "meta") if name in data}
        missing = {name: value for name, value in filled.items() if name not in data and value not in ("", [])}
        return {**head, **missing, **data}
