"""Functions of the AWS provider that take ARNs apart and put them together.

"Functions" of the AWS provider's documentation.
"""

from taskwall.core.values import Fields, Known, Text, Value, dereferenced, text
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import (
    ARGUMENT,
    UnsettledError,
    text_of,
)
from taskwall.readers.terraform.values.values import FailedError, as_text, is_null, waiting

_SECTIONS = ("partition", "service", "region", "account_id", "resource")


def _arn_parse(arguments: list[Value], scope: ModuleContext) -> Value:
    """The sections of an ARN; of one known in part those before what is not known."""
    (value,) = arguments
    found = dereferenced(as_text(value))
    parts = found.parts if isinstance(found, Text) else (text_of(found),)
    head = parts[0]
    if not isinstance(head, str):
        raise UnsettledError
    prefix, *pieces = head.split(":", 5)
    whole = len(pieces) == len(_SECTIONS)
    if prefix != "arn" or not (whole or len(parts) > 1):
        raise FailedError("provider::aws::arn_parse(...)", "is given something that is not an ARN")
    known: list[Value] = [Known(piece) for piece in pieces[:-1]]
    if whole:
        known.append(text([pieces[-1], *parts[1:]]))
    rest = [waiting(value)] * (len(_SECTIONS) - len(known))
    return Fields(dict(zip(_SECTIONS, (*known, *rest), strict=True)))


def _arn_build(arguments: list[Value], scope: ModuleContext) -> Value:
    pieces: list[str | Value] = ["arn"]
    for _, section in zip(_SECTIONS, arguments, strict=True):
        if is_null(dereferenced(section)):
            raise FailedError(ARGUMENT, "is null")
        pieces += [":", as_text(section)]
    return text(pieces)


def _trim_iam_role_path(arguments: list[Value], scope: ModuleContext) -> Value:
    (value,) = arguments
    head, slash, path = text_of(value).partition(":role/")
    if not slash or not head.startswith("arn:") or head.split(":")[2:4] != ["iam", ""]:
        name = "provider::aws::trim_iam_role_path(...)"
        raise FailedError(name, "is given something that is not the ARN of a role")
    return Known(f"{head}{slash}{path.rpartition('/')[2]}")


FUNCTIONS = {
    "provider::aws::arn_parse": _arn_parse,
    "provider::aws::arn_build": _arn_build,
    "provider::aws::trim_iam_role_path": _trim_iam_role_path,
}
