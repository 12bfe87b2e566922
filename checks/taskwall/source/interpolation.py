"""Names with interpolations (`${var.env}/net.tfstate`), and which names they may become."""

from collections.abc import Callable

from taskwall.core.patterns import pattern

INTERPOLATION = pattern(r"\$\{[^{}]*\}")
"""Where a text of Terraform takes a value."""


WORKSPACE = "${terraform.workspace}"
"""Stands for the workspace in the key of a state whose backend says `workspace_key_prefix`.

https://developer.hashicorp.com/terraform/language/backend/s3
"""


def interpolated(text: str) -> Callable[[str], bool] | None:
    """What says whether another text may be this one, interpolated.

    Each interpolation stands for at least one character. Time grows with the length of both.

    Returns:
        None if the text has no interpolation.
    """
    first, *pieces = INTERPOLATION.split(text)
    if not pieces:
        return None
    last = pieces.pop()

    def may_be(other: str) -> bool:
        if not (other.startswith(first) and other.endswith(last)):
            return False
        at, end = len(first), len(other) - len(last)
        for piece in pieces:
            found = other.find(piece, at + 1, end)
            if found < 0:
                return False
            at = found + len(piece)
        return at < end

    return may_be
