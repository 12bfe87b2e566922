"""On which hosts tasks are placed, and at which of their ports targets take traffic."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from taskwall.lowering import lower
from taskwall.model.compute.container_instances import (
    Instances,
    container_instances,
    public_address,
)
from taskwall.model.compute.hosts import hosts
from taskwall.model.compute.launch_type import sources_of_definition, strategy
from taskwall.model.compute.placement import on_unseen_instances
from taskwall.model.compute.vpc_tenants import tenants
from taskwall.model.core.network import Network
from taskwall.model.data_stores.store import groups_of_tasks
from taskwall.model.endpoints.egress_path import internet_egress, uses_nat
from taskwall.model.endpoints.task_location import vpc_of
from taskwall.model.entities.ecs import AutoScalingGroup, TaskDefinition, TaskSource
from taskwall.model.entities.load_balancer import TargetGroup
from taskwall.model.exposure.balancer_paths import arrival
from taskwall.model.flows.flow import spoken_ports
from taskwall.model.load_balancing.paths import instance_paths
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

ANY = "${var.any}"


def read(service: dict[str, Any], **resources: dict[str, Any]) -> tuple[Network, TaskSource]:
    """A network, and its one service."""
    made = {"aws_ecs_service": {"web": service}, **resources}
    text = json.dumps({"variable": {"any": {"type": "string"}}, "resource": made})
    files = Files({"/net/main.tf.json": text})
    (stack,), errors = terraform.stacks(["/net/main.tf.json"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (source,) = network.every(TaskSource)
    return network, source


def providers() -> dict[str, dict[str, Any]]:
    """Capacity providers: one of Managed Instances, one of an Auto Scaling group."""
    return {
        "aws_launch_template": {"hosts": {"image_id": "ami-1"}},
        "aws_autoscaling_group": {
            "hosts": {"launch_template": {"id": "${aws_launch_template.hosts.id}"}}
        },
        "aws_ecs_capacity_provider": {
            "managed": {
                "name": "managed",
                "cluster": "main",
                "managed_instances_provider": {
                    "instance_launch_template": {"network_configuration": {"subnets": [ANY]}}
                },
            },
            "group": {
                "name": "group",
                "auto_scaling_group_provider": {
                    "auto_scaling_group_arn": "${aws_autoscaling_group.hosts.arn}"
                },
            },
        },
    }


def by(provider: str) -> dict[str, Any]:
    """The strategy of a service, of one capacity provider."""
    return {"capacity_provider_strategy": [{"capacity_provider": provider}]}


MANAGED, OTHER = "aws_ecs_capacity_provider.managed", "aws_ecs_capacity_provider.other"
GROUP = "aws_launch_template.hosts"
ALL = {MANAGED: None, OTHER: None, GROUP: None}


@pytest.mark.parametrize("cluster", [False, True])
def test_instances_of_nobody_knows_what_count_beside_ecs_alone(cluster: bool) -> None:
    """What instances start with is an input: without anything of ECS it is not asked about."""
    text = """
variable "any" {}
resource "aws_instance" "web" {
  ami       = "ami-1"
  user_data = var.any
}
"""
    text += 'resource "aws_ecs_cluster" "main" {}\n' if cluster else ""
    files = Files({"/net/main.tf": text})
    (stack,), _ = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    network = lower(stack.evaluate({}).resources).network

    found = [each.instances.id for each in container_instances(network)]
    assert found == (["aws_instance.web"] if cluster else [])


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (by("managed"), {MANAGED: True}),
        (by("${aws_ecs_capacity_provider.managed.name}"), {MANAGED: True}),
        (by("${aws_ecs_capacity_provider.group.name}"), {GROUP: True}),
        (by("FARGATE"), {}),
        # Which of those written here it is, nobody knows.
        (by(f"${{[{MANAGED}.name, {OTHER}.name][var.any]}}"), ALL),
        ({"launch_type": ANY}, ALL),
        ({"launch_type": "FARGATE"}, {}),
        ({"launch_type": "EC2"}, {GROUP: True}),
        ({"capacity_provider_strategy": ANY}, ALL),
    ],
)
def test_tasks_run_on_what_their_strategy_names(
    service: dict[str, Any], expected: dict[str, bool | None]
) -> None:
    """Managed Instances take part where a strategy names them, or may do so."""
    found = providers()
    of = found["aws_ecs_capacity_provider"]
    of["other"] = {**of["managed"], "name": "other"}
    network, source = read(service, **found)

    assert {host.id: fact.truth for host, fact in hosts(network, source)} == expected


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        # A template that nothing starts says of no subnet that it has no way out.
        ({}, ["main is not in the sources"]),
        ({"launch_template": {"id": "${aws_launch_template.hosts.id}"}},
         ["the default subnets of aws_launch_template.hosts are not in the sources"]),
    ],
)  # fmt: skip
def test_ways_out_of_instances_that_something_starts(
    started: dict[str, Any], expected: list[str]
) -> None:
    """Of a launch template alone nobody knows where its instances are, if there are any."""
    joins = "#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n"
    network, source = read(
        {"launch_type": "EC2", "cluster": "main"},
        aws_launch_template={
            "hosts": {"image_id": "ami-1", "user_data": b64encode(joins.encode()).decode()}
        },
        aws_autoscaling_group={"hosts": started},
    )

    for fact in (internet_egress(network, source, False, False), uses_nat(network, source)):
        assert fact.truth is None
        assert [str(need) for need in fact.waits_for()] == expected


DYNAMIC = "tcp 32768-65535 enough 32768-60999"


def mapping(inside: object, outside: object = None) -> dict[str, Any]:
    """A port mapping of the container."""
    found = {"containerPort": inside, "hostPort": outside}
    return {key: value for key, value in found.items() if value is not None}


def published(mode: str, *mappings: dict[str, Any]) -> dict[str, Any]:
    """A task definition with some port mappings."""
    container = {"name": "web", "image": "web", "portMappings": list(mappings)}
    text = "${jsonencode([" + json.dumps(container).replace(f'"{ANY}"', "var.any") + "])}"
    return {"web": {"family": "web", "network_mode": mode, "container_definitions": text}}


@pytest.mark.parametrize(
    ("mode", "mappings", "port", "expected"),
    [
        ("bridge", [mapping(80, 8080)], 80, ["tcp 8080"]),
        ("bridge", [mapping(90, 9090), mapping(80, 8080)], 80, ["tcp 8080"]),
        ("bridge", [mapping(80, 0)], 80, [DYNAMIC]),
        ("bridge", [mapping(80)], 80, [DYNAMIC]),
        ("bridge", [mapping(90, 9090)], 80, ["tcp unknown the port of aws_ecs_service.web"]),
        ("bridge", [mapping(ANY, 9090)], 80, ["tcp unknown var.any"]),
        ("bridge", [mapping(80, ANY)], 80, ["tcp unknown var.any"]),
        ("bridge", [], 80, ["tcp unknown the port of aws_ecs_service.web"]),
        ("bridge", [mapping(80, 8080)], ANY, ["tcp unknown var.any"]),
        ("host", [mapping(80, 8080)], 80, ["tcp 80"]),
        ("host", [], ANY, ["tcp unknown var.any"]),
        (ANY, [mapping(80, 8080)], 80, ["tcp unknown var.any"]),
    ],
)
def test_targets_take_traffic_on_ports_of_their_instance(
    mode: str, mappings: list[dict[str, Any]], port: object, expected: list[str]
) -> None:
    """The port of the host is the container's own, the mapped one, or what Docker assigns."""
    assert [*said(port, "HTTP", published(mode, *mappings), on_instance=True)] == expected


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("HTTP", ["tcp 80"]),
        ("TCP", ["tcp 80"]),
        ("UDP", ["udp 80"]),
        ("QUIC", ["udp 80"]),
        ("TCP_UDP", ["tcp 80", "udp 80"]),
        ("TCP_QUIC", ["tcp 80", "udp 80"]),
        (ANY, ["tcp 80", "udp 80 if var.any"]),
    ],
)
def test_targets_take_what_their_group_speaks(protocol: str, expected: list[str]) -> None:
    """A target group speaks TCP, UDP, or both."""
    assert [*said(80, protocol, published("awsvpc", mapping(80)))] == expected


def said(
    port: object, protocol: str, definitions: dict[str, Any], *, on_instance: bool = False
) -> Iterator[str]:
    """The ports of a service's one target group, in words."""
    binding = {
        "target_group_arn": "${aws_lb_target_group.web.arn}",
        "container_name": "web",
        "container_port": port,
    }
    network, source = read(
        {"task_definition": "${aws_ecs_task_definition.web.arn}", "load_balancer": [binding]},
        aws_ecs_task_definition=definitions,
        aws_lb_target_group={"web": {"port": 80, "protocol": protocol}},
    )
    (bound,), (group,) = source.bindings, network.every(TargetGroup)
    for each in arrival(network, source, bound.port, group, on_instance=on_instance):
        words = [each.transport, *spoken_ports(each.some)]
        if each.some is None:
            words += ["unknown", each.needs[0].name.removesuffix(" on its instance")]
        if each.enough != (each.some,):
            words += [f"enough {'-'.join(spoken_ports(ports))}" for ports in each.enough]
        yield " ".join(words + [f"if {need.name}" for need in each.spoken])


def test_a_cluster_may_have_its_default_from_what_names_none() -> None:
    """What gives it providers and no default strategy leaves that to others."""
    main = "${aws_ecs_cluster.main.name}"
    network, source = read(
        {"cluster": main},
        aws_ecs_cluster={"main": {"name": "main"}},
        aws_ecs_cluster_capacity_providers={
            "main": {"cluster_name": main, "capacity_providers": ["FARGATE"]},
            "other": {
                "cluster_name": '${{ a = aws_ecs_cluster.main.name, b = "b" }[var.any]}',
                "default_capacity_provider_strategy": [{"capacity_provider": "FARGATE"}],
            },
        },
    )

    assert [need.name for need in strategy(network, source).needs] == ["var.any"]


def test_instances_may_use_any_group_where_it_is_not_known_which() -> None:
    """None of them is certainly a group of tasks."""
    choice = '${{ a = aws_security_group.a.id, b = "sg-1" }[var.any]}'
    network, _ = read(
        {"launch_type": "EC2"},
        aws_security_group={"a": {"name": "a"}},
        aws_instance={
            "host": {
                "vpc_security_group_ids": [choice],
                "user_data": "#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config\n",
            }
        },
    )

    assert groups_of_tasks(network)["aws_security_group.a"].truth is None


JOINS = "#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config\n"


@pytest.mark.parametrize(
    ("template", "instance", "joined"),
    [
        (JOINS, None, {"aws_launch_template.t", "aws_instance.i"}),
        (JOINS, "#!/bin/bash\nyum install -y httpd\n", {"aws_launch_template.t"}),
        (None, JOINS, {"aws_launch_template.t", "aws_instance.i"}),
    ],
)
def test_an_instance_joins_by_its_own_user_data_or_its_templates(
    template: str | None, instance: str | None, joined: set[str]
) -> None:
    """Its own stands in place of the template's, which is what its instances are."""
    encoded = template and b64encode(template.encode()).decode()
    link = {"id": "${aws_launch_template.t.id}"}
    network, _ = read(
        {"launch_type": "EC2"},
        aws_launch_template={"t": {"user_data": encoded}},
        aws_instance={"i": {"launch_template": link, "user_data": instance}},
    )

    found = {each.instances.id: each.fact.truth for each in container_instances(network)}
    assert found == dict.fromkeys(joined, True)


@pytest.mark.parametrize("order", [("known", "open"), ("open", "known")])
def test_instances_run_in_the_vpc_that_is_known_of_their_subnets(order: tuple[str, ...]) -> None:
    """All their subnets are in one VPC, whichever of them tells it."""
    network, _ = read(
        {"launch_type": "EC2"},
        aws_vpc={"main": {"cidr_block": "10.0.0.0/16"}},
        aws_subnet={"known": {"vpc_id": "${aws_vpc.main.id}"}, "open": {"vpc_id": ANY}},
        aws_launch_template={"t": {"user_data": b64encode(JOINS.encode()).decode()}},
        aws_autoscaling_group={
            "hosts": {
                "vpc_zone_identifier": [f"${{aws_subnet.{name}.id}}" for name in order],
                "launch_template": {"id": "${aws_launch_template.t.id}"},
            }
        },
    )

    assert {tenant.vpc.to for tenant in tenants(network)} == {"aws_vpc.main"}


@pytest.mark.parametrize(
    ("subnet", "vpc"), [(ANY, "aws_vpc.main"), ("${aws_subnet.far.id}", "aws_vpc.far")]
)
def test_tasks_are_in_the_vpc_of_their_instances_if_their_subnets_tell_none(
    subnet: str, vpc: str
) -> None:
    """Their interfaces are attached to the instances, and so are in one VPC with them."""
    network, source = read(
        {"launch_type": "EC2", "network_configuration": {"subnets": [subnet]}},
        aws_vpc={"main": {"cidr_block": "10.0.0.0/16"}, "far": {"cidr_block": "10.9.0.0/16"}},
        aws_subnet={
            "main": {"vpc_id": "${aws_vpc.main.id}"},
            "far": {"vpc_id": "${aws_vpc.far.id}"},
        },
        aws_instance={"host": {"subnet_id": "${aws_subnet.main.id}", "user_data": JOINS}},
    )
    found = vpc_of(network, source)

    assert found is not None
    assert found.to == vpc


@pytest.mark.parametrize(
    ("started", "truth"),
    [
        ("${aws_ecs_task_definition.one.arn}", True),
        ('${{ a = aws_ecs_task_definition.one.arn, b = "b" }[var.any]}', None),
    ],
)
def test_a_service_may_start_a_definition(started: str, truth: bool | None) -> None:
    """One of which it is not known which it starts may start any."""
    network, source = read(
        {"task_definition": started}, aws_ecs_task_definition={"one": {"family": "one"}}
    )
    (definition,) = network.every(TaskDefinition)

    ((found, link),) = sources_of_definition(network, definition)
    assert (found, link.to, link.fact.truth) == (source, definition.id, truth)


@pytest.mark.parametrize(
    ("launch", "subnets", "truth"),
    [
        ("FARGATE", [], None),
        ("FARGATE", ["${aws_subnet.shut.id}"], False),
        ("EC2", [], None),
        ("EC2", ["${aws_subnet.shut.id}"], False),
    ],
)
def test_a_way_out_of_subnets_that_are_not_known_is_not_known(
    launch: str, subnets: list[str], truth: bool | None
) -> None:
    """Tasks take that of their own subnets, who pulls for them on instances that of these."""
    service: dict[str, Any] = {"launch_type": launch}
    things: dict[str, dict[str, Any]] = {
        "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {"shut": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_route_table": {"shut": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_route_table_association": {
            "shut": {
                "subnet_id": "${aws_subnet.shut.id}",
                "route_table_id": "${aws_route_table.shut.id}",
            }
        },
    }
    if launch == "FARGATE":
        service["network_configuration"] = {"subnets": subnets}
    elif subnets:
        things["aws_instance"] = {"host": {"subnet_id": subnets[0], "user_data": JOINS}}
    network, source = read(service, **things)

    assert internet_egress(network, source, False, False).truth is truth


INTERFACE = {"network_interfaces": {"associate_public_ip_address": True}}


@pytest.mark.parametrize(
    ("instance", "template", "known"),
    [
        ({}, {}, None),
        ({"associate_public_ip_address": True}, {}, True),
        ({}, INTERFACE, True),
        ({"associate_public_ip_address": False}, INTERFACE, False),
    ],
)
def test_an_instance_has_a_public_address_by_itself_or_by_its_template(
    instance: dict[str, Any], template: dict[str, Any], known: bool | None
) -> None:
    """What it says itself goes before its template; where neither does, its subnet decides."""
    network, _ = read(
        {},
        aws_launch_template={"hosts": template},
        aws_instance={
            "host": {"launch_template": {"id": "${aws_launch_template.hosts.id}"}, **instance}
        },
    )
    host = network.get(Instances, "aws_instance.host")

    assert host is not None
    found = public_address(network, host)
    assert (None if found is None else found.known) is known


@pytest.mark.parametrize(
    ("requires", "launch", "asked"),
    [
        (["FARGATE"], {}, False),
        (["EC2", "FARGATE"], {}, True),
        (["EC2"], {}, True),
        ([], {}, True),
        (["FARGATE"], {"launch_type": "EC2"}, True),
        (["FARGATE"], by("${aws_ecs_capacity_provider.group.name}"), True),
    ],
)
def test_a_definition_for_fargate_alone_asks_for_no_instances(
    requires: list[str], launch: dict[str, Any], asked: bool
) -> None:
    """AWS takes EC2 where nobody says what tasks run on: only who says so himself means it."""
    definition = {"family": "web", "container_definitions": "[]"}
    started = {"task_definition": "${aws_ecs_task_definition.web.arn}", "cluster": ANY, **launch}
    network, _ = read(
        started,
        aws_ecs_task_definition={"web": {**definition, "requires_compatibilities": requires}},
        aws_ecs_capacity_provider=providers()["aws_ecs_capacity_provider"],
    )

    assert bool(on_unseen_instances(network)) is asked


@pytest.mark.parametrize("kinds", [("ip", "instance"), ("instance", "ip"), ("lambda", ANY)])
def test_instances_may_be_in_each_target_group_for_them(kinds: tuple[str, ...]) -> None:
    """Where it is not known in which, those whose targets are something else are left out."""
    groups = {
        f"g{number}": {"port": 80, "protocol": "HTTP", "target_type": kind}
        for number, kind in enumerate(kinds)
    }
    listeners = {
        name: {
            "load_balancer_arn": "${aws_lb.edge.arn}",
            "default_action": {
                "type": "forward",
                "target_group_arn": f"${{aws_lb_target_group.{name}.arn}}",
            },
        }
        for name in groups
    }
    either = f"${{[{', '.join(f'aws_lb_target_group.{name}.arn' for name in groups)}][var.any]}}"
    network, _ = read(
        {},
        aws_lb={"edge": {}},
        aws_lb_target_group=groups,
        aws_lb_listener=listeners,
        aws_autoscaling_group={"hosts": {"target_group_arns": [either]}},
    )
    (registers,) = network.every(AutoScalingGroup)

    found = {
        (front.target_group.id, front.fact.truth)
        for front in instance_paths(network, registers)
        if front.target_group is not None
    }
    fitting = [number for number, kind in enumerate(kinds) if kind in ("instance", ANY)]
    assert found == {(f"aws_lb_target_group.g{number}", None) for number in fitting}
