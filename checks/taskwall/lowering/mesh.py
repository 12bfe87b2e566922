"""App Mesh: meshes, virtual nodes and gateways, and how they speak to each other."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from taskwall.core.facts import TRUE, Fact, any_of
from taskwall.core.values import Span
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.lowering._written import (
    any_written,
    as_if_there,
    is_written,
    left_open,
    structured,
)
from taskwall.model.entities.mesh import ClientPolicy, Mesh, MeshListener, MeshNode, MeshProxy
from taskwall.source.resource import Cell


@lowers("aws_appmesh_mesh", to=Mesh, named="name")
@lowers("AWS::AppMesh::Mesh", to=Mesh, named="MeshName")
def mesh(r: ResourceReader) -> Iterator[Mesh]:
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


@lowers("aws_appmesh_virtual_node", "AWS::AppMesh::VirtualNode", to=MeshNode)
def virtual_node(r: ResourceReader) -> Iterator[object]:
    file = r.attribute("spec.logging.access_log.file", "Spec.Logging.AccessLog.File")
    if r.external:
        return
    path = "/dev/stdout"
    logging = r.change(file, {"path": path}, {"Path": path})
    yield MeshProxy(r.origin, file.place, TRUE, is_written(r, file), logging=logging, node=True)
    yield from _node(r)
    inherits: list[_Inherits] = []
    for index, each in enumerate(r.attribute("spec.backend", "Spec.Backends").each()):
        yield from _own_policy(r, each, f"{r.id}.backend[{index}]", inherits)
    yield _defaults(r, inherits)


@lowers("aws_appmesh_virtual_gateway", "AWS::AppMesh::VirtualGateway", to=MeshNode)
def virtual_gateway(r: ResourceReader) -> Iterator[object]:
    if r.external:
        return
    yield from _node(r)
    # What it hands on goes to virtual services by its defaults, which nothing overrides.
    yield _defaults(r, [(TRUE, None)])


def _node(r: ResourceReader) -> Iterator[MeshNode | MeshListener]:
    """What nodes and gateways have in common: their mesh, and their listeners."""
    yield MeshNode(
        id=r.id,
        origin=r.origin,
        mesh=r.must(Mesh, r.attribute("mesh_name", "MeshName"), "is in"),
    )
    mode, validation, trust = (
        ("mode", "validation", "trust") if r.terraform else ("Mode", "Validation", "Trust")
    )
    for index, each in enumerate(r.attribute("spec.listener", "Spec.Listeners").each()):
        tls = as_if_there(each).get("tls" if r.terraform else "TLS")
        trusted = tls.get(validation).get(trust)
        yield MeshListener(
            f"{r.id}.listener[{index}]",
            r.origin,
            setting(tls.get(mode), "TLS mode", "none", "no TLS is the default"),
            any_written(
                r,
                trusted,
                _FILES,
                "asks clients for certificates",
                "does not ask clients for certificates",
            ),
            trusted.place,
        )


_Inherits: TypeAlias = tuple[Fact, Span | None]
"""That a backend has no policy of its own, and where it is if it is written."""

_FILES = (("file", "File"), ("sds", "SDS"))
"""Where a proxy can have certificates from, as Terraform and CloudFormation say it."""

_TRUSTS = (("acm", "ACM"), *_FILES)
"""The same of what a client trusts."""


def _own_policy(
    r: ResourceReader, each: Cell, id_: str, inherits: list[_Inherits]
) -> Iterator[ClientPolicy]:
    """The policy of a backend, if it has its own; that it has none is entered in `inherits`."""
    block = as_if_there(each)
    service = block.get("virtual_service" if r.terraform else "VirtualService")
    name = service.get("virtual_service_name" if r.terraform else "VirtualServiceName").known
    policy = service.get("client_policy" if r.terraform else "ClientPolicy")
    tls = policy.get("tls" if r.terraform else "TLS")
    found = list(tls.each())
    none = ~is_written(r, tls) if structured(block) else left_open(r, block)
    inherits.append((none, each.place))
    whom = f"the backend {name}" if name else "a backend"
    for own in found:
        used = TRUE if structured(block) else left_open(r, block)
        yield _policy(r, as_if_there(own), id_, whom, used)


def _defaults(r: ResourceReader, inherits: Sequence[_Inherits]) -> ClientPolicy:
    """The policy for all backends that have none of their own.

    If it is written where there are no backends, it is one to judge. If nothing of it is written,
    it is missing at the first of these backends. A backend's own policy overrides it (App Mesh's
    API, BackendDefaults).
    """
    tls = r.attribute(
        "spec.backend_defaults.client_policy.tls", "Spec.BackendDefaults.ClientPolicy.TLS"
    )
    used = any_of(fact for fact, _ in inherits)
    lacking = [place for fact, place in inherits if place and fact.truth is not False]
    if list(tls.each()):
        used = used if inherits else is_written(r, tls)
    elif lacking and r.attribute("spec.backend_defaults", "Spec.BackendDefaults").absent:
        tls = replace(tls, place=lacking[0])
    return _policy(r, tls, f"{r.id}.backend_defaults", "its backends", used)


def _policy(r: ResourceReader, tls: Cell, id_: str, whom: str, used: Fact) -> ClientPolicy:
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
        is_written(r, tls),
        setting(tls.get(enforce), enforce, True, "enforcing is the default", SWITCH),
        any_written(
            r,
            trusted,
            _TRUSTS,
            f"sets which certificates of {whom} it trusts",
            f"does not set which certificates of {whom} it trusts",
        ),
        trusted.place,
        any_written(
            r,
            certificate,
            _FILES,
            f"has a certificate to show to {whom}",
            f"has no certificate to show to {whom}",
        ),
        certificate.place,
    )
