"""A template as cfn-lint holds it: where its parts are, and its text."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from taskwall.core.values import Span
from taskwall.source.kinds import TEMPLATES

Path: TypeAlias = list[str | int]
"""The keys and indices that lead to a part of a template."""

YamlLocation: TypeAlias = tuple[int, int, int, int]
"""A stretch of a template: line and column of its start and its end, from 0, the end exclusive."""


class LintTemplate(Protocol):
    """What is used of `cfnlint.template.Template`."""

    filename: str | None
    template: Any

    def get_location_yaml(self, text: Any, path: Sequence[str | int]) -> YamlLocation | None:
        """Where a part is, if that is known."""

    def get_directives(self) -> Mapping[str, Sequence[str]]:
        """The resources whose metadata ignores a rule, by the id of the rule."""


class TemplateSource(Struct):
    """A template by the file that is analysed in its place.

    `path` is absolute. `text` stands for what is in the file, where there is none of that name:
    cfn-lint reads templates by any name, and from standard input without one.
    """

    cfn: LintTemplate
    path: str
    text: str | None = None
    _root: Any = None

    @property
    def standing(self) -> bool:
        """Whether places in the analysed text are those of the template itself."""
        return self._root is None

    def path_at(self, place: Span) -> Path:
        """What leads to the innermost part of the template that begins at a place or before."""
        root = self.cfn.template if self.standing else self._root
        return _leading(root, (place.line - 1, place.column - 1))

    def location_of(self, place: Span) -> YamlLocation | None:
        """Where a place of the analysed text is in the template."""
        if self.standing:
            return (place.line - 1, place.column - 1, place.end_line - 1, place.end_column - 1)
        return self.cfn.get_location_yaml(self.cfn.template, self.path_at(place))

    def step_at(self, line: int) -> tuple[Path, YamlLocation | None]:
        """The part that begins on a line, and where it is."""
        path = self.path_at(Span(self.path, line, _END, line, _END))
        return path, self.cfn.get_location_yaml(self.cfn.template, path)


_END = 1 << 30
"""A column behind every line."""


def template_source(cfn: LintTemplate) -> TemplateSource:
    """The file to analyse for a template.

    Without a file of its own (on standard input) it is in the working directory, written anew
    from what cfn-lint read.
    """
    if cfn.filename is None:
        from cfnlint.decode import decode_str

        text = json.dumps(cfn.template, indent=1, default=str)
        path = os.path.abspath("standard-input.template")
        return TemplateSource(cfn, path, text, decode_str(text)[0])
    path = os.path.abspath(cfn.filename)
    if path.endswith(TEMPLATES):
        return TemplateSource(cfn, path)
    with open(path, encoding="utf-8") as stream:
        return TemplateSource(cfn, f"{path}{TEMPLATES[-1]}", stream.read())


def _leading(node: Any, position: tuple[int, int]) -> Path:
    path: Path = []
    while True:
        inner = None
        found = (-1, -1)
        for key, value, start in _parts(node):
            if found <= start <= position:
                inner, found = (key, value), start
        if inner is None:
            return path
        path.append(inner[0])
        node = inner[1]
        if not _holds(node, position):
            return path


def _parts(node: Any) -> Iterator[tuple[str | int, Any, tuple[int, int]]]:
    """The members of a map or list, with where they begin.

    A function that was written by its tag has no key of its own, and begins where its map does.
    """
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value, _mark(key, "start_mark") or _mark(node, "start_mark") or (-1, -1)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            if start := _mark(value, "start_mark"):
                yield index, value, start


def _holds(node: Any, position: tuple[int, int]) -> bool:
    start, end = _mark(node, "start_mark"), _mark(node, "end_mark")
    return start is not None and end is not None and start <= position < end


def _mark(node: Any, name: str) -> tuple[int, int] | None:
    mark = getattr(node, name, None)
    return None if mark is None else (mark.line, mark.column)
