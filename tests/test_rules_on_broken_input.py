"""No rule raises, whatever stands where it looks: rules run on files that conformance has already called wrong."""

import copy
import random
import re
from decimal import Decimal

import pytest
from test_rules import BLOCK, catalog_of, encoded

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.rules import every_rule
from fhir_content.source import Source, parse

ODD = (
    None,
    True,
    0,
    -1,
    Decimal("1.5"),
    "",
    "x",
    "#",
    "|",
    "http://x|1",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"a": 1},
    ["x"],
    "\x00",
)
EXAMPLES = [text for rule in every_rule() for _, text in BLOCK.findall(rule.page)]


def documents(text):
    return [parse(part.encode(), "x.yaml").data for part in re.split(r"^---\n", text, flags=re.MULTILINE)]


def places(value, path=()):
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        yield from places(child, (*path, key))


def mutated(data, chance):
    """The data with one value, at any depth, replaced by something that does not belong there, or gone."""
    path = chance.choice([path for path in places(data) if path] or [("resourceType",)])
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    if chance.random() < 0.2 and path[-1] != "resourceType":
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(chance.choice(ODD))
    return data


def encode(data):
    try:
        return encoded(data)
    except (AttributeError, KeyError, TypeError):  # the content itself is what was broken
        return data


def run_all(resources, table):
    catalog = Catalog([Resource(data, Source("x.yaml", data)) for data in resources], base="http://example.org")
    if table is not None:
        catalog.tables["parameters.yaml"] = Source("parameters.yaml", table)
    for resource in catalog:
        for rule in every_rule():
            if resource.type in rule.on or "*" in rule.on:
                list(rule.issues(resource, catalog))


@pytest.mark.parametrize("seed", range(len(EXAMPLES)))
def test_no_rule_raises_on_a_broken_example(seed):
    chance = random.Random(seed)
    for _ in range(12):
        parts = [copy.deepcopy(part) for part in documents(EXAMPLES[seed])]
        broken = chance.randrange(len(parts))
        for _ in range(chance.randint(1, 3)):
            mutated(parts[broken], chance)
        tables = [part for part in parts if "resourceType" not in part]
        resources = [encode(part) for part in parts if isinstance(part.get("resourceType"), str)]
        run_all(resources, tables[0] if tables else None)


def test_the_examples_are_what_is_broken():
    assert len(EXAMPLES) > 80
    assert len(catalog_of(EXAMPLES[0], "any")) == 1
