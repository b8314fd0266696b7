"""A CycloneDX bill of materials: artifacts of the package, code systems with their licences, tools.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6

from fhir_content import __version__
from fhir_content.catalog import Catalog
from fhir_content.project import Project
from fhir_content.release.dates import moment
from fhir_content.resource import Resource
from fhir_content.source import dumps
from fhir_content.target import Output, target

# What each system's owner calls its terms, and where they stand; an unlisted system is named without a licence.
_LICENCES = {
    "http://snomed.info/sct": ("SNOMED CT", "SNOMED CT Affiliate License", "https://www.snomed.org/get-snomed"),
    "http://loinc.org": ("LOINC", "LOINC License", "https://loinc.org/license/"),
    "http://unitsofmeasure.org": ("UCUM", "UCUM License", "https://ucum.org/license"),
    "http://www.nlm.nih.gov/research/umls/rxnorm": (
        "RxNorm",
        "UMLS Metathesaurus License",
        "https://www.nlm.nih.gov/research/umls/rxnorm/docs/termsofservice.html",
    ),
    "http://hl7.org/fhir/sid/icd-10-cm": ("ICD-10-CM", "Public domain", "https://www.cdc.gov/nchs/icd/icd-10-cm/"),
    "http://hl7.org/fhir/sid/cvx": ("CVX", "Public domain", "https://www2a.cdc.gov/vaccines/iis/iisstandards/"),
    "http://www.whocc.no/atc": (
        "ATC",
        "WHO Collaborating Centre copyright",
        "https://atcddd.fhi.no/copyright_disclaimer/",
    ),
}


@target
def make(project: Project) -> Output:
    """`sbom.cdx.json`."""
    package = project.package
    root = Component(
        name=package.id,
        version=package.version,
        type=ComponentType.DATA,
        bom_ref=f"{package.id}@{package.version}",
        description=package.title,
        licenses=[DisjunctiveLicense(id=package.license)],
    )
    resources = [_artifact(each) for each in project.catalog]
    systems = [_code_system(url) for url in sorted(set(_systems(project.catalog)))]
    tool = Component(name="fhir-content", version=__version__, type=ComponentType.APPLICATION, bom_ref="fhir-content")
    bom = Bom(
        components=[*resources, *systems],
        metadata=BomMetaData(component=root, timestamp=moment(package.defaults.date)),
        serial_number=uuid5(NAMESPACE_URL, f"{package.canonical}|{package.version}"),
    )
    bom.metadata.tools.components.add(tool)
    bom.register_dependency(root, resources)
    for each in resources:
        bom.register_dependency(each)
    for each in systems:
        bom.register_dependency(each)
    return Output({"sbom.cdx.json": JsonV1Dot6(bom).output_as_string(indent=2).encode() + b"\n"})


def _artifact(resource: Resource) -> Component:
    digest = hashlib.sha256(dumps(resource.data)).hexdigest()
    return Component(
        name=resource.key,
        version=resource.version or None,
        type=ComponentType.DATA,
        bom_ref=resource.key,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )


def _code_system(url: str) -> Component:
    name, licence, terms = _LICENCES.get(url, (url, "", ""))
    return Component(
        name=name,
        type=ComponentType.DATA,
        bom_ref=url,
        licenses=[DisjunctiveLicense(name=licence, url=XsUri(terms))] if licence else [],
        external_references=[ExternalReference(type=ExternalReferenceType.OTHER, url=XsUri(url))],
    )


def _systems(catalog: Catalog) -> Iterator[str]:
    """Every code system that a resource uses a code of, and that is not the project's own."""
    for resource in catalog:
        for element in resource.root.walk():
            system = element.text("system")
            coded = element.get("code") or element.get("concept")
            if coded and system.startswith(("http", "urn:")) and not catalog.is_ours(system):
                yield system
