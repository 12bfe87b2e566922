"""Service Connect and App Mesh: what talks through proxies, how, and what they record."""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.change import Blank, Change, Wanted
from taskwall.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.lowering._draft import SWITCH, Reading, lowers, setting
from taskwall.lowering._structure import structure
from taskwall.model.mesh import ClientPolicy, Intake, Mesh, MeshTask, Node, Offer, Proxy
from taskwall.model.thing import Setting
from taskwall.resource import Cell
from taskwall.values import (
    Fields,
    Known,
    Need,
    Place,
    Reference,
    Text,
    Unknown,
    Value,
    same,
    settled,
    spelled,
)


def connected(r: Reading) -> Iterator[Proxy | Offer]:
    """The proxies that Service Connect gives to a service, and the ports that it offers there.

    AWS keeps the proxies' access logs only where the service says both how and whereto.
    """
    written = (
        ("enabled", "access_log_configuration", "log_configuration", "service")
        if r.terraform
        else ("Enabled", "AccessLogConfiguration", "LogConfiguration", "Services")
    )
    connect = r.at("service_connect_configuration", "ServiceConnectConfiguration")
    for each in connect.each():
        block = _given(each)
        enabled, how, whereto, offers = (block.get(key) for key in written)
        on = ~setting(enabled, written[0]).is_(False)
        if block.doubt is not None:
            on = Fact(None, f"{r.name} uses Service Connect", block.place, r.name, block.doubt)
        logs = _written(r, how) & _written(r, whereto)
        driver = setting(whereto.get("log_driver" if r.terraform else "LogDriver"), "log driver")
        yield Proxy(
            r.origin,
            whereto.place if _written(r, how).truth else how.place,
            on,
            logs,
            _written(r, whereto) & driver.is_("awslogs"),
            _logging(r, block, how, whereto),
        )
        for offer in offers.each():
            yield _offer(r, offer, on)


def _logging(r: Reading, connect: Cell, how: Cell, whereto: Cell) -> tuple[Change, ...]:
    """What is missing for the proxies of Service Connect to keep access logs."""
    terraform: dict[str, Wanted] = {}
    cloudformation: dict[str, Wanted] = {}
    if how.absent:
        terraform["access_log_configuration"] = {"format": "JSON"}
        cloudformation["AccessLogConfiguration"] = {"Format": "JSON"}
    if whereto.absent:
        options: Wanted = {
            "awslogs-group": Blank("name of a log group"),
            "awslogs-region": Blank("region of the log group"),
            "awslogs-stream-prefix": "proxy",
        }
        terraform["log_configuration"] = {"log_driver": "awslogs", "options": options}
        cloudformation["LogConfiguration"] = {"LogDriver": "awslogs", "Options": options}
    return r.mend(connect, terraform, cloudformation)


def _offer(r: Reading, each: Cell, on: Fact) -> Offer:
    block = _given(each)
    tls, issuer, arn, name = (
        ("tls", "issuer_cert_authority", "aws_pca_authority_arn", "port_name")
        if r.terraform
        else ("Tls", "IssuerCertificateAuthority", "AwsPcaAuthorityArn", "PortName")
    )
    authority = block.get(tls).get(issuer)
    named = replace(authority.get(arn), doubt=None)
    issued = _written(r, authority)
    encrypted = issued & _present(r, named) if issued.truth is not False else issued
    port = block.get(name).known
    changes = _encrypting(r, block.get(tls))
    return Offer(r.origin, str(port or ""), named.place, on, encrypted, changes)


def _encrypting(r: Reading, tls: Cell) -> tuple[Change, ...]:
    """What makes the proxies speak TLS: an authority, and with a new block a role."""
    authority, role = (
        Blank("ARN of a private certificate authority"),
        Blank("ARN of the role for TLS"),
    )
    terraform: dict[str, Wanted] = {"issuer_cert_authority": {"aws_pca_authority_arn": authority}}
    cloudformation: dict[str, Wanted] = {
        "IssuerCertificateAuthority": {"AwsPcaAuthorityArn": authority}
    }
    if tls.absent:
        terraform["role_arn"] = cloudformation["RoleArn"] = role
    return r.mend(tls, terraform, cloudformation)


# --- App Mesh: the mesh, its nodes and gateways


@lowers("aws_appmesh_mesh", to=Mesh, named="name")
@lowers("AWS::AppMesh::Mesh", to=Mesh, named="MeshName")
def mesh(r: Reading) -> Iterator[Mesh]:
    yield Mesh(
        id=r.id,
        origin=r.origin,
        external=r.external,
        egress=r.setting(
            "spec.egress_filter.type",
            "Spec.EgressFilter.Type",
            "DROP_ALL",
            "DROP_ALL is the default",
        ),
    )


@lowers("aws_appmesh_virtual_node", "AWS::AppMesh::VirtualNode", to=Node)
def virtual_node(r: Reading) -> Iterator[object]:
    file = r.at("spec.logging.access_log.file", "Spec.Logging.AccessLog.File")
    if r.external:
        return
    path = "/dev/stdout"
    logging = r.mend(file, {"path": path}, {"Path": path})
    yield Proxy(r.origin, file.place, TRUE, _written(r, file), logging=logging)
    yield from _node(r)
    inherits: list[Fact] = []
    for index, each in enumerate(r.at("spec.backend", "Spec.Backends").each()):
        yield from _own_policy(r, each, f"{r.id}.backend[{index}]", inherits)
    yield _defaults(r, any_of(inherits) if inherits else FALSE)


@lowers("aws_appmesh_virtual_gateway", "AWS::AppMesh::VirtualGateway", to=Node)
def virtual_gateway(r: Reading) -> Iterator[object]:
    if r.external:
        return
    yield from _node(r)
    # What it hands on goes to virtual services by its defaults, which nothing overrides.
    yield _defaults(r, TRUE)


def _node(r: Reading) -> Iterator[Node | Intake]:
    """What nodes and gateways have in common: their mesh, and their listeners."""
    yield Node(
        id=r.id,
        origin=r.origin,
        mesh=r.must(Mesh, r.at("mesh_name", "MeshName"), "is in"),
    )
    mode, validation, trust = (
        ("mode", "validation", "trust") if r.terraform else ("Mode", "Validation", "Trust")
    )
    for index, each in enumerate(r.at("spec.listener", "Spec.Listeners").each()):
        tls = _given(each).get("tls" if r.terraform else "TLS")
        trusted = tls.get(validation).get(trust)
        yield Intake(
            f"{r.id}.listener[{index}]",
            r.origin,
            setting(tls.get(mode), "TLS mode", "none", "no TLS is the default"),
            _any_written(r, trusted, _FILES, "asks clients for certificates"),
            trusted.place,
        )


_FILES = (("file", "File"), ("sds", "SDS"))
"""Where a proxy can have certificates from, as Terraform and CloudFormation say it."""

_TRUSTS = (("acm", "ACM"), *_FILES)
"""The same of what a client trusts."""


def _own_policy(r: Reading, each: Cell, id_: str, inherits: list[Fact]) -> Iterator[ClientPolicy]:
    """The policy of a backend, if it has its own; whether it has none is entered in `inherits`."""
    block = _given(each)
    service = block.get("virtual_service" if r.terraform else "VirtualService")
    name = service.get("virtual_service_name" if r.terraform else "VirtualServiceName").known
    policy = service.get("client_policy" if r.terraform else "ClientPolicy")
    tls = policy.get("tls" if r.terraform else "TLS")
    found = list(tls.each())
    inherits.append(~_written(r, tls) if _structured(block) else _open(r, block))
    whom = f"the backend {name}" if name else "a backend"
    for own in found:
        used = TRUE if _structured(block) else _open(r, block)
        yield _policy(r, _given(own), id_, whom, used)


def _defaults(r: Reading, inherits: Fact) -> ClientPolicy:
    """The policy for all backends that have none of their own; if written, it is one to judge."""
    tls = r.at("spec.backend_defaults.client_policy.tls", "Spec.BackendDefaults.ClientPolicy.TLS")
    used = inherits | _written(r, tls) if list(tls.each()) else inherits
    return _policy(r, tls, f"{r.id}.backend_defaults", "its backends", used)


def _policy(r: Reading, tls: Cell, id_: str, whom: str, used: Fact) -> ClientPolicy:
    enforce, validation, trust, own = (
        ("enforce", "validation", "trust", "certificate")
        if r.terraform
        else ("Enforce", "Validation", "Trust", "Certificate")
    )
    trusted, certificate = tls.get(validation).get(trust), tls.get(own)
    return ClientPolicy(
        id_,
        r.origin,
        whom,
        used,
        _written(r, tls),
        setting(tls.get(enforce), enforce, True, "enforcing is the default", SWITCH),
        _any_written(r, trusted, _TRUSTS, f"says which certificates of {whom} it trusts"),
        trusted.place,
        _any_written(r, certificate, _FILES, f"has a certificate to show to {whom}"),
        certificate.place,
    )


# --- App Mesh: its side of task definitions

Names: TypeAlias = tuple[str, ...]

_JSON: Names = (
    "name", "environment", "value", "portMappings", "containerPort", "protocol", "image",
)  # fmt: skip
_CLOUDFORMATION: Names = (
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


def task(r: Reading, containers: Cell) -> Iterator[MeshTask]:
    """What a task definition says of a mesh: its proxy configuration, and who is its Envoy."""
    if r.external:
        return
    blocks = list(r.at("proxy_configuration", "ProxyConfiguration").each())
    within = _read(r, containers)
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
        given = _given(block)
        kind = setting(given.get(type_), "proxy type", "APPMESH", "APPMESH is the default")
        if block.doubt is not None or not _structured(block):
            kind = replace(kind, value=Unknown(block.doubt or block.needs), default="")
        name = given.get(container)
        led, at = _led(r, given.get(properties), name, within)
        contained = _contained(r, name, within)
        yield MeshTask(r.origin, kind, block.place, node, True, contained, name.place, led, at)
    if not blocks:
        at = r.origin.header
        kind = Setting(None, at, "proxy_configuration", r.name)
        yield MeshTask(r.origin, kind, at, node, within.named, TRUE, at, TRUE, at)


def _read(r: Reading, cell: Cell) -> _Containers:
    """The containers of a list (a structure, or JSON text), as far as it tells them."""
    within = _Containers([], [], [], [])
    found = structure(cell)
    if found is None:
        if not cell.absent:
            within.open += cell.needs or (_unread(r, "containers"),)
        return within
    spelling = _JSON if r.terraform else _CLOUDFORMATION
    name, environment, value, mappings, port, protocol, image = spelling
    for each in found.each():
        container = _given(each)
        if not _structured(container):
            within.open += container.doubt or container.needs or (_unread(r, "a container"),)
            continue
        within.named = within.named or _IMAGE in _shown(container.get(image))
        facts = []
        for entry in container.get(environment).each():
            fact, told = _of_node(r, entry, entry.get(name), entry.get(value))
            facts.append(fact)
            within.named = within.named or told
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
    value = settled(cell.value or Known(None))
    parts = value.parts if isinstance(value, Text) else (cell.known,)
    return "\0".join(part for part in parts if isinstance(part, str))


def _of_node(r: Reading, entry: Cell, name: Cell, value: Cell) -> tuple[Fact, bool]:
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
        waits = name.needs or value.needs or (_unread(r, f"the node in {name.known}"),)
        return Fact(None, text, value.place, r.name, waits), True
    if entry.doubt is not None:
        return Fact(None, text, value.place, r.name, entry.doubt), True
    otherwise = f"{r.name} runs a virtual gateway"
    return Fact(kind == "node", text, value.place, r.name, otherwise=otherwise), True


def _kind(r: Reading, value: Value | None) -> str | None:
    """What a name or ARN means, `node` or `gateway`; None where the sources do not tell."""
    while isinstance(value, Reference):
        resource = r.draft.resources.get(value.resource)
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


def _contained(r: Reading, name: Cell, within: _Containers) -> Fact:
    """Whether the container that a proxy configuration names is among those of the task."""
    text = f"{r.name} has the container {name.known or 'that is named'}"
    otherwise = f"{r.name} has no container {name.known or 'by that name'}"
    if name.absent:
        return Fact(False, text, name.place, r.name, otherwise=f"{r.name} names no container")
    found = [(_equal(each, name), each) for each in within.names]
    if any(truth and each.sure for truth, each in found):
        return Fact(True, text, name.place, r.name)
    may = [each for truth, each in found if truth is not False]
    needs = (*name.needs, *within.open, *(n for each in may for n in each.doubt or each.needs))
    if may or within.open or name.needs:
        return Fact(None, text, name.place, r.name, tuple(dict.fromkeys(needs)))
    return Fact(False, text, name.place, r.name, otherwise=otherwise)


def _led(r: Reading, properties: Cell, name: Cell, within: _Containers) -> tuple[Fact, Place]:
    """Whether a proxy configuration leads what reaches the application's ports through Envoy."""
    ports, waits = _app_ports(r, properties)
    parts = []
    for container, envoy, udp, port in within.ports:
        shown = port.known if port.known is not None else "a port"
        text = f"the application ports that Envoy takes have {shown}"
        otherwise = f"the application ports that Envoy takes lack {shown}"
        proxy = _equal(container, name)
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
    if within.open or (ports.absent and waits):
        text = f"the application ports that Envoy takes are all those of {r.name}"
        parts.append(Fact(None, text, ports.place, r.name, (*within.open, *waits)))
    return all_of(parts), ports.place


def _app_ports(r: Reading, properties: Cell) -> tuple[Cell, tuple[Need, ...]]:
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
    if _equal(ports, port):
        return True
    if ports.known is None or port.known is None:
        return None
    listed = [each.strip() for each in str(spelled(ports.known)).split(",")]
    return spelled(port.known) in listed


# --- what is written


def _given(cell: Cell) -> Cell:
    """A block as if it were there: one that may not be counts for what it does wrong."""
    return replace(cell, doubt=None) if _structured(cell) else cell


def _structured(cell: Cell) -> bool:
    return isinstance(settled(cell.value or Known(None)), Fields)


def _equal(one: Cell, other: Cell) -> bool | None:
    if one.value is None or other.value is None:
        return False
    return same(one.value, other.value)


def _unread(r: Reading, what: str) -> Need:
    return Need(f"{what} of {r.name}", "cannot be read")


def _open(r: Reading, cell: Cell) -> Fact:
    """That it is not known what is written at a cell."""
    needs = cell.doubt or cell.needs or (_unread(r, "a block"),)
    return Fact(None, f"{r.name} sets {cell.key or 'it'}", cell.place, r.name, needs)


def _any_written(r: Reading, cell: Cell, keys: tuple[tuple[str, str], ...], says: str) -> Fact:
    """Whether one of several blocks is written, by which a resource does what `says`."""
    found = any_of(_written(r, cell.get(key[0 if r.terraform else 1])) for key in keys)
    if found.truth is not False:
        return found
    return Fact(False, f"{r.name} {says}", cell.place, r.name, otherwise=f"nowhere {r.name} {says}")


def _present(r: Reading, cell: Cell) -> Fact:
    """Whether an attribute is written, whatever its value may be."""
    text, otherwise = f"{r.name} sets {cell.key}", f"{r.name} does not set {cell.key}"
    return Fact(not cell.absent, text, cell.place, r.name, otherwise=otherwise)


def _written(r: Reading, cell: Cell) -> Fact:
    """Whether a block is written."""
    text, otherwise = f"{r.name} sets {cell.key}", f"{r.name} does not set {cell.key}"
    found = list(cell.each())
    if any(each.sure for each in found):
        return Fact(True, text, cell.place, r.name)
    if found:
        return Fact(None, text, cell.place, r.name, found[0].doubt or cell.needs)
    return Fact(False, text, cell.place, r.name, otherwise=otherwise)
