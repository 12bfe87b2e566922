"""`AWS::Include`: snippets of files beside a template, put in where they are included.

What it means: "AWS::Include transform" of the AWS CloudFormation Template Reference Guide.
"""

import os
from typing import Final

from taskwall.core.values import Fields, Known, Span
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    Sequence,
    TemplateFile,
    elements,
    literal_text,
    members,
    read_nodes,
)
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import AbsentSource, Inputs, SourceError

INCLUDE: Final = "AWS::Include"
SCAN_TOO: Final = "scan the folder that it is in, too"
"""What brings a nested template or an include that is not there."""

_DEEPEST: Final = 10


class Includes:
    """Puts snippets in, and remembers which files it read."""

    def __init__(self, files: Files, inputs: Inputs) -> None:
        self.files = files
        self.inputs = inputs
        self.read: list[str] = []
        self.errors: list[SourceError] = []
        self.absent: list[AbsentSource] = []

    def root(self, unit: TemplateFile) -> Node | None:
        """The root of a template, with what its sections and itself include."""
        root = unit.root
        if root is None:
            return None
        whole = members(root).get("Transform")
        for item in elements(whole) or ((whole,) if whole is not None else ()):
            found = self._snippet(item, unit.file, (unit.file,))
            if found is not None:
                root = _merged(root, found)
        return self._in(root, unit.file, (unit.file,))

    def _in(self, node: Node, file: str, above: tuple[str, ...]) -> Node:
        if isinstance(node, IntrinsicCall):
            if node.name == "Fn::Transform":
                found = self._snippet(node.argument, file, above)
                return node if found is None else found
            return IntrinsicCall(node.name, self._in(node.argument, file, above), node.place)
        if isinstance(node, Sequence):
            return Sequence(tuple(self._in(one, file, above) for one in node.nodes), node.place)
        if not isinstance(node, Mapping):
            return node
        fields = {key: self._in(one, file, above) for key, one in node.fields.items()}
        include = node.fields.get("Fn::Transform")
        found = None if include is None else self._snippet(include, file, above)
        if found is None:
            return Mapping(fields, node.places, node.place)
        del fields["Fn::Transform"]
        return _merged(Mapping(fields, node.places, node.place), found)

    def _snippet(self, node: Node, file: str, above: tuple[str, ...]) -> Node | None:
        """What an include stands for; None if it is another transform, or not in the sources."""
        fields = members(node)
        if literal_text(fields.get("Name")) != INCLUDE:
            return None
        location = members(fields.get("Parameters")).get("Location")
        named = literal_text(location) or ""
        if isinstance(location, IntrinsicCall) and location.name == "Fn::Sub":
            named = literal_text(location.argument) or ""
        path = self._path(named, file)
        place = (location or node).place or Span(file, 1, 1, 1, 1)
        if not path:
            self.absent.append(AbsentSource("include", INCLUDE, named, None, place, SCAN_TOO))
            return None
        if path in above or len(above) > _DEEPEST:
            self.errors.append(SourceError(place, "includes itself"))
            return None
        try:
            unit = read_nodes(path, self.files.text(path))
        except UnreadableError as error:
            self.errors.append(error.error)
            return None
        self.read.append(path)
        self.errors.extend(unit.errors)
        if not isinstance(unit.root, Fields | Mapping):
            return None
        return self._in(unit.root, path, (*above, path))

    def _path(self, location: str, file: str) -> str:
        """The file that a location names: beside the template, or as it lies in a bucket."""
        folder = os.path.dirname(file)
        scheme, remote, key = location.partition("://")
        steps = (key if remote else scheme).split("/")
        for start in range(len(steps) if remote else 1):
            path = os.path.normpath(os.path.join(folder, *steps[start:]))
            inside = path.startswith(os.path.join(self.inputs.boundary, ""))
            allowed = inside or self.inputs.outside or not self.inputs.boundary
            if allowed and steps[-1] and self.files.exists(path):
                return path
        return ""


def _merged(node: Node, other: Node) -> Node:
    """A mapping with the members of another; its own come first, mappings in both are merged."""
    if not isinstance(node, Fields | Mapping) or not isinstance(other, Fields | Mapping):
        return node
    fields: dict[str, Node] = dict(node.fields)
    for key, one in other.fields.items():
        both = key in fields and not isinstance(fields[key], Known)
        fields[key] = _merged(fields[key], one) if both else fields.get(key, one)
    return Mapping(fields, {**other.places, **node.places}, node.place or other.place)  # type: ignore[arg-type]
