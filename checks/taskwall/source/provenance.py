"""From which expressions a value comes, through modules or nested stacks."""

from collections.abc import Sequence

from msgspec import Struct

from taskwall.core.values import ModuleCall, Span
from taskwall.source.stack import NamedDefault, Provenance


class TracedPlace(Struct, frozen=True, gc=False):
    """A place through which a value comes, and how many calls of modules lead to it.

    `default` is the one that is written there, `argument` whether the place is an argument of a
    call that is written out.
    """

    place: Span
    depth: int
    default: NamedDefault | None = None
    argument: bool = False


def provenance(
    traced: Sequence[TracedPlace], calls: Sequence[ModuleCall]
) -> tuple[Provenance, ...]:
    """The expressions of `taskwall.source.stack.ProvenanceTrace`.

    Args:
        traced: where the value is used, and the places behind that.
        calls: those that lead to the resource that uses it.
    """
    if len(traced) == 1:
        return ()
    outermost = traced[-1].depth
    return tuple(
        [
            Provenance(
                one.place,
                tuple([call.place for call in calls[outermost : one.depth]]),
                one.default,
                argument=one.argument,
            )
            for one in traced
        ]
    )
