"""What makes the policy of an endpoint say more, or allow less: the edits of fixes."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from taskwall.core.change import AttributeChange, AttributePath, NewValue
from taskwall.model.endpoints.endpoint import Stated
from taskwall.model.entities.iam_policy import PolicyDocument, Tristate, full_access


def with_condition(
    said: Stated,
    test: Callable[[PolicyDocument], Tristate],
    key: str,
    terraform: NewValue,
    cloudformation: NewValue,
) -> tuple[AttributeChange, ...]:
    """The changes that give a condition to each statement that needs it.

    Args:
        said: the policy.
        test: whether a policy holds. A statement needs the condition if it does not hold with that
            one and those that deny.
        key: what StringEquals compares.
        terraform: with what, as Terraform writes it.
        cloudformation: the same in CloudFormation.
    """
    if said.attribute is None or said.policy.open:
        return ()
    changes = []
    denying = tuple(each for each in said.policy.statements if each.allows is not True)
    for index, statement in enumerate(said.policy.statements):
        alone = replace(said.policy, statements=(statement, *denying))
        if statement.allows and test(alone) is not True:
            path = f"{said.attribute.path}.Statement[{index}].Condition.StringEquals"
            at = AttributePath(said.attribute.address, path)
            changes.append(AttributeChange(at, {key: terraform}, {key: cloudformation}))
    return tuple(changes)


def with_statement(
    said: Stated,
    test: Callable[[PolicyDocument], Tristate],
    terraform: Mapping[str, NewValue],
    cloudformation: Mapping[str, NewValue],
) -> tuple[AttributeChange, ...]:
    """The change that adds a statement to a policy; none where another one denies what it allows.

    Args:
        said: the policy.
        test: whether a policy allows it.
        terraform: the statement, as Terraform writes it.
        cloudformation: the same in CloudFormation.
    """
    everything = full_access(said.policy.name, said.at).statements
    whole = replace(said.policy, statements=(*said.policy.statements, *everything))
    if said.attribute is None or test(whole) is False:
        return ()
    at = AttributePath(said.attribute.address, f"{said.attribute.path}.Statement[+]")
    return (AttributeChange(at, (terraform,), (cloudformation,)),)
