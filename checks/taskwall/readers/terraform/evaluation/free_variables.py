"""Defaults that are only one of the answers.

A scenario may say that a variable of a root has another value than its default. Where a user asks
for all settings of a root, a condition that rests on a default is an open switch: outside of
conditions the default stays what it is.
"""

from taskwall.core.values import (
    OTHER,
    Known,
    Need,
    Question,
    Scalar,
    Unknown,
    Value,
    dereferenced,
    spelled,
)
from taskwall.readers.terraform.evaluation.context import RunContext
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attr,
    Block,
    FunctionCall,
    Literal,
    Name,
    Tuple,
)
from taskwall.readers.terraform.values.conditions import Test, decided_by
from taskwall.readers.terraform.values.effects import OPEN
from taskwall.readers.terraform.values.sensitive import is_sensitive
from taskwall.readers.terraform.values.types import Simple, Type, convert
from taskwall.readers.terraform.values.values import FailedError
from taskwall.source.secret_names import names_secret

WHY = "may be given a value other than its default"


class FreeVariable(Known, frozen=True):
    """The default of a variable (`operand`) that conditions do not rest on."""

    operand: str = ""


def free_variable(
    name: str, operand: str, block: Block, kind: Type, default: Value, run: RunContext
) -> Value:
    """What a root's variable is which nobody gives a value.

    Args:
        name: the variable.
        operand: what the questions about it are called.
        block: its declaration.
        kind: its type.
        default: the value of its default, of that type.
        run: the evaluation.
    """
    found = dereferenced(default)
    if not isinstance(found, Known) or is_sensitive(block.body) or names_secret(name):
        return default
    if found.data is None and not isinstance(kind, Simple):
        return default
    explores = run.inputs.explore_defaults
    if not explores and not other_values(block, kind, found.data):
        return default  # no scenario says anything of it
    answer = run.effects.answer(operand)
    if answer is OPEN:
        return FreeVariable(found.data, found.place, operand) if explores else default
    if answer == OTHER:
        return Unknown((Need(f"var.{name}", WHY, option="var"),), operand, place=found.place)
    if isinstance(found.data, bool):
        kind = Simple("bool")
    try:
        return convert(Known(answer, found.place), kind, lambda _: Known(None))
    except FailedError:
        return Known(answer, found.place)


def question(value: FreeVariable, answer: Scalar) -> Unknown:
    """Whether a freed variable is equal to an answer: open, and its default is an answer too."""
    asks = frozenset((Question(value.operand, answer), Question(value.operand, value.data)))
    waits = (Need(value.operand, WHY, option="var"),)
    found = decided_by(Test(Question(value.operand, answer)), waits, asks)
    assert isinstance(found, Unknown)
    return found


def other_values(block: Block, kind: Type, default: Scalar) -> tuple[Scalar, ...]:
    """The values that the sources name for a variable beside its default.

    They do by its type (`bool`) or a validation; of one that is empty, any other is one.
    """
    limits = allowed(block, kind)
    if limits is not None:
        return tuple(text for text in limits if text != spelled(default))
    return (OTHER,) if default in ("", None) else ()


def allowed(block: Block, kind: Type) -> tuple[str, ...] | None:
    """The values that a variable is limited to, as texts, by its type or a validation."""
    default = block.body.attributes.get("default")
    written = default.expression if default else None
    if kind == Simple("bool") or (
        isinstance(written, Literal) and isinstance(written.value.data, bool)
    ):
        return ("true", "false")
    for validation in block.body.blocks_of("validation"):
        attribute = validation.body.attributes.get("condition")
        call = attribute.expression if attribute else None
        if isinstance(call, FunctionCall) and call.name == "contains" and len(call.arguments) == 2:
            options, of = call.arguments
            if isinstance(options, Tuple) and _is_variable(of, block.labels[0]):
                texts = [spelled(o.value.data) for o in options.items if isinstance(o, Literal)]
                if len(texts) == len(options.items) and None not in texts:
                    return tuple(text for text in texts if text is not None)
    return None


def _is_variable(node: object, name: str) -> bool:
    return (
        isinstance(node, Access)
        and isinstance(node.base, Name)
        and node.base.name == "var"
        and [step.name for step in node.steps if isinstance(step, Attr)] == [name]
        and len(node.steps) == 1
    )
