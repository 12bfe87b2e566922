"""The files of modules, read once, and modules made of them."""

import os
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any
from weakref import ref

from msgspec import Struct

from taskwall.core.paths import as_in, encloses
from taskwall.core.values import Span, Value
from taskwall.readers.terraform.secrets import secrets
from taskwall.readers.terraform.syntax.hcl import Parse, Parsed
from taskwall.readers.terraform.syntax.stable_lines import StableFile, stable_file
from taskwall.readers.terraform.syntax.tree import (
    Attribute,
    Block,
    Body,
    Later,
    Literal,
    read_whole,
)
from taskwall.readers.terraform.values.types import Type
from taskwall.source.files import Files, FolderEntry, UnreadableError
from taskwall.source.stack import SourceError

MAX_FILE_CHARACTERS = 4_000_000
"""A file in HCL with more characters than this is an error, not a source."""

MAX_LATER_CHARACTERS = 5_000_000
"""Of so many characters what the parser made is kept until it is asked for. It takes five times as
much memory as what is read of it, so that more is read at once."""

ENDINGS = (".tf", ".tf.json", ".tofu", ".tofu.json")
"""How the names of the files end that make up a module."""


class SourceFile(Struct, frozen=True):
    """One file: its text, what was read from it, and the same by its standing lines."""

    path: str
    text: str
    parsed: Parsed
    stable: StableFile


class Module(Struct, frozen=True):
    """A folder of Terraform files, its blocks by what they declare.

    Resources and data sources go by their address within the module, `aws_x.y` or `data.aws_x.y`,
    configurations of the AWS provider by their alias, "" if they have none. `requirements` are the
    `terraform` blocks, in their order.
    Blocks and errors have their standing lines.
    `types` are those of the variables, `references` what resources refer to, as far as they were
    asked for.
    """

    folder: str
    files: tuple[SourceFile, ...]
    variables: dict[str, Block]
    locals: dict[str, Attribute]
    outputs: dict[str, Block]
    resources: dict[str, Block]
    calls: dict[str, Block]
    errors: tuple[SourceError, ...]
    providers: dict[str, Block] = {}
    requirements: dict[str, Block] = {}
    types: dict[str, Type] = {}
    references: dict[str, frozenset[str]] = {}


class ModuleLoader:
    """The units and modules of a scan: both are read once for the same texts."""

    def __init__(self, files: Files) -> None:
        self._files = ref(files)
        self._sources: dict[str, SourceFile] = {}
        self._secrets: dict[str, tuple[SourceFile, tuple[Span, ...]]] = {}
        self._later = 0
        """How many characters were parsed of which the rest is read later."""
        self._modules: dict[str, Module] = {}
        self._alone: dict[str, dict[int, Module]] = {}
        """The modules that units by themselves would be: by folder and by the id of the unit."""
        self._names: dict[str, list[str]] = {}
        self._paths: dict[str, tuple[frozenset[str] | None, tuple[str, ...]]] = {}
        self._found: dict[str, tuple[int, tuple[Module | None, tuple[SourceError, ...]]]] = {}
        self.scanned: dict[str, frozenset[str]] = {}
        """The files of the scan by folder: they need not be on the disk."""
        self.kept: dict[tuple[str, ...], object] = {}
        """What lasts of roots if the files last: of which kind, by folder and deployment."""
        self.values: dict[str, tuple[SourceFile, dict[str, Value]]] = {}
        """What files say by path in which variables are given constants."""
        self.parser = ""
        """Which parser reads HCL; the usual one if it is not `python-hcl2`."""

    @property
    def retained(self) -> bool:
        """Whether what is made of the files is kept while they change."""
        return self._of().retained

    def file(self, path: str) -> SourceFile:
        """The unit of a file.

        Raises:
            UnreadableError: the file cannot be read.
        """
        text = self.text(path)
        known = self._sources.get(path)
        if known is None or known.text != text:
            known = self._sources[path] = self._read_file(path, text, known)
        return known

    def _read_file(self, path: str, text: str, earlier: SourceFile | None) -> SourceFile:
        if path.endswith(".json"):
            from taskwall.readers.terraform.syntax import json as json_syntax

            read = json_syntax.values
            if path.endswith(ENDINGS):
                read = json_syntax.parse
            elif path.endswith(".hcl.json"):
                read = json_syntax.unit
            parsed = read(path, text)
        elif len(text) > MAX_FILE_CHARACTERS:
            why = f"is longer than {MAX_FILE_CHARACTERS} characters: not read"
            parsed = Parsed(Body({}, ()), errors=(SourceError(Span(path, 1, 1, 1, 1), why),))
        elif self.parser == "python-hcl2":
            from taskwall.readers.terraform.syntax import python_hcl2

            parsed = python_hcl2.parse(path, text)
        else:
            parse = Parse(path, text)
            parsed = parse.read()
            if self.retained and path.endswith((".tf", ".tofu")):
                before = earlier.stable if earlier is not None else None
                return SourceFile(
                    path, text, parsed, stable_file(path, text, parse, parsed, before)
                )
            self._later += len(text)
            if self._later > MAX_LATER_CHARACTERS:
                read_whole(parsed.body)
        return SourceFile(path, text, parsed, StableFile(parsed))

    def secrets(self, unit: SourceFile) -> tuple[Span, ...]:
        """The stretches of a unit whose text is never shown."""
        known = self._secrets.get(unit.path)
        if known is None or known[0] is not unit:
            found = unit.stable.line_map(unit.path).apply(secrets(unit.stable.parsed.body))
            known = self._secrets[unit.path] = unit, found
        return known[1]

    def text(self, path: str) -> str:
        """The text of any file, such as a template.

        Raises:
            UnreadableError: the file cannot be read.
        """
        return self._of().text(path)

    def lies_within(self, path: str, folders: Iterable[str]) -> bool:
        """Whether a path is in one of some folders, symbolic links followed."""
        files = self._of()
        try:
            return any(encloses(files.on_disk(folder), files.on_disk(path)) for folder in folders)
        except ValueError:  # no file has a NUL in its name
            return False

    def called(self, folder: str, source: str, boundary: str) -> str:
        """The folder that a call in another one names by a path.

        Where a symbolic link leads to it within the boundary, it is where its files are: there
        version control has them, and others may call it.
        """
        found, files = os.path.normpath(os.path.join(folder, source)), self._of()
        try:
            return as_in(boundary, found, files.real)
        except ValueError:  # no file has a NUL in its name
            return found

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return self._of().exists(path)

    def has(self, path: str) -> bool:
        """Whether there is a file, or what only reading tells to be none: a pipe, a device."""
        files = self._of()
        return files.exists(path) or (files.has(path) and files.follows(path))

    def _of(self) -> Files:
        files = self._files()
        assert files is not None  # whoever holds a library's stack holds the files
        return files

    def paths(self, folder: str) -> tuple[str, ...]:
        """The Terraform files of a folder, in the order in which they are read."""
        scanned = self.scanned.get(folder)
        known = self._paths.get(folder)
        if known is None or known[0] != scanned:
            known = self._paths[folder] = scanned, self._listed(folder, scanned or frozenset())
        return known[1]

    def _listed(self, folder: str, scanned: frozenset[str]) -> tuple[str, ...]:
        found = set(scanned)
        found.update(
            os.path.join(folder, name)
            for name in self.names(folder)
            if name.endswith(ENDINGS) and not name.startswith(".")
        )
        found = set(filter(self._of().follows, found))
        # A module whose every file is left out is called all the same: it is not judged by itself.
        excluded = set(filter(self._of().is_excluded, found - scanned))
        found = found - excluded or found
        # OpenTofu reads x.tofu instead of x.tf; whoever has both means it for OpenTofu.
        found -= {_twin(path) for path in found if path.endswith((".tofu", ".tofu.json"))}
        return tuple(sorted(found, key=lambda path: (is_override(path), path)))

    def names(self, folder: str) -> list[str]:
        """What is in a folder, by name; nothing if there is no such folder."""
        found = self._names.get(folder)
        if found is None:
            try:
                found = self._of().names(folder)
            except (OSError, ValueError):  # no folder has a NUL in its name
                found = []
            self._names[folder] = found
        return found

    def is_folder(self, path: str) -> bool:
        """Whether there is such a folder."""
        return self._of().is_folder(path)

    def entries(self, folder: str) -> Sequence[FolderEntry]:
        """What is in a folder, by name."""
        return self._of().entries(folder)

    def module(self, folder: str) -> tuple[Module | None, tuple[SourceError, ...]]:
        """The module of a folder, None if it has no file; and the files that cannot be read."""
        if not self.retained:
            return self._read(folder)
        changes = self._of().changes
        found = self._found.get(folder)
        if found is None or found[0] != changes:
            found = self._found[folder] = changes, self._read(folder)
        return found[1]

    def _read(self, folder: str) -> tuple[Module | None, tuple[SourceError, ...]]:
        units = []
        unreadable = []
        for path in self.paths(folder):
            try:
                units.append(self.file(path))
            except UnreadableError as error:
                unreadable.append(error.error)
        if not units:
            return None, tuple(unreadable)
        known = self._modules.get(folder)
        if known is None or not _same_units(known.files, units):
            known = self._together(folder, units) if self.retained else None
            known = self._modules[folder] = known or module_of(folder, units)
        return known, tuple(unreadable)

    def _together(self, folder: str, units: list[SourceFile]) -> Module | None:
        """The module of some units, from those that each makes by itself; None if they overlap."""
        before = self._alone.get(folder, {})
        self._alone[folder] = alone = {
            id(unit): before.get(id(unit)) or module_of(folder, (unit,)) for unit in units
        }
        errors = tuple(chain.from_iterable(one.errors for one in alone.values()))
        found = Module(folder, tuple(units), {}, {}, {}, {}, {}, errors)
        size = 0
        for one in alone.values():
            for table, some in zip(_tables(found), _tables(one), strict=True):
                if some:
                    table.update(some)
                    size += len(some)
        # Else something is declared twice, or laid over.
        return found if sum(map(len, _tables(found))) == size else None


def _same_units(known: tuple[SourceFile, ...], units: list[SourceFile]) -> bool:
    return len(known) == len(units) and all(map(lambda a, b: a is b, known, units))


def _twin(path: str) -> str:
    """The file that Terraform reads where OpenTofu reads the given one."""
    if path.endswith(".tofu"):
        return path.removesuffix("tofu") + "tf"
    return path.removesuffix("tofu.json") + "tf.json"


def is_override(path: str) -> bool:
    """Whether a file's blocks are laid over those of the others."""
    stem = os.path.basename(path).removesuffix(".json").removesuffix(".tofu").removesuffix(".tf")
    return stem == "override" or stem.endswith("_override")


def module_loader(files: Files) -> ModuleLoader:
    """The library of a scan's files: the same for as long as the caller keeps them."""
    return files.one(ModuleLoader, lambda: ModuleLoader(files))


def module_of(folder: str, units: Iterable[SourceFile]) -> Module:
    """The module that some files make up."""
    units = tuple(units)
    module = Module(folder, units, {}, {}, {}, {}, {}, ())
    errors: list[SourceError] = []
    for unit in units:
        errors.extend(unit.stable.parsed.errors)
        override = is_override(unit.path)
        for block in unit.stable.parsed.body.blocks:
            kind, labels = block.type, block.labels
            if kind == "locals":
                for name, attribute in block.body.attributes.items():
                    if name in module.locals and not override:
                        errors.append(_twice(attribute.place, f"local.{name}"))
                    else:
                        module.locals[name] = attribute
                continue
            if kind == "provider" and labels == ("aws",):
                known = module.providers.get(_alias(block)) if override else None
                module.providers[_alias(block)] = _overridden(known, block) if known else block
                continue
            if kind == "terraform":
                module.requirements[str(len(module.requirements))] = block
                continue
            wanted = _LABELS.get(kind)
            if wanted is None:
                continue
            if len(labels) != wanted:
                message = f'a "{kind}" block has {wanted} label{"s" * (wanted > 1)}'
                errors.append(SourceError(block.header, message))
                continue
            name = ".".join(labels) if kind != "data" else "data." + ".".join(labels)
            table = _table(module, kind)
            known = table.get(name)
            if known is None:
                table[name] = block
            elif override:
                table[name] = _overridden(known, block)
            else:
                errors.append(_twice(block.header, f"{_PREFIXES.get(kind, '')}{name}"))
    return Module(
        folder,
        units,
        module.variables,
        module.locals,
        module.outputs,
        module.resources,
        module.calls,
        tuple(errors),
        module.providers,
        module.requirements,
    )


def _alias(provider: Block) -> str:
    attribute = provider.body.attributes.get("alias")
    written = attribute.expression if attribute else None
    return str(written.value.data) if isinstance(written, Literal) else ""


_LABELS = {"variable": 1, "output": 1, "module": 1, "resource": 2, "data": 2}
_PREFIXES = {"variable": "var.", "output": "output.", "module": "module."}


def _tables(module: Module) -> tuple[dict[str, Any], ...]:
    """The tables of a module, always in the same order."""
    own = module.variables, module.locals, module.outputs, module.resources, module.calls
    return *own, module.providers, module.requirements


def _table(module: Module, kind: str) -> dict[str, Block]:
    if kind == "variable":
        return module.variables
    if kind == "output":
        return module.outputs
    return module.calls if kind == "module" else module.resources


def _twice(place: Span, name: str) -> SourceError:
    return SourceError(place, f"{name} is declared twice")


def _overridden(block: Block, override: Block) -> Block:
    """A block with what an override file says of it: attributes and types of blocks replace.

    Only of `lifecycle` what is not said again remains.
    https://developer.hashicorp.com/terraform/language/files/override
    """

    def merged() -> Body:
        below, above = block.body, override.body
        replaced = {_made(b) for b in above.blocks}
        rules = below.blocks_of("lifecycle")
        blocks = (
            *(b for b in below.blocks if _made(b) not in replaced),
            *(
                _overridden(rules[0], b) if rules and b.type == "lifecycle" else b
                for b in above.blocks
            ),
        )
        kept = {name: one for name, one in below.attributes.items() if name not in replaced}
        return Body({**kept, **above.attributes}, blocks, below.twice)

    return Block(block.type, block.labels, block.header, block.place, Later(merged))


def _made(block: Block) -> str:
    """The type of the blocks that a block within another is, or makes."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
