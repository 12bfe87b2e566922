"""TW203: Tasks get no public address.

What: A service, or anything else that starts tasks on Fargate or Managed Instances, gives each task
    a public IPv4 address; an Express Mode service runs in public subnets or sets no subnets; or a
    service may be connected to a public ECS gateway.
Why: With a public address, one wrong security group rule opens the task to the internet, and
    clients can bypass the load balancer in front of it.
Fine when: A VPC has neither NAT nor endpoints, and tasks must pull their images. Endpoints for ECR,
    S3 and logs are a better way, and often cost less than NAT.
Terraform: Give the subnets another way to the image (a NAT gateway, or endpoints for ecr.api,
    ecr.dkr, S3 and logs), then turn the address off:
    assign_public_ip = false
CloudFormation: Give the subnets another way to the image (a NAT gateway, or endpoints for ecr.api,
    ecr.dkr, S3 and logs), then turn the address off:
    AssignPublicIp: DISABLED
Guide: task-groups
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact, any_of
from taskwall.model.compute.launch_type import awsvpc, runs_on
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.routing.routes import leads, led, subnets
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True, yields_to=("TW603",))
def public_task_address(network: Network) -> Iterator[Verdict]:
    for source in network.every(TaskSource):
        for gateway in source.gateways:
            yield Verdict(
                source.origin,
                gateway.place or source.origin.header,
                gateway,
                f"{source.name} may be connected to a public ECS gateway",
                holds=f"{source.name} is connected to private ECS gateways only",
            )
        if source.managed:
            yield _express(network, source)
            continue
        public = source.public_address
        launched = runs_on(network, source, "FARGATE", "MANAGED_INSTANCES")
        if public.value is None:
            continue
        first = _first(network, source) if public.known is True else ""
        yield Verdict(
            source.origin,
            public.place,
            public.is_(True),
            f"tasks of {source.name} get public addresses{first}",
            holds=f"tasks of {source.name} get no public address",
            about=source.id,
            concerned=launched & awsvpc(network, source),
            changes=() if first else source.closing,
        )


def _first(network: Network, source: TaskSource) -> str:
    """What to add before a public address can go: a way to the image, where there is no other."""
    ways = [
        leads(network, subnet, "nat", "egress-only", "transit", "vpn", "appliance", "endpoint")
        for subnet, _ in subnets(network, source)
    ]
    if not ways or any_of(ways).truth is not False:
        return ""
    return (
        ", and cannot pull their image without them: add a NAT gateway or endpoints for ECR first"
    )


def _express(network: Network, source: TaskSource) -> Verdict:
    place, name = source.subnets_setting.place, source.name
    if not source.subnets:
        needs = source.subnets_setting.needs
        text = f"{name} sets no subnets, so it gets the public ones of the default VPC"
        public = Fact(None if needs else True, text, place, name, needs)
    else:
        public = any_of(led(network, source, link) for link in source.subnets)
    return Verdict(
        source.origin,
        place,
        public,
        f"tasks of {name} get public addresses, since Express Mode gives them in public subnets",
        holds=f"tasks of {name} get no public address",
        about=source.id,
    )
