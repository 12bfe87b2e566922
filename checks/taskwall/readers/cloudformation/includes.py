"""Files beside a template, put in where it includes them (`AWS::Include`) or names them.

What it means: "AWS::Include transform" of the AWS CloudFormation Template Reference Guide, and
`aws cloudformation package` of the AWS CLI Command Reference.
"""

import os
from contextlib import suppress
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
SCAN_TOO: Final = "add the missing files to the scan"
"""What brings a nested template or an include that is not there."""

_DEEPEST: Final = 10
MAX_INCLUDED_NODES: Final = 200_000
"""Snippets that come to more nodes than this, all told, are an error."""

_ARTIFACTS: Final = {
    "AWS::Serverless::StateMachine": "DefinitionUri",
    "AWS::StepFunctions::StateMachine": "DefinitionS3Location",
    "AWS::Serverless::Api": "DefinitionUri",
    "AWS::Serverless::HttpApi": "DefinitionUri",
    "AWS::ApiGateway::RestApi": "BodyS3Location",
    "AWS::ApiGatewayV2::Api": "BodyS3Location",
}
"""By type, the property that may name a file whose content stands for it."""

_SUBSTITUTIONS: Final = "DefinitionSubstitutions"


def reads_others(text: str) -> bool:
    """Whether a template may have other files put in."""
    return any(word in text for word in (INCLUDE, *_ARTIFACTS.values()))


class Includes:
    """Puts snippets in, and remembers which files it read."""

    def __init__(self, files: Files, inputs: Inputs) -> None:
        self.files = files
        self.inputs = inputs
        self.read: list[str] = []
        self.errors: list[SourceError] = []
        self.absent: dict[AbsentSource, None] = {}
        self._known: dict[str, TemplateFile] = {}
        self._nodes = 0
        self._full = False

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
        return self._with_artifacts(self._in(root, unit.file, (unit.file,)), unit.file)

    def _with_artifacts(self, root: Node, file: str) -> Node:
        """The root of a template in which the files that resources name stand for their names."""
        for name, resource in members(members(root).get("Resources")).items():
            key = _ARTIFACTS.get(literal_text(members(resource).get("Type")) or "", "")
            properties = members(members(resource).get("Properties"))
            location = properties.get(key)
            if location is None:
                continue
            named = _named(location)
            if not (path := self._path(named, file)):
                place = location.place
                assert place is not None
                self.absent[AbsentSource("include", name, named, None, place, SCAN_TOO)] = None
                continue
            filled = self._unfilled(path, location.place) if _SUBSTITUTIONS in properties else None
            if (found := filled or self._read(path)) is not None:
                root = _put(root, ("Resources", name, "Properties", key), found)
        return root

    def _in(self, node: Node, file: str, above: tuple[str, ...]) -> Node:
        self._nodes += len(above) > 1
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
        named = "" if location is None else _named(location)
        path = self._path(named, file)
        place = (location or node).place
        assert place is not None
        if not path:
            self.absent[AbsentSource("include", INCLUDE, named, None, place, SCAN_TOO)] = None
            return None
        if path in above or len(above) > _DEEPEST:
            self.errors.append(SourceError(place, "includes itself"))
            return None
        if self._nodes > MAX_INCLUDED_NODES:
            if not self._full:
                self.errors.append(SourceError(place, "includes too much: the rest is left out"))
            self._full = True
            return None
        found = self._read(path)
        return None if found is None else self._in(found, path, (*above, path))

    def _unfilled(self, path: str, place: Span | None) -> Known | None:
        """The text of a file that is JSON only once values are put into it (`"A": ${B}`)."""
        try:
            self._unit(path)
        except UnreadableError:
            with suppress(UnreadableError):
                text = self.files.text(path)
                if "${" in text:
                    self.read.append(path)
                    return Known(text, place)
        return None

    def _read(self, path: str) -> Fields | Mapping | None:
        """The mapping that a file holds; None, perhaps with an error, if it holds none."""
        try:
            unit = self._unit(path)
        except UnreadableError as error:
            self.errors.append(error.error)
            return None
        return unit.root if isinstance(unit.root, Fields | Mapping) else None

    def _unit(self, path: str) -> TemplateFile:
        """A file, read once.

        Raises:
            UnreadableError: it is neither YAML nor JSON.
        """
        unit = self._known.get(path)
        if unit is None:
            unit = self._known[path] = read_nodes(path, self.files.text(path))
            self.read.append(path)
            self.errors.extend(unit.errors)
        return unit

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


def _named(location: Node) -> str:
    """The file that a location names, as it is written: a path, an address, or an S3 object."""
    if isinstance(location, IntrinsicCall):
        return literal_text(location.argument) or "" if location.name == "Fn::Sub" else ""
    stored = [literal_text(members(location).get(key)) for key in ("Bucket", "Key")]
    return f"s3://{stored[0]}/{stored[1]}" if all(stored) else literal_text(location) or ""


def _put(node: Node, keys: tuple[str, ...], value: Node) -> Node:
    """A mapping with another value at a path of keys that it has."""
    if not keys or not isinstance(node, Fields | Mapping):
        return value
    inner = _put(node.fields[keys[0]], keys[1:], value)
    return Mapping({**node.fields, keys[0]: inner}, node.places, node.place)  # type: ignore[arg-type]


def _merged(node: Node, other: Node) -> Node:
    """A mapping with the members of another; its own come first, mappings in both are merged."""
    if not isinstance(node, Fields | Mapping) or not isinstance(other, Fields | Mapping):
        return node
    fields: dict[str, Node] = dict(node.fields)
    for key, one in other.fields.items():
        both = key in fields and not isinstance(fields[key], Known)
        fields[key] = _merged(fields[key], one) if both else fields.get(key, one)
    return Mapping(fields, {**other.places, **node.places}, node.place or other.place)  # type: ignore[arg-type]
