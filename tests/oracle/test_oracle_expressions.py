"""Values of expressions, held against HashiCorp's own evaluation (pygohcl brings it)."""

import re
from collections.abc import Iterator

import pytest

from oracle.expressions import Maker
from taskwall.core.values import Unknown, Value, dereferenced
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.values.values import is_whole, json_text
from taskwall.source.files import Files
from taskwall.source.stack import Inputs
from terraform_examples import EXAMPLES, WRONG

pygohcl = pytest.importorskip("pygohcl")

MADE = 1200
"""So many expressions are made at random."""


def value(expression: str) -> Value:
    """What we make of an expression. It stands in a list, lest a lone `jsonencode` stay open."""
    text = f'resource "t" "t" {{\n  x = {expression}\n}}\n'
    (stack,), _ = stacks(["/nowhere/main.tf"], Files({"/nowhere/main.tf": text}), Inputs())
    return dereferenced(stack.evaluate({}).resources[0].body.fields["x"])


def hashicorp(condition: str) -> bool | None:
    """What HashiCorp makes of a condition; None if it refuses to evaluate it.

    Raises:
        UnknownFunctionError: it does not have one of the functions.
    """
    try:
        pygohcl.eval_var_condition(condition, "false", "unused", "1")
    except pygohcl.UnknownFunctionError:
        raise
    except pygohcl.ValidationError as error:
        return False if str(error) == "false" else None
    except pygohcl.HCLInternalError:
        return None
    return True


def quoted(text: str) -> str:
    """A text as HCL writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    escaped = escaped.replace("\r", "\\r").replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'


def differences(expressions: list[str]) -> Iterator[tuple[str, str]]:
    """The expressions that the two evaluate differently, with what we made of each.

    Those are passed over for which HashiCorp's build has no function; the last pair counts.
    """
    held = 0
    for expression in expressions:
        ours = value(f"[{expression}]")
        try:
            if isinstance(ours, Unknown) or not is_whole(ours):
                if "divided by zero" in str(ours):
                    continue  # HashiCorp goes on with infinity
                if hashicorp(f"jsonencode([{expression}]) != null") is not None:
                    yield expression, f"unknown: {ours}"
            else:
                text = json_text(ours)
                negative = re.sub(r"(?<![\w.\"])0(?![\w.])", "-0", text)  # there is a -0 there
                if not any(
                    hashicorp(f"jsonencode([{expression}]) == {quoted(one)}")
                    for one in (text, negative)
                ):
                    yield expression, text
            held += 1
        except pygohcl.UnknownFunctionError:
            continue
    yield "", str(held)


def test_expressions_made_at_random() -> None:
    """Whatever can be made of literals, operators, templates, loops and calls is the same."""
    maker = Maker(20250101)
    *wrong, (_, held) = differences([maker.expression() for _ in range(MADE)])
    assert wrong == []
    assert int(held) >= 400


def test_examples_of_the_documentation() -> None:
    """The examples have the values that HashiCorp gives them, and what we refuse it refuses."""
    # To ask `can` of a function that is not there tells nothing.
    written = [expression for expression, _ in EXAMPLES if "can(ton" not in expression]
    *wrong, (_, held) = differences([*written, *WRONG])
    assert wrong == []
    assert int(held) >= 100
