"""Skeletons of new content: files that validate as they stand, and say in themselves what is to be written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fhir_content.project import ProjectError
from fhir_content.writing import write_whole

KINDS = ("pathway", "activity", "case")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST = 50  # characters: an id has 64, and what is made from it adds a suffix


@dataclass(frozen=True, slots=True)
class _Words:
    """What a skeleton is filled with."""

    name: str
    title: str
    library: str
    canonical: str
    version: str


def make(kind: str, name: str, root: Path) -> list[Path]:
    """Write the skeleton and return its files; `name` may have a folder before it: `ig-replacement/give-more`.

    Raises ProjectError for a name that cannot be an id, and where a file is there already.
    """
    from fhir_content.project import load

    folder, _, bare = name.rpartition("/")
    if not _NAME.fullmatch(bare) or len(bare) > _LONGEST or not re.fullmatch(r"[\w./-]*", folder) or ".." in folder:
        raise ProjectError(
            f"{name!r} cannot be a name: use small letters, digits and hyphens, as in ig-replacement/give-more"
        )
    package = load(root).package
    camel = "".join(part.capitalize() for part in bare.split("-"))
    words = _Words(bare, bare.replace("-", " ").capitalize(), camel, package.canonical, package.version)
    files = {root / "definitions" / path: text for path, text in _SKELETONS[kind](folder, words).items()}
    taken = next((path for path in files if path.exists()), None)
    if taken is not None:
        raise ProjectError(f"{taken.relative_to(root)} is there already")
    for path, text in files.items():
        write_whole(path, text.encode())
    return list(files)


def _pathway(folder: str, words: _Words) -> dict[str, str]:
    home = f"{folder}/{words.name}" if folder else words.name
    return {
        f"{home}/README.md": _README.format(words=words),
        f"{home}/PlanDefinition-{words.name}.yaml": _PLAN.format(words=words),
        f"{home}/Library-{words.library}.yaml": _LIBRARY.format(words=words),
        f"{home}/{words.library}.cql": _CQL.format(words=words),
        f"{home}/cases/{words.name}-nothing-known.yaml": _CASE.format(words=words, plan=words.name),
    }


def _activity(folder: str, words: _Words) -> dict[str, str]:
    return {f"{folder or 'shared'}/ActivityDefinition-{words.name}.yaml": _ACTIVITY.format(words=words)}


def _case(folder: str, words: _Words) -> dict[str, str]:
    return {f"{folder or 'shared'}/cases/{words.name}.yaml": _CASE.format(words=words, plan="the-plan")}


_SKELETONS = {"pathway": _pathway, "activity": _activity, "case": _case}

_README = """\
# {words.title}

Guideline, edition and link: to be written. Evidence: to be written. Owner: to be written. Next review: to be written.

No clinician has signed this pathway off.
"""
_PLAN = """\
resourceType: PlanDefinition
id: {words.name}
url: {words.canonical}/PlanDefinition/{words.name}
version: {words.version}
name: {words.library}
title: "{words.title}?"
type: {{coding: [{{system: http://terminology.hl7.org/CodeSystem/plan-definition-type, code: clinical-protocol}}]}}
status: active
experimental: true
description: To be written. Say for whom this is, what it proposes, and what it does not cover.
library: [{words.canonical}/Library/{words.library}|{words.version}]
action:
  - id: {words.name}-consider
    title: Consider
    description: To be written. One action for each row of the decision table.
    documentation:
      - {{type: citation, display: "To be written: the guideline that this rests on"}}
    condition:
      - kind: applicability
        expression: {{language: text/cql-identifier, expression: Consider}}
"""
_LIBRARY = """\
resourceType: Library
id: {words.library}
url: {words.canonical}/Library/{words.library}
version: {words.version}
name: {words.library}
title: Logic of {words.name}
status: active
experimental: true
type: {{coding: [{{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}}]}}
description: To be written. The content is the .cql file beside this one.
"""
_CQL = """\
/// {words.title}. One row of the decision table = one definition.
library {words.library} version '{words.version}'

using FHIR version '4.0.1'

context Patient

/// To be written. Boolean, never null.
define "Consider": false
"""
_CASE = """\
title: "{words.title}: nothing is known, nothing is proposed"
plan: {plan}
on: 2026-01-01
patient: {{age: 40 years}}
expect: {{not: [{plan}-consider]}}
"""
_ACTIVITY = """\
resourceType: ActivityDefinition
id: {words.name}
url: {words.canonical}/ActivityDefinition/{words.name}
version: {words.version}
name: {words.library}
title: {words.title}
status: active
experimental: true
description: To be written. Say what is asked for, and why.
kind: Task
intent: proposal
code: {{text: {words.title}}}
"""
