"""What is looked up by a name of which an account has only one: who has it is meant."""

import pytest

from lowering.networks import network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import Listener

WRITTEN = [
    ('"web"', '"web"'),
    ('"web"', "aws_lb.a.name"),
    ("var.v", "var.v"),
    ("var.v", "aws_lb.a.name"),
]
ELSEWHERE = [
    ('"web"', '"x"'),
    ('"web"', "var.v"),
    ("var.v", '"web"'),
    ("var.v", "var.w"),
]


@pytest.mark.parametrize("sought", ["aws_lb", "aws_alb"])
@pytest.mark.parametrize(
    ("own", "asked", "written"),
    [*((*each, True) for each in WRITTEN), *((*each, False) for each in ELSEWHERE)],
)
def test_load_balancers_that_are_looked_up(
    sought: str, own: str, asked: str, written: bool
) -> None:
    """The one that has the name, as it is written or as its variable is called; else another."""
    (found,) = network(f"""
variable "v" {{}}
variable "w" {{}}
resource "aws_lb" "a" {{ name = {own} }}
data "{sought}" "d" {{ name = {asked} }}
resource "aws_lb_listener" "l" {{ load_balancer_arn = data.{sought}.d.arn }}
""").every(Listener)

    link = found.load_balancer
    expected = ("aws_lb.a", True, True) if written else (f"data.{sought}.d", False, False)
    assert (link.to, link.exact, link.written) == expected
    assert [need.name for need in link.fact.needs] == ([] if written else [f"data.{sought}.d"])


@pytest.mark.parametrize(("asked", "written"), [('"web"', True), ('"x"', False), ("var.v", False)])
@pytest.mark.parametrize("group", ["aws_lb_target_group", "aws_alb_target_group"])
def test_what_a_service_looks_up(group: str, asked: str, written: bool) -> None:
    """Its cluster, its task definition by the family, and its target group."""
    (found,) = network(f"""
variable "v" {{}}
resource "aws_ecs_cluster" "c" {{ name = "web" }}
resource "aws_ecs_task_definition" "t" {{
  family                = "web"
  container_definitions = "[]"
}}
resource "aws_lb_target_group" "g" {{ name = "web" }}
data "aws_ecs_cluster" "d" {{ cluster_name = {asked} }}
data "aws_ecs_task_definition" "d" {{ task_definition = {asked} }}
data "{group}" "d" {{ name = {asked} }}
resource "aws_ecs_service" "s" {{
  cluster         = data.aws_ecs_cluster.d.arn
  task_definition = data.aws_ecs_task_definition.d.arn
  load_balancer {{
    target_group_arn = data.{group}.d.arn
    container_name   = "web"
    container_port   = 80
  }}
}}
""").every(TaskSource)

    links = (found.cluster, found.task_definition, found.bindings[0].target_group)
    assert [link.to for link in links if link is not None] == (
        ["aws_ecs_cluster.c", "aws_ecs_task_definition.t", "aws_lb_target_group.g"]
        if written
        else ["data.aws_ecs_cluster.d", "data.aws_ecs_task_definition.d", f"data.{group}.d"]
    )
