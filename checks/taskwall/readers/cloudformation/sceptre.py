"""Stacks that Sceptre deploys: its stack configs give values to templates, outputs among them.

A project has the folders `config` and `templates`. Each file below `config` deploys a template, and
`config.yaml` in a folder is for all below it (Sceptre's documentation, "Stack Config", "Stack Group
Config", "Resolvers", and the code of its version 4.7). All of a folder of `config`, with what they
refer to, are deployed together. The files are templates of Jinja: an expression is unknown, and so
is all that a file with statements gives.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Lookup
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
from taskwall.readers.cloudformation.secrets import hidden_in
from taskwall.readers.cloudformation.template import NESTED_STACK, Declared, Template
from taskwall.readers.connected import connected_components
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import SourceError

READ = "2026-11-29"

MOST_CONFIGS: Final = 2_000
"""A project with more stack configs is read so far, in the order of its folders."""

_DEEPEST: Final = 50
"""So deep may the folders of configs be: each path is as long as its folder is deep."""

_ENDING: Final = ".yaml"
_GROUP: Final = f"config{_ENDING}"

_JINJA: Final = "\ue000"
"""Each sign of an expression of Jinja is read as this one, which stands in no source."""

_TEMPLATE: Final = r"""\b(?:template_path|path)["']?\s*:\s*["']?([\w./-]+)"""
"""Where a config that cannot be read names its template."""

_MERGED: Final = ("parameters", "sceptre_user_data", "stack_tags")
"""What is inherited member by member, if `..._inheritance` says so; else as a whole."""

_MOST_STEPS: Final = 20
"""A value that attributes pass on more often is not followed: it may be a circle."""

_MOST_NODES: Final = 200_000
"""What the parameters of a project may come to, attributes written out; others are unknown."""

_BY_SCEPTRE: Final = "is filled in by Sceptre"


class _Said(Struct, frozen=True):
    """What files of a project say; `unread` are those of which not all is known."""

    fields: Lookup[str, Node] = {}
    unread: tuple[str, ...] = ()

    def inherited_by(self, own: "_Said") -> "_Said":
        """What a file says that inherits from these."""
        found = {**self.fields, **own.fields}
        for key in _MERGED:
            one, other = self.fields.get(key), own.fields.get(key)
            said = found.get(f"{key}_inheritance", Known("override"))
            if one is None or other is None or literal_text(said) == "override":
                continue
            if literal_text(said) != "merge":
                found[key] = Known(_JINJA, said.place)
            elif not isinstance(one, Fields | Mapping):
                found[key] = one
            elif isinstance(other, Fields | Mapping):
                place = other.place or Span("", 1, 1, 1, 1)
                places = {**one.places, **other.places}
                found[key] = Mapping({**one.fields, **other.fields}, places, place)
        return _Said(found, (*self.unread, *own.unread))


class StackConfig(Struct, frozen=True):
    """A stack of a project.

    `name` is the path below `config`, without an ending, `stack_name` what AWS calls it. `files`
    are the file itself and those that it inherits from, `place` is where it names its template.
    """

    name: str
    stack_name: str
    files: tuple[str, ...]
    template: str
    place: Span
    said: _Said

    @property
    def group(self) -> str:
        """The folder of `config` that it is in, or below; "" if it is in none."""
        return self.name.partition("/")[0] if "/" in self.name else ""


class SceptreProject(Struct, frozen=True):
    """The stacks of a project, and the folder of their configs.

    `errors` are the configs of which it is not known what they deploy, `hidden` the stretches of
    the files that are never shown.
    """

    folder: str
    configs: tuple[StackConfig, ...]
    errors: tuple[SourceError, ...]
    hidden: tuple[Span, ...]


def projects(paths: Iterable[str], files: Files, boundary: str) -> Iterator[SceptreProject]:
    """The projects that some templates may be of, none beyond a boundary."""
    seen: set[str] = set()
    for folder in dict.fromkeys(map(os.path.dirname, paths)):
        for top in (folder, *map(str, PurePath(folder).parents)):
            if top in seen or not encloses(boundary or folder, top):
                break
            seen.add(top)
            if files.is_folder(os.path.join(top, "config")):
                reader = _ProjectReader(top, files)
                if reader.is_project():
                    configs = tuple(reader.configs())
                    hidden = tuple(dict.fromkeys(reader.hidden))
                    yield SceptreProject(reader.folder, configs, tuple(reader.errors), hidden)


class _ProjectReader:
    """Reads the configs of a project."""

    def __init__(self, top: str, files: Files) -> None:
        self.folder = os.path.join(top, "config")
        self.errors: list[SourceError] = []
        self.hidden: list[Span] = []
        self._top = top
        self._files = files
        self._known: dict[str, _Said] = {}

    def is_project(self) -> bool:
        """Whether the groups at the top name a project, as each project of Sceptre does."""
        below = (one.path for one in self._files.entries(self.folder) if one.is_dir())
        groups = (os.path.join(folder, _GROUP) for folder in (self.folder, *below))
        return any("project_code" in self._files.text_if_readable(path) for path in groups)

    def configs(self) -> Iterator[StackConfig]:
        """The stack configs, folder by folder."""
        waiting: list[tuple[str, tuple[str, ...], _Said]] = [(self.folder, (), _Said())]
        seen: set[str] = set()
        count = 0
        while waiting:
            folder, above, inherited = waiting.pop()
            real = self._files.real(folder)
            if real in seen:  # a link leads back
                continue
            seen.add(real)
            if folder.count(os.sep) > self.folder.count(os.sep) + _DEEPEST:
                why = f"is more than {_DEEPEST} folders deep: what it deploys is not read"
                self.errors.append(SourceError(Span(folder, 1, 1, 1, 1), why))
                continue
            entries = self._files.entries(folder)
            if any(entry.name == _GROUP for entry in entries):
                group = os.path.join(folder, _GROUP)
                above, inherited = (group, *above), inherited.inherited_by(self._said(group))
            below = [one.path for one in entries if one.is_dir() and self._files.follows(one.path)]
            waiting += [(path, above, inherited) for path in reversed(below)]
            for entry in entries:
                name = entry.name
                if not name.endswith(_ENDING) or name.startswith("config.") or entry.is_dir():
                    continue
                if (count := count + 1) > MOST_CONFIGS:
                    why = f"is one of more than {MOST_CONFIGS} stack configs: they are not read"
                    self.errors.append(SourceError(Span(entry.path, 1, 1, 1, 1), why))
                    return
                if (found := self._config(entry.path, above, inherited)) is not None:
                    yield found

    def _config(self, path: str, above: tuple[str, ...], inherited: _Said) -> StackConfig | None:
        """The stack of a config; None if it deploys none of the project's templates."""
        said = inherited
        chain = [one for one in self._namesakes(path) if self._files.exists(one)]
        for one in (*chain, path):
            said = said.inherited_by(self._said(one))
        node = members(said.fields.get("template")).get("path") or said.fields.get("template_path")
        text, at = literal_text(node), None if node is None else node.place
        if (text is None or _JINJA in text) and said.unread:
            match = re.search(_TEMPLATE, self._files.text_if_readable(path))
            text, at = (match[1] if match else None), Span(path, 1, 1, 1, 1)
        if text is None or _JINJA in text or at is None:
            of_project = node is not None or "template" not in said.fields
            if node is not None or (said.unread and of_project):
                why = "does not say which template it deploys, so far as it can be read"
                self.errors.append(SourceError(Span(path, 1, 1, 1, 1), why))
            return None
        if not (template := self._template(text)):
            return None
        name = os.path.relpath(path, self.folder).removesuffix(_ENDING).replace(os.sep, "/")
        code = literal_text(said.fields.get("project_code"))
        own = literal_text(said.fields.get("stack_name"))
        stack_name = own or f"{code}-{name.replace('/', '-')}"
        return StackConfig(name, stack_name, (path, *chain, *above), template, at, said)

    def _namesakes(self, path: str) -> Iterator[str]:
        """The files of the same name in the folders above, from which a config inherits, too."""
        folder, name = os.path.split(path)
        steps = os.path.relpath(folder, self.folder).split(os.sep)
        for end in range(len(steps) if steps != ["."] else 0):
            yield os.path.join(self.folder, *steps[:end], name)

    def _template(self, path: str) -> str:
        """The template that a path names: from `templates`, or as it once was, from the top."""
        for folder in (os.path.join(self._top, "templates"), self._top):
            file = os.path.normpath(os.path.join(folder, path))
            if encloses(self._top, file) and self._files.exists(file):
                return file
        return ""

    def _said(self, path: str) -> _Said:
        """What a file says."""
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: str) -> _Said:
        unread = _Said({}, (os.path.relpath(path, self._top),))
        if not self._files.exists(path):  # a link that leads out of what may be read
            return unread
        try:
            text = self._files.text(path)
            plain = re.sub(r"(?s)\{#.*?#\}", lambda one: re.sub(r"\S", " ", one[0]), text)
            if "{%" in plain:
                return unread
            plain = re.sub(r"\{\{.*?\}\}", lambda one: _JINJA * len(one[0]), plain)
            root = read_nodes(path, plain).root
        except UnreadableError as error:
            if "{{" not in self._files.text_if_readable(path):
                self.errors.append(error.error)
            return unread
        if root is not None:
            self.hidden += hidden_in(root)
        fields = members(root)
        if _JINJA in (literal_text(root) or "") or any(_JINJA in key for key in fields):
            return _Said(fields, unread.unread)
        return _Said(fields)


def deployed(project: SceptreProject, templates: Lookup[str, Template]) -> Iterator[Template]:
    """What stands for the stacks of a project that are deployed together: what nests them all.

    Its file is the folder of their configs, or of the first of them.

    Args:
        project: the project.
        templates: the templates that the scan has, by their paths.
    """
    resolver = _Resolver([one for one in project.configs if one.template in templates])
    ties = list(resolver.ties)
    first: dict[str, str] = {}
    for name, one in resolver.by_name.items():
        ties.append((first.setdefault(one.group, name), name))
    for together in connected_components(list(resolver.by_name), ties):
        configs = [resolver.by_name[name] for name in together]
        file = os.path.join(project.folder, configs[0].group).rstrip(os.sep)
        stacks: dict[str, Declared] = {}
        hidden = project.hidden
        for one in configs:
            parameters = resolver.parameters[one.name]
            stacks[one.name] = _stack(one, parameters, file)
            for name, node in templates[one.template].parameters.items():
                given = members(parameters).get(name) if "NoEcho" in members(node) else None
                hidden += () if given is None or given.place is None else (given.place,)
        read = frozenset(path for one in configs for path in one.files)
        yield Template(
            TemplateFile(file, "", None), {}, {}, {}, stacks, False, (), files=read, hidden=hidden
        )


def _stack(config: StackConfig, parameters: Node, file: str) -> Declared:
    at = config.place
    path = os.path.relpath(config.template, os.path.dirname(file))
    fields: dict[str, Node] = {"TemplateURL": Known(path, at), "Parameters": parameters}
    properties = Mapping(fields, {"TemplateURL": at, "Parameters": at}, at)
    return Declared(config.name, NESTED_STACK, at, at, "", properties, None)


class _Resolver:
    """Resolves the parameters of stacks; `ties` are those that refer to each other, by name."""

    def __init__(self, configs: Sequence[StackConfig]) -> None:
        self.by_name = {one.name: one for one in configs}
        self._by_stack_name: dict[str, list[StackConfig]] = {}
        for one in configs:
            self._by_stack_name.setdefault(one.stack_name, []).append(one)
        self.ties: list[tuple[str, str]] = []
        self._left = _MOST_NODES
        self.parameters = {one.name: self._parameters(one) for one in configs}

    def _parameters(self, config: StackConfig) -> Node:
        """What a stack gives to its template; unknown if that is not all there."""
        said = config.said
        if said.unread:
            waits = tuple(Need(file, _BY_SCEPTRE) for file in dict.fromkeys(said.unread))
            return Unknown(waits, place=config.place)
        node = said.fields.get("parameters")
        for _ in range(_MOST_STEPS):
            if isinstance(node, IntrinsicCall) and node.name == "Fn::stack_attr":
                node = _attribute(node, config)
        if node is None or (isinstance(node, Known) and node.data is None):
            return Fields({}, place=config.place)
        if not isinstance(node, Fields | Mapping) or any(_JINJA in key for key in node.fields):
            return Unknown((Need("parameters", _BY_SCEPTRE),), place=config.place)
        given = {name: self._node(one, config) for name, one in node.fields.items()}
        found = {name: one for name, one in given.items() if one is not None}
        return Mapping(found, {name: node.places[name] for name in found}, config.place)

    def _node(self, node: Node, config: StackConfig, steps: int = 0) -> Node | None:
        """What a parameter is given; None if it keeps its default."""
        self._left -= 1
        if isinstance(node, Known):
            if isinstance(node.data, str) and _JINJA in node.data:
                return _open("an expression of Jinja", node)
            return None if node.data is None else node
        if self._left < 0 or steps > _MOST_STEPS:
            return _open("what is too long to follow", node)
        if isinstance(node, IntrinsicCall):
            if node.name in ("Fn::stack_output", "Fn::stack_output_external"):
                return self._output(node, config)
            if node.name == "Fn::no_value":
                return None
            found = _attribute(node, config) if node.name == "Fn::stack_attr" else None
            if found is None:
                return _open(f"!{node.name.removeprefix('Fn::')}", node)
            return self._node(found, config, steps + 1)
        if not (parts := elements(node)):
            return _open("a mapping", node)
        place = node.place or config.place
        each = [one for part in parts if (one := self._node(part, config, steps + 1)) is not None]
        joined = document.Sequence((Known(","), document.Sequence(tuple(each), place)), place)
        return IntrinsicCall("Fn::Join", joined, place)

    def _output(self, node: IntrinsicCall, config: StackConfig) -> Node:
        """An output of another stack: `PATH::OUTPUT`, or `STACK_NAME::OUTPUT [PROFILE ...]`."""
        text = literal_text(node.argument) or ""
        if _JINJA in text:
            return _open("an expression of Jinja", node)
        stack, _, output = text.partition("::")
        others: list[StackConfig | None] = []
        if node.name == "Fn::stack_output":
            name = stack.removesuffix(_ENDING)
            beside = "/".join((*config.name.split("/")[:-1], name))
            others = [self.by_name.get(name) or self.by_name.get(beside)]
        elif " " not in output:  # else of another account or region
            others += self._by_stack_name.get(stack, ())
        if len(others) != 1 or others[0] is None or not output:
            return Unknown((Need(text, OUTSIDE),), text, place=node.place)
        self.ties.append((config.name, others[0].name))
        target = (Known(others[0].name, node.place), Known(f"Outputs.{output}", node.place))
        return IntrinsicCall("Fn::GetAtt", document.Sequence(target, node.place), node.place)


def _attribute(call: IntrinsicCall, config: StackConfig) -> Node | None:
    """What an attribute of a stack is, by its path (`sceptre_user_data.vpc_id`)."""
    found: Node | None = None
    fields = config.said.fields
    for step in (literal_text(call.argument) or "").split("."):
        found = fields.get(step)
        fields = members(found)
    return found


def _open(what: str, node: Node) -> Unknown:
    return Unknown((Need(what, _BY_SCEPTRE),), place=node.place)
