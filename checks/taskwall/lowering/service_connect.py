"""Service Connect: the proxies of services, what they offer, encrypt and record."""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.change import AttributeChange, NewValue, Placeholder
from taskwall.core.facts import Fact
from taskwall.lowering._reader import ResourceReader, setting
from taskwall.lowering._written import (
    as_if_there,
    is_written,
    present,
)
from taskwall.model.entities.mesh import MeshProxy, ServiceConnectPort
from taskwall.source.resource import Cell


def connected(r: ResourceReader) -> Iterator[MeshProxy | ServiceConnectPort]:
    """The proxies that Service Connect gives to a service, and the ports that it offers there.

    AWS keeps the proxies' access logs only where the service says both how and whereto.
    """
    written = (
        ("enabled", "access_log_configuration", "log_configuration", "service")
        if r.terraform
        else ("Enabled", "AccessLogConfiguration", "LogConfiguration", "Services")
    )
    connect = r.attribute("service_connect_configuration", "ServiceConnectConfiguration")
    for each in connect.each():
        block = as_if_there(each)
        enabled, how, whereto, offers = (block.get(key) for key in written)
        on = ~setting(enabled, written[0]).is_(False)
        if each.doubt is not None:
            on &= Fact(None, f"{r.name} uses Service Connect", each.place, r.name, each.doubt)
        logs = is_written(r, how) & is_written(r, whereto)
        driver = setting(whereto.get("log_driver" if r.terraform else "LogDriver"), "log driver")
        yield MeshProxy(
            r.origin,
            whereto.place if is_written(r, how).truth else how.place,
            on,
            logs,
            is_written(r, whereto) & driver.is_("awslogs"),
            _logging(r, block, how, whereto),
        )
        for offer in offers.each():
            yield _offer(r, offer, on)


def _logging(
    r: ResourceReader, connect: Cell, how: Cell, whereto: Cell
) -> tuple[AttributeChange, ...]:
    """What is missing for the proxies of Service Connect to keep access logs."""
    terraform: dict[str, NewValue] = {}
    cloudformation: dict[str, NewValue] = {}
    if how.absent:
        terraform["access_log_configuration"] = {"format": "JSON"}
        cloudformation["AccessLogConfiguration"] = {"Format": "JSON"}
    if whereto.absent:
        options: NewValue = {
            "awslogs-group": Placeholder("name of a log group"),
            "awslogs-region": Placeholder("region of the log group"),
            "awslogs-stream-prefix": "proxy",
        }
        terraform["log_configuration"] = {"log_driver": "awslogs", "options": options}
        cloudformation["LogConfiguration"] = {"LogDriver": "awslogs", "Options": options}
    return r.change(connect, terraform, cloudformation)


def _offer(r: ResourceReader, each: Cell, on: Fact) -> ServiceConnectPort:
    block = as_if_there(each)
    tls, name = ("tls", "port_name") if r.terraform else ("Tls", "PortName")
    named, encrypted = authority(r, block.get(tls))
    port = block.get(name).known
    changes = _encrypting(r, block.get(tls))
    return ServiceConnectPort(r.origin, str(port or ""), named.place, on, encrypted, changes)


def authority(r: ResourceReader, tls: Cell) -> tuple[Cell, Fact]:
    """Where the TLS of an offer names an authority, and that it does: so the proxies encrypt."""
    issuer, arn = (
        ("issuer_cert_authority", "aws_pca_authority_arn")
        if r.terraform
        else ("IssuerCertificateAuthority", "AwsPcaAuthorityArn")
    )
    block = tls.get(issuer)
    named = replace(block.get(arn), doubt=None)
    issued = is_written(r, block)
    return named, issued & present(r, named) if issued.truth is not False else issued


def _encrypting(r: ResourceReader, tls: Cell) -> tuple[AttributeChange, ...]:
    """What makes the proxies speak TLS: an authority, and with a new block a role."""
    authority, role = (
        Placeholder("ARN of a private certificate authority"),
        Placeholder("ARN of the role for TLS"),
    )
    terraform: dict[str, NewValue] = {"issuer_cert_authority": {"aws_pca_authority_arn": authority}}
    cloudformation: dict[str, NewValue] = {
        "IssuerCertificateAuthority": {"AwsPcaAuthorityArn": authority}
    }
    if tls.absent:
        terraform["role_arn"] = cloudformation["RoleArn"] = role
    return r.change(tls, terraform, cloudformation)
