"""TW203: Tasks get no public address.

What: A service, or anything else that starts tasks on Fargate or Managed Instances, gives each
    task a public IPv4 address; an Express Mode service stands in public subnets or names none; a
    service lets a public ECS gateway take it.
Why: A task with a public address is one wrong security group rule away from the internet, and it
    bypasses whatever the load balancer in front of it does.
Fine when: A VPC has neither NAT nor endpoints, and tasks must fetch their images. Then endpoints
    for ECR, S3 and logs are the way out of it, often cheaper than NAT.
Terraform: Give the subnets another way to the image (a NAT gateway, or endpoints for ecr.api,
    ecr.dkr, S3 and logs), then switch the address off:
    assign_public_ip = false
CloudFormation: Give the subnets another way to the image (a NAT gateway, or endpoints for ecr.api,
    ecr.dkr, S3 and logs), then switch the address off:
    AssignPublicIp: DISABLED
Guide: task-groups
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from collections.abc import Iterator

from taskwall.facts import Fact, any_of
from taskwall.model.launch import awsvpc, runs_on
from taskwall.model.network import Network
from taskwall.model.routes import leads, subnets
from taskwall.model.work import TaskSource
from taskwall.rule import Verdict, rule


@rule("medium", default=True, pci=True)
def public_task_address(network: Network) -> Iterator[Verdict]:
    for source in network.every(TaskSource):
        for gateway in source.gateways:
            yield Verdict(
                source.origin,
                gateway.place or source.origin.header,
                gateway,
                f"a public ECS gateway may take {source.name}",
                holds=f"only private ECS gateways take {source.name}",
            )
        if source.managed:
            yield _express(network, source)
            continue
        public = source.public_address
        launched = runs_on(network, source, "FARGATE", "MANAGED_INSTANCES")
        if public.value is None:
            continue
        first = _first(network, source)
        yield Verdict(
            source.origin,
            public.place,
            public.is_(True),
            f"tasks of {source.name} get public addresses{first}",
            holds=f"tasks of {source.name} get no public address",
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
    return ", and have no other way to their image: add a NAT gateway or endpoints for ECR first"


def _express(network: Network, source: TaskSource) -> Verdict:
    place, name = source.subnets_setting.place, source.name
    if not source.subnets:
        needs = source.subnets_setting.needs
        text = f"{name} names no subnets, so it gets the public ones of the default VPC"
        public = Fact(None if needs else True, text, place, name, needs)
    else:
        parts = [
            link.fact & leads(network, subnet, "internet")
            for subnet, link in subnets(network, source)
        ]
        public = any_of(parts)
    return Verdict(
        source.origin,
        place,
        public,
        f"tasks of {name} get public addresses, since Express Mode gives them in public subnets",
        holds=f"tasks of {name} get no public address",
    )
