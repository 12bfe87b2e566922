"""From which expressions a value comes: parameters, mappings, and what nested stacks are given.

Only what alone decides the value is followed: `!Ref PublicSubnets` comes from that parameter, and a
list of several from where it stands.
"""

from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from collections.abc import Sequence as Several

from taskwall.core.values import Fields, ModuleCall, Origin, Span
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    elements,
    literal_text,
    members,
)
from taskwall.readers.cloudformation.template import Declared, Template, given_parameters
from taskwall.source.provenance import TracedPlace, provenance
from taskwall.source.stack import NamedDefault, Provenance

_MOST_STEPS = 100
"""A value that comes through more nested stacks is followed no further."""


class TemplateProvenance:
    """Follows values through the templates of a deployment to where they are written."""

    def __init__(self, templates: Lookup[str, Template], given: Lookup[str, object]) -> None:
        """`given` are the parameters that the user gives, by the names of the top template."""
        self._templates = templates
        self._given = given
        self._declared: dict[str, list[Declared]] = {}
        """The resources of templates by the files that they stand in, in the order of the text."""
        self._by_header: dict[Span, Declared] | None = None

    def trace(self, place: Span, on: Origin) -> tuple[Provenance, ...]:
        """The expressions of `taskwall.source.stack.ProvenanceTrace`."""
        calls = on.called_from
        files = [*(call.place.file for call in calls), on.header.file]
        template = self._templates.get(place.file)
        if template is None or place.file not in files:
            return ()
        depth = len(files) - 1 - files[::-1].index(place.file)
        declared = self._resource_at(place, template)
        node = None if declared is None else _at(declared.properties, place)
        steps = self._steps(node, place, depth, calls)
        return provenance([TracedPlace(place, depth), *steps], calls)

    def _resource_at(self, place: Span, template: Template) -> Declared | None:
        """The resource that holds a place; of those that a loop makes of one text the first."""
        file = place.file
        if file not in self._declared:
            first: dict[tuple[int, int], Declared] = {}
            for one in template.resources.values():
                if one.place.file == file:
                    first.setdefault(_start(one), one)
            self._declared[file] = sorted(first.values(), key=_start)
        declared = self._declared[file]
        after = bisect_right(declared, (place.line, place.column), key=_start)
        found = declared[after - 1] if after else None
        return found if found is not None and found.place.holds(place) else None

    def _steps(
        self, node: Node | None, place: Span, depth: int, calls: Several[ModuleCall]
    ) -> Iterator[TracedPlace]:
        """The places behind a node."""
        file = place.file
        if node is not None and node.place is not None and node.place != place:
            yield TracedPlace(node.place, depth)  # without its key, or where an alias of YAML leads
        for _ in range(_MOST_STEPS):
            if (template := self._templates.get(file)) is None:
                return  # a file that a template includes has no parameters
            node = _passed(node)
            if (entry := _entry(node, template)) is not None:
                yield TracedPlace(entry, depth)
            if (name := _parameter(node, template)) is None:
                return
            if depth and (given := self._handed(name, calls[depth - 1])) is not None:
                depth, file = depth - 1, calls[depth - 1].place.file
                node, place = given
                yield TracedPlace(place, depth, argument=literal_text(node) is not None)
                continue
            parameter = template.parameters[name]
            default = isinstance(parameter, Fields | Mapping) and parameter.places.get("Default")
            if default and (depth or name not in self._given):
                yield TracedPlace(default, depth, NamedDefault(name, default))
            elif parameter.place is not None:
                yield TracedPlace(parameter.place, depth)
            return

    def _handed(self, name: str, call: ModuleCall) -> tuple[Node, Span] | None:
        """What the call of a nested stack gives for a parameter, and where."""
        if self._by_header is None:
            every = (template.resources.values() for template in self._templates.values())
            self._by_header = {one.header: one for some in every for one in some}
        declared = self._by_header.get(call.place)
        given = (given_parameters(declared) if declared else None) or {}
        node = given.get(name)
        if declared is None or node is None:
            return None
        parameters = members(declared.properties).get("Parameters")
        places = parameters.places if isinstance(parameters, Fields | Mapping) else {}
        place = places.get(name) or node.place
        return None if place is None else (node, place)


def _start(declared: Declared) -> tuple[int, int]:
    return declared.place.line, declared.place.column


def _at(node: Node | None, place: Span) -> Node | None:
    """The node that stands at a place, or whose member with its key does.

    A mapping of one member stands where that does: the member is meant.
    """
    while node is not None:
        places = node.places if isinstance(node, Fields | Mapping) else {}
        key = next((key for key, at in places.items() if at.holds(place)), None)
        if key is not None:
            node = members(node).get(key)
            if places[key] == place:
                return node
        elif node.place == place:
            return node
        elif isinstance(node, IntrinsicCall):
            node = node.argument
        else:
            parts = elements(node)
            node = next((one for one in parts if one.place and one.place.holds(place)), None)
    return None


def _passed(node: Node | None) -> Node | None:
    """What a node takes as it is: the list of a `Fn::Split`, the one element of a list."""
    while True:
        parts = elements(node)
        if isinstance(node, IntrinsicCall) and node.name in ("Fn::Split", "Fn::Select"):
            parts = elements(node.argument)[1:]
        if len(parts) != 1 or not isinstance(parts[0], IntrinsicCall):
            return node
        node = parts[0]


def _entry(node: Node | None, template: Template) -> Span | None:
    """Where a mapping holds what a node looks up, if its keys are literal."""
    if not isinstance(node, IntrinsicCall) or node.name != "Fn::FindInMap":
        return None
    keys = [literal_text(key) for key in elements(node.argument)]
    if len(keys) != 3 or None in keys:
        return None
    name, first, second = map(str, keys)
    found = members(template.mappings.get(name)).get(first)
    return found.places.get(second) if isinstance(found, Fields | Mapping) else None


def _parameter(node: Node | None, template: Template) -> str | None:
    """The parameter that a node refers to; None if it is something else."""
    name = None
    if isinstance(node, IntrinsicCall):
        text = literal_text(node.argument) or ""
        if node.name == "Ref":
            name = text
        elif node.name == "Fn::Sub" and text.startswith("${") and text.endswith("}"):
            name = text[2:-1]
    return name if name in template.parameters else None
