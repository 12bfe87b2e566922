"""TW407: Endpoints allow the tasks that need them, and nobody outside the VPC.

What: The security groups of an interface endpoint do not allow port 443 from tasks that need it (an
    endpoint that sets none uses the VPC's default group, which allows only its own members), or the
    groups of the tasks do not allow egress to the endpoint, or the groups of the endpoint allow
    addresses outside the VPC, or a group of another VPC of the sources. For the gateway endpoint of
    S3, the groups of the tasks must allow HTTPS to its prefix list, or to every address.
Why: If the endpoint does not allow a task, its calls time out without an error that says why: the
    public name leads to the endpoint, so the task cannot take another way. An endpoint that is open
    to other networks lets them use the trust of its policies.
Fine when: Networks that are connected to the VPC use its endpoints as well: name their ranges
    or groups in the setting `allowed-peers`.
Terraform: Allow the group of the tasks (on EC2: of their instances) in the group of the endpoint, and allow their egress:
    resource "aws_vpc_security_group_ingress_rule" "endpoint" {
      security_group_id            = <the endpoint's group>.id
      referenced_security_group_id = <the tasks' group>.id
      ip_protocol                  = "tcp"
      from_port                    = 443
      to_port                      = 443
    }
CloudFormation: Allow the group of the tasks (on EC2: of their instances) in the group of the endpoint, and allow their egress:
    EndpointIngress:
      Type: AWS::EC2::SecurityGroupIngress
      Properties:
        GroupId: !GetAtt <the endpoint's group>.GroupId
        SourceSecurityGroupId: !GetAtt <the tasks' group>.GroupId
        IpProtocol: tcp
        FromPort: 443
        ToPort: 443
Guide: private-endpoints
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""  # noqa: E501 (headings are one line)

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Origin
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import beside_gateway, is_needed
from taskwall.model.endpoints.client import groups_of_hosts, name_of_client
from taskwall.model.endpoints.egress import egress_allowed
from taskwall.model.endpoints.endpoint import Endpoint, endpoint_groups, endpoint_key, is_for
from taskwall.model.endpoints.endpoint_permissions import KeptOut, endpoint_permissions
from taskwall.model.endpoints.ingress import ingress_allowed, needing, outsiders
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.permissions.peers import listed, who
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True)
def unreached_endpoint(network: Network) -> Iterator[Verdict]:
    outside: dict[str, list[_Outside]] = {}
    for endpoint in network.every(Endpoint):
        interface = all_of((endpoint.kind.is_("Interface"), ~beside_gateway(network, endpoint)))
        gateway = all_of((endpoint.kind.is_("Gateway"), is_for(network, endpoint, ("s3",))))
        concerned = all_of((any_of((interface, gateway)), is_needed(network, endpoint)))
        if concerned.truth is False:
            continue
        yield _reached(network, endpoint, interface, concerned)
        # An absent module may make it, of which nobody could say more.
        if interface.truth is not False and not endpoint.origin.unseen:
            for permission, fact in outsiders(network, endpoint):
                if fact.truth is not False:
                    outside.setdefault(permission.id, []).append(
                        _Outside(permission, endpoint, concerned, fact)
                    )
    for found in outside.values():
        yield _closed(network, found)


class _Outside(Struct, frozen=True):
    """A permission of an endpoint that is needed, and whether it allows others than its VPC."""

    permission: Permission
    endpoint: Endpoint
    needed: Fact
    fact: Fact


def _reached(network: Network, endpoint: Endpoint, interface: Fact, concerned: Fact) -> Verdict:
    """Whether every task that needs an endpoint gets through to it."""
    parts, shut, kept = [], [], list[tuple[str, Sequence[Link]]]()
    lacking = list[KeptOut]()
    needed_by = list(needing(network, endpoint))
    for source, itself, wants in needed_by:
        if source.origin.unseen:
            parts.append(wants)  # An absent module may start it, of which nobody could say more.
            continue
        comes_in = any_of((~interface, ingress_allowed(network, endpoint, source, itself)))
        goes_out = egress_allowed(network, endpoint, source, itself)
        name = name_of_client(network, source, itself)
        parts.append(all_of((wants, ~all_of((comes_in, goes_out)))))
        groups, word = source.groups, "tasks"
        if name != source.name:
            groups, word = groups_of_hosts(network, source), "instances"
        if comes_in.truth is False:
            shut.append(name)
            lacking.append(("ingress", groups, word))
        if goes_out.truth is False:
            lacking.append(("egress", groups, word))
            if comes_in.truth is not False:
                kept.append((name, groups))
    if shut:
        shared = _only_group(network, [endpoint_groups(network, endpoint).groups])
        message = _shut_out(network, endpoint, shut)
    else:
        shared = _only_group(network, [groups for _, groups in kept])
        message = _kept_in(endpoint, interface, [name for name, _ in kept])
    added = endpoint_permissions(network, endpoint, lacking)
    return Verdict(
        endpoint.origin,
        endpoint.groups_setting.place,
        any_of(parts),
        message,
        holds=f"the tasks that need {endpoint.name} can reach it",
        negative=True,
        about=endpoint_key(endpoint),
        severity="high",
        concerned=concerned,
        unreported=all(source.origin.unseen for source, _, _ in needed_by),
        asked_by=("TW402",),
        shared=shared,
        changes=added.changes,
        advice=added.advice,
        remedy=added.remedy,
    )


def _shut_out(network: Network, endpoint: Endpoint, names: Sequence[str]) -> str:
    """That an endpoint's groups do not allow some tasks in."""
    whom = f"ingress from {listed(names)} on port 443, so their calls time out"
    found = endpoint_groups(network, endpoint)
    if found.default.truth and not found.groups:
        return (
            f"{endpoint.name} sets no security group, and the VPC's default one does not allow"
            f" {whom}"
        )
    return f"no security group of {endpoint.name} allows {whom}"


def _kept_in(endpoint: Endpoint, interface: Fact, names: Sequence[str]) -> str:
    """That the groups of some tasks, if any, do not allow them out to an endpoint."""
    if not names:
        return f"tasks that need {endpoint.name} cannot reach it"
    allows = f"no security group of {listed(names)} allows HTTPS egress to"
    if interface.truth is False:
        return f"{allows} the addresses of S3 (its prefix list), which {endpoint.name} routes to"
    return f"{allows} {endpoint.name}"


def _closed(network: Network, found: Sequence[_Outside]) -> Verdict:
    """Whether a permission allows nobody from outside the VPC to endpoints."""
    permission = found[0].permission
    every = any_of(all_of((one.needed, one.fact)) for one in found)
    open_ = [one.endpoint.name for one in found if (one.needed & one.fact).truth is every.truth]
    return Verdict(
        permission.on,
        permission.place,
        every,
        f"{permission.on.name} allows ingress from {who(network, permission)}, outside the VPC,"
        f" to {listed(open_)}",
        about=permission.id,
        concerned=any_of(one.needed for one in found),
        remedy=_NARROWER,
    )


def _only_group(network: Network, groups: Iterable[Sequence[Link]]) -> Origin | None:
    """The one group of the sources that all use and nothing beside it, if there is such a one."""
    used = {tuple(link.to for link in links) for links in groups}
    if len(used) != 1 or len(one := used.pop()) != 1:
        return None
    group = network.get(SecurityGroup, one[0])
    return None if group is None or group.external else group.origin


_NARROWER = (
    "Who may use the endpoint is a design decision. Allow the ranges and groups of the VPC only, or"
    " name those of networks that are connected to it in the setting `allowed-peers`."
)
