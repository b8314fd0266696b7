"""The HL7 Java validator on every definition as released: no error but the two that its own set-up explains."""

from pathlib import Path

import pytest
from hl7_validator import issues, program

from fhir_content.project import load
from fhir_content.release import release
from fhir_content.source import dumps

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
# docs/validator-agreement.md says why each of them stands.
KNOWN = {
    "Unknown code 'http://hl7.org/fhir/expression-language#text/cql-identifier'",
    "Error generating Snapshot: Unable to resolve package id hl7.fhir.r4.core#null "
    "(this usually arises from a problem in the differential)",
}


def test_no_released_definition_has_an_error_that_is_not_known(tmp_path):
    command, reason = program()
    if command is None:
        pytest.skip(reason)
    files = []
    for resource in release(load(ROOT).catalog):
        file = tmp_path / f"{resource.type}-{resource.id}.json"
        file.write_bytes(dumps(resource.data))
        files.append(file)
    told = issues(command, files)
    assert {Path(each["file"]).name for each in told} <= {each.name for each in files}
    errors = {each["message"]: each for each in told if each["severity"] in ("error", "fatal")}
    assert [errors[message] for message in sorted(set(errors) - KNOWN)] == []
