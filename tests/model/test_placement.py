"""On which container instances tasks of a service can be placed."""

from pathlib import Path

import pytest

from placeholders import scanned
from taskwall.core.facts import Fact
from taskwall.lowering import lower
from taskwall.model.compute.container_instances import all_instances, container_instances
from taskwall.model.compute.placement import (
    can_be_placed,
    hosts_of,
    is_hosted,
    on_unseen_instances,
    with_tasks,
)
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "given" {}
resource "aws_ecs_cluster" "shop" { name = "shop" }
resource "aws_ecs_cluster" "other" { name = "other" }
resource "aws_launch_template" "hosts" {
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=JOINS >> /etc/ecs/ecs.config\\n")
}
resource "aws_autoscaling_group" "hosts" {
  launch_template { id = STARTED }
}
resource "aws_launch_template" "others" { image_id = "ami-1" }
resource "aws_autoscaling_group" "others" {}
resource "aws_ecs_capacity_provider" "hosts" {
  name = "hosts"
  auto_scaling_group_provider { auto_scaling_group_arn = aws_autoscaling_group.hosts.arn }
}
resource "aws_ecs_capacity_provider" "others" {
  name = "others"
  auto_scaling_group_provider { auto_scaling_group_arn = aws_autoscaling_group.others.arn }
}
resource "aws_ecs_service" "web" {
  RUNS_IN
  LAUNCHED
}
"""
IN_SHOP = "cluster = aws_ecs_cluster.shop.id"
ON_EC2 = 'launch_type = "EC2"'
OF_HOSTS = "aws_launch_template.hosts.id"
DEFAULTS = {"JOINS": "shop", "RUNS_IN": IN_SHOP, "LAUNCHED": ON_EC2, "STARTED": OF_HOSTS}


def by(provider: str) -> dict[str, str]:
    """A service with a capacity provider strategy."""
    return {"LAUNCHED": f"capacity_provider_strategy {{ capacity_provider = {provider} }}"}


STARTED = f"[{OF_HOSTS}, aws_launch_template.others.id][var.given]"
HOSTS, OTHERS = (f"aws_ecs_capacity_provider.{name}.name" for name in ("hosts", "others"))
OF_CLUSTER = """
resource "aws_ecs_cluster_capacity_providers" "shop" {
  cluster_name       = aws_ecs_cluster.shop.name
  capacity_providers = [PROVIDER]
  default_capacity_provider_strategy { capacity_provider = PROVIDER }
}
"""


def filled_source(changes: dict[str, str]) -> str:
    """The source with some changes."""
    text = SOURCE
    for word, meant in (DEFAULTS | changes).items():
        text = text.replace(word, meant)
    return text


def networked(changes: dict[str, str], more: str = "") -> tuple[Network, TaskSource]:
    """The stack with some changes, and its service."""
    files = Files({"/net/main.tf": filled_source(changes) + more})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    source = network.get(TaskSource, "aws_ecs_service.web")
    assert source is not None
    return network, source


def placed(network: Network, source: TaskSource) -> Fact:
    """Whether tasks can be placed on the instances of the template."""
    (member,) = (
        each
        for each in container_instances(network)
        if each.instances.id == "aws_launch_template.hosts"
    )
    return can_be_placed(network, member, source)


@pytest.mark.parametrize(
    ("changes", "more", "truth"),
    [
        ({}, "", True),
        ({"JOINS": "other"}, "", False),
        ({"JOINS": "${var.given}"}, "", None),
        ({"RUNS_IN": "cluster = aws_ecs_cluster.other.id"}, "", False),
        ({"RUNS_IN": ""}, "", False),
        ({"RUNS_IN": "", "JOINS": "default"}, "", True),
        ({"LAUNCHED": 'launch_type = "FARGATE"'}, "", False),
        ({"LAUNCHED": "launch_type = var.given"}, "", None),
        ({"LAUNCHED": "launch_type = var.given", "JOINS": "other"}, "", False),
        (by(HOSTS), "", True),
        (by(HOSTS) | {"JOINS": "other"}, "", True),
        (by(OTHERS), "", False),
        # Which instances a provider starts may not be known either.
        (by(HOSTS) | {"STARTED": STARTED}, "", None),
        (by(OTHERS) | {"STARTED": STARTED}, "", False),
        (by("var.given"), "", None),
        (by('"elsewhere"'), "", None),
        (by('"FARGATE"'), "", False),
        ({"LAUNCHED": ""}, OF_CLUSTER.replace("PROVIDER", HOSTS), True),
        ({"LAUNCHED": ""}, OF_CLUSTER.replace("PROVIDER", OTHERS), False),
        ({"LAUNCHED": ""}, OF_CLUSTER.replace("PROVIDER", "var.given"), None),
        (by(HOSTS), OF_CLUSTER.replace("PROVIDER", OTHERS), True),
        (by(OTHERS), OF_CLUSTER.replace("PROVIDER", HOSTS), False),
    ],
)
def test_where_tasks_are_placed(changes: dict[str, str], more: str, truth: bool | None) -> None:
    """By a strategy, their own or their cluster's, or else on all that join the cluster."""
    network, source = networked(changes, more)
    found = placed(network, source)

    assert found.truth is truth
    assert bool(found.waits_for()) is (truth is None)
    hosts = {member.instances.id for member, _ in hosts_of(network, source)}
    assert ("aws_launch_template.hosts" in hosts) is (truth is not False)
    if truth is True:
        assert is_hosted(network, source)


OTHER_SERVICE = """
variable "other" {}
resource "aws_ecs_service" "jobs" {
  cluster     = aws_ecs_cluster.shop.id
  launch_type = var.other
}
"""


def test_instances_wait_for_each_service_that_may_be_placed_there() -> None:
    """Services that differ only in the input that their launch type is are not taken for alike."""
    network, _ = networked({"LAUNCHED": "launch_type = var.given"}, OTHER_SERVICE)
    held = {member.instances.id: fact for member, fact in with_tasks(network)}

    waits = {need.name for need in held["aws_launch_template.hosts"].waits_for()}
    assert waits == {"var.given", "var.other"}


IN_OTHER = {"RUNS_IN": "cluster = aws_ecs_cluster.other.id"}
OPEN_LAUNCH = {"LAUNCHED": "launch_type = var.given"}


@pytest.mark.parametrize(
    ("web", "jobs", "truth"),
    [
        (IN_OTHER, {}, True),
        (OPEN_LAUNCH, {}, True),
        ({}, OPEN_LAUNCH, True),
        (OPEN_LAUNCH, OPEN_LAUNCH, None),
        (IN_OTHER, OPEN_LAUNCH, None),
        (IN_OTHER, IN_OTHER, False),
        (by(HOSTS), by(OTHERS), True),
        (by(OTHERS), by(HOSTS), True),
        (by(OTHERS), by(OTHERS), False),
    ],
)
def test_one_service_that_is_placed_is_enough(
    web: dict[str, str], jobs: dict[str, str], truth: bool | None
) -> None:
    """Whatever another one does: one in another cluster, or on another provider, is not alike."""
    second = 'resource "aws_ecs_service" "jobs" {\n  RUNS_IN\n  LAUNCHED\n}'
    for word, meant in (DEFAULTS | jobs).items():
        second = second.replace(word, meant)
    network, _ = networked(web, second)

    held = {member.instances.id: fact.truth for member, fact in with_tasks(network)}
    assert held.get("aws_launch_template.hosts", False) is truth


@pytest.mark.parametrize(
    ("runs_in", "launched", "said"),
    [
        (IN_SHOP, ON_EC2, "cluster"),
        ("", ON_EC2, "launch_type"),
        ("", "", 'resource "aws_ecs_service" "web"'),
    ],
)
def test_by_which_attribute_instances_are_from_elsewhere(
    runs_in: str, launched: str, said: str
) -> None:
    """The cluster that they join, else what says that they are needed, else the service."""
    changes = {"RUNS_IN": runs_in, "LAUNCHED": launched, "JOINS": "other"}
    network, source = networked(changes)
    (unseen,) = on_unseen_instances(network)

    text = filled_source(changes).splitlines()[unseen.at.line - 1]
    assert unseen.source == source
    assert text.strip().startswith(said)


OF_TEMPLATE = """
resource "aws_instance" "spare" {
  ami = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
  launch_template { id = TEMPLATE }
}
"""


@pytest.mark.parametrize("template", ['"lt-1"', "var.given"])
def test_instances_of_a_template_from_elsewhere_may_be_in_any_cluster(template: str) -> None:
    """What their agent is told is written there."""
    network, source = networked({}, OF_TEMPLATE.replace("TEMPLATE", template))
    found = {member.instances.id: fact for member, fact in hosts_of(network, source)}

    assert found["aws_instance.spare"].truth is None
    assert found["aws_instance.spare"].waits_for()


STANDALONE = """
variable "v" {}
CLUSTER
resource "aws_instance" "tool" {
  ami                  = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/x/image_id"
  iam_instance_profile = "tool"
  DATA
}
SERVICE
"""
NAMED = 'resource "aws_ecs_cluster" "shop" { name = "shop" }'
STARTS = 'user_data = "#!/bin/bash\\ndocker run prometheus"'


@pytest.mark.parametrize(
    ("cluster", "data", "service", "joins"),
    [
        (NAMED, STARTS, "", False),
        (NAMED, STARTS, 'cluster = "shop"', False),
        (NAMED, STARTS, "# in the cluster that AWS takes", True),
        (NAMED, STARTS, 'cluster = "default"', True),
        (NAMED, STARTS, "cluster = aws_ecs_cluster.shop.id", False),
        (NAMED, STARTS, "cluster = var.v", True),
        (NAMED, STARTS, 'cluster = var.v == "" ? null : var.v', True),
        (NAMED, "", "", True),
        (
            NAMED,
            'user_data = "#!/bin/bash\\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config"',
            "",
            True,
        ),
        (NAMED.replace('"shop" }', '"default" }'), STARTS, "", True),
        (NAMED.replace('"shop" }', "var.v }"), STARTS, "", True),
        ("", STARTS, "", True),
    ],
)
def test_an_instance_for_something_else(cluster: str, data: str, service: str, joins: bool) -> None:
    """A machine whose image has an agent, which nothing sets up, is in no cluster of the sources.

    Unless one may be called `default`, or the sources run tasks there.
    """
    text = STANDALONE.replace("CLUSTER", cluster).replace("DATA", data)
    text = text.replace("SERVICE", service and f'resource "aws_ecs_service" "s" {{\n{service}\n}}')
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    network = lower(stack.evaluate({}).resources).network

    (found,) = all_instances(network)
    assert (found.fact.truth is True) is joins


MODES = """
variable "one" {}
variable "two" {}
resource "aws_ecs_cluster" "shop" { name = "shop" }
resource "aws_launch_template" "hosts" {
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\\n")
}
"""
OF_MODE = """
resource "aws_ecs_task_definition" "NAME" {
  family                = "NAME"
  network_mode          = MODE
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_service" "NAME" {
  cluster         = aws_ecs_cluster.shop.id
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.NAME.arn
  dynamic "network_configuration" {
    for_each = NETWORKS
    content { subnets = ["subnet-1"] }
  }
}
"""
BRIDGE, AWSVPC = ('"bridge"', "[]"), ('"awsvpc"', "[1]")
OPEN_ONE, OPEN_TWO = ("var.one", "var.one"), ("var.two", "var.two")


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (BRIDGE, BRIDGE, []),
        (AWSVPC, BRIDGE, ["fail"]),
        (OPEN_ONE, AWSVPC, ["fail"]),
        (OPEN_ONE, BRIDGE, ["unknown: var.one"]),
        (BRIDGE, OPEN_TWO, ["unknown: var.two"]),
        (OPEN_ONE, OPEN_ONE, ["unknown: var.one"]),
        (OPEN_ONE, OPEN_TWO, ["unknown: var.one, var.two"]),
        (("var.one", "[1]"), BRIDGE, ["fail"]),
    ],
)
def test_every_service_may_be_the_one_that_instances_are_judged_for(
    one: tuple[str, str], two: tuple[str, str], said: list[str], tmp_path: Path
) -> None:
    """Whether any has awsvpc tasks, which must not reach the instance's metadata (TW501)."""
    text = MODES
    for name, (mode, networks) in (("a", one), ("b", two)):
        own = OF_MODE.replace("NAME", name).replace("MODE", mode)
        text += own.replace("NETWORKS", networks)
    report = scanned(tmp_path, text, "TW501", profile="strict")

    found = ["fail" for _ in report.findings]
    found += [f"unknown: {', '.join(sorted(each.missing))}" for each in report.unknowns]
    assert found == said
