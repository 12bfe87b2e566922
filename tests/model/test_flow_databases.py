"""Flows to databases: by their public addresses, by groups, and by RDS Proxies before them."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = ROUTED
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = OUT
    to_port     = OUT
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "proxy" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [aws_security_group.web.id]
  }
  egress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "store" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "tcp"
    from_port = 5432
    to_port   = 5432
    PEER
  }
}
resource "aws_db_subnet_group" "main" { subnet_ids = [aws_subnet.main.id] }
resource "aws_db_instance" "main" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.main.name
  publicly_accessible    = PUBLIC
  vpc_security_group_ids = STORE_GROUPS
}
resource "aws_db_proxy" "main" {
  engine_family          = "POSTGRESQL"
  vpc_subnet_ids         = [aws_subnet.main.id]
  vpc_security_group_ids = [aws_security_group.proxy.id]
}
resource "aws_db_proxy_default_target_group" "main" { db_proxy_name = aws_db_proxy.main.name }
resource "aws_db_proxy_target" "main" {
  db_proxy_name          = BEFORE
  target_group_name      = aws_db_proxy_default_target_group.main.name
  db_instance_identifier = INSTANCE
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""
DEFAULTS = {
    "ROUTED": '"0.0.0.0/0"',
    "OUT": "5432",
    "PEER": "security_groups = [aws_security_group.proxy.id]",
    "PUBLIC": "false",
    "STORE_GROUPS": "[aws_security_group.store.id]",
    "BEFORE": "aws_db_proxy.main.name",
    "INSTANCE": "aws_db_instance.main.identifier",
}


def told(folder: Path, changes: dict[str, str]) -> list[str]:
    """The flows to the database with some changes, in short."""
    return told_of(folder, filled(STACK, DEFAULTS | changes))


def told_of(folder: Path, text: str) -> list[str]:
    """The flows of a stack to its store `main`, in short."""
    (folder / "main.tf").write_text(text, encoding="utf-8")
    flows = list_flows(Options(paths=(str(folder),)), None, "store:main")
    assert not flows.problems
    found = []
    for flow in flows.flows:
        line = " ".join((flow.source, *flow.through, *flow.ports))
        line += "".join(f" of {each}" for each in flow.addresses)
        found.append(line + "".join(f" needs {each}" for each in flow.missing))
    return sorted(found)


EVERYBODY = {"PEER": 'cidr_blocks = ["0.0.0.0/0"]', "BEFORE": '"elsewhere"'}
DIRECTLY = ["service:web 5432", "vpc:main 5432"]


@pytest.mark.parametrize(
    ("changes", "flows"),
    [
        ({}, DIRECTLY),
        ({"PUBLIC": "true"}, ["internet 5432", *DIRECTLY]),
        ({"PUBLIC": "null"}, DIRECTLY),
        ({"PUBLIC": "var.which"}, ["internet 5432 needs var.which", *DIRECTLY]),
        ({"PUBLIC": "true", "ROUTED": '"192.0.2.0/24"'}, ["internet 5432 of 192.0.2.0/24",
                                                         *DIRECTLY]),
        ({"PUBLIC": "true", "ROUTED": '"10.9.0.0/16"'}, DIRECTLY),
        ({"PUBLIC": "true", "PEER": 'cidr_blocks = ["203.0.113.0/24"]'},
         ["internet 5432 of 203.0.113.0/24"]),
        ({"PUBLIC": "true", "PEER": 'cidr_blocks = ["10.0.0.0/16"]'}, DIRECTLY),
        ({"PEER": 'cidr_blocks = ["10.0.1.0/24"]'},
         ["service:web 5432", "vpc:main 5432 of 10.0.1.0/24"]),
        ({"PEER": "security_groups = [aws_security_group.web.id]"}, ["service:web 5432"]),
        ({"PEER": "self = true"}, []),
        ({"OUT": "3306"}, ["vpc:main 5432"]),
        ({"STORE_GROUPS": "[aws_security_group.web.id]"}, []),
        ({"STORE_GROUPS": "[]"}, []),
    ],
)  # fmt: skip
def test_who_reaches_a_database(changes: dict[str, str], flows: list[str], tmp_path: Path) -> None:
    """The internet does by its public address alone, and all others by its groups."""
    assert told(tmp_path, EVERYBODY | changes) == flows


BY_PROXY = ["proxy:main 5432", "service:web proxy:main 5432"]


@pytest.mark.parametrize(
    ("changes", "flows"),
    [
        ({}, BY_PROXY),
        ({"OUT": "3306"}, ["proxy:main 5432"]),
        ({"PEER": "security_groups = [aws_security_group.web.id]"}, ["service:web 5432"]),
        ({"PEER": "security_groups = [var.which]"}, []),
        ({"INSTANCE": '"elsewhere"'}, []),
        ({"BEFORE": '"elsewhere"'}, []),
    ],
)
def test_a_proxy_leads_to_its_database(
    changes: dict[str, str], flows: list[str], tmp_path: Path
) -> None:
    """Who gets to the proxy gets to the database behind it, whose group need let in no other."""
    assert told(tmp_path, changes) == flows


CLUSTER = """
resource "aws_rds_cluster" "main" {
  engine                 = "aurora-postgresql"
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.store.id]
}
"""
INSTANCE = """
resource "aws_rds_cluster_instance" "NAME" {
  cluster_identifier  = aws_rds_cluster.main.id
  engine              = "aurora-postgresql"
  publicly_accessible = PUBLIC
}
"""


@pytest.mark.parametrize(
    ("public", "flows"),
    [
        ([], []),
        (["false"], []),
        (["null", "false"], []),
        (["true"], ["internet 5432"]),
        (["true", "false"], ["internet 5432"]),
        (["false", "true"], ["internet 5432"]),
        (["false", "var.which"], ["internet 5432 needs var.which"]),
        (["true", "var.which"], ["internet 5432"]),
    ],
)
def test_one_public_instance_makes_a_cluster_public(
    public: list[str], flows: list[str], tmp_path: Path
) -> None:
    """Each instance has a setting of its own; without any the cluster has no public address."""
    instances = (
        INSTANCE.replace("NAME", f"i{number}").replace("PUBLIC", each)
        for number, each in enumerate(public)
    )
    stack = STACK.replace('aws_db_instance" "main', 'aws_db_instance" "other')
    stack = stack.replace("aws_db_instance.main", "aws_db_instance.other")
    text = "".join((filled(stack, DEFAULTS | EVERYBODY), CLUSTER, *instances))

    assert told_of(tmp_path, text) == sorted([*flows, *DIRECTLY])
