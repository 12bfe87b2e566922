"""Stacks that Sceptre deploys: its stack configs give values to templates, outputs among them.

A project has the folders `config` and `templates`. Each file below `config` deploys a template, and
`config.yaml` in a folder is for all below it (Sceptre's documentation, "Stack Config", "Stack Group
Config", "Resolvers"). All of a folder of `config`, with what they refer to, are deployed together.
The files are templates of Jinja: an expression is unknown, a file with statements is not read.
"""

import os
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from collections.abc import Mapping as Lookup
from itertools import islice
from pathlib import PurePath
from typing import Final

from msgspec import Struct

from taskwall.core.paths import encloses
from taskwall.core.values import OUTSIDE, Fields, Known, Need, Span, Unknown
from taskwall.readers.cloudformation import document
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    TemplateFile,
    elements,
    literal_text,
    members,
    read_nodes,
)
from taskwall.readers.cloudformation.template import DEPLOYED_STACK, Declared, Template
from taskwall.readers.union_find import connected_components
from taskwall.source.files import Files, UnreadableError

READ = "2026-11-29"

MOST_CONFIGS: Final = 2_000
"""A project with more stack configs is read so far, in the order of their paths."""

_ENDINGS: Final = (".yaml", ".yml")
_OF_GROUPS: Final = tuple(f"config{ending}" for ending in _ENDINGS)

_JINJA: Final = "\ue000"
"""Each sign of an expression of Jinja is read as this one, which stands in no source."""

_MOST_STEPS: Final = 20
"""A value that attributes pass on more often is not followed: it may be a circle."""


class StackConfig(Struct, frozen=True):
    """A stack of a project.

    `name` is the path below `config`, without an ending, `stack_name` what AWS calls it. `files`
    are the file itself and those that it inherits from, `place` is where it names its template,
    and `fields` are what it says and inherits.
    """

    name: str
    stack_name: str
    files: tuple[str, ...]
    template: str
    place: Span
    fields: Lookup[str, Node]

    @property
    def group(self) -> str:
        """The folder of `config` that it is in, or below; "" if it is in none."""
        return self.name.partition("/")[0] if "/" in self.name else ""

    @property
    def id(self) -> str:
        """The logical id that it is read by."""
        return self.name.replace("/", ".")


class SceptreProject(Struct, frozen=True):
    """The stacks of a project, and the folder of their configs."""

    folder: str
    configs: tuple[StackConfig, ...]


def projects(paths: Iterable[str], files: Files, boundary: str) -> Iterator[SceptreProject]:
    """The projects that some templates may be of, none beyond a boundary."""
    seen: set[str] = set()
    for folder in dict.fromkeys(map(os.path.dirname, paths)):
        for top in (folder, *map(str, PurePath(folder).parents)):
            if top in seen or not encloses(boundary or folder, top):
                break
            seen.add(top)
            reader = _ProjectReader(top, files)
            if "project_code" in reader.given:
                configs = reader.configs(reader.folder, (), {})
                yield SceptreProject(reader.folder, tuple(islice(configs, MOST_CONFIGS)))


class _ProjectReader:
    """Reads the configs of a project."""

    def __init__(self, top: str, files: Files) -> None:
        self.folder = os.path.join(top, "config")
        self._top = top
        self._files = files
        self.given = self._of_group(self.folder)[1]

    def configs(
        self, folder: str, above: tuple[str, ...], inherited: Lookup[str, Node]
    ) -> Iterator[StackConfig]:
        """The stack configs of a folder, and what they inherit from the files of those above."""
        own, given = self._of_group(folder)
        above, inherited = (*own, *above), _merged(inherited, given)
        for entry in self._files.entries(folder):
            if entry.is_dir() and not entry.is_symlink():
                yield from self.configs(entry.path, above, inherited)
            elif entry.name.endswith(_ENDINGS) and entry.name not in _OF_GROUPS:
                said = self._fields(entry.path)
                node = members(said.get("template")).get("path") or said.get("template_path")
                template = self._template(literal_text(node) or "")
                if template and node is not None and node.place is not None:
                    name = os.path.relpath(os.path.splitext(entry.path)[0], self.folder)
                    name = name.replace(os.sep, "/")
                    code = literal_text(inherited.get("project_code"))
                    called = literal_text(said.get("stack_name"))
                    yield StackConfig(
                        name,
                        called or f"{code}-{name.replace('/', '-')}",
                        (entry.path, *above),
                        template,
                        node.place,
                        _merged(inherited, said),
                    )

    def _of_group(self, folder: str) -> tuple[tuple[str, ...], Lookup[str, Node]]:
        """The file that is for all stacks of a folder, if there is one, and what it says."""
        for name in _OF_GROUPS:
            if self._files.exists(file := os.path.join(folder, name)):
                return (file,), self._fields(file)
        return (), {}

    def _template(self, path: str) -> str:
        """The template that a path names: from `templates`, or as it once was, from the top."""
        for folder in (os.path.join(self._top, "templates"), self._top):
            file = os.path.normpath(os.path.join(folder, path))
            if path and encloses(self._top, file) and self._files.exists(file):
                return file
        return ""

    def _fields(self, path: str) -> Lookup[str, Node]:
        """What a file says; nothing of one that cannot be read."""
        try:
            text = self._files.text(path)
            if "{%" in text:
                return {}
            plain = re.sub(r"\{\{.*?\}\}", lambda found: _JINJA * len(found[0]), text)
            return members(read_nodes(path, plain).root)
        except UnreadableError:
            return {}


def _merged(inherited: Lookup[str, Node], own: Lookup[str, Node]) -> Lookup[str, Node]:
    """What a file says beside what it inherits: of a mapping in both, all members."""
    found = {**inherited, **own}
    for key in inherited.keys() & own.keys():
        one, other = inherited[key], own[key]
        if isinstance(one, Fields | Mapping) and isinstance(other, Fields | Mapping):
            place = other.place or Span("", 1, 1, 1, 1)
            found[key] = Mapping(
                {**one.fields, **other.fields}, {**one.places, **other.places}, place
            )
    return found


def deployed(project: SceptreProject, templates: Container[str]) -> Iterator[Template]:
    """What stands for the stacks of a project that are deployed together: what nests them all.

    Its file is the folder of their configs, or of the first of them.

    Args:
        project: the project.
        templates: the paths of the templates that the scan has.
    """
    resolver = _Resolver([one for one in project.configs if one.template in templates])
    ties = list(resolver.ties)
    names = list(resolver.by_name)
    first: dict[str, str] = {}
    for name, one in resolver.by_name.items():
        ties.append((first.setdefault(one.group, name), name))
    for together in connected_components(names, ties):
        configs = [resolver.by_name[name] for name in together]
        file = os.path.join(project.folder, configs[0].group).rstrip(os.sep)
        stacks = {one.id: _stack(one, resolver.parameters[one.name], file) for one in configs}
        read = frozenset(path for one in configs for path in one.files)
        yield Template(TemplateFile(file, "", None), {}, {}, {}, stacks, False, (), files=read)


def _stack(config: StackConfig, parameters: Mapping, file: str) -> Declared:
    at = config.place
    path = os.path.relpath(config.template, os.path.dirname(file))
    fields: dict[str, Node] = {"TemplateURL": Known(path, at), "Parameters": parameters}
    places = {"TemplateURL": at, "Parameters": parameters.place}
    properties = Mapping(fields, places, at)
    return Declared(config.id, DEPLOYED_STACK, at, at, "", properties, None)


class _Resolver:
    """Resolves the parameters of stacks; `ties` are those that refer to each other, by name."""

    def __init__(self, configs: Sequence[StackConfig]) -> None:
        self.by_name = {one.name: one for one in configs}
        self._by_stack_name = {one.stack_name: one for one in configs}
        self.ties: list[tuple[str, str]] = []
        self.parameters = {one.name: self._parameters(one) for one in configs}

    def _parameters(self, config: StackConfig) -> Mapping:
        node = config.fields.get("parameters")
        places = node.places if isinstance(node, Fields | Mapping) else {}
        given = {name: self._node(one, config) for name, one in members(node).items()}
        found = {name: one for name, one in given.items() if one is not None}
        return Mapping(found, {name: places[name] for name in found}, config.place)

    def _node(self, node: Node, config: StackConfig, steps: int = 0) -> Node | None:
        """What a parameter is given; None if it keeps its default."""
        if isinstance(node, Known):
            if isinstance(node.data, str) and _JINJA in node.data:
                return _open("an expression of Jinja", node)
            return None if node.data is None else node
        if isinstance(node, IntrinsicCall):
            text = literal_text(node.argument) or ""
            if node.name in ("Fn::stack_output", "Fn::stack_output_external"):
                return self._output(node, text, config)
            if node.name == "Fn::no_value":
                return None
            found = _attribute(text, config) if node.name == "Fn::stack_attr" else None
            if found is None or steps > _MOST_STEPS:
                return _open(f"!{node.name.removeprefix('Fn::')}", node)
            return self._node(found, config, steps + 1)
        if not (parts := elements(node)) or node.place is None:
            return _open("a mapping", node)
        each = [one for part in parts if (one := self._node(part, config, steps + 1)) is not None]
        joined = document.Sequence(
            (Known(","), document.Sequence(tuple(each), node.place)), node.place
        )
        return IntrinsicCall("Fn::Join", joined, node.place)

    def _output(self, node: IntrinsicCall, text: str, config: StackConfig) -> Node:
        """An output of another stack: `PATH::OUTPUT`, or `STACK_NAME::OUTPUT [PROFILE ...]`."""
        path, _, output = text.partition("::")
        output = output.partition(" ")[0]
        if node.name == "Fn::stack_output":
            name = os.path.splitext(path)[0] if path.endswith(_ENDINGS) else path
            beside = "/".join((*config.name.split("/")[:-1], name))
            other = self.by_name.get(name) or self.by_name.get(beside)
        else:
            other = self._by_stack_name.get(path)
        if other is None or not output:
            name = f"{path}::{output}"
            return Unknown((Need(name, OUTSIDE),), name, place=node.place)
        self.ties.append((config.name, other.name))
        target = (Known(other.id, node.place), Known(f"Outputs.{output}", node.place))
        return IntrinsicCall("Fn::GetAtt", document.Sequence(target, node.place), node.place)


def _attribute(path: str, config: StackConfig) -> Node | None:
    """What an attribute of a stack is, by its path (`sceptre_user_data.vpc_id`)."""
    found: Node | None = None
    fields = config.fields
    for step in path.split("."):
        found = fields.get(step)
        fields = members(found)
    return found


def _open(what: str, node: Node) -> Unknown:
    return Unknown((Need(what, "is filled in by Sceptre"),), place=node.place)
