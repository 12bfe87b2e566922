"""Tables `expect` of the settings whose ends are in no stack: mistakes of the settings."""

import os
from collections.abc import Iterator, Sequence

from taskwall.core.paths import lies_within
from taskwall.core.values import Span
from taskwall.lowering import lower
from taskwall.model.flows.reach import Reach
from taskwall.model.flows.selection import NoEndError, ends, select_ends
from taskwall.settings import Settings
from taskwall.settings.words import nearest
from taskwall.source.containment import attempt
from taskwall.source.stack import SourceError, Stack


def unmatched(
    settings: Settings, stacks: Sequence[Stack], paths: Sequence[str]
) -> Iterator[SourceError]:
    """The expectations that no stack can keep or break, as errors of the settings file.

    Where only a part of what the settings are for is scanned, there may be others: then none.

    Args:
        settings: the settings.
        stacks: the stacks that were read.
        paths: the absolute paths that were scanned.
    """
    if not settings.expect or not any(lies_within(settings.folder, path) for path in paths):
        return
    reaches = [found for stack in stacks if (found := _reach(stack)) is not None]
    place = Span(settings.file, 1, 1, 1, 1)
    for intent in settings.expect:
        held = {word: _holding(reaches, word) for word in (intent.source, intent.target)}
        missing = next((word for word, found in held.items() if not found), None)
        if missing is not None:
            known = [end for each in reaches for end in ends(each)]
            text = f'expect: no stack has an end "{missing}"{nearest(missing, known)}'
            yield SourceError(place, text)
        elif not held[intent.source] & held[intent.target]:
            text = f'expect: no stack has both "{intent.source}" and "{intent.target}"'
            yield SourceError(place, text)


def _reach(stack: Stack) -> Reach | None:
    """What there is in a stack; None if it cannot be evaluated, which is reported elsewhere."""
    errors: list[SourceError] = []
    evaluation = attempt(lambda: stack.evaluate({}), os.path.abspath(stack.name), errors)
    return None if evaluation is None else Reach(lower(evaluation.resources).network)


def _holding(reaches: Sequence[Reach], word: str) -> set[int]:
    """The stacks, by number, that have the ends of a word."""
    found = set()
    for number, reach in enumerate(reaches):
        try:
            select_ends(reach, word)
        except NoEndError:
            continue
        found.add(number)
    return found
