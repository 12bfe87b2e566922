"""What makes the policy of an endpoint say more, or allow less: the edits of fixes."""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec.structs import replace

from taskwall.core.change import AttributeChange, AttributePath, NewValue
from taskwall.core.truths import Tristate
from taskwall.model.endpoints.endpoint import Stated
from taskwall.model.entities.iam_policy import PolicyDocument, full_access


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
        if not statement.allows or test(alone) is True:
            continue
        if said.policy.notation == "blocks":
            changes.append(
                _change(
                    said,
                    f"statement[{index}].condition[+]",
                    (_test("StringEquals", key, terraform),),
                    None,
                )
            )
        else:
            path = f"Statement[{index}].Condition.StringEquals"
            changes.append(_change(said, path, {key: terraform}, {key: cloudformation}))
    return tuple(changes)


def denies(said: Stated, test: Callable[[PolicyDocument], Tristate]) -> bool:
    """Whether a statement of a policy denies what is tested, so that none can allow it."""
    everything = full_access(said.policy.name, said.at).statements
    return test(replace(said.policy, statements=(*said.policy.statements, *everything))) is False


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
    if said.attribute is None or denies(said, test):
        return ()
    if said.policy.notation == "blocks":
        return (_change(said, "statement[+]", (_as_block(terraform),), None),)
    return (_change(said, "Statement[+]", (terraform,), (cloudformation,)),)


def _change(
    said: Stated, path: str, terraform: NewValue, cloudformation: NewValue
) -> AttributeChange:
    """The change of what a path in a policy leads to."""
    assert said.attribute is not None
    at = AttributePath(said.attribute.address, f"{said.attribute.path}.{path}".lstrip("."))
    form: Literal["set", "text"] = "text" if said.policy.notation == "text" else "set"
    return AttributeChange(at, terraform, cloudformation, form=form)


def _as_block(statement: Mapping[str, NewValue]) -> Mapping[str, NewValue]:
    """A statement as a block of `aws_iam_policy_document`."""
    block: dict[str, NewValue] = {}
    for key, name in (("Action", "actions"), ("Resource", "resources")):
        value = statement[key]
        block[name] = value if isinstance(value, tuple) else (value,)
    block["principals"] = {"type": "*", "identifiers": (statement["Principal"],)}
    conditions = statement.get("Condition", {})
    assert isinstance(conditions, Mapping)
    for operator, keys in conditions.items():
        assert isinstance(keys, Mapping)
        block["condition"] = tuple(_test(operator, *each) for each in keys.items())
    return block


def _test(operator: str, key: str, value: NewValue) -> Mapping[str, NewValue]:
    """A condition as a block of `aws_iam_policy_document`."""
    return {"test": operator, "variable": key, "values": (value,)}
