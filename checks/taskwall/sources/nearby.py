"""The stacks that given files take part in, wherever in their repository those are."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from taskwall.settings import Settings
from taskwall.source.files import (
    Files,
)
from taskwall.source.kinds import (
    ROOTS,
    TEMPLATES,
    is_terraform,
)
from taskwall.source.stack import Inputs, SourceError, Stack
from taskwall.sources.found import ScanScope
from taskwall.sources.listing import MAX_CANDIDATES, files_below, files_in
from taskwall.sources.stacks import stacks_of

if TYPE_CHECKING:
    from taskwall.readers.cloudformation.neighbours import Neighbours


class ReadCache:
    """What reads of the same repositories, with the same files, inputs and settings, share.

    `within` are the only files that are looked at beside given ones, if others are known to be of
    other stacks.
    """

    def __init__(self, within: frozenset[str] | None = None) -> None:
        self._within = within
        self._read: set[str] = set()
        self._neighbours: dict[tuple[str, ...], Neighbours] = {}
        self._stacks: dict[tuple[str, ...], tuple[list[Stack], list[SourceError]]] = {}
        self._spent: dict[Neighbours, int] = {}

    def stacks(
        self,
        given: Sequence[str],
        inputs: Inputs,
        use: Settings,
        files: Files,
        scope: ScanScope,
    ) -> tuple[list[Stack], list[SourceError]]:
        """The stacks of given files, with those that may belong to the same, and the errors."""
        whole = False
        if self._within is not None:
            key = tuple(sorted({*given, *self._within}))
        elif not any(map(is_terraform, given)):
            near = self._near(given, inputs, use, files)
            key = self._worth(near, (*given, *near.around(given)))
            whole = len(key) == len(near.templates)
        else:
            key = tuple(sorted({*given, *self._around(given, inputs, use, files)}))
        self._read.update(key)
        found = self._stacks.get(key)
        if found is None:
            found = stacks_of(key, files, inputs, scope)
            only = frozenset(given)
            if whole or any(only < stack.files for stack in found[0]):
                self._stacks[key] = found  # others may ask for them
        return found

    def for_edits(self, stacks: Iterable[Stack]) -> "ReadCache":
        """What later reads share, with edits made in files of these stacks.

        Edits make no file one of another stack.
        """
        return ReadCache(frozenset().union(*(stack.files for stack in stacks)) & self._read)

    def _worth(self, near: "Neighbours", around: Iterable[str]) -> tuple[str, ...]:
        """What to read for files that belong together: these, or once they come to more, all.

        The templates of a repository are read twice at most, however many of them are given one
        after another.
        """
        key = tuple(sorted(set(around)))
        if key not in self._stacks and near in self._spent:
            self._spent[near] += len(key)
            if self._spent[near] > len(near.templates) and near.templates.issuperset(key):
                return tuple(sorted(near.templates))
        return key

    def _around(
        self, given: Sequence[str], inputs: Inputs, use: Settings, files: Files
    ) -> Iterator[str]:
        """The files beside given ones that may belong to the same stacks.

        Of Terraform those of the same folders, and all of the repository: a folder may be a
        module. Of templates those that nest them or are nested, and those that export or import.
        """
        folders = [os.path.dirname(path) for path in given if is_terraform(path)]
        if folders:
            for path in files_below((*folders, inputs.boundary), files):
                if path.endswith(ROOTS) and not use.excludes(path):
                    yield path
        templates = [path for path in given if not is_terraform(path)]
        if templates:
            yield from self._near(templates, inputs, use, files).around(templates)

    def _near(
        self, templates: Sequence[str], inputs: Inputs, use: Settings, files: Files
    ) -> "Neighbours":
        """The templates of a repository; without one, those in the folders of the given ones."""
        from taskwall.readers.cloudformation.neighbours import Neighbours

        whole = os.path.exists(os.path.join(inputs.boundary, ".git"))
        where = (
            (inputs.boundary,) if whole else tuple({os.path.dirname(t): None for t in templates})
        )
        within = inputs.boundary
        exact = not inputs.assumptions and not inputs.explore_defaults
        found = self._neighbours.get(where)
        if found is None:
            others = files_below(where, files) if whole else files_in(where, files)
            usable = (
                path for path in others if path.endswith(TEMPLATES) and not use.excludes(path)
            )
            paths = islice(usable, MAX_CANDIDATES)
            found = Neighbours(paths, files, inputs.parameters, boundary=within, exact=exact)
            self._neighbours[where] = found
            self._spent[found] = 0
        if not found.looked_at.issuperset(templates):  # one of very many, or nowhere near
            return Neighbours(
                templates, files, inputs.parameters, boundary=within, exact=exact, beside=found
            )
        return found
