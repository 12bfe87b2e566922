"""What comes from outside: ids that an input or a look-up brings, of entities not written here."""

from taskwall.core.values import (
    Unknown,
)
from taskwall.lowering._resources import ResourceIndex, references_in, words_in
from taskwall.source.resource import Resource


def is_outside(written: ResourceIndex, value: Unknown) -> bool:
    """Whether an unknown is something that an input or another stack brings.

    An output of a module that is not there may be what was handed to it, and a parameter of
    Parameter Store what the same template puts there.
    """
    if not value.symbol or value.symbol.startswith("module."):
        return False
    stored = any(
        "Parameter Store" in need.why or "at deployment" in need.why for need in value.needs
    )
    return not (stored and written.words("AWS::SSM::Parameter"))


def looks_here(written: ResourceIndex, source: Resource | None) -> bool:
    """Whether a data source may answer with what these sources write.

    It does where it looks among the entities of a resource, or for a name or tag that one has.
    """
    if source is None or not source.data:
        return source is not None
    names = {source.type, source.type.removesuffix("s"), source.type.removesuffix("_ids")}
    words = frozenset(words_in(source.body))
    return any(words & written.words(name) for name in names) or any(
        (meant := written.resources.get(reference.resource)) is not None and not meant.data
        for reference in references_in(source.body)
    )
