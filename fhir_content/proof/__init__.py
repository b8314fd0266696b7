"""Prove the decision tables: no contradiction, no gap, no silent no, nothing contraindicated - for every patient.

`fresh` reads the tracked results and needs no solver; everything that proves is imported from its module when asked
for, since z3 comes with the extra `[prove]` only.
"""

from __future__ import annotations

from fhir_content.proof.results import fresh

__all__ = ["fresh"]
