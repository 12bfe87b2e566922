"""A template as a stack: what it declares, under each scenario."""

from taskwall.readers.cloudformation.document import elements, members, written
from taskwall.readers.cloudformation.evaluate import Evaluator
from taskwall.readers.cloudformation.template import Declared, Template
from taskwall.resource import Resource, Skip
from taskwall.stack import Evaluation, Inputs, SourceError
from taskwall.values import (
    Fields,
    Known,
    Need,
    Origin,
    Place,
    Scenario,
    Unknown,
    Value,
    needs,
    spelled,
)


class CloudFormationStack:
    """One template with the inputs of the user. Satisfies `taskwall.stack.Stack`."""

    def __init__(self, template: Template, inputs: Inputs, skips: tuple[Skip, ...] = ()) -> None:
        self.template = template
        self.inputs = inputs
        self.skips = skips

    @property
    def name(self) -> str:
        """The template's path."""
        return self.template.unit.file

    @property
    def files(self) -> frozenset[str]:
        """The template's path, alone."""
        return frozenset((self.template.unit.file,))

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """The resources of the template, taking each operand of a question as the scenario says."""
        evaluator = Evaluator(self.template, self.inputs, scenario)
        resources = []
        for declared in self.template.resources.values():
            try:
                resource = _resource(declared, evaluator)
            except RecursionError:
                message = f"{declared.name} rests on too many others in a row"
                evaluator.errors[SourceError(declared.header, message)] = None
                rest = Unknown((Need(declared.name, "rests on too many others in a row"),))
                body = Fields({}, rest=rest, place=declared.place)
                resource = _made(declared, body, rest.needs)
            if resource is not None:
                resources.append(resource)
        return Evaluation(
            tuple(resources),
            tuple(evaluator.errors),
            frozenset(evaluator.questions),
            self.skips,
        )

    def answers(self, operand: str) -> tuple[str, ...] | None:
        """The values that the operand of a question can have, if the template limits them."""
        node = members(self.template.parameters.get(operand)).get("AllowedValues")
        found = [spelled(item.data) for item in elements(node) if isinstance(item, Known)]
        return None if node is None else tuple(text for text in found if text is not None)

    def secrets(self, file: str) -> tuple[Place, ...]:
        """The stretches of the template whose text is never shown; none of other files."""
        if file != self.template.unit.file:
            return ()
        from taskwall.readers.cloudformation.secrets import stretches

        return stretches(self.template)


def _resource(declared: Declared, evaluator: Evaluator) -> Resource | None:
    """The resource, unless its condition is known to be false."""
    maybe: tuple[Need, ...] = ()
    if declared.condition:
        truth = evaluator.condition(declared.condition, declared.header)
        if isinstance(truth, Unknown):
            evaluator.questions |= truth.asks
            maybe = truth.needs
        elif not truth.data:
            return None
    properties = declared.properties
    value = None if properties is None else evaluator.value(properties)
    return _made(declared, _body(value, declared.place), maybe)


def _body(value: Value | None, place: Place) -> Fields:
    if isinstance(value, Fields):
        return value
    if value is None or isinstance(value, Known):
        return Fields({}, place=place)
    waits = needs(value) or (Need("Properties", "is no mapping"),)
    return Fields({}, rest=Unknown(waits), place=value.place or place)


def _made(declared: Declared, body: Fields, maybe: tuple[Need, ...]) -> Resource:
    origin = Origin(
        declared.name,
        declared.name,
        declared.header,
        "cloudformation",
        maybe=maybe,
        construct=written(members(declared.metadata).get("aws:cdk:path")),
    )
    return Resource(declared.type, origin, body, declared.place)
