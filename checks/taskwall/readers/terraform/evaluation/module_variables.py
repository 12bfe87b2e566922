"""What a variable of a module is: given by its call (or by the user), or its default."""

from collections.abc import Mapping
from typing import Protocol

from taskwall.core.values import (
    NO_DEFAULT,
    OTHER,
    Fields,
    Items,
    Known,
    Need,
    OneOf,
    Unknown,
    Value,
    dereferenced,
)
from taskwall.readers.terraform.evaluation.access import extended
from taskwall.readers.terraform.evaluation.body import one_list
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.expressions import evaluate
from taskwall.readers.terraform.evaluation.free_variables import allowed, free_variable
from taskwall.readers.terraform.evaluation.run import RootEvaluation
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import Attribute, Block, Literal
from taskwall.readers.terraform.values.placeholders import names_existing
from taskwall.readers.terraform.values.sensitive import is_sensitive
from taskwall.readers.terraform.values.types import (
    ANY_TYPE,
    ObjectOf,
    Optional,
    Simple,
    Type,
    convert,
    type_of,
)
from taskwall.readers.terraform.values.values import FailedError, is_null, weight
from taskwall.source.secret_names import names_secret


class VariableContext(ModuleContext, Protocol):
    """A module whose variables have values."""

    prefix: str

    @property
    def run(self) -> RootEvaluation:
        """The evaluation that it is part of."""

    def address(self, name: str) -> str:
        """What something of this module is called in the whole stack."""

    def given(self, name: str) -> Value | None:
        """The value that the call gives; None if it gives none."""

    def type(self, name: str) -> Type:
        """The type of a variable."""


def variable_value(scope: VariableContext, name: str) -> Value:
    """What a variable of a module is: what its call gives, else its default.

    One that is declared in a file which is not there is what the call gives.
    """
    block = scope.module.variables.get(name)
    value = scope.given(name)
    if block is None:
        return _open_variable(scope, name, "is not declared") if value is None else value
    attributes = block.body.attributes
    if value is not None and is_null(dereferenced(value)) and _refuses_null(attributes):
        value = None
    by_default = value is None
    if value is None:
        default = attributes.get("default")
        if default is None:
            why = "is a required argument that is missing" if scope.prefix else NO_DEFAULT
            limited = allowed(block, scope.type(name)) if scope.type(name) in _OF_TEXTS else None
            found = _open_variable(scope, name, why, limited or ())
            if not scope.prefix:
                found = _with_defaults(found, scope.type(name), scope)
                _hide_if_secret(found, name, block, scope)
            return found
        value = evaluate(default.expression, scope, {})
        if _is_to_be_given(scope, name, value):
            return _open_variable(scope, name, "is empty by default")
    if _is_old(attributes.get("type")) and isinstance(value, Items):
        value = one_list(value)
    scope.run.work(10 * weight(value, scope.run.weights), block.header)
    try:
        found = convert(value, scope.type(name), lambda node: evaluate(node, scope, {}))
    except FailedError as error:
        named, why = f"{scope.prefix}var.{name}", f"cannot be of its type: {error.need}"
        raise FailedError(named, why, impossible=error.impossible) from error
    _hide_if_secret(found, name, block, scope)
    if by_default and not (scope.prefix or scope.run.called):
        operand = scope.address(f"var.{name}")
        return free_variable(name, operand, block, scope.type(name), found, scope.run)
    return found


def declared_type(module: Module, name: str) -> Type:
    """The type that a variable of a module is declared with."""
    block = module.variables.get(name)
    attribute = block.body.attributes.get("type") if block else None
    return ANY_TYPE if attribute is None else type_of(attribute.expression)


_OF_TEXTS = Simple("string"), ANY_TYPE
"""Types of which a value is one text: of a list, each element may be another of those allowed."""


def _open_variable(
    scope: VariableContext, name: str, why: str, answers: tuple[str, ...] = ()
) -> Value:
    """A variable that is not known: what a user supplies has no root before it."""
    option = "" if scope.prefix or name not in scope.module.variables else "var"
    need = Need(f"{scope.prefix}var.{name}", why, option=option)
    symbol = scope.address(f"var.{name}")
    answer = scope.run.effects.answer(symbol)
    if isinstance(answer, bool) or (isinstance(answer, str) and answer not in ("", OTHER)):
        # As the scenario has it, which conditions go by as well.
        return convert(Known(answer), scope.type(name), lambda _: Known(None))
    if answers:
        return scope.run.assumed(OneOf((need,), symbol, answers=answers))
    return scope.run.assumed(Unknown((need,), symbol))


def _with_defaults(value: Value, kind: Type, scope: VariableContext) -> Value:
    """What nobody gives a value, with what its type gives to attributes of an object.

    The default of `optional` holds as that of a variable does. One that is null, or names nothing
    where something is needed, says no more of the attribute than its type.
    """
    if not isinstance(kind, ObjectOf) or not isinstance(value, Unknown):
        return value
    fields: dict[str, Value] = {}
    for name, wanted in kind.attributes.items():
        own = extended(value, f".{name}", scope.run)
        if not isinstance(wanted, Optional):
            fields[name] = _with_defaults(own, wanted, scope)
            continue
        fields[name] = own
        if wanted.default is not None:
            default = evaluate(wanted.default, scope, {})
            if not (is_null(default) or _is_to_be_given(scope, name, default)):
                fields[name] = convert(default, wanted.type, lambda node: evaluate(node, scope, {}))
    return value if all(isinstance(each, Unknown) for each in fields.values()) else Fields(fields)


def _hide_if_secret(value: Value, name: str, block: Block, scope: VariableContext) -> None:
    if is_sensitive(block.body) or names_secret(name):
        scope.run.hidden.hide(value)


def _is_to_be_given(scope: VariableContext, name: str, default: Value) -> bool:
    """Whether a default is none: a root whose user has to name what exists already."""
    is_root = not (scope.prefix or scope.run.alone or scope.run.called)
    return is_root and names_existing(name, default)


def _refuses_null(attributes: Mapping[str, Attribute]) -> bool:
    nullable = attributes.get("nullable")
    expression = nullable.expression if nullable else None
    return isinstance(expression, Literal) and expression.value.data is False


def _is_old(type_: Attribute | None) -> bool:
    """Whether a type is written as before Terraform 0.12: `["${var.list}"]` is then that list."""
    return type_ is not None and isinstance(type_.expression, Literal)
