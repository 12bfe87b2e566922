"""What functions and operators give of what is read of a resource: the same as of a literal."""

from collections.abc import Callable, Iterator

import pytest

from taskwall.core.values import Span, Value
from taskwall.readers.terraform.syntax.hcl import parse
from taskwall.readers.terraform.syntax.tree import (
    Expression,
    FunctionCall,
    ObjectExpression,
    Tuple,
)
from taskwall.source.stack import Evaluation
from terraform_examples import EXAMPLES


def arguments(expression: str) -> Iterator[Expression]:
    """The arguments of a call that is all of an expression."""
    node = parse("/nowhere/x.tf", f"{expression}\n".join(("x = ", ""))).body
    call = node.attributes["x"].expression
    yield from call.arguments if isinstance(call, FunctionCall) else ()


def elements(expression: str) -> Iterator[Expression]:
    """What is in the lists and maps that such a call is given."""
    for argument in arguments(expression):
        if isinstance(argument, Tuple):
            yield from argument.items
        elif isinstance(argument, ObjectExpression):
            yield from (member.value for member in argument.members)


def moved(expression: str, places: list[Span]) -> str:
    """A root in which what stands at some places is read of a resource."""
    text = f"x = {expression}"
    attributes = []
    for number, place in reversed([*enumerate(places)]):
        start, end = place.column - 1, place.end_column - 1
        attributes.append(f"  a{number} = {text[start:end]}\n")
        text = f"{text[:start]}t.r.a{number}{text[end:]}"
    return f'resource "t" "r" {{\n{"".join(attributes)}}}\nresource "t" "t" {{\n  {text}\n}}\n'


WITHIN = ("can(", "convert(", "try(")
"""What looks at how its arguments are written."""

CALLS = [
    (f"{read.__name__} of {expression}", moved(expression, places), expected)
    for expression, expected in EXAMPLES
    for read in (arguments, elements)
    if "null" not in expression and not expression.startswith(WITHIN)
    if (places := [one.place for one in read(expression)])
]


@pytest.mark.parametrize(
    ("main", "expected"), [one[1:] for one in CALLS], ids=[one[0] for one in CALLS]
)
def test_a_function_takes_what_a_resource_writes(
    main: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """The examples of the documentation, with each argument, or element, in a resource."""
    found = shown(evaluated(main).resources[1].body.fields["x"])
    assert found == expected
