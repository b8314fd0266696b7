"""Clinical cases: a patient on a day, a plan, and what a clinician expects of it."""

from __future__ import annotations

from fhir_content.case.form import Case, WrittenCase, read_cases
from fhir_content.case.run import CaseRun, run

__all__ = ["Case", "CaseRun", "WrittenCase", "read_cases", "run"]
