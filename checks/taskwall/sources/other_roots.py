"""The roots of a repository that write what scanned ones read: states, parameters, named resources.

A folder may be scanned alone whose root reads the state of one beside it, looks up what that one
makes by its name, or whose unit of Terragrunt depends on one. That one is context, as if the user
had named it; so is a third that adds endpoints, flow logs or rules of groups to one of the two.
Which of its files tie them is for the reader to say. Here texts are compared, so that a repository
is looked through and not parsed.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.interpolation import INTERPOLATION, WORKSPACE, interpolated
from taskwall.source.kinds import ROOTS, TERRAGRUNT
from taskwall.sources.listing import FileListing
from taskwall.sources.terraform_texts import MOST_NAMES, SearchedFile, Sought, TerraformTexts
from taskwall.sources.units import units_around


def roots_written(
    scanned: Iterable[str], boundary: str, use: Settings, files: Files, by_name: bool
) -> tuple[str, ...]:
    """The files of the roots that may write what scanned files read, wherever in a repository.

    Args:
        scanned: the sources below the given folders, absolute.
        boundary: the repository.
        use: says which files are excluded.
        files: reads them.
        by_name: whether resources count that are looked up by their names. Where the user has
            named context, that is what has them.
    """
    known = frozenset(path for path in scanned if path.endswith(ROOTS))
    if not known or not os.path.exists(os.path.join(boundary, ".git")):
        return ()
    found = dict.fromkeys(units_around(known, boundary, use, files))
    texts = TerraformTexts(files, by_name)
    wanted = texts.wanted({*known, *texts.called(known, boundary)})

    def counts(path: str) -> bool:
        return path not in known and not use.excludes(path)

    if not wanted and not any(texts.read(path).has_backend for path in known):
        return tuple(found)
    listing = files.one(FileListing, FileListing)
    folders: dict[str, list[str]] = {}
    for path in filter(counts, listing.below(boundary, ROOTS, files, counts)):
        folders.setdefault(os.path.dirname(path), []).append(path)
    writers = _Writers(folders, known, texts)

    def read(more: Sequence[str]) -> None:
        """Take the roots of some folders, and those that write what these read."""
        while more:
            of_more = [path for at in more for path in folders.pop(at, ())]
            found.update(dict.fromkeys(of_more))
            more = writers.of(texts.wanted(of_more))

    read(writers.of(wanted))
    read(writers.adding({*known, *found}))
    return tuple(found)


class _Writers:
    """Folders of Terraform by what they may write."""

    def __init__(
        self, folders: Mapping[str, Sequence[str]], known: Collection[str], texts: TerraformTexts
    ) -> None:
        """Look through folders, by which stand their files; `known` are the files of the scan."""
        self._folders = folders
        self._texts = texts
        self._by_end: dict[str, list[tuple[str, str]]] = {}
        """What is written with the folder that does, by the last step of its name."""
        self._by_word: dict[str, list[str]] = {}
        self._with_backend: set[str] = set()
        self._bare: dict[str, frozenset[str]] = {}
        """Folders without any backend, which a tool may bring, by their words."""
        self._callers: dict[str, set[str]] = {}
        beside = {os.path.dirname(os.path.dirname(path)) for path in known}
        for path in known:
            self._note_calls(os.path.dirname(path), texts.read(path))
        for path in chain.from_iterable(folders.values()):
            if path.endswith(TERRAGRUNT):  # what it gives to its module has to be known first
                texts.read(path)
        for folder, paths in folders.items():
            held = [texts.read(path) for path in paths]
            for name in frozenset().union(*map(texts.written, paths)):
                self._by_end.setdefault(_last(name), []).append((name, folder))
            # One that leaves to `terraform init` where its state lies is known by its folder.
            words = _words(os.path.basename(folder))
            if words and any(one.is_open for one in held):
                self._by_word.setdefault(min(words), []).append(folder)
            if any(one.has_backend for one in held):
                self._with_backend.add(folder)
            elif words and os.path.dirname(folder) in beside:
                self._bare[folder] = words
            for one in held:
                self._note_calls(folder, one)

    def _note_calls(self, folder: str, file: SearchedFile) -> None:
        for source in file.calls:
            called = os.path.normpath(os.path.join(folder, source))
            self._callers.setdefault(called, set()).add(folder)

    @cached_property
    def _making(self) -> dict[tuple[str, str], dict[str, None]]:
        """Folders by what they make, by type and name: of few repositories that is asked."""
        found: dict[tuple[str, str], dict[str, None]] = {}
        for folder, paths in self._folders.items():
            for made in (made for path in paths for made in self._texts.makes(path)):
                found.setdefault(made, {})[folder] = None
        return found

    @cached_property
    def _made_with_holes(self) -> dict[str, list[tuple[str, Collection[str]]]]:
        """What they make under a name of which texts tell a part, with the folders, by type."""
        found: dict[str, list[tuple[str, Collection[str]]]] = {}
        for (type_, name), folders in self._making.items():
            if INTERPOLATION.sub("", name):
                found.setdefault(type_, []).append((name, folders))
        return found

    def _may_make(self, type_: str, name: str) -> Iterator[str]:
        """The folders that make a resource under a name which may be this one."""
        for made, folders in self._made_with_holes.get(type_, ()):
            if (fits := interpolated(made)) is not None and fits(name):
                yield from folders

    def of(self, wanted: Sought) -> list[str]:
        """The folders that may write anything of what is wanted."""
        found: dict[str, None] = {}
        for name in sorted(wanted.names):
            if name in self._folders:
                found[name] = None
            found |= dict.fromkeys(self._writing(name))
            words = _words(name)
            for word in words:
                for folder in self._by_word.get(word, ()):
                    if _words(os.path.basename(folder)) <= words:
                        found[folder] = None
            if name.endswith(".tfstate"):
                found |= {at: None for at, own in self._bare.items() if own <= words}
        for one in sorted(wanted.resources):
            making = self._making.get(one) or dict.fromkeys(self._may_make(*one))
            if len(making) <= MOST_NAMES:
                found |= {root: None for at in making for root in self._roots_of(at)}
        return sorted(found)

    def adding(self, read: Iterable[str]) -> list[str]:
        """The roots that read the state of a root with one of some files, and add to that one."""
        written = {os.path.dirname(path) for path in read}
        written |= {name for path in read for name in self._texts.written(path)}
        adding = [at for at, paths in self._folders.items() if any(map(self._texts.adds, paths))]
        roots = dict.fromkeys(root for at in adding for root in self._roots_of(at))
        return sorted(
            root
            for root in roots
            if not written.isdisjoint(self._texts.wanted(self._folders.get(root, ())).names)
        )

    def _writing(self, name: str) -> Iterator[str]:
        """The roots that write a state, or a parameter, of a name: themselves or by modules."""
        writing = self._by_end.get(_last(name), ())
        folders = {at: None for written, at in writing if written == name}
        alike = {at: None for written, at in writing if _may_be_same(name, written)}
        if (fits := interpolated(name)) is not None and _words(INTERPOLATION.sub(" ", name)):
            every = chain.from_iterable(self._by_end.values())
            alike |= {at: None for written, at in every if fits(written)}
        if len(alike) <= MOST_NAMES:
            folders |= alike
        for folder in folders:
            yield from (folder,) if folder in self._with_backend else self._roots_of(folder)

    def _roots_of(self, folder: str) -> Iterator[str]:
        """A folder, or those that call it as a module, and are not called themselves."""
        waiting = [folder]
        seen = {folder}
        for one in waiting:
            callers = self._callers.get(one, ())
            if not callers:
                yield one
            waiting += [each for each in sorted(callers) if each not in seen]
            seen.update(callers)


def _last(name: str) -> str:
    """The last step of a name of a state or parameter, as far as it is written there."""
    return re.split(r"[/}]", name)[-1]


def _may_be_same(one: str, other: str) -> bool:
    """Whether two names with holes in them may be the same parameter, by how they end.

    A state is told from others by all of its name, but for the workspace that it is of.
    """
    if WORKSPACE in other and (fits := interpolated(other)) is not None and fits(one):
        return True
    ends = sorted((text.rpartition("}")[2] for text in (one, other)), key=len)
    steps = ends[0].count("/")
    return "${" in one + other and "." not in ends[0] and steps > 0 and ends[1].endswith(ends[0])


def _words(text: str) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z0-9]+", text.lower())) - {""}
