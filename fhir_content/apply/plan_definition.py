"""PlanDefinition/$apply: the plan's actions, as far as they apply to the subject, as a RequestGroup.

https://hl7.org/fhir/R4/plandefinition-operation-apply.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from fhir_content.apply.activity_definition import apply_activity
from fhir_content.apply.condition import judge
from fhir_content.apply.dynamic_value import Target, set_dynamic_values
from fhir_content.apply.explanation import Explained
from fhir_content.apply.expression import Expressions
from fhir_content.apply.extension import OF_A_PLAN, copied
from fhir_content.apply.goal import PERTAINS_TO_GOAL, goal_of
from fhir_content.apply.input import inputs_of
from fhir_content.apply.messages import Messages
from fhir_content.apply.questionnaire import Questions
from fhir_content.apply.request import ApplyError
from fhir_content.apply.request_group import action_of, request_group
from fhir_content.catalog import Catalog
from fhir_content.resource import Element, Resource
from fhir_content.source import Json

_BEHAVIOR = "http://hl7.org/fhir/StructureDefinition/cqf-applicabilityBehavior"
_MAX_NESTING = 20
_MAX_ACTIONS = 10_000

Made = dict[str, Json]


@dataclass(slots=True)
class Run:
    """One call, shared by the plan and all plans that it applies.

    `resources` are what was made, in order; `trails` says for each which plan within which plan made it.
    """

    catalog: Catalog
    expressions: Expressions
    contained: bool
    explain: bool
    resources: list[Made] = field(default_factory=list)
    messages: list[Messages] = field(default_factory=list)
    questions: Questions = field(default_factory=Questions)
    trails: list[tuple[int, ...]] = field(default_factory=list)
    trail: tuple[int, ...] = ()
    plans: int = 0
    path: list[str] = field(default_factory=list)
    actions: int = 0
    goals: int = 0

    def messages_of(self, definition: Resource) -> Messages:
        """A place for what goes wrong in one definition."""
        self.messages.append(Messages(definition.id, definition.location()))
        return self.messages[-1]

    def keep(self, made: Made) -> str:
        """Keep a resource under an id of its own; gives the reference to it.

        An equal resource is kept once where it is contained, and the one there is pointed at twice.
        """
        wanted, number = str(made["id"]), 1
        while any(each["id"] == made["id"] and each["resourceType"] == made["resourceType"] for each in self.resources):
            if self.contained and made in self.resources:
                return f"#{made['id']}"
            number += 1
            made["id"] = f"{wanted}{number}"
        self.resources.append(made)
        self.trails.append(self.trail)
        return f"#{made['id']}" if self.contained else f"{made['resourceType']}/{made['id']}"

    def outermost_first(self) -> list[Made]:
        """What was made, that of the plan itself before that of the plans in it."""
        order = sorted(range(len(self.resources)), key=lambda index: self.trails[index])
        return [self.resources[index] for index in order]


def apply_plan(plan: Resource, run: Run, explained: Explained, group_id: str = "") -> Made:
    """The RequestGroup of a plan. What its actions propose is in `run.resources`, `explained` says why.

    Raises ApplyError where plans apply each other without end.
    """
    if plan.key in run.path or len(run.path) >= _MAX_NESTING:
        raise ApplyError(f"{plan.key} applies itself: {' -> '.join([*run.path, plan.key])}")
    run.path.append(plan.key)
    messages = run.messages_of(plan)
    group = request_group(plan, run.expressions.request)
    group["id"] = group_id or plan.id
    extensions = copied(plan.root, run.expressions, messages, OF_A_PLAN)
    extensions += _goals(plan, run)
    if extensions:
        group["extension"] = extensions
    actions: list[Json] = []
    for action in plan.root.each("action"):
        made = _Action(run, plan, group, messages).apply(action, explained)
        if made is not None:
            actions.append(made)
    if actions:
        group["action"] = actions
    messages.attach(group)
    run.path.pop()
    return group


def _goals(plan: Resource, run: Run) -> list[Json]:
    """Make the goals; gives the extensions that tie the RequestGroup to them where they are resources of their own."""
    links: list[Json] = []
    for goal in plan.root.each("goal"):
        run.goals += 1
        reference = run.keep(goal_of(goal, run.goals, run.expressions.request.subject))
        if not run.contained:
            links.append({"url": PERTAINS_TO_GOAL, "valueReference": {"reference": reference}})
    return links


@dataclass(slots=True)
class _Action:
    """What every action of one plan needs to be applied."""

    run: Run
    plan: Resource
    group: Made
    messages: Messages

    def apply(self, action: Element, above: Explained) -> Made | None:
        """The RequestGroup's action, or None where it does not apply; adds to the explanation above."""
        self.run.actions += 1
        if self.run.actions > _MAX_ACTIONS:
            raise ApplyError(f"{self.plan.key}: more than {_MAX_ACTIONS} actions")
        explained = Explained(action.text("title"), action.text("id"), action.expression)
        above.actions.append(explained)
        if not self.run.contained:
            self.run.questions.ask(action, self.run.catalog, self.messages)
        expressions = self._with_inputs(action)
        if not self._applies(action, expressions, explained):
            return None
        made = action_of(action)
        extensions = copied(action, expressions, self.messages)
        if extensions:
            made["extension"] = extensions
        children = [*self._children(action, explained)]
        if children:
            made["action"] = [*children]
        resource = self._definition(action, made, explained)
        changed = set_dynamic_values(action, Target(resource, made), expressions, self.messages)
        explained.dynamic_values += changed
        if resource is not None:
            reference = self.run.keep(resource)
            explained.made = reference
            made["resource"] = {"reference": reference}
        return made

    def _with_inputs(self, action: Element) -> Expressions:
        """The expressions, with `%id` for each input of the action that has an id and a code filter."""
        expressions = self.run.expressions
        inputs = inputs_of(action, expressions)
        return replace(expressions, inputs=inputs, _contexts=[]) if inputs else expressions

    def _applies(self, action: Element, expressions: Expressions, explained: Explained) -> bool:
        for judged in judge(action, expressions, self.messages, explain=self.run.explain):
            explained.conditions.append(judged)
            if not judged.holds:
                explained.reason = "condition"
                explained.actions += [_not_reached(each) for each in action.each("action")]
                return False
        return True

    def _children(self, action: Element, explained: Explained) -> Iterator[Made]:
        only_first = self._behavior(action) == "any"
        found = False
        for child in action.each("action"):
            if found and only_first:
                explained.actions.append(_not_reached(child))
                continue
            made = self.apply(child, explained)
            if made is not None:
                found = True
                yield made

    def _behavior(self, action: Element) -> str:
        for extension in action.each("extension"):
            if extension.text("url") == _BEHAVIOR:
                behavior = extension.text("valueCode") or extension.text("valueString")
                if behavior not in ("all", "any"):
                    self.messages.error(f"cqf-applicabilityBehavior `{behavior}` is neither `all` nor `any`")
                return behavior
        return "all"

    def _definition(self, action: Element, made: Made, explained: Explained) -> Made | None:
        """What the action's definition makes, with its final id; None where it has none, or where it fails."""
        uri, canonical = action.text("definitionUri"), action.text("definitionCanonical").strip()
        if uri:
            made["resource"] = {"reference": uri}
            explained.definition = explained.made = uri
        if not canonical:
            return None
        explained.definition = canonical
        try:
            return self._made_of(canonical, action.text("id"), explained)
        except ApplyError as error:
            explained.errors.append(str(error))
            self.messages.error(f"definition {canonical}: {error}")
            return None

    def _made_of(self, canonical: str, action_id: str, explained: Explained) -> Made:
        definition = self._resolved(canonical)
        prefix = f"{action_id}-" if action_id else ""
        if definition.type == "PlanDefinition":
            return self._nested(definition, f"{prefix}{definition.id}", explained)
        if definition.type == "Questionnaire":
            return {**definition.data, "id": f"{prefix}{definition.id}"}
        messages = self.run.messages_of(definition)
        resource, changed = apply_activity(definition, self.run.expressions, messages)
        explained.dynamic_values += changed
        messages.attach(resource)
        resource["id"] = f"{prefix}{definition.id}"
        if resource["resourceType"] == "Task":
            resource["id"] = action_id or definition.id
            resource["basedOn"] = [{"reference": f"RequestGroup/{self.group['id']}"}]
        return resource

    def _nested(self, plan: Resource, group_id: str, explained: Explained) -> Made:
        outer = self.run.trail
        self.run.plans += 1
        self.run.trail = (*outer, self.run.plans)
        try:
            return apply_plan(plan, self.run, explained, group_id)
        finally:
            self.run.trail = outer

    def _resolved(self, canonical: str) -> Resource:
        if canonical.startswith("#"):
            found = _contained(self.plan, canonical[1:])
        else:
            found = self.run.catalog.resolve(canonical)
        if found is None:
            raise ApplyError("it is not among the content")
        if found.type not in ("ActivityDefinition", "PlanDefinition", "Questionnaire"):
            raise ApplyError(f"it is a {found.type}, which no action can apply")
        return self.run.expressions.logic.definition(found)


def _contained(plan: Resource, id: str) -> Resource | None:
    for resource in plan.root.each("contained"):
        if isinstance(resource.value, dict) and str(resource.value.get("id", "")).removeprefix("#") == id:
            return Resource.of({**resource.value, "id": id}, plan.file)
    return None


def _not_reached(action: Element) -> Explained:
    explained = Explained(action.text("title"), action.text("id"), action.expression, "not-reached")
    explained.actions = [_not_reached(child) for child in action.each("action")]
    return explained
