"""Whether tasks use a data store."""

import pytest

from lowering.networks import network
from taskwall.core.facts import Fact
from taskwall.lowering import lower
from taskwall.model.data_stores.internet_exposure import Exposure
from taskwall.model.data_stores.store import Store, store_used, used
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "given" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.1.0.0/16" }
resource "aws_subnet" "tasks" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.1.1.0/24"
}
resource "aws_security_group" "tasks" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "store" {
  vpc_id = STORE_VPC
  ingress {
    protocol  = "tcp"
    from_port = 5432
    to_port   = 5432
    PEER
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", environment = ENVIRONMENT }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [TASKS_SUBNET]
    security_groups = [TASKS_GROUP]
  }
}
resource "aws_db_instance" "main" {
  identifier             = "main"
  engine                 = "postgres"
  publicly_accessible    = PUBLIC
  vpc_security_group_ids = STORE_GROUPS
}
"""
DEFAULTS = {
    "STORE_VPC": "aws_vpc.main.id",
    "PEER": 'cidr_blocks = ["10.9.0.0/16"]',
    "ENVIRONMENT": "[]",
    "TASKS_SUBNET": "aws_subnet.tasks.id",
    "TASKS_GROUP": "aws_security_group.tasks.id",
    "PUBLIC": "false",
    "STORE_GROUPS": "[aws_security_group.store.id]",
}
FAR = {"STORE_VPC": "aws_vpc.far.id"}
PEERING = """
resource "aws_route_table" "far" { vpc_id = aws_vpc.far.id }
resource "aws_route" "far" {
  route_table_id            = aws_route_table.far.id
  destination_cidr_block    = "10.0.0.0/16"
  vpc_peering_connection_id = "pcx-1"
}
"""
PROXY = """
resource "aws_security_group" "proxy" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [PROXY_PEER]
  }
}
resource "aws_db_proxy" "main" {
  name                   = "main"
  engine_family          = "POSTGRESQL"
  vpc_security_group_ids = [aws_security_group.proxy.id]
}
resource "aws_db_proxy_target" "main" {
  db_proxy_name          = aws_db_proxy.main.name
  target_group_name      = "default"
  db_instance_identifier = aws_db_instance.main.identifier
}
"""
BY_GROUP = "security_groups = [aws_security_group.tasks.id]"
EITHER = 'var.given == "" ? aws_security_group.tasks.id : aws_security_group.other.id'


def names(value: str) -> dict[str, str]:
    """An environment with one variable."""
    return {"ENVIRONMENT": f'[{{ name = "DB", value = {value} }}]'}


def used_in(changes: dict[str, str], more: str) -> Fact:
    """Whether tasks use the store, with some changes of the stack and something beside it."""
    text = SOURCE + more
    for word, meant in (DEFAULTS | changes).items():
        text = text.replace(word, meant)
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    store = network.get(Store, "aws_db_instance.main")
    assert store is not None
    return used(network, store)


CLUSTERS = """
variable "which" {}
resource "aws_rds_cluster" "one" { engine = "aurora-mysql" }
resource "aws_rds_cluster" "two" { engine = "aurora-mysql" }
resource "aws_rds_cluster_instance" "one" {
  cluster_identifier  = CLUSTER
  publicly_accessible = true
}
"""
SERVICE = """
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{
    name        = "web"
    environment = [{ name = "DB", value = aws_rds_cluster.one.endpoint }]
  }])
}
resource "aws_ecs_service" "web" { task_definition = aws_ecs_task_definition.web.arn }
"""
EITHER_CLUSTER = "[aws_rds_cluster.one.id, aws_rds_cluster.two.id][var.which]"


@pytest.mark.parametrize(
    ("cluster", "service", "truth", "waits"),
    [
        ("aws_rds_cluster.one.id", SERVICE, True, []),
        ("aws_rds_cluster.two.id", SERVICE, False, []),
        (EITHER_CLUSTER, SERVICE, None, ["var.which"]),
        (EITHER_CLUSTER, "", False, []),
    ],
)
def test_tasks_use_the_cluster_of_a_public_instance(
    cluster: str, service: str, truth: bool | None, waits: list[str]
) -> None:
    """Where it is not known which one that is they may, if there are any tasks."""
    found = network(CLUSTERS.replace("CLUSTER", cluster) + service)
    (exposure,) = (each for each in found.every(Exposure) if each.setting.known is True)

    fact = store_used(found, exposure)
    assert fact.truth is truth
    assert [need.name for need in fact.waits_for()] == waits


@pytest.mark.parametrize(
    ("changes", "more", "truth"),
    [
        ({}, "", False),
        ({"PEER": BY_GROUP}, "", True),
        ({"PEER": BY_GROUP.replace("tasks", "other")}, "", False),
        ({"PEER": f"security_groups = [{EITHER}]"}, "", None),
        ({"PEER": BY_GROUP, "TASKS_GROUP": EITHER}, "", None),
        ({"PEER": "self = true"}, "", False),
        ({"PEER": "self = true", "TASKS_GROUP": "aws_security_group.store.id"}, "", True),
        ({"PEER": 'cidr_blocks = ["10.0.1.0/24"]'}, "", True),
        ({"PEER": 'cidr_blocks = ["10.0.0.0/8"]'}, "", True),
        ({"PEER": 'cidr_blocks = ["10.0.2.0/24"]'}, "", False),
        ({"PEER": 'cidr_blocks = ["10.0.1.0/25"]'}, "", True),
        ({"PEER": "cidr_blocks = [var.given]"}, "", None),
        ({"PEER": 'cidr_blocks = ["10.0.1.0/24"]', **FAR}, "", False),
        ({"PEER": 'cidr_blocks = ["10.0.1.0/24"]', **FAR}, PEERING, True),
        ({"PEER": 'cidr_blocks = ["0.0.0.0/0"]', **FAR}, "", False),
        ({"PEER": 'cidr_blocks = ["0.0.0.0/0"]', "PUBLIC": "true", **FAR}, "", True),
        ({"PEER": 'cidr_blocks = ["0.0.0.0/0"]', "PUBLIC": "var.given", **FAR}, "", None),
        ({"PEER": 'cidr_blocks = ["198.51.100.0/24"]', "PUBLIC": "true", **FAR}, "", False),
        ({"STORE_GROUPS": "var.given"}, "", None),
        ({"STORE_GROUPS": "[var.given]"}, "", None),
        ({"STORE_GROUPS": '["sg-1"]'}, "", None),
        # Beside a group that allows no task, one that is not seen may do so.
        ({"STORE_GROUPS": "[aws_security_group.store.id, var.given]"}, "", None),
        ({"STORE_GROUPS": '[aws_security_group.store.id, "sg-1"]'}, "", None),
        ({"STORE_GROUPS": f"[aws_security_group.store.id, {EITHER}]"}, "", None),
        ({"STORE_GROUPS": f"[{EITHER}]"}, "", None),
        ({"STORE_GROUPS": "concat([aws_security_group.store.id], var.given)"}, "", None),
        ({"STORE_GROUPS": "[var.given]", "PEER": BY_GROUP}, "", None),
        ({"STORE_GROUPS": "[aws_security_group.store.id, var.given]", "PEER": BY_GROUP}, "", True),
        ({"STORE_GROUPS": "[]", "PEER": BY_GROUP}, "", False),
        ({"STORE_GROUPS": "null", "PEER": BY_GROUP}, "", False),
        (names('"shop"'), "", False),
        (names("aws_db_instance.main.address"), "", True),
        (names('"postgres://${aws_db_instance.main.address}/shop"'), "", True),
        ({}, PROXY.replace("PROXY_PEER", "aws_security_group.tasks.id"), True),
        ({}, PROXY.replace("PROXY_PEER", "aws_security_group.other.id"), False),
        ({"TASKS_SUBNET": "var.given", "PEER": 'cidr_blocks = ["10.0.1.0/24"]'}, "", None),
    ],
)
def test_tasks_use_a_store(changes: dict[str, str], more: str, truth: bool | None) -> None:
    """By its groups, from where they can get to it, by what they are told, or by a proxy."""
    found = used_in(changes, more)

    assert found.truth is truth
    assert bool(found.waits_for()) is (truth is None)


LOOKED_UP = """
data "aws_subnet" "seen" { id = "subnet-1" }
data "aws_subnet" "here" { vpc_id = aws_vpc.main.id }
data "aws_subnet" "there" { vpc_id = aws_vpc.far.id }
resource "aws_subnet" "loose" {
  vpc_id     = aws_vpc.main.id
  cidr_block = var.given
}
"""
ONE_OF_TWO = "[aws_subnet.tasks.id, aws_subnet.far.id][var.given]"


@pytest.mark.parametrize(
    ("subnet", "peer", "truth", "waits"),
    [
        ("data.aws_subnet.seen.id", "10.0.1.0/24", None, ["subnet-1"]),
        ("data.aws_subnet.here.id", "10.0.1.0/24", None, ["data.aws_subnet.here"]),
        ("data.aws_subnet.there.id", "10.0.1.0/24", False, []),
        ("data.aws_subnet.there.id", "10.0.0.0/8", False, []),
        ("aws_subnet.loose.id", "10.0.1.0/24", None, ["var.given"]),
        # Wherever it is in its VPC, it is within these, and not within those.
        ("aws_subnet.loose.id", "10.0.0.0/8", True, []),
        ("aws_subnet.loose.id", "10.1.0.0/16", False, []),
        (ONE_OF_TWO, "10.0.1.0/24", None, ["var.given"]),
        (ONE_OF_TWO, "10.1.0.0/16", None, ["var.given"]),
    ],
)
@pytest.mark.parametrize("group", ["aws_security_group.tasks.id", ""])
def test_a_store_allows_the_addresses_of_subnets(
    group: str, subnet: str, peer: str, truth: bool | None, waits: list[str]
) -> None:
    """Of tasks in its VPC, as far as the sources say where they are; groups change nothing."""
    changes = {"TASKS_SUBNET": subnet, "PEER": f'cidr_blocks = ["{peer}"]', "TASKS_GROUP": group}
    found = used_in(changes, LOOKED_UP)

    assert (found.truth, [need.name for need in found.waits_for()]) == (truth, waits)


OF_TASKS, OF_OTHER = (
    PROXY.replace("PROXY_PEER", f"aws_security_group.{name}.id") for name in ("tasks", "other")
)
BY_NAME, OF_MAIN = "= aws_db_proxy.main.name\n", "= aws_db_instance.main.identifier\n"


@pytest.mark.parametrize(
    ("proxy", "written", "instead", "truth"),
    [
        pytest.param(OF_OTHER, BY_NAME, BY_NAME, False, id="one that allows no tasks"),
        pytest.param(
            OF_OTHER, BY_NAME, '= [aws_db_proxy.main.name, "x"][var.given]\n', None,
            id="one that allows none, or another one",
        ),
        pytest.param(
            OF_TASKS, BY_NAME, '= [aws_db_proxy.main.name, "x"][var.given]\n', None,
            id="one that allows tasks, or another one",
        ),
        pytest.param(
            OF_TASKS, OF_MAIN, '= [aws_db_instance.main.identifier, "x"][var.given]\n', None,
            id="one before this store, or before another one",
        ),
        pytest.param(
            OF_OTHER, OF_MAIN, '= [aws_db_instance.main.identifier, "x"][var.given]\n', False,
            id="one that allows none, before either",
        ),
        pytest.param(OF_TASKS, OF_MAIN, '= "elsewhere"\n', False, id="one before another store"),
    ],
)  # fmt: skip
def test_tasks_use_a_store_by_a_proxy(
    proxy: str, written: str, instead: str, truth: bool | None
) -> None:
    """Where tasks use the proxy, and it leads to the store."""
    found = used_in({}, proxy.replace(written, instead))

    assert (found.truth, [each.name for each in found.waits_for()]) == (
        truth,
        ["var.given"] * (truth is None),
    )


IN_DEFAULT = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_db_subnet_group" "main" { subnet_ids = [aws_subnet.main.id] }
resource "aws_db_instance" "main" {
  engine               = "postgres"
  db_subnet_group_name = aws_db_subnet_group.main.name
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [GROUP]
  }
}
"""
DEFAULT, WEB = "aws_vpc.main.default_security_group_id", "aws_security_group.web.id"


@pytest.mark.parametrize(
    ("group", "truth"),
    [
        (DEFAULT, True),
        (WEB, False),
        # An input brings another group; one that chooses may choose the default one.
        ("var.which", False),
        (f'var.which == "" ? {WEB} : {DEFAULT}', None),
        (f"[{WEB}, {DEFAULT}][var.which]", None),
    ],
)
def test_tasks_use_a_store_in_the_default_group_of_its_vpc(group: str, truth: bool | None) -> None:
    """As AWS makes that group, it allows its members."""
    found = network(IN_DEFAULT.replace("GROUP", group))
    (store,) = found.every(Store)
    assert used(found, store).truth is truth
