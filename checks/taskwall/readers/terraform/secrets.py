"""Values whose text is never shown: environments, secrets, user data."""

from collections.abc import Iterator
from functools import lru_cache

from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.readers.terraform.syntax.tree import (
    Block,
    Body,
    Expression,
    FunctionCall,
    Literal,
    Name,
    ObjectExpression,
    TemplateExpression,
    children,
)
from taskwall.readers.terraform.values.sensitive import is_sensitive, names_secret

_NAMES = pattern(
    r"environment|environment_variables|env_vars|secrets|user_data|user_data_base64"
    r"|repository_credentials|repositorycredentials|passwords?|.*_passwords?|.*_tokens?"
    r"|.*secret.*"
)


def secrets(body: Body, hidden: frozenset[str] = frozenset()) -> tuple[Span, ...]:
    """The places of the values of a file that could hold secrets, in the order of the tree.

    In a file of values, `hidden` are the sensitive variables.
    """
    return tuple(_in_body(body, "", hidden))


@lru_cache(4096)
def _hides(name: str) -> bool:
    return _NAMES.fullmatch(name.lower()) is not None


def _in_body(
    body: Body, kind: str, hidden: frozenset[str] = frozenset(), label: str = ""
) -> Iterator[Span]:
    told = {"variable": "default", "output": "value"}.get(kind)
    secret = told is not None and (is_sensitive(body) or names_secret(label))
    for name, attribute in body.attributes.items():
        expression = attribute.expression
        if (
            _hides(name)
            or name in hidden
            or (secret and name == told)
            or (
                name == "container_definitions"
                and isinstance(expression, Literal | TemplateExpression)
            )
        ):
            yield expression.place
        elif not isinstance(expression, Literal):
            yield from _in_expression(expression)
    for block in body.blocks:
        yield from _in_block(block)


def _in_block(block: Block) -> Iterator[Span]:
    """A hidden block is hidden whole, but for resources whose type speaks of secrets."""
    name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
    if _hides(name):
        yield block.place
        return
    yield from _in_body(block.body, block.type, label=block.labels[0] if block.labels else "")


def _in_expression(node: Expression) -> Iterator[Span]:
    if type(node) is Literal or type(node) is Name:
        return
    if type(node) is ObjectExpression:
        for member in node.members:
            key = member.key
            if isinstance(key, Literal) and _hides(str(key.value.data)):
                yield member.value.place
            else:
                yield from _in_expression(member.value)
        return
    if type(node) is FunctionCall and node.name == "sensitive":
        yield from (argument.place for argument in node.arguments)
        return
    for child in children(node):
        yield from _in_expression(child)
