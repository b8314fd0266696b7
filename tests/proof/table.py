"""The small table of tests/proof/project, to be proved as it is or with a fault put into its ELM or its plan."""

import copy
import json
from pathlib import Path

from fhir_content.project import load
from fhir_content.proof import against
from fhir_content.proof.logic import Logic
from fhir_content.proof.prove import premises, prove_plan, subject_of
from fhir_content.proof.world import World
from fhir_content.resource import Resource

PROJECT = Path(__file__).parent / "project"


class Table:
    """The plan and its libraries as data that a test may change."""

    def __init__(self, root=PROJECT):
        self.project = load(root)
        self.plan = copy.deepcopy(self.project.catalog.get("PlanDefinition/t-start").data)
        files = sorted((root / "build" / "elm").glob("*.json"))
        self.elm = {file.name.partition("-")[0]: json.loads(file.read_bytes()) for file in files}

    def subject(self, world=None):
        logic, stated = Logic(copy.deepcopy(list(self.elm.values()))), premises(self.project)
        return subject_of(Resource.of(self.plan), self.project, logic, stated, world)

    def prove(self, only=()):
        return prove_plan(self.subject(), 5, only)

    def against(self, old):
        world = World()
        before = old.subject(world)
        world.version = against.NOW
        return against.compare(against.Pair(before, self.subject(world)), 5)

    # Changes to the logic ------------------------------------------------------------------------------------------

    def definition(self, name, library="TableStart"):
        statements = self.elm[library]["library"]["statements"]["def"]
        return next(each for each in statements if each["name"] == name)

    def turn(self, name, old, new, library="TableStart"):
        """The first node of a type becomes one of another type."""
        node = next(each for each in nodes(self.definition(name, library)) if each.get("type") == old)
        node["type"] = new
        return self

    def literal(self, name, old, new, library="TableStart"):
        node = next(
            each
            for each in nodes(self.definition(name, library))
            if each.get("type") in ("Literal", "Quantity") and str(each.get("value")) == old
        )
        node["value"] = new if node["type"] == "Literal" else float(new)
        return self

    def body(self, name, expression, library="TableStart"):
        self.definition(name, library)["expression"] = expression
        return self

    def drop(self, name, index):
        """One conjunct of a definition is forgotten."""
        definition = self.definition(name)
        kept = conjuncts(definition["expression"])
        del kept[index]
        return self.body(name, conjunction(kept))

    def add(self, name, expression):
        return self.body(name, conjunction([*conjuncts(self.definition(name)["expression"]), expression]))

    # Changes to the plan -------------------------------------------------------------------------------------------

    def without(self, action):
        self.plan["action"] = [each for each in self.plan["action"] if each["id"] != action]
        group = self.plan["action"][0]
        group["action"] = [each for each in group["action"] if each["id"] != action]
        return self

    def group(self, behavior):
        self.plan["action"][0]["selectionBehavior"] = behavior
        return self


def nodes(node):
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key != "annotation":
                yield from nodes(value)
    elif isinstance(node, list):
        for each in node:
            yield from nodes(each)


def conjuncts(node):
    if node.get("type") != "And":
        return [node]
    return [each for operand in node["operand"] for each in conjuncts(operand)]


def conjunction(parts):
    result = parts[0]
    for each in parts[1:]:
        result = {"type": "And", "operand": [result, each]}
    return result


def reference(name, library=None):
    return {"type": "ExpressionRef", "name": name, **({"libraryName": library} if library else {})}


def boolean(value):
    return {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Boolean", "value": str(value).lower()}


def grams(value):
    return {"type": "Quantity", "value": value, "unit": "g/L"}
