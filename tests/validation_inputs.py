"""Resources that are nearly right: our own, changed in a few places at random; and what validation says of them.

Shared by the fuzz test and by tests/conformance/validation_fuzz.py, which takes the seeds from a folder.
"""

import random
import re
import time
from decimal import Decimal

import yaml

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.source import dumps, parse
from fhir_content.structure import definitions
from fhir_content.ucum import convert
from fhir_content.validate import validate

SECONDS = 1.0  # of the processor, for one input
BASE = "https://example.org/fhir"
# Told once of several places, and the order of keys says which of them is met first.
OF_SEVERAL = {"choice", "element-id-duplicate", "extension-unknown"}
QUANTITY = {"value": Decimal("72.50"), "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
CONCEPT = {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "x"}], "text": "a"}
HEAD = {"version": "1.0.0", "status": "draft", "experimental": True, "date": "2026-11-01", "publisher": "a"}
SEEDS = [
    {
        "resourceType": "PlanDefinition",
        "id": "plan",
        "url": f"{BASE}/PlanDefinition/plan",
        "name": "Plan",
        **HEAD,
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>a &amp; b</p></div>'},
        "useContext": [
            {
                "code": {"system": "http://terminology.hl7.org/CodeSystem/usage-context-type", "code": "focus"},
                "valueCodeableConcept": CONCEPT,
            }
        ],
        "library": [f"{BASE}/Library/logic|1.0.0"],
        "goal": [{"id": "g", "description": CONCEPT, "target": [{"measure": CONCEPT, "detailQuantity": QUANTITY}]}],
        "action": [
            {
                "id": "a",
                "title": "a",
                "trigger": [{"type": "named-event", "name": "order-sign"}],
                "condition": [
                    {"kind": "applicability", "expression": {"language": "text/fhirpath", "expression": "1 < 2"}}
                ],
                "relatedAction": [
                    {
                        "actionId": "b",
                        "relationship": "before-start",
                        "offsetDuration": {"value": 2, "unit": "h", "system": "http://unitsofmeasure.org", "code": "h"},
                    }
                ],
                "timingTiming": {"repeat": {"frequency": 1, "period": Decimal("1.5"), "periodUnit": "d"}},
                "dynamicValue": [
                    {"path": "dosage[0].text", "expression": {"language": "text/cql", "expression": "'x'"}}
                ],
            },
            {"id": "b", "definitionCanonical": f"{BASE}/ActivityDefinition/give|1.0.0", "priority": "routine"},
        ],
    },
    {
        "resourceType": "ActivityDefinition",
        "id": "give",
        "url": f"{BASE}/ActivityDefinition/give",
        "name": "Give",
        **HEAD,
        "extension": [{"url": "http://example.org/x", "valueMarkdown": "*a*"}],
        "contained": [{"resourceType": "Medication", "id": "m", "code": CONCEPT}],
        "kind": "MedicationRequest",
        "intent": "proposal",
        "productReference": {"reference": "#m"},
        "dosage": [
            {
                "text": "a",
                "timing": {"repeat": {"boundsPeriod": {"start": "2026-01-01", "end": "2026-02-01T00:00:00Z"}}},
                "doseAndRate": [{"doseRange": {"low": QUANTITY, "high": QUANTITY}}],
                "maxDosePerPeriod": {"numerator": QUANTITY, "denominator": QUANTITY},
            }
        ],
    },
    {
        "resourceType": "ValueSet",
        "id": "set",
        "url": f"{BASE}/ValueSet/set",
        "name": "Set",
        **HEAD,
        "compose": {
            "include": [
                {"system": "http://loinc.org", "concept": [{"code": "2465-3", "display": "IgG"}]},
                {
                    "system": "http://hl7.org/fhir/publication-status",
                    "filter": [{"property": "concept", "op": "is-a", "value": "draft"}],
                },
            ],
            "exclude": [{"valueSet": [f"{BASE}/ValueSet/set"]}],
        },
    },
    {
        "resourceType": "Questionnaire",
        "id": "ask",
        "url": f"{BASE}/Questionnaire/ask",
        "name": "Ask",
        **HEAD,
        "item": [
            {
                "linkId": "1",
                "text": "a",
                "_text": {"extension": [{"url": "http://example.org/y", "valueString": "z"}]},
                "type": "group",
                "item": [
                    {
                        "linkId": "1.1",
                        "type": "choice",
                        "answerOption": [{"valueString": "b"}],
                        "enableWhen": [{"question": "1", "operator": "exists", "answerBoolean": True}],
                    }
                ],
            }
        ],
    },
    {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "fullUrl": "urn:uuid:0b1c6d2e-5a43-4c7e-9f55-111111111111",
                "resource": {
                    "resourceType": "Observation",
                    "status": "final",
                    "code": CONCEPT,
                    "valueQuantity": QUANTITY,
                },
            }
        ],
    },
]
LEAVES = [
    None,
    True,
    False,
    0,
    -1,
    10**20,
    Decimal("1.50"),
    Decimal("-0.0"),
    "",
    " ",
    "a",
    "draft",
    "http://x",
    "#m",
    "no",
    "2026-02-30",
    "2026",
    "24:00:00",
    "<b>x</b>",
    "<div>",
    "%a.b(",
    "\u0000",
    "\u2028é😀",
    "[[[[",
    "((((",
    "a" * 3000,
    "|1.0",
    "text/cql",
    "null",
    "1e5",
    "0o7",
    "~",
    "- a",
    "a: b",
    "*x",
    "&y",
    [],
    {},
    [[]],
    [None],
    {"": ""},
]


def read_grammars():
    """What a process reads once (definitions, grammar and table of units) is no part of the time of an input."""
    assert convert(Decimal(1000), "mg", "g") == 1
    for code in ("mg", "no-unit"):
        verdict(dumps({"resourceType": "Observation", "valueQuantity": {**QUANTITY, "code": code}}), "a.json")


def containers(data):
    found, pending = [], [data]
    while pending:
        value = pending.pop()
        if isinstance(value, dict | list):
            if value:
                found.append(value)
            pending.extend(value.values() if isinstance(value, dict) else value)
    return found


def copied(value):
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def mutated(seed, chance: random.Random):
    """A copy with one to four changes: something removed, replaced, moved elsewhere, repeated or renamed."""
    data = copied(seed)
    for _ in range(chance.randint(1, 4)):
        places = containers(data)
        if not places:
            break
        where = chance.choice(places)
        step = chance.choice(list(where)) if isinstance(where, dict) else chance.randrange(len(where))
        kind = chance.randrange(6)
        if kind == 0:
            del where[step]
        elif kind == 1:
            where[step] = copied(chance.choice(LEAVES))
        elif kind == 2:
            other = chance.choice(places)
            where[step] = copied(other if len(repr(other)) < 20_000 else "a")
        elif kind == 3:
            where[step] = [where[step], copied(where[step])]
        elif isinstance(where, dict):
            where[chance.choice(NAMES)] = where.pop(step) if kind == 4 else copied(chance.choice(LEAVES))
    return data


NAMES = [
    "extension",
    "modifierExtension",
    "valueString",
    "valueBoolean",
    "_status",
    "id",
    "url",
    "code",
    "system",
    "value",
    "contained",
    "reference",
    "expression",
    "resourceType",
    "x",
    "fhir_comments",
    "text",
    "div",
    "action",
    "coding",
]


def generated(chance: random.Random):
    """A resource of any type, its elements of the right name and mostly of the right shape."""
    name = chance.choice(sorted(definitions().resource_types))
    return {"resourceType": name, **_object(definitions().structure(name), chance, 0)}


def _object(structure, chance, depth):
    names = [
        name for name, child in structure.children.items() if depth < 4 or child.structure.kind == "primitive-type"
    ]
    chosen = chance.sample(names, min(len(names), chance.randint(1, 6)))
    return {name: _value(structure.children[name], chance, depth) for name in chosen}


def _value(child, chance, depth):
    if child.structure.kind == "primitive-type" or chance.random() < 0.05:
        value = copied(chance.choice(LEAVES))
    elif child.structure.kind == "resource":
        value = generated(chance) if depth < 2 else {"resourceType": "Basic"}
    else:
        value = _object(child.structure, chance, depth + 1)
    return [value] if child.is_list and chance.random() < 0.95 else value


def reordered(value, chance):
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: reordered(value[name], chance) for name in names}
    return [reordered(each, chance) for each in value] if isinstance(value, list) else value


class _Yaml(yaml.SafeDumper):
    """Decimals with their digits, and nothing said by reference."""

    def ignore_aliases(self, data):
        return True


_Yaml.add_representer(str, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"'))
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$")
_Yaml.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-0123456789"))
_Yaml.add_representer(
    Decimal,
    lambda dumper, value: dumper.represent_scalar(
        dumper.resolve(yaml.ScalarNode, str(value), (True, False)), str(value)
    ),
)


def as_yaml(data):
    text = yaml.dump(data, Dumper=_Yaml, sort_keys=False, allow_unicode=False, width=10**6)
    return text.encode()


def verdict(content, file):
    """What is found, without its place in the text; raises AssertionError where it took too long."""
    start = time.process_time()
    source = parse(content, file)
    issues = list(source.issues)
    if isinstance(source.data, dict):
        issues += validate(Catalog([Resource(source.data, source)], base=BASE))
    seconds = time.process_time() - start
    assert seconds < SECONDS, f"{seconds:.1f} s for {content[:300]!r}"
    return {
        (each.severity.value, each.rule, "" if each.rule in OF_SEVERAL else each.location.expression) for each in issues
    }


def check(data, chance):
    """One input: read, judged in time, and judged the same in another order of keys and in YAML."""
    first = verdict(dumps(data), "a.json")
    assert verdict(dumps(reordered(data, chance)), "a.json") == first
    assert verdict(as_yaml(data), "a.yaml") == first
