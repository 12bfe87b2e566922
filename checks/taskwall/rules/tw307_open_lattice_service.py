"""TW307: Services of VPC Lattice in front of tasks use encryption and authentication.

What: A service of VPC Lattice that leads to the tasks of an ECS service, or to an ALB in front of
    them, has a listener for HTTP; or it has no auth policy: its auth type is NONE, and so is that
    of a service network that it is in. The content of an auth policy is not judged.
Why: Clients in every VPC and account that its networks are shared with can call it. Without TLS,
    their requests are readable on the way to VPC Lattice; without AWS_IAM, every client there may
    call.
Fine when: Tasks authenticate their callers themselves. With TLS passthrough only they can: an auth
    policy sees anonymous callers there, and the rule does not ask for one.
Terraform: Set the protocol on the listener. Set the auth type on the service, or on every network
    that it is in, and add an aws_vpclattice_auth_policy.
CloudFormation: Set the protocol on the listener. Set the auth type on the service, or on every
    network that it is in, and add an AWS::VpcLattice::AuthPolicy.
Guide: beyond
See: https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/listeners.html
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/tls-listeners.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-vpc-lattice.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.load_balancing.lattice import (
    LatticeListener,
    LatticeService,
    LatticeTargets,
    Registered,
    authenticated,
    leads_to_tasks,
    serves_tasks,
)
from taskwall.rules._rule import Verdict, cannot_be_seen, rule


@rule("low", pci=True)
def open_lattice_service(network: Network) -> Iterator[Verdict]:
    for listener in network.every(LatticeListener):
        yield Verdict(
            listener.origin,
            listener.protocol.place,
            listener.protocol.is_("HTTP"),
            f"{listener.name} accepts plaintext requests for tasks",
            holds=f"{listener.name} accepts requests for tasks by TLS only",
            concerned=leads_to_tasks(network, listener),
            changes=listener.protocol.to("HTTPS"),
        )
    for service in network.every(LatticeService):
        yield Verdict(
            service.origin,
            service.auth.place,
            ~authenticated(network, service),
            f"{service.name} allows any client in its service networks to call tasks (no auth"
            " policy)",
            holds=f"{service.name} authenticates the callers of tasks",
            concerned=serves_tasks(network, service),
            advice=service.auth.to("AWS_IAM"),
        )
    yield from _beyond_sources(network)


def _beyond_sources(network: Network) -> Iterator[Verdict]:
    """One unknown for all that leads out of the sources, on the first that does."""
    for each in network.every(Registered):
        found = network.get(LatticeTargets, each.targets)
        if found is None or found.external:
            text = f"a service of VPC Lattice allows any client to call tasks of {each.on.name}"
            yield cannot_be_seen(each.on, each.targets.place, text, each.targets.waits())
            return
    for listener in network.every(LatticeListener):
        owner = network.get(LatticeService, listener.service)
        concerned = leads_to_tasks(network, listener)
        if (owner is None or owner.external) and concerned.truth is not False:
            text = f"the service of {listener.name} allows any client to call tasks"
            at, needs = listener.service.place, listener.service.waits()
            yield cannot_be_seen(listener.origin, at, text, needs, concerned)
            return
