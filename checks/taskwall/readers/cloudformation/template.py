"""What a template declares, before anything in it is evaluated."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Lookup
from collections.abc import Sequence as Several
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Fields, Known, Need, Span, Unknown
from taskwall.readers.cloudformation.constructs import construct_paths
from taskwall.readers.cloudformation.document import (
    DYNAMIC_REFERENCE,
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
from taskwall.readers.cloudformation.expansion import PACKAGED, is_module, is_of_aws, unexpanded
from taskwall.readers.cloudformation.includes import INCLUDE, Includes, reads_others
from taskwall.readers.cloudformation.sam_globals import with_globals
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import AbsentSource, Inputs, SourceError

CDK_PATH: Final = "aws:cdk:path"
"""Under this resources name the construct that made them, in their metadata."""

LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"
"""The one transform that declares no resources of its own."""

INIT: Final = "AWS::CloudFormation::Init"
"""The one part of a resource's metadata that works on it."""

_TYPED: Final = r"""["']?Type["']?\s{0,20}:\s{0,20}["']?(?:AWS|Custom)::"""

NESTED_STACK: Final = "AWS::CloudFormation::Stack"
"""A nested stack, and what stands for one that a pipeline or Sceptre deploys."""

STACKS: Final = {
    NESTED_STACK: "TemplateURL",
    "AWS::CloudFormation::StackSet": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
"""The types that deploy a template, and the property that says which."""

BODY: Final = "TemplateBody"
"""The property that may hold the template itself, as a text."""

_VERSION: Final = "AWSTemplateFormatVersion"
_EXPANDED: Final = "is expanded only at deployment"


class Declared(Struct, frozen=True):
    """A resource as it stands under `Resources`; `condition` is "" if it has none.

    `title` is the name as it is written, where a loop makes others of it; `waits` is what its
    existence waits for beside its condition.
    """

    name: str
    type: str
    header: Span
    place: Span
    condition: str
    properties: Node | None
    metadata: Node | None
    title: str = ""
    waits: tuple[Need, ...] = ()


class Template(Struct, frozen=True):
    """A template's sections. `open_names`: macros may declare more than these.

    `loops` are those under Resources, None if there are none anywhere; `files` are the template
    and what it includes; `constructs` are the paths of CDK's constructs, by logical id, where the
    resources do not name them. `absent` is what it would include and is not there, `may_add` are
    those of them that may declare resources. `shared` is the section `Globals` of SAM. `hidden` are
    stretches of files beside it that are never shown. `addressed` are the values of parameters with
    which the addresses of its nested stacks lead to templates of the scan; others are possible.
    """

    unit: TemplateFile
    parameters: Lookup[str, Node]
    mappings: Lookup[str, Node]
    conditions: Lookup[str, Node]
    resources: dict[str, Declared]
    open_names: bool
    errors: tuple[SourceError, ...]
    outputs: Lookup[str, Node] = {}
    rules: Lookup[str, Node] = {}
    loops: Lookup[str, Node] | None = None
    files: frozenset[str] = frozenset()
    absent: tuple[AbsentSource, ...] = ()
    may_add: tuple[AbsentSource, ...] = ()
    constructs: Lookup[str, str] = {}
    shared: Node | None = None
    hidden: tuple[Span, ...] = ()
    addressed: Lookup[str, tuple[str, ...]] = {}

    @property
    def place(self) -> Span:
        """The template, for what is wrong with all of it."""
        return Span(self.unit.file, 1, 1, 1, 1)


def may_be_template(text: str) -> bool:
    """Whether it is worth while to parse a text: cheap, and true of every template."""
    return "Resources" in text and any(
        word in text for word in ("AWS::", "Transform", "Custom::", "::MODULE", _VERSION)
    )


def read_template(
    file: str, text: str, beside: Files | None = None, inputs: Inputs | None = None
) -> Template | None:
    """The template in a text; None if the text is something else.

    What it includes is read from the files `beside` it, as far as `inputs` allow; with these, what
    can be read of a text that is not well-formed.

    Raises:
        UnreadableError: it looks like a template and cannot be parsed.
    """
    if not may_be_template(text):
        return None
    try:
        unit = read_nodes(file, text)
    except UnreadableError as error:
        if not (_VERSION in text or re.search(_TYPED, text)):
            return None
        if beside is None:
            raise
        from taskwall.readers.cloudformation.broken_yaml import readable_part

        unit = readable_part(file, text, error)
    files = frozenset((file,))
    absent: tuple[AbsentSource, ...] = ()
    if beside is not None and reads_others(text):
        includes = Includes(beside, inputs or Inputs())
        whole = includes.root(unit)
        files = files.union(includes.read)
        absent = tuple(includes.absent)
        unit = replace(unit, root=whole, errors=(*unit.errors, *includes.errors))
    if isinstance(unit.root, IntrinsicCall) and (_VERSION in text or re.search(_TYPED, text)):
        at = unit.root.place
        raise UnreadableError(file, f"is a {unit.root.name}, no template", at.line, at.column)
    root = members(unit.root)
    resources = members(root.get("Resources"))
    if _VERSION not in root and not any(
        name.startswith("Fn::ForEach::") or "::" in (literal_text(members(node).get("Type")) or "")
        for name, node in resources.items()
    ):
        declared = isinstance(root.get("Resources"), Fields | Mapping)  # an AppSpec file has a list
        if unit.errors and declared and re.search(_TYPED, text):
            at = unit.errors[0].place
            raise UnreadableError(file, unit.errors[0].message, at.line, at.column)
        return None
    if not isinstance(root.get("Resources"), Fields | Mapping | IntrinsicCall):
        place = unit.root.place if unit.root is not None else None
        line, column = (place.line, place.column) if place else (1, 1)
        raise UnreadableError(file, "has no mapping of Resources", line, column)
    found = _template(unit, root, root["Resources"], files)
    adding = tuple(_adding(absent, found, unit.root))
    found = replace(found, absent=(*absent, *unexpanded(unit)), may_add=adding)
    if beside is None or CDK_PATH in text:
        return found
    return replace(found, constructs=construct_paths(file, beside, inputs or Inputs()))


def joined_template(
    unit: TemplateFile,
    root: Lookup[str, Node],
    files: frozenset[str],
    absent: tuple[AbsentSource, ...],
) -> Template:
    """The template that another tool makes of sections in several files, and of more beside.

    Args:
        unit: the file that names the others.
        root: the sections, with one of resources.
        files: all that they were read from.
        absent: the files that are not there to be read.
    """
    return replace(_template(unit, root, root["Resources"], files, more=True), absent=absent)


def _adding(
    absent: Iterable[AbsentSource], template: Template, root: Node | None
) -> Iterator[AbsentSource]:
    """The absent includes that may declare resources: those that are in no other part."""
    parts = [declared.place for declared in template.resources.values()]
    if isinstance(root, Fields | Mapping):
        parts += [place for key, place in root.places.items() if key not in _MAY_DECLARE]
    for one in absent:
        if one.name == INCLUDE and not any(part.holds(one.place) for part in parts):
            yield one


_REFERRED_TO = ("Parameters", "Mappings", "Conditions", "Outputs")
"""The sections, beside the resources, whose members are referred to by their names."""

_MAY_DECLARE = ("Resources", "Transform", "Fn::Transform")


def _template(
    unit: TemplateFile,
    root: Lookup[str, Node],
    section: Node,
    files: frozenset[str],
    *,
    more: bool = False,
) -> Template:
    """A template of sections; `more` is whether it has other resources than these."""
    transforms = _transforms(root.get("Transform"))
    shared = root.get("Globals")
    found = _resources(unit, section, shared)
    open_names = (
        more
        or found.open_names
        or isinstance(section, IntrinsicCall)
        or bool(PACKAGED.keys() & root.keys())
        or any(name != LANGUAGE_EXTENSIONS for name in transforms)
        or any(is_transformed(root.get(name)) for name in _REFERRED_TO)
    )
    hooks = _hooks(unit, root.get("Hooks"))
    declared = found.declared | {k: v for k, v in hooks.items() if k not in found.declared}
    expanded_by = [f"Transform {name}" for name in transforms if not is_of_aws(name)]
    expanded_by += found.macros
    if expanded_by:
        waits = tuple(Need(name, _EXPANDED) for name in dict.fromkeys(expanded_by))
        declared = {
            name: replace(one, waits=(*waits, *one.waits)) for name, one in declared.items()
        }
    return Template(
        unit,
        members(root.get("Parameters")),
        members(root.get("Mappings")),
        members(root.get("Conditions")),
        declared,
        open_names,
        (*unit.errors, *found.errors, *(() if open_names else found.untyped)),
        members(root.get("Outputs")),
        members(root.get("Rules")),
        found.loops if "Fn::ForEach::" in unit.text else None,
        files,
        shared=shared,
    )


class _Resources(Struct):
    """What stands under `Resources`.

    `macros` are those that may change all of it, `open_names` says whether more than these may be
    there, and `untyped` are the errors of members without a type, if no macro may give them one.
    """

    declared: dict[str, Declared]
    loops: dict[str, Node]
    macros: list[str]
    errors: list[SourceError]
    untyped: list[SourceError]
    open_names: bool = False


def _resources(unit: TemplateFile, section: Node, shared: Node | None) -> _Resources:
    places = section.places if isinstance(section, Fields | Mapping) else {}
    lines = unit.text.split("\n")
    found = _Resources({}, {}, [], [], [])
    for name, node in members(section).items():
        place = places[name]
        if name.startswith("Fn::ForEach::"):
            found.loops[name] = node
            continue
        if name.startswith("Fn::"):
            found.open_names = True
            found.macros += _macros(node)
            continue
        kind = literal_text(members(node).get("Type"))
        if kind is None:
            # `!Rain::Module` and such are for tools that run before deployment. What an include
            # that is not there makes, or a macro, has its type there.
            found.open_names = found.open_names or "Type" in members(node) or is_transformed(node)
            found.macros += _macros_of(node)
            header = key_place(lines, place, name) if place.file == unit.file else place
            found.untyped.append(SourceError(header, f"{name} has no Type"))
            continue
        found.open_names = found.open_names or is_module(kind)
        near = lines if place.file == unit.file else ()
        made = declared_in(near, name, node, place, shared=shared)
        if not made.condition and "Condition" in members(node):
            at = members(node)["Condition"].place or made.header
            found.errors.append(SourceError(at, f"the Condition of {name} must be a name"))
        found.declared[name] = made
    return found


def _hooks(unit: TemplateFile, section: Node | None) -> dict[str, Declared]:
    """The hooks of a template, which say how CodeDeploy exchanges its task sets."""
    if not isinstance(section, Fields | Mapping):
        return {}
    lines = unit.text.split("\n")
    places = section.places
    return {
        name: declared_in(lines, name, _with_references(node, places[name]), places[name])
        for name, node in section.fields.items()
    }


def _with_references(node: Node, place: Span, names: bool = False) -> Node:
    """A hook in which the logical ids that it names are references to their resources.

    `names` says that texts are such ids; `place` is that of a node which has none.
    """
    place = node.place or place
    if isinstance(node, Fields | Mapping):
        fields = {
            key: _with_references(one, place, key in ("LogicalID", "TargetGroups"))
            for key, one in node.fields.items()
        }
        return Mapping(fields, node.places, place)
    if found := elements(node):
        return Sequence(tuple(_with_references(one, place, names) for one in found), place)
    return IntrinsicCall("Ref", node, place) if names and isinstance(node, Known) else node


def declared_in(
    lines: Several[str],
    name: str,
    node: Node,
    place: Span,
    key: str = "",
    shared: Node | None = None,
) -> Declared:
    """A resource as its member of a section declares it.

    `key` is the name as it is written, `shared` what `Globals` gives to resources.
    """
    body = members(node)
    properties = with_globals(shared, body, place)
    header = key_place(lines, place, key or name) if lines else _first(place)
    touching = [*_macros(body.get("Fn::Transform")), *_macros_of(properties)]
    return Declared(
        name,
        literal_text(body.get("Type")) or "",
        header,
        place,
        literal_text(body.get("Condition")) or "",
        properties,
        body.get("Metadata"),
        waits=tuple(Need(macro, _EXPANDED) for macro in touching),
    )


def _first(place: Span) -> Span:
    return Span(place.file, place.line, place.column, place.line, place.column)


def _macros_of(properties: Node | None) -> list[str]:
    """The macros that may change all properties of a resource."""
    if isinstance(properties, IntrinsicCall) and properties.name == "Fn::Transform":
        return _macros(properties.argument)
    return _macros(members(properties).get("Fn::Transform"))


def is_transformed(node: Node | None) -> bool:
    """Whether a macro, or a file that is not there, may add to a node."""
    by_call = isinstance(node, IntrinsicCall) and node.name == "Fn::Transform"
    return by_call or "Fn::Transform" in members(node)


def _macros(transform: Node | None) -> list[str]:
    """What a `Fn::Transform` names, unless it is of AWS."""
    name = literal_text(members(transform).get("Name"))
    return [] if name is None or is_of_aws(name) else [f"Fn::Transform {name}"]


def _transforms(node: Node | None) -> tuple[str, ...]:
    """The names of the macros that are applied to the whole template."""
    found = []
    for item in elements(node) or ((node,) if node is not None else ()):
        name = literal_text(item) or literal_text(members(item).get("Name"))
        if isinstance(item, IntrinsicCall) and item.name != DYNAMIC_REFERENCE:
            name = item.name
        if name:
            found.append(name)
    return tuple(found)


def given_parameters(declared: Declared) -> Lookup[str, Node] | None:
    """The parameters that a nested stack, or a stack set, is given; None if that is not known.

    One that is called as `FURTHER` stands for others that it may be given.
    """
    node = members(declared.properties).get("Parameters")
    if isinstance(node, IntrinsicCall | Unknown) or isinstance(declared.properties, IntrinsicCall):
        return None
    found = dict(members(node))
    for item in elements(node):
        name = literal_text(members(item).get("ParameterKey"))
        value = members(item).get("ParameterValue")
        if name is not None and value is not None:
            found[name] = value
    return None if any(key.startswith("Fn::") for key in found) else found


FURTHER = "*"
"""The name, which no parameter has, of what is given beside and cannot be read."""


def key_place(lines: Several[str], place: Span, key: str) -> Span:
    """The place of a key, given that of its member, which begins with it."""
    line = lines[place.line - 1]
    quotes = 2 if line[place.column - 1 : place.column] in ('"', "'") else 0
    end = min(place.column + len(key) + quotes, len(line) + 1)
    return Span(place.file, place.line, place.column, place.line, max(end, place.column))
