"""Comments that ask for silence."""

from collections.abc import Iterable

from taskwall.readers.terraform.unit import Module
from taskwall.resource import Skip
from taskwall.stack import SourceError


def skips(modules: Iterable[Module]) -> tuple[tuple[Skip, ...], tuple[SourceError, ...]]:
    """The skips of all files, and the errors of those that give no reason."""
    return (), ()
