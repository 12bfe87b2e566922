"""App Mesh in task definitions: proxy configurations, and which container is an Envoy."""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import (
    Known,
    Need,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    spelled,
)
from taskwall.lowering._reader import ResourceReader, setting
from taskwall.lowering._structure import structure
from taskwall.lowering._written import (
    as_if_there,
    same_values,
    structured,
    unread,
)
from taskwall.model.core.entity import Setting
from taskwall.model.entities.mesh import MeshTask
from taskwall.source.resource import Cell

_Names: TypeAlias = tuple[str, ...]

_JSON: _Names = (
    "name", "environment", "value", "portMappings", "containerPort", "protocol", "image",
)  # fmt: skip
_CLOUDFORMATION: _Names = (
    "Name", "Environment", "Value", "PortMappings", "ContainerPort", "Protocol", "Image",
)  # fmt: skip

_NODE_NAMES = ("APPMESH_RESOURCE_ARN", "APPMESH_VIRTUAL_NODE_NAME")
"""The variables by which an Envoy is told what it is; both may name a gateway as well."""


_IMAGE = "aws-appmesh-envoy"
"""Part of the name of App Mesh's own images of Envoy, by which a task says that it is of a mesh."""


class _Containers(Struct):
    """What the containers of a task definition tell of a mesh.

    `ports` are those that are mapped, each with the name of its container, and whether that is an
    Envoy, and the port UDP's. `open` says what is not known of further containers.
    """

    names: list[Cell]
    ports: list[tuple[Cell, Fact, Fact, Cell]]
    node: list[Fact]
    open: list[Need]
    named: bool = False

    def app_ports(self) -> str:
        """The known ports of the application, as AppPorts lists them; "" if not all are known."""
        known = [port.known for _, envoy, _, port in self.ports if envoy.truth is False]
        loose = self.open or any(port is None for port in known)
        return "" if loose else ",".join(dict.fromkeys(str(port) for port in known))


def task(r: ResourceReader, containers: Cell) -> Iterator[MeshTask]:
    """What a task definition says of a mesh: its proxy configuration, and who is its Envoy."""
    blocks = list(r.attribute("proxy_configuration", "ProxyConfiguration").each())
    within = _read(r, containers)
    ports = within.app_ports()
    node = any_of(within.node)
    if within.open and node.truth is False:
        text = f"a container of {r.name} is the Envoy of a virtual node"
        node = Fact(None, text, containers.place, r.name, tuple(within.open))
    for block in blocks:
        type_, container, properties = (
            ("type", "container_name", "properties")
            if r.terraform
            else ("Type", "ContainerName", "ProxyConfigurationProperties")
        )
        kind = setting(block.get(type_), "proxy type", "APPMESH", "APPMESH is the default")
        if block.doubt is not None or not structured(block):
            kind = replace(kind, value=Unknown(block.doubt or block.needs), default="")
        name = block.get(container)
        led, at = _led(r, block.get(properties), name, within)
        contained = _contained(r, name, within)
        yield MeshTask(
            r.origin, kind, block.place, node, True, contained, name.place, led, at, ports
        )
    if not blocks:
        at = r.origin.header
        word = "proxy_configuration" if r.terraform else "ProxyConfiguration"
        kind = Setting(None, at, word, r.name)
        yield MeshTask(r.origin, kind, at, node, within.named, TRUE, at, TRUE, at, ports)


def _read(r: ResourceReader, cell: Cell) -> _Containers:
    """The containers of a list (a structure, or JSON text), as far as it tells them."""
    within = _Containers([], [], [], [])
    found = structure(cell)
    if found is None:
        if not cell.absent:
            within.open += cell.needs or (unread(r, "containers"),)
        return within
    spelling = _JSON if r.terraform else _CLOUDFORMATION
    name, environment, value, mappings, port, protocol, image = spelling
    for each in found.each():
        container = as_if_there(each)
        if not structured(container):
            within.open += container.doubt or container.needs or (unread(r, "a container"),)
            continue
        within.named = within.named or _IMAGE in _shown(container.get(image))
        facts = []
        for entry in container.get(environment).each():
            fact, names_mesh = _of_node(r, entry, entry.get(name), entry.get(value))
            facts.append(fact)
            within.named = within.named or names_mesh
        within.node += facts
        within.names.append(replace(container.get(name), doubt=each.doubt))
        envoy = any_of(facts)
        for mapping in container.get(mappings).each():
            udp = setting(mapping.get(protocol), protocol, "tcp", "tcp is the default").is_("udp")
            if udp.truth is not True and not mapping.get(port).absent:
                within.ports.append((container.get(name), envoy, udp, mapping.get(port)))
    return within


def _shown(cell: Cell) -> str:
    """What is known of a text."""
    value = dereferenced(cell.value)
    parts = value.parts if isinstance(value, Text) else (cell.known,)
    return "\0".join(part for part in parts if isinstance(part, str))


def _of_node(r: ResourceReader, entry: Cell, name: Cell, value: Cell) -> tuple[Fact, bool]:
    """Whether a variable of a container's environment makes it the Envoy of a virtual node.

    Returns:
        Also whether it certainly says something of a mesh.
    """
    kind = _kind(r, value.value)
    text = f"a container of {r.name} is the Envoy of a virtual node"
    if name.known is not None and name.known not in _NODE_NAMES:
        return FALSE, False
    if name.known is None and kind is None:
        if not name.needs:
            return FALSE, False
        return Fact(None, text, entry.place, r.name, name.needs), False
    if name.known is None or kind is None:
        waits = name.needs or value.needs or (unread(r, f"the node in {name.known}"),)
        return Fact(None, text, value.place, r.name, waits), True
    if entry.doubt is not None:
        return Fact(None, text, value.place, r.name, entry.doubt), True
    otherwise = f"{r.name} runs a virtual gateway"
    return Fact(kind == "node", text, value.place, r.name, otherwise=otherwise), True


def _kind(r: ResourceReader, value: Value | None) -> str | None:
    """What a name or ARN means, `node` or `gateway`; None where the sources do not tell."""
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        word = resource.type.lower().replace("_", "") if resource else ""
        if word.endswith(("virtualnode", "virtualgateway")):
            return "node" if word.endswith("virtualnode") else "gateway"
        value = value.value
    parts: tuple[str | Value, ...] = ()
    if isinstance(value, Known):
        parts = (spelled(value.data) or "",)
    elif isinstance(value, Text):
        parts = value.parts
    for part in parts:
        if not isinstance(part, str):
            found = _kind(r, part)
            if found is not None:
                return found
        elif "/virtualNode" in part or "/virtualGateway" in part:
            return "node" if "/virtualNode" in part else "gateway"
    return None


def _contained(r: ResourceReader, name: Cell, within: _Containers) -> Fact:
    """Whether the container that a proxy configuration names is among those of the task."""
    text = f"{r.name} has the container {name.known or 'that is named'}"
    otherwise = f"{r.name} has no container {name.known or 'by that name'}"
    if name.absent:
        return Fact(False, text, name.place, r.name, otherwise=f"{r.name} names no container")
    found = [(same_values(each, name), each) for each in within.names]
    if any(truth and each.sure for truth, each in found):
        return Fact(True, text, name.place, r.name)
    may = [each for truth, each in found if truth is not False]
    needs = (*name.needs, *within.open, *(n for each in may for n in each.doubt or each.needs))
    if may or within.open or name.needs:
        return Fact(None, text, name.place, r.name, tuple(dict.fromkeys(needs)))
    return Fact(False, text, name.place, r.name, otherwise=otherwise)


def _led(r: ResourceReader, properties: Cell, name: Cell, within: _Containers) -> tuple[Fact, Span]:
    """Whether a proxy configuration leads what reaches the application's ports through Envoy."""
    ports, waits = _app_ports(r, properties)
    parts = []
    for container, envoy, udp, port in within.ports:
        shown = port.known if port.known is not None else "a port"
        text = f"the application ports that Envoy handles include {shown}"
        otherwise = f"the application ports that Envoy handles do not include {shown}"
        proxy = same_values(container, name)
        if proxy or envoy.truth:
            continue
        truth = _has(ports, port) if not ports.absent else None if waits else False
        if truth is False and (proxy is None or envoy.truth is None or udp.truth is None):
            truth = None
        needs = (
            *port.needs, *ports.needs, *waits, *envoy.waits_for(), *udp.waits_for(),
            *(container.needs if proxy is None else ()),
            *(name.needs if proxy is None else ()),
        )  # fmt: skip
        parts.append(Fact(truth, text, ports.place, r.name, needs, otherwise))
    if within.open or waits:
        text = f"the application ports that Envoy handles are all those of {r.name}"
        parts.append(Fact(None, text, ports.place, r.name, (*within.open, *waits)))
    return all_of(parts), ports.place


def _app_ports(r: ResourceReader, properties: Cell) -> tuple[Cell, tuple[Need, ...]]:
    """The ports that a proxy configuration takes for the application's, or why they are unknown."""
    if r.terraform:
        return properties.get("AppPorts"), ()
    waits: tuple[Need, ...] = ()
    for each in properties.each():
        name = each.get("Name")
        if name.known == "AppPorts" and each.sure:
            return each.get("Value"), ()
        if name.known == "AppPorts" or name.known is None:
            waits += each.doubt or name.needs or each.needs
    return replace(properties, value=None), waits


def _has(ports: Cell, port: Cell) -> bool | None:
    """Whether a list of ports, which is a text, has one."""
    if same_values(ports, port):
        return True
    if ports.known is None or port.known is None:
        return None
    listed = [each.strip() for each in str(spelled(ports.known)).split(",")]
    return spelled(port.known) in listed
