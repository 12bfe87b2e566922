"""What load balancers send to instances on which tasks run: from whom, and to which ports."""

import json
from typing import Any

import pytest

from taskwall.lowering import lower
from taskwall.model.exposure.balancer_paths import BalancerFlow, instance_flows
from taskwall.model.flows.flow import spoken_ports
from taskwall.model.permissions.ports import RequiredPorts
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

ANY = "${var.any}"
JOINS = "#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n"


def stack(
    *,
    kind: str = "application",
    group: dict[str, Any] | None = None,
    mapping: dict[str, Any] | None = None,
    scaled: dict[str, Any] | None = None,
    service: dict[str, Any] | None = None,
    classic: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
) -> list[BalancerFlow]:
    """What a load balancer sends to the instances of an Auto Scaling group, by some changes."""
    container = {"name": "web", "image": "web:1", "portMappings": [mapping or {}]}
    text = json.dumps([container]).replace(f'"{ANY}"', "var.any")
    resources: dict[str, Any] = {
        "aws_subnet": {"a": {"cidr_block": "10.0.1.0/24"}, "b": {"cidr_block": "10.0.2.0/24"}},
        "aws_security_group": {"edge": {"name": "edge"}, "host": {"name": "host"}},
        "aws_ecs_cluster": {"main": {"name": "main"}},
        "aws_instance": {
            "host": {
                "subnet_id": "${aws_subnet.a.id}",
                "vpc_security_group_ids": ["${aws_security_group.host.id}"],
                "user_data": JOINS,
            }
        },
        "aws_lb": {
            "edge": {
                "load_balancer_type": kind,
                "subnets": ["${aws_subnet.a.id}", "${aws_subnet.b.id}"],
                "security_groups": ["${aws_security_group.edge.id}"],
            }
        },
        "aws_lb_target_group": {
            "web": {
                "port": 80,
                "protocol": "HTTP" if kind == "application" else "TCP",
                "target_type": "instance",
                **(group or {}),
            }
        },
        "aws_lb_listener": {
            "web": {
                "load_balancer_arn": "${aws_lb.edge.arn}",
                "port": 443,
                "protocol": "HTTPS" if kind == "application" else "TCP",
                "default_action": {
                    "type": "forward",
                    "target_group_arn": "${aws_lb_target_group.web.arn}",
                },
            }
        },
        "aws_ecs_task_definition": {
            "web": {
                "family": "web",
                "network_mode": "bridge",
                "container_definitions": f"${{jsonencode({text})}}",
            }
        },
        "aws_ecs_service": {
            "web": {
                "cluster": "${aws_ecs_cluster.main.name}",
                "launch_type": "EC2",
                "task_definition": "${aws_ecs_task_definition.web.arn}",
                **(service or {}),
            }
        },
        **(more or {}),
    }
    if classic is not None:
        own = {"subnets": ["${aws_subnet.a.id}"], "security_groups": ["sg-1"], **classic}
        resources["aws_elb"] = {"old": own}
    if scaled is not None:
        resources["aws_lb_target_group_attachment"] = {"web": scaled}
    files = Files(
        {
            "/net/main.tf.json": json.dumps(
                {"variable": {"any": {"type": "string"}}, "resource": resources}
            )
        }
    )
    (found,), errors = terraform.stacks(["/net/main.tf.json"], files, Inputs(boundary="/net"))
    assert not errors
    return [*instance_flows(lower(found.evaluate({}).resources).network)]


def in_words(ports: RequiredPorts) -> str:
    """The ports that something needs, and what they wait for first where they are not known."""
    numbers = ",".join(spoken_ports(ports.some)) if ports.some is not None else "unknown"
    waits = f" needs {ports.needs[0].name}" if ports.some is None else ""
    return f"{ports.transport} {numbers}{waits}"


def in_short(flow: BalancerFlow) -> str:
    """Who sends what: `clients` where the instance sees their addresses."""
    sender = flow.balancer.origin.label + (" clients" if flow.sender.clients else "")
    return f"{sender}: {'; '.join(map(in_words, flow.wanted))}"


MAPPED, ASSIGNED = {"containerPort": 8080, "hostPort": 9090}, {"containerPort": 8080}
OVER_UDP = {**MAPPED, "protocol": "udp"}


def bound(**changes: Any) -> dict[str, Any]:
    """A service that registers its tasks in the target group."""
    binding = {
        "target_group_arn": "${aws_lb_target_group.web.arn}",
        "container_name": "web",
        "container_port": 8080,
    }
    return {"service": {"load_balancer": [binding], **changes}, "mapping": MAPPED}


def checked(port: str) -> dict[str, Any]:
    """A target group whose targets are checked on some port."""
    return {"group": {"health_check": {"port": port}}}


NLB = {"kind": "network"}
OF_UDP = {"group": {"protocol": "UDP"}, "mapping": OVER_UDP}
BOUND: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a port of the instance": (bound(), ["edge: tcp 9090"]),
    "a port that Docker assigns": (bound() | {"mapping": ASSIGNED}, ["edge: tcp 32768-65535"]),
    "a port of an input": (
        bound() | {"mapping": {**MAPPED, "hostPort": ANY}}, ["edge: tcp unknown needs var.any"],
    ),
    "a check on another port": (bound() | checked("8081"), ["edge: tcp 9090; tcp 8081"]),
    "a check on the port of the traffic": (bound() | checked("traffic-port"), ["edge: tcp 9090"]),
    "a check on a port of an input": (
        bound() | checked(ANY), ["edge: tcp 9090; tcp unknown needs var.any"],
    ),
    "an NLB, by its clients' addresses": (
        bound() | NLB, ["edge clients: tcp 9090", "edge: tcp 9090"],
    ),
    "an NLB, with a check on another port": (
        bound() | NLB | checked("8081"), ["edge clients: tcp 9090", "edge: tcp 8081"],
    ),
    "an NLB, with a port that Docker assigns": (
        bound() | NLB | {"mapping": ASSIGNED},
        ["edge clients: tcp 32768-65535", "edge: tcp 32768-65535"],
    ),
    "an NLB by its own address": (
        bound() | NLB | {"group": {"preserve_client_ip": False}}, ["edge: tcp 9090"],
    ),
    "an NLB, perhaps by its own address": (
        bound() | NLB | {"group": {"preserve_client_ip": ANY}},
        ["edge clients: tcp 9090", "edge: tcp 9090"],
    ),
    "an NLB over UDP, checked over TCP": (
        bound() | NLB | OF_UDP, ["edge clients: udp 9090", "edge: tcp 9090"],
    ),
    "a cluster from elsewhere": (bound(cluster="elsewhere"), []),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), BOUND.values(), ids=BOUND)
def test_what_is_sent_to_tasks_on_instances(changes: dict[str, Any], said: list[str]) -> None:
    """To the port of the instance that is the container's; checks of health go over TCP."""
    found = stack(**changes)

    assert [in_short(each) for each in found] == said
    assert all(each.fact.truth is True for each in found)
    assert {each.taker.name for each in found} <= {"aws_instance.host"}


def registered(**changes: Any) -> dict[str, Any]:
    """The instance, registered in the target group by itself."""
    own = {
        "target_group_arn": "${aws_lb_target_group.web.arn}",
        "target_id": "${aws_instance.host.id}",
    }
    return {"scaled": own | changes}


REGISTERED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nobody": ({}, []),
    "on the port of the group": (registered(), ["edge: tcp 80"]),
    "on a port of its own": (registered(port=8080), ["edge: tcp 8080"]),
    "on a port of an input": (registered(port=ANY), ["edge: tcp unknown needs var.any"]),
    "with a check on another port": (
        registered() | checked("8081"), ["edge: tcp 80; tcp 8081"],
    ),
    "behind an NLB": (registered() | NLB, ["edge clients: tcp 80", "edge: tcp 80"]),
    "an instance from elsewhere": (registered(target_id="i-1"), []),
    "in a group from elsewhere": (registered(target_group_arn=ANY), []),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), REGISTERED.values(), ids=REGISTERED)
def test_what_is_sent_to_instances_that_are_registered(
    changes: dict[str, Any], said: list[str]
) -> None:
    """To one port of the instance, whatever its tasks publish."""
    assert [in_short(each) for each in stack(**{"mapping": MAPPED, **changes})] == said


OLD = {"elb_name": "${aws_elb.old.name}", "container_name": "web", "container_port": 8080}
BY_OLD = {"service": {"load_balancer": [OLD]}}


def listening(*ports: object, check: str = "", **more: Any) -> dict[str, Any]:
    """A classic load balancer with listeners, by the ports of the instance."""
    listeners = [
        {
            "lb_port": 443 + number,
            "lb_protocol": "https",
            "instance_port": port,
            "instance_protocol": "http",
        }
        for number, port in enumerate(ports)
    ]
    checks = {"health_check": {"target": check}} if check else {}
    return {"classic": {"listener": listeners, **checks, **more}}


def attached(instance: str) -> dict[str, Any]:
    """An instance that is attached by a resource of its own."""
    own = {"elb": "${aws_elb.old.id}", "instance": instance}
    return {"more": {"aws_elb_attachment": {"host": own}}}


HOST = "${aws_instance.host.id}"
CLASSIC: dict[str, tuple[dict[str, Any], list[str]]] = {
    "for nobody": (listening(80), []),
    "for a service": (BY_OLD | listening(80), ["old: tcp 80"]),
    "on two ports": (BY_OLD | listening(80, 81), ["old: tcp 80; tcp 81"]),
    "twice on one port": (BY_OLD | listening(80, 80), ["old: tcp 80"]),
    "on a port of an input": (BY_OLD | listening(ANY), ["old: tcp unknown needs var.any"]),
    "with a check on its port": (BY_OLD | listening(80, check="TCP:80"), ["old: tcp 80"]),
    "with a check on another port": (
        BY_OLD | listening(80, check="HTTP:81/health"), ["old: tcp 80; tcp 81"],
    ),
    "with a check by an input": (
        BY_OLD | listening(80, check=ANY), ["old: tcp 80; tcp unknown needs var.any"],
    ),
    "with a check that is none": (
        BY_OLD | listening(80, check="nonsense"),
        ["old: tcp 80; tcp unknown needs target of aws_elb.old"],
    ),
    "for an instance": (listening(80, instances=[HOST]), ["old: tcp 80"]),
    "for an instance that is attached": (listening(80) | attached(HOST), ["old: tcp 80"]),
    "for an instance of an input": (listening(80) | attached(ANY), []),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), CLASSIC.values(), ids=CLASSIC)
def test_what_a_classic_load_balancer_sends(changes: dict[str, Any], said: list[str]) -> None:
    """To the ports that its listeners name, and to that of its one check of health."""
    found = stack(**{"mapping": MAPPED, **changes})
    assert [in_short(each) for each in found] == said
