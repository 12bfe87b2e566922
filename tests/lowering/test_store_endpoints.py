"""Data stores that the environment of a container names by their endpoints, written out."""

import pytest

from taskwall.lowering import lower
from taskwall.model.entities.environment import Variable
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "given" {}
resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{
    name        = "web"
    environment = [{ name = "HOST", value = VALUE }]
  }])
}
resource "aws_db_instance" "one" { identifier = "shop" }
resource "aws_db_instance" "unnamed" {}
data "aws_db_instance" "other" { db_instance_identifier = "other" }
resource "aws_rds_cluster" "one" { cluster_identifier = "shop" }
resource "aws_docdb_cluster" "one" { cluster_identifier = "shop" }
resource "aws_neptune_cluster" "one" { cluster_identifier = "shop" }
resource "aws_db_proxy" "one" { name = "shop" }
resource "aws_redshift_cluster" "one" { cluster_identifier = "shop" }
resource "aws_elasticache_cluster" "one" { cluster_id = "shop" }
resource "aws_elasticache_replication_group" "one" { replication_group_id = "group" }
MORE
"""
HASH = "c9akciq32rgf"
CLUSTERS = ["aws_rds_cluster.one", "aws_docdb_cluster.one", "aws_neptune_cluster.one"]


def variable(value: str, more: str = "") -> Variable:
    """The variable of a task that has a value."""
    files = Files({"/net/main.tf": SOURCE.replace("VALUE", value).replace("MORE", more)})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    (found,) = lower(stack.evaluate({}).resources).network.every(Variable)
    return found


@pytest.mark.parametrize(
    ("host", "stores"),
    [
        (f"shop.{HASH}.eu-west-1.rds.amazonaws.com", ["aws_db_instance.one"]),
        (f"shop.{HASH}.cn-north-1.rds.amazonaws.com.cn:5432", ["aws_db_instance.one"]),
        (f"postgres://app:${{var.given}}@shop.{HASH}.eu-west-1.rds.amazonaws.com/x",
         ["aws_db_instance.one"]),
        (f"shop.cluster-{HASH}.eu-west-1.rds.amazonaws.com", CLUSTERS),
        (f"shop.cluster-ro-{HASH}.eu-west-1.rds.amazonaws.com", CLUSTERS),
        (f"shop.proxy-{HASH}.eu-west-1.rds.amazonaws.com", ["aws_db_proxy.one"]),
        (f"shop.cluster-{HASH}.eu-west-1.docdb.amazonaws.com", ["aws_docdb_cluster.one"]),
        (f"shop.cluster-{HASH}.eu-west-1.neptune.amazonaws.com", ["aws_neptune_cluster.one"]),
        (f"shop.{HASH}.eu-west-1.redshift.amazonaws.com", ["aws_redshift_cluster.one"]),
        (f"shop.{HASH}.0001.euw1.cache.amazonaws.com", ["aws_elasticache_cluster.one"]),
        (f"shop.{HASH}.cfg.euw1.cache.amazonaws.com", ["aws_elasticache_cluster.one"]),
        (f"master.group.{HASH}.euw1.cache.amazonaws.com",
         ["aws_elasticache_replication_group.one"]),
        (f"group.{HASH}.ng.0001.euw1.cache.amazonaws.com",
         ["aws_elasticache_replication_group.one"]),
        (f"other.{HASH}.eu-west-1.rds.amazonaws.com", []),
        (f"my-shop.{HASH}.eu-west-1.rds.amazonaws.com", []),
        (f"x.shop.{HASH}.eu-west-1.rds.amazonaws.com", []),
        (f"shop.{HASH}.eu-west-1.example.com", []),
        (f"${{var.given}}.{HASH}.eu-west-1.rds.amazonaws.com", []),
    ],
)  # fmt: skip
def test_an_endpoint_names_its_store(host: str, stores: list[str]) -> None:
    """By the service, and by what stands before the part that AWS assigns."""
    found = variable(f'"{host}"')
    assert (list(found.refers), found.anything) == (stores, False)


def test_an_open_identifier_may_be_the_one() -> None:
    """So may none of the others, whose names are known."""
    more = 'resource "aws_db_instance" "open" { identifier = var.given }'
    found = variable(f'"shop.{HASH}.eu-west-1.rds.amazonaws.com"', more)
    assert (found.refers, found.anything) == (("aws_db_instance.one",), True)
    assert [need.name for need in found.needs] == ["var.given"]
