"""The roots of a repository that write what scanned ones read: states, and stored parameters.

A folder may be scanned alone whose root reads the state of one beside it, or whose unit of
Terragrunt depends on one. That one is context, as if the user had named it; which of its files tie
the two is for the reader to say. Here texts are compared, so that a repository is looked through
and not parsed.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import islice

from msgspec import Struct

from taskwall.core.paths import encloses
from taskwall.core.patterns import pattern
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.kinds import ROOTS, TERRAFORM, TERRAGRUNT
from taskwall.sources.listing import MAX_CANDIDATES, files_below

_BLOCK = pattern(
    r'^data\s+"?(?P<read>terraform_remote_state|aws_ssm_parameter)"?\s+"?(?P<label>[\w-]+)'
    r'|^resource\s+"aws_ssm_parameter"|\b(?P<backend>backend\s*"\w+"|cloud)\s*\{'
    r'|^variable\s+"(?P<variable>[\w-]+)"',
    re.MULTILINE,
)
"""How the blocks begin that read or write states and parameters, or give variables a default."""

_NAME = pattern(
    r"\b(?:address|key|name|path|prefix|secret_suffix|schema_name)\s*=\s*"
    r'(?:"([^"\n]+)"|(?:var|local)\.([\w-]+))'
)
"""What tells one state from another, or one parameter; or the variable or local that does."""

_GIVEN = pattern(r'^[ \t]*([\w-]+)[ \t]*=[ \t]*"([^"\n]+)"', re.MULTILINE)
_DEFAULT = pattern(r'\bdefault\s*=\s*"([^"\n]+)"')
_DEPENDS = pattern(
    r'^[ \t]*config_path\s*=\s*"(?:\$\{get_terragrunt_dir\(\)\}/)?([^"$\n]+)"', re.MULTILINE
)


class _Asked(Struct, frozen=True):
    """What a file reads of another root: a name, or the variable or local that holds it.

    `label` is what the data source is called.
    """

    name: str
    variable: str
    label: str


class _File(Struct, frozen=True):
    """What a file of Terraform reads and writes, as far as its text shows.

    `writes` are names of states and parameters, `has_backend` is whether it says where its state
    lies, `is_open` whether it leaves the name of that to `terraform init`. `values` are what
    variables and locals may be that it names.
    """

    asks: tuple[_Asked, ...]
    writes: frozenset[str]
    has_backend: bool
    is_open: bool
    values: tuple[tuple[str, str], ...]


def roots_written(
    scanned: Iterable[str], boundary: str, use: Settings, files: Files
) -> tuple[str, ...]:
    """The files of the roots that may write what scanned files read, wherever in a repository.

    Args:
        scanned: the sources below the given folders, absolute.
        boundary: the repository.
        use: says which files are excluded.
        files: reads them.
    """
    known = frozenset(path for path in scanned if path.endswith(ROOTS))
    if not known or not os.path.exists(os.path.join(boundary, ".git")):
        return ()
    found = {path: None for path in _dependencies(known, boundary, files) if not use.excludes(path)}
    texts = _Texts(files)
    wanted = texts.wanted(known)
    candidates = (
        path
        for path in (files_below((boundary,), files) if wanted else ())
        if path.endswith(TERRAFORM) and path not in known and not use.excludes(path)
    )
    folders: dict[str, list[str]] = {}
    for path in islice(candidates, MAX_CANDIDATES):
        folders.setdefault(os.path.dirname(path), []).append(path)
    beside = {os.path.dirname(os.path.dirname(path)) for path in known}
    writers = _Writers({at: [texts.read(path) for path in folders[at]] for at in folders}, beside)
    while wanted:
        of_more = [path for at in writers.of(wanted) for path in folders.pop(at, ())]
        found |= dict.fromkeys(of_more)
        wanted = texts.wanted(of_more)
    return tuple(found)


class _Writers:
    """Folders of Terraform by what they may write; some are `beside` those that are scanned."""

    def __init__(self, folders: dict[str, list[_File]], beside: Collection[str]) -> None:
        self._folders = folders
        self._by_name: dict[str, list[str]] = {}
        self._by_word: dict[str, list[str]] = {}
        self._bare: dict[str, frozenset[str]] = {}
        """Folders without any backend, which a tool may bring, by their words."""
        for folder, held in folders.items():
            for name in {name for one in held for name in one.writes}:
                self._by_name.setdefault(name, []).append(folder)
            # One that leaves to `terraform init` where its state lies is known by its folder.
            words = _words(os.path.basename(folder))
            if words and any(one.is_open for one in held):
                self._by_word.setdefault(min(words), []).append(folder)
            bare = not any(one.has_backend for one in held)
            if words and bare and os.path.dirname(folder) in beside:
                self._bare[folder] = words

    def of(self, wanted: Iterable[str]) -> list[str]:
        """The folders that may write anything of what is wanted."""
        found: dict[str, None] = {}
        for name in sorted(wanted):
            if name in self._folders:
                found[name] = None
            found |= dict.fromkeys(self._by_name.get(name, ()))
            words = _words(name)
            for word in words:
                for folder in self._by_word.get(word, ()):
                    if _words(os.path.basename(folder)) <= words:
                        found[folder] = None
            if name.endswith(".tfstate"):
                found |= {at: None for at, own in self._bare.items() if own <= words}
        return sorted(found)


class _Texts:
    """The files of a repository, each searched once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.read = cache(self._read)
        self._values_in = cache(self._values_of_folder)

    def wanted(self, paths: Iterable[str]) -> frozenset[str]:
        """The names of what files read, and the folders of states beside them."""
        found: set[str] = set()
        for path in paths:
            folder = os.path.dirname(path)
            for ask in self.read(path).asks:
                values = (ask.name,) if ask.name else self._values_in(folder).get(ask.variable)
                found.update(values or (ask.label,))
                for name in values or ():
                    if name.endswith(".tfstate") and name.startswith("."):
                        found.add(os.path.normpath(os.path.join(folder, os.path.dirname(name))))
        # The state of a workspace lies below its name: "S3" in the documentation of backends.
        return frozenset(
            found | {key for name in found for key in re.findall(r"env:/[^/]+/(.+)", name)}
        )

    def _values_of_folder(self, folder: str) -> dict[str, tuple[str, ...]]:
        """What variables and locals of a module may be, where texts beside it say so."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self._files.names(folder):
            if one.endswith((*TERRAFORM, ".tfvars")):
                for name, value in self.read(os.path.join(folder, one)).values:
                    found[name] = (*found.get(name, ()), value)
        return found

    def _read(self, path: str) -> _File:
        text = self._files.text_if_readable(path)
        asks, writes, values = [], set[str](), list[tuple[str, str]]()
        is_open = has_backend = False
        for match, block in _blocks(text):
            named = _NAME.findall(block)
            if match["read"]:
                asks += [_Asked(name, variable, match["label"]) for name, variable in named]
            elif match["variable"]:
                values += [(match["variable"], each) for each in _DEFAULT.findall(block)]
            else:
                names = [name for name, _ in named if name]
                writes.update(names)
                has_backend |= bool(match["backend"])
                is_open |= bool(match["backend"]) and not names
        given = (*_GIVEN.findall(text), *values)
        return _File(tuple(asks), frozenset(writes), has_backend, is_open, given)


def _blocks(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """The blocks that count in a text: each to a brace at a line's start, or to the next block.

    What is of one line, and a backend, which has no braces in it, ends at the first brace.
    """
    starts = list(_BLOCK.finditer(text))
    end = 0
    for number, match in enumerate(starts, 1):
        limit = starts[number].start() if number < len(starts) else len(text)
        if end <= match.end():
            end = text.find("\n}", match.end())
            end = len(text) if end < 0 else end
        block = text[match.start() : min(end, limit)]
        line = block.partition("\n")[0].rstrip()
        yield match, block.partition("}")[0] if match["backend"] or line.endswith("}") else block


def _dependencies(units: Iterable[str], boundary: str, files: Files) -> Iterator[str]:
    """The units of Terragrunt that some depend on, and those on which these do."""
    waiting = [path for path in units if path.endswith(TERRAGRUNT)]
    seen = set(waiting)
    for path in waiting:
        for folder in _DEPENDS.findall(files.text_if_readable(path)):
            other = os.path.normpath(os.path.join(os.path.dirname(path), folder, "terragrunt.hcl"))
            if other not in seen and encloses(boundary, other) and files.exists(other):
                seen.add(other)
                waiting.append(other)
                yield other


def _words(text: str) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z0-9]+", text.lower())) - {""}
