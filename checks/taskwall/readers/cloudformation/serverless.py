"""Services of the Serverless Framework: their `resources` are one template, often of many files.

`resources` is a template, or a list of parts of one; each part, section and member may stand in a
file of its own (`${file(resources/vpc.yml)}`). Variables (`${self:service}`, `${opt:stage, 'dev'}`)
are filled in before CloudFormation sees anything: those that lead to a text of the service's own
file are known, others are not (Serverless Framework's documentation, "AWS Infrastructure Resources"
and "Variables"). What the framework makes of functions is not read.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final

from taskwall.core.paths import encloses
from taskwall.core.values import Fields, Known, Need, Span, Text, Unknown, Value, spelled
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    Sequence,
    elements,
    literal_text,
    members,
    read_nodes,
)
from taskwall.readers.cloudformation.includes import MAX_INCLUDED_NODES, SCAN_TOO
from taskwall.readers.cloudformation.template import Template, joined_template
from taskwall.source.files import Files, UnreadableError
from taskwall.source.kinds import TEMPLATES
from taskwall.source.stack import AbsentSource, SourceError

READ = "2026-12-01"

SERVICE_FILES: Final = ("serverless.yml", "serverless.yaml")
"""The names of a service's file that are read: others are programs."""

_FILE: Final = r"\$\{file\(([^(){}$]+)\)(?::([\w.]+))?\}"
_VARIABLE: Final = r"\$\{(\w+)(?::(?!:)|(?=\())([^{}]*)\}"
"""A variable of the framework: those of CloudFormation have no single colon, and no brackets."""

_OF_FILE: Final = "${file("
_PACKAGED: Final = "scan what serverless package writes"
"""What brings a file whose name, or what is in it, only the framework knows."""

_FILLED_IN: Final = "is filled in by the Serverless Framework"

_DEEPEST: Final = 10
"""So deep may files name files, and variables variables: they may be circles."""


def services(
    paths: Iterable[str], files: Files, boundary: str
) -> Iterator[tuple[Template, tuple[SourceError, ...]]]:
    """The templates of the services that files belong to, none beyond a boundary.

    Args:
        paths: the files of the scan that may be of one.
        files: reads them.
        boundary: the repository, or what is scanned of none.

    Yields:
        each template, whose `files` are those that it was read from, with what is wrong in these.
    """
    seen: set[str] = set()
    known = frozenset(paths)
    for folder in dict.fromkeys(map(os.path.dirname, known)):
        for top in (folder, *map(str, PurePath(folder).parents)):
            if top in seen or not encloses(boundary or folder, top):
                break
            seen.add(top)
            for path in (os.path.join(top, name) for name in SERVICE_FILES):
                if files.exists(path) and "resources" in (text := files.text_if_readable(path)):
                    reader = _ServiceReader(path, text, files, boundary or folder)
                    found = reader.template()
                    if found is not None and not known.isdisjoint(found.files):
                        yield found, tuple(reader.errors)


class _ServiceReader:
    """Reads the file of a service, and those that its resources are in."""

    def __init__(self, path: str, text: str, files: Files, boundary: str) -> None:
        self.errors: list[SourceError] = []
        self._path = path
        self._text = text
        self._files = files
        self._boundary = boundary
        self._absent: dict[AbsentSource, None] = {}
        self._read: list[str] = [path]
        self._root: Node | None = None
        self._nodes = 0
        self._full = False

    def template(self) -> Template | None:
        """The template of its resources; None if it has none."""
        try:
            unit = read_nodes(self._path, self._text)
        except UnreadableError:
            return None
        self._root = unit.root
        whole = members(unit.root).get("resources")
        if whole is None or "service" not in members(unit.root):
            return None
        fields: dict[str, Node] = {}
        for part in elements(whole) or (whole,):
            for key, section in members(self._filled(part)).items():
                fields[key] = _joined(fields.get(key), section)
        if self._absent:
            fields.setdefault("Resources", Mapping({}, {}, _placed(whole, self._path)))
        if "Resources" not in fields:
            return None
        return joined_template(unit, fields, frozenset(self._read), tuple(self._absent))

    def _filled(self, node: Node, depth: int = 0) -> Node:
        """A node with the files that it names, and the variables that are known, put in."""
        self._nodes += 1
        if isinstance(node, Known) and isinstance(node.data, str) and "${" in node.data:
            text = node.data.strip()
            named = re.fullmatch(_FILE, text)
            if named is not None and depth < _DEEPEST:
                found = self._of_file(named[1].strip(), named[2], node.place, depth + 1)
                if found is not None:
                    return found
            elif text.startswith(_OF_FILE):
                self._report(text, _PACKAGED, node.place)
            return self._text_of(node.data, node.place)
        if isinstance(node, IntrinsicCall):
            return IntrinsicCall(node.name, self._filled(node.argument, depth), node.place)
        if isinstance(node, Sequence) or elements(node):
            found_ = tuple(self._filled(each, depth) for each in elements(node))
            return Sequence(found_, _placed(node, self._path))
        if isinstance(node, Fields | Mapping):
            fields = {key: self._filled(each, depth) for key, each in node.fields.items()}
            return Mapping(fields, node.places, _placed(node, self._path))
        return node

    def _of_file(self, named: str, key: str | None, place: Span | None, depth: int) -> Node | None:
        """What a file beside the service's holds, or what is there under a key."""
        if self._nodes > MAX_INCLUDED_NODES:
            if not self._full and place is not None:
                why = "includes too much: the rest is left out"
                self.errors.append(SourceError(place, why))
            self._full = True
            return None
        path = os.path.normpath(os.path.join(os.path.dirname(self._path), named))
        if not path.endswith(TEMPLATES):  # a program that makes it
            self._report(named, _PACKAGED, place)
            return None
        if not encloses(self._boundary, path) or not self._files.exists(path):
            self._report(named, SCAN_TOO, place)
            return None
        try:
            unit = read_nodes(path, self._files.text(path))
        except UnreadableError as error:
            self.errors.append(error.error)
            return None
        if path not in self._read:
            self._read.append(path)
            self.errors.extend(unit.errors)
        found: Node | None = unit.root
        for step in key.split(".") if key else ():
            found = members(found).get(step)
        return None if found is None else self._filled(found, depth)

    def _report(self, named: str, cure: str, place: Span | None) -> None:
        """A file that is not read may hold resources: of these nothing can be said."""
        at = place or Span(self._path, 1, 1, 1, 1)
        self._absent[AbsentSource("include", "resources", named, None, at, cure)] = None

    def _text_of(self, text: str, place: Span | None, depth: int = 0) -> Value:
        """A text with what its variables stand for."""
        parts: list[str | Value] = []
        end = 0
        for match in re.finditer(_VARIABLE, text):
            parts += (text[end : match.start()], self._variable(match, place, depth))
            end = match.end()
        if not parts:
            return Known(text, place)
        parts.append(text[end:])
        known = "".join(
            part if isinstance(part, str) else spelled(part.data) or ""
            for part in parts
            if isinstance(part, str | Known)
        )
        some = [part for part in parts if part != ""]
        if all(isinstance(part, str | Known) for part in some):
            return Known(known, place)
        whole = some[0]
        return whole if len(some) == 1 and not isinstance(whole, str) else Text(tuple(some), place)

    def _variable(self, match: re.Match[str], place: Span | None, depth: int) -> Value:
        """What a variable stands for: a text of the service's file, else what is not known."""
        node = self._root if match[1] == "self" else None
        for step in match[2].strip().split("."):
            node = None if node is None else members(node).get(step)
        data = literal_text(node) if node is not None else None
        if data is not None and depth < _DEEPEST:
            return self._text_of(data, place, depth + 1)
        return Unknown((Need(match[0], _FILLED_IN),), match[0], place=place)


def _joined(one: Node | None, other: Node) -> Node:
    """A section of several parts; a later member stands for an earlier one."""
    if not isinstance(one, Fields | Mapping) or not isinstance(other, Fields | Mapping):
        return other
    place = one.place or other.place
    assert place is not None
    return Mapping({**one.fields, **other.fields}, {**one.places, **other.places}, place)


def _placed(node: Node, path: str) -> Span:
    return node.place or Span(path, 1, 1, 1, 1)
