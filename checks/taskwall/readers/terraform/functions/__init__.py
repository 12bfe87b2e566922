"""Terraform's functions, on values that may be known in part."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from taskwall.readers.terraform.functions.arguments import UnsettledError
from taskwall.readers.terraform.functions.collections import COLLECTIONS, concat, merge
from taskwall.readers.terraform.functions.encodings import ENCODINGS
from taskwall.readers.terraform.functions.filesystem import FILESYSTEM
from taskwall.readers.terraform.functions.networks import NETWORKS
from taskwall.readers.terraform.functions.numbers import NUMBERS
from taskwall.readers.terraform.functions.texts import TEXTS
from taskwall.readers.terraform.kinds import FailedError, waiting
from taskwall.values import Need, Place, Unknown, Value

if TYPE_CHECKING:
    from taskwall.readers.terraform.scope import Scope

Function: TypeAlias = "Callable[[list[Value], Scope], Value]"

FUNCTIONS: dict[str, Function] = {
    **COLLECTIONS,
    **ENCODINGS,
    **FILESYSTEM,
    **NETWORKS,
    **NUMBERS,
    **TEXTS,
}


def call(
    name: str, arguments: list[Value], scope: "Scope", place: Place, more: Value | None = None
) -> Value:
    """The result of a function; unknown if it is none of those that are evaluated here.

    `more` is a list of further arguments, given with `...`, whose length is open.

    Raises:
        FailedError: the arguments are not what the function takes.
    """
    function = FUNCTIONS.get(name.removeprefix("core::"))
    if function is None:
        return Unknown((Need(f"function {name}", "is not evaluated"),), place=place)
    if more is not None:
        if name == "concat":
            return concat(arguments, scope, more)
        if name == "merge":
            return merge(arguments, scope, more)
        return waiting(*arguments, more, place=place)
    try:
        return function(arguments, scope)
    except UnsettledError:
        return waiting(*arguments, place=place)
    except (IndexError, OverflowError, ValueError) as error:
        raise FailedError(f"{name}(...)", "has arguments that it does not take") from error
