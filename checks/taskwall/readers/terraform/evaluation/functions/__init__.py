"""Terraform's functions, on values that may be known in part."""

from collections.abc import Callable
from math import isfinite

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Span,
    Unknown,
    Value,
)
from taskwall.readers.terraform.evaluation.context import Function, ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import ARGUMENT, UnsettledError
from taskwall.readers.terraform.values.values import (
    MAX_TEXT_LENGTH,
    Emptied,
    EmptiedMap,
    FailedError,
    breadth,
    is_emptied,
    waiting,
    weight,
)

_MODULES = {
    "collections": (
        "concat", "flatten", "element", "length", "coalesce", "coalescelist", "compact", "contains",
        "distinct", "toset", "tolist", "index", "setunion", "setintersection", "setsubtract",
        "setproduct", "slice", "reverse", "sort", "one", "chunklist", "matchkeys", "list",
    ),
    "encodings": (
        "jsonencode", "jsondecode", "base64encode", "base64decode",
    ),
    "filesystem": (
        "file", "fileexists", "filebase64", "fileset", "templatefile", "templatestring",
        "pathexpand", "abspath", "basename", "dirname",
    ),
    "maps": (
        "merge", "defaults", "lookup", "keys", "values", "tomap", "zipmap", "map", "transpose",
    ),
    "networks": (
        "cidrcontains", "cidrsubnet", "cidrsubnets", "cidrhost", "cidrnetmask",
    ),
    "numbers": (
        "sum", "min", "max", "abs", "ceil", "floor", "pow", "log", "signum", "parseint", "range",
        "alltrue", "anytrue", "tostring", "tonumber", "tobool", "sensitive", "nonsensitive",
        "ephemeralasnull",
    ),
    "texts": (
        "join", "split", "replace", "regex", "regexall", "trimspace", "trim", "trimprefix",
        "trimsuffix", "lower", "upper", "title", "chomp", "strrev", "indent", "substr",
        "startswith", "endswith", "strcontains", "format", "formatlist",
    ),
    "hashes": (
        "md5", "sha1", "sha256", "sha512", "base64sha256", "base64sha512", "filemd5", "filesha1",
        "filesha256", "filesha512", "filebase64sha256", "filebase64sha512", "uuidv5",
    ),
    "dates": ("formatdate", "timeadd", "timecmp"),
    "decodings": (
        "yamlencode", "yamldecode", "csvdecode", "urlencode", "urldecode", "textencodebase64",
        "textdecodebase64", "base64gzip", "base64gunzip",
    ),
    "provider_aws": (
        "provider::aws::arn_parse", "provider::aws::arn_build", "provider::aws::trim_iam_role_path",
    ),
}  # fmt: skip
"""The functions of each module, which is imported when one of them is first called: start-up
counts."""

EVALUATED = frozenset(name for names in _MODULES.values() for name in names)
"""All functions that are evaluated."""

_imported: dict[str, Function] = {}


def _function(name: str) -> Function | None:
    """A function, its module imported; None if it is none of those that are evaluated."""
    if name in EVALUATED and name not in _imported:
        from importlib import import_module

        module = next(module for module, names in _MODULES.items() if name in names)
        _imported.update(import_module(f"{__name__}.{module}").FUNCTIONS)
    return _imported.get(name)


def call(
    name: str,
    arguments: list[Value],
    scope: ModuleContext,
    place: Span,
    written: Callable[[], str],
    more: Value | None = None,
) -> Value:
    """The result of a function; unknown if it is none of those that are evaluated here.

    `written` is what the result is called while it is not known, as Terraform writes it; "" if it
    has no name. `more` is a list of further arguments, given with `...`, whose length is open.

    Raises:
        FailedError: the arguments are not what the function takes.
    """
    name = name.removeprefix("core::")
    function = scope.function(name) or _function(name)
    if function is None:
        return Unknown((Need(f"function {name}", "is not evaluated"),), place=place)
    if more is not None:
        if name == "concat":
            from taskwall.readers.terraform.evaluation.functions.collections import concat

            return concat(arguments, scope, more)
        if name == "merge":
            from taskwall.readers.terraform.evaluation.functions.maps import merge

            return merge(arguments, scope, more)
        return waiting(*arguments, more, place=place)
    run = scope.run
    if name in _DEEP:
        run.work(sum(weight(argument, run.weights) for argument in arguments), place)
    run.work(sum(map(breadth, arguments)), place)
    try:
        found = function(arguments, scope)
    except UnsettledError:
        waits = waiting(*arguments).needs
        why = Need(f"{name}(...)", "is not evaluated for what it is given")
        return Unknown(waits or (why,), written(), place=place)
    except FailedError as error:
        if error.need.name != ARGUMENT:
            raise
        of = f"{ARGUMENT} of {name}(...)"
        raise FailedError(of, error.need.why, impossible=error.impossible) from error
    except (ArithmeticError, IndexError, ValueError) as error:
        raise FailedError(f"{name}(...)", "has arguments that it does not take") from error
    run.work(10 * breadth(found), place)
    if type(found) is Unknown and not (found.symbol or found.asks):
        found = Unknown(found.needs, written(), place=found.place)
    if isinstance(found, Known):
        _bounded(found, name)
    run.hidden.derive(arguments, found)
    return _emptied(found) if any(map(is_emptied, arguments)) else found


def _emptied(found: Value) -> Value:
    """What a function gives of what is empty under the scenario: the same, where it is empty."""
    if type(found) is Items and not (found.items or found.rest):
        return Emptied(())
    if type(found) is Fields and not found.fields and found.rest is None:
        return EmptiedMap({})
    return found


_DEEP = frozenset({
    "chunklist", "contains", "distinct", "flatten", "index", "matchkeys", "setintersection",
    "setsubtract", "setunion", "toset", "transpose", "yamlencode",
})  # fmt: skip
"""Functions that go through whatever is in their arguments, at any depth."""


def _bounded(found: Known, name: str) -> None:
    """Refuse a number beyond Python's, and a text beyond measure.

    Raises:
        FailedError: it is one.
    """
    if isinstance(found.data, float) and not isfinite(found.data):
        raise FailedError(f"{name}(...)", "is too large")
    if isinstance(found.data, str) and len(found.data) > MAX_TEXT_LENGTH:
        raise FailedError("a string", f"is longer than {MAX_TEXT_LENGTH} characters")
