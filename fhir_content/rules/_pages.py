"""The rules as people read them: a table, or one page."""

from __future__ import annotations

from fhir_content.rule import Rule
from fhir_content.rules import every_rule
from fhir_content.rules._wording import did_you_mean


def find(name: str) -> Rule | str:
    """The rule of that name, else what to say to who asked for it."""
    found = next((rule for rule in every_rule() if rule.name == name), None)
    names = [rule.name for rule in every_rule()]
    return found or f"there is no rule {name}; {did_you_mean(name, names) or '`fhir-content rules` lists them'}"


def page(rule: Rule) -> str:
    """One rule: its name, severity and where it applies, then its page."""
    where = "in any file" if rule.scope == "any" else "in a project"
    types = "every resource" if rule.on == ("*",) else ", ".join(rule.on)
    return f"{rule.name}\n\n{rule.severity}, {where}, on {types}; since {rule.since}\n\n{rule.page.strip()}"


def table() -> str:
    """A line for each rule: name, severity, title."""
    width = max(len(rule.name) for rule in every_rule())
    return "\n".join(f"{rule.name:{width}}  {rule.severity:11}  {rule.title}" for rule in every_rule())


def markdown() -> str:
    """docs/rules.md."""
    rows = [f"| [{rule.name}](#{rule.name}) | {rule.severity} | {rule.scope} | {rule.title} |" for rule in every_rule()]
    parts = [_HEAD, "\n".join(("| rule | severity | where | what |", "|---|---|---|---|", *rows))]
    for rule in every_rule():
        title, _, rest = page(rule).partition("\n\n")
        parts.append(f"## {title}\n\n{rest}")
    return "\n\n".join(parts) + "\n"


_HEAD = """\
# House rules

What FHIR itself cannot state. Generated from the rules' own pages; `fhir-content rules NAME` prints one. A rule of
scope *any* looks at every file, one of scope *project* only at the definitions of a project. A finding is allowed with
its reason: `# allow RULE: reason` at the element in YAML, or an entry in build/allow.yaml. In the examples the content
of a Library is shown as text; in FHIR it is base64."""
