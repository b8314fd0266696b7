"""A canonical: the absolute url by which one definition names another, `url|version#fragment`.

https://hl7.org/fhir/R4/references.html#canonical
"""

from __future__ import annotations

from dataclasses import dataclass

# The types whose resources are known by a canonical, and share the elements that package.yaml can fill in.
# https://hl7.org/fhir/R4/metadataresource.html
DEFINITIONAL = frozenset(
    {
        *("ActivityDefinition", "CodeSystem", "ConceptMap", "ImplementationGuide", "Library", "Measure"),
        *("PlanDefinition", "Questionnaire", "StructureDefinition", "ValueSet"),
    }
)


@dataclass(frozen=True, slots=True)
class Canonical:
    """The three parts; an absent one is the empty string."""

    url: str
    version: str = ""
    fragment: str = ""

    @classmethod
    def parse(cls, text: str) -> Canonical:
        """Cut `url|version#fragment` into its parts; never fails, since any uri is a canonical to FHIR."""
        rest, _, fragment = text.partition("#")
        url, _, version = rest.partition("|")
        return cls(url, version, fragment)

    @property
    def type(self) -> str:
        """The resource type in `…/Type/id`, or "" where the url does not end so."""
        head, _, tail = self.url.rpartition("/")
        kind = head.rpartition("/")[2]
        return kind if tail and kind[:1].isupper() and kind.isalpha() else ""

    @property
    def id(self) -> str:
        """The last segment of the url: the id, by this project's convention."""
        return self.url.rpartition("/")[2]

    @property
    def is_absolute(self) -> bool:
        """Whether the url has a scheme, as every canonical but `#contained` must."""
        return ":" in self.url.split("/", 1)[0]

    def __str__(self) -> str:
        version = f"|{self.version}" if self.version else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.url}{version}{fragment}"
