"""Services of ECS Express Mode, of which AWS makes the load balancer and the groups."""

from collections.abc import Iterator

from taskwall.core.facts import FALSE
from taskwall.lowering import container, serving
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.given_name import names_and_tags
from taskwall.model.entities.ecs import Cluster, Providers, TaskSource
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet


@lowers("aws_ecs_express_gateway_service", "AWS::ECS::ExpressGatewayService")
def express_service(r: ResourceReader) -> Iterator[object]:
    network = r.attribute("network_configuration", "NetworkConfiguration")
    groups = network.get("security_groups" if r.terraform else "SecurityGroups")
    subnets = network.get("subnets" if r.terraform else "Subnets")
    groups_used = r.links(SecurityGroup, groups, "uses security group")
    subnets_used = r.links(Subnet, subnets, "runs in")
    image = r.attribute("primary_container.image", "PrimaryContainer.Image")
    yield from container.express_uses(r, image)
    yield from serving.express_port(r)
    yield from names_and_tags(r)
    yield TaskSource(
        id=r.id,
        origin=r.origin,
        word="Express Mode service",
        long_running=True,
        cluster=r.link(Cluster, r.attribute("cluster", "Cluster"), "runs in"),
        task_definition=None,
        runs_on=Providers(("FARGATE",)),
        networked=r.fact(f"{r.name} is an Express Mode service", r.body),
        groups=groups_used,
        groups_setting=setting(groups, groups.key, links=groups_used),
        subnets=subnets_used,
        subnets_setting=setting(subnets, subnets.key, links=subnets_used),
        public_address=setting(r.nothing(), "subnets"),
        lattice=FALSE,
        managed=True,
    )
