"""What is known of hosts: which groups and subnets they have, and who uses a default group."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.core.facts import FALSE
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.hosts import host_of, host_security_groups
from taskwall.model.data_stores.store import groups_of_tasks, tasks_use
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.exposure.instance_groups import in_host_mode, shares_network, tasks_on

STACK = r"""
variable "any" {}
variable "list" { type = list(string) }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_default_security_group" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "a" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "b" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_security_group" "own" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "template" { vpc_id = aws_vpc.main.id }
resource "aws_launch_template" "host" {
  user_data = base64encode("#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n")
  DESCRIBED
}
"""
INSTANCE = """
resource "aws_instance" "host" {
  subnet_id = aws_subnet.a.id
  launch_template { id = aws_launch_template.host.id }
  SET
}
"""
SCALED = """
resource "aws_autoscaling_group" "host" {
  vpc_zone_identifier = SET
  launch_template { id = aws_launch_template.host.id }
}
"""
OF_TEMPLATE = "vpc_security_group_ids = [aws_security_group.template.id]"
OF_OWN = "vpc_security_group_ids = [aws_security_group.own.id]"
DEFAULT = "aws_default_security_group.main"
OWN, TEMPLATE = "aws_security_group.own", "aws_security_group.template"
A, B = "aws_subnet.a", "aws_subnet.b"
IN_A, OF_INTERFACE = (
    f"network_interfaces {{ {each} }}"
    for each in ("subnet_id = aws_subnet.a.id", "security_groups = [aws_security_group.own.id]")
)


@pytest.mark.parametrize(
    ("described", "started", "groups", "subnets"),
    [
        pytest.param(OF_TEMPLATE, INSTANCE, [TEMPLATE], [A], id="a template's groups"),
        pytest.param(
            OF_TEMPLATE, INSTANCE.replace("SET", OF_OWN), [OWN], [A], id="groups of its own"
        ),
        pytest.param(
            OF_TEMPLATE,
            INSTANCE.replace("SET", "vpc_security_group_ids = var.list"),
            ["var.list"],
            [A],
            id="groups of its own, which are given",
        ),
        pytest.param(
            OF_TEMPLATE,
            INSTANCE.replace("SET", "vpc_security_group_ids = []"),
            [TEMPLATE],
            [A],
            id="an empty list",
        ),
        pytest.param("", INSTANCE, [DEFAULT], [A], id="nobody names any"),
        pytest.param(
            OF_TEMPLATE,
            SCALED.replace("SET", f"[{B}.id]"),
            [TEMPLATE],
            [B],
            id="subnets of an Auto Scaling group",
        ),
        pytest.param(
            f"{OF_TEMPLATE}\n{IN_A}",
            SCALED.replace("SET", f"[{B}.id]"),
            [TEMPLATE],
            [B, A],
            id="subnets of both",
        ),
        pytest.param(
            OF_INTERFACE,
            SCALED.replace("SET", "var.list"),
            [OWN],
            ["var.list"],
            id="subnets that are given",
        ),
        pytest.param(OF_TEMPLATE, "", [TEMPLATE], [], id="nobody starts any"),
    ],
)
def test_what_hosts_have(
    described: str, started: str, groups: list[str], subnets: list[str]
) -> None:
    """What instances do not set, their template sets; without groups they use the default one."""
    found = network(filled(STACK + started, {"DESCRIBED": described, "SET": ""}))
    *_, host = (host_of(found, member) for member in container_instances(found))

    assert [link.to for link in host_security_groups(found, host)] == groups
    assert [link.to for link in host.subnets] == subnets
    assert (host.launch, host.only_described) == ("EC2", not started)


@pytest.mark.parametrize(
    ("described", "started", "truth"),
    [
        pytest.param("", INSTANCE, True, id="instances without groups"),
        pytest.param(OF_TEMPLATE, INSTANCE, False, id="instances with a group"),
        pytest.param("", "", None, id="instances of no known VPC"),
        pytest.param(
            "vpc_security_group_ids = var.list", INSTANCE, False, id="instances of given groups"
        ),
        pytest.param(
            f"vpc_security_group_ids = [[{OWN}.id, {DEFAULT}.id][var.any]]",
            INSTANCE,
            None,
            id="instances of one group of two",
        ),
        pytest.param(
            f"vpc_security_group_ids = [{DEFAULT}.id]", INSTANCE, True, id="instances that name it"
        ),
    ],
)
def test_tasks_use_a_default_group(described: str, started: str, truth: bool | None) -> None:
    """Instances without groups of their own have that of their VPC."""
    found = network(filled(STACK + started, {"DESCRIBED": described, "SET": ""}))

    assert tasks_use(found, DEFAULT).truth is truth
    assert groups_of_tasks(found).get(DEFAULT, FALSE).truth is truth


SHARED = r"""
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_launch_template" "host" {
  user_data = base64encode("#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n")
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = MODE
}
resource "aws_ecs_service" "web" {
  cluster         = CLUSTER
  launch_type     = LAUNCH
  task_definition = STARTS
}
"""
HERE = {
    "MODE": '"host"',
    "CLUSTER": "aws_ecs_cluster.main.id",
    "LAUNCH": '"EC2"',
    "STARTS": "aws_ecs_task_definition.web.arn",
}


@pytest.mark.parametrize(
    ("changes", "shares", "on_host", "in_host"),
    [
        pytest.param({}, True, True, True, id="host mode"),
        pytest.param({"MODE": '"bridge"'}, True, True, False, id="bridge mode"),
        pytest.param({"MODE": "null"}, True, True, False, id="the default mode"),
        pytest.param({"MODE": '"none"'}, False, False, False, id="no network"),
        pytest.param({"MODE": '"awsvpc"'}, False, False, False, id="interfaces of their own"),
        pytest.param({"MODE": "var.any"}, None, None, False, id="a given mode"),
        pytest.param({"LAUNCH": "var.any"}, True, None, False, id="a given launch type"),
        pytest.param({"CLUSTER": '"elsewhere"'}, True, False, False, id="another cluster"),
    ],
)
def test_tasks_share_the_network_of_their_host(
    changes: dict[str, str], shares: bool | None, on_host: bool | None, in_host: bool
) -> None:
    """In host and bridge mode, if they are placed there."""
    found = network(filled(SHARED, HERE | changes))
    (source,) = found.every(TaskSource)
    held = [fact for _, pairs in tasks_on(found) for _, fact in pairs]

    assert shares_network(found, source).truth is shares
    assert [fact.truth for fact in held] == ([] if on_host is False else [on_host])
    assert [*in_host_mode(found)] == ["aws_launch_template.host"] * in_host
