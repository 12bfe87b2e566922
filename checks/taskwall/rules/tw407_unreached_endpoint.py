"""TW407: Endpoints admit the tasks that need them, and nobody outside the VPC.

What: The security groups of an interface endpoint do not admit port 443 from tasks that need it
    (an endpoint that names none wears the VPC's default group, which admits its own members
    only), or the tasks' own groups do not let them go there, or the endpoint's groups admit
    addresses from outside the VPC. For S3's gateway endpoint the tasks' groups have to let HTTPS
    out to its prefix list, or to everywhere.
Why: A task that its endpoint does not admit hangs until it times out, and never says why: the
    public name leads to the endpoint, so it cannot go around it. An endpoint open to other
    networks is a way for them to use your endpoint policies' trust.
Fine when: Networks that are joined to the VPC use its endpoints as well: name their ranges in the
    setting `allowed_peers`.
Terraform: Let the endpoint's group admit the tasks' group, and the tasks' group let them out:
    ingress { # of the endpoint's group
      from_port       = 443
      to_port         = 443
      protocol        = "tcp"
      security_groups = [aws_security_group.web.id]
    }
CloudFormation: Let the endpoint's group admit the tasks' group, and the tasks' group let them out:
    SecurityGroupIngress:  # of the endpoint's group
      - IpProtocol: tcp
        FromPort: 443
        ToPort: 443
        SourceSecurityGroupId: !Ref WebGroup
Guide: private-endpoints
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from collections.abc import Iterator

from taskwall.facts import Fact, all_of, any_of
from taskwall.model.endpoint import Endpoint, asked, is_for, worn
from taskwall.model.network import Network
from taskwall.model.outlet import lets_out
from taskwall.model.passage import admitted, needing, outsiders
from taskwall.model.reach import listed, who
from taskwall.model.supply import beside_gateway, needed
from taskwall.rule import Verdict, rule


@rule("medium", default=True, pci=True)
def unreached_endpoint(network: Network) -> Iterator[Verdict]:
    for endpoint in network.every(Endpoint):
        interface = all_of((endpoint.kind.is_("Interface"), ~beside_gateway(network, endpoint)))
        gateway = all_of((endpoint.kind.is_("Gateway"), is_for(network, endpoint, ("s3",))))
        concerned = all_of((any_of((interface, gateway)), needed(network, endpoint)))
        if concerned.truth is False:
            continue
        yield _reached(network, endpoint, interface, concerned)
        if interface.truth is not False:
            yield from _closed(network, endpoint, all_of((interface, concerned)))


def _reached(network: Network, endpoint: Endpoint, interface: Fact, concerned: Fact) -> Verdict:
    """Whether every task that needs an endpoint gets through to it."""
    parts, shut, kept = [], [], []
    for source, wants in needing(network, endpoint):
        comes_in = any_of((~interface, admitted(network, endpoint, source)))
        goes_out = lets_out(network, endpoint, source)
        parts.append(all_of((wants, ~all_of((comes_in, goes_out)))))
        if comes_in.truth is False:
            shut.append(source.name)
        elif goes_out.truth is False:
            kept.append(source.name)
    message = f"{endpoint.name} is out of reach for tasks that need it"
    if shut:
        message = (
            f"no security group of {endpoint.name} admits {listed(shut)} on port 443, so that they"
            " hang"
        )
        if worn(network, endpoint).default.truth:
            message = (
                f"{endpoint.name} names no security group, and the VPC's default one does not"
                f" admit {listed(shut)} on port 443, so that they hang"
            )
    elif kept and interface.truth is False:
        message = (
            f"no security group of {listed(kept)} lets HTTPS out to S3's own addresses (its prefix"
            f" list), to which {endpoint.name} leads"
        )
    elif kept:
        message = f"no security group of {listed(kept)} lets HTTPS out to {endpoint.name}"
    return Verdict(
        endpoint.origin,
        endpoint.groups_setting.place,
        any_of(parts),
        message,
        holds=f"the tasks that need {endpoint.name} reach it",
        about=asked(endpoint),
        severity="high",
        concerned=concerned,
        asked_by="TW402",
    )


def _closed(network: Network, endpoint: Endpoint, concerned: Fact) -> Iterator[Verdict]:
    """Whether an endpoint admits nobody from outside its VPC."""
    for permission, outside in outsiders(network, endpoint):
        if outside.truth is False:
            continue
        yield Verdict(
            endpoint.origin,
            endpoint.groups_setting.place,
            outside,
            f"{permission.on.name} lets {who(network, permission)} from outside the VPC reach"
            f" {endpoint.name}",
            about=asked(endpoint),
            concerned=concerned,
        )
