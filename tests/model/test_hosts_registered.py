"""What registers container instances with load balancers beside tasks, and whether it does."""

import pytest

from lowering.networks import network
from taskwall.core.facts import any_of
from taskwall.model.load_balancing.paths import hosts_registered

STACK = """
variable "any" {}
module "gone" { source = "./gone" }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_instance" "host" {
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n"
}
resource "aws_instance" "plain" {
  user_data = "#!/bin/bash\\nyum install -y httpd\\n"
}
resource "aws_launch_template" "host" {
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n")
}
resource "aws_launch_template" "plain" {
  user_data = base64encode("#!/bin/bash\\nyum install -y httpd\\n")
}
data "aws_instance" "seen" { instance_id = "i-1" }
resource "aws_lb_target_group" "web" { target_type = "instance" }
"""
ATTACHMENT = """
resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = TARGET
}
"""
GROUP = """
resource "aws_autoscaling_group" "hosts" {
  launch_template { id = TEMPLATE }
}
"""
PROVIDER = """
resource "aws_ecs_capacity_provider" "hosts" {
  name = "hosts"
  auto_scaling_group_provider { auto_scaling_group_arn = GROUP }
}
"""
OWN, SCALED = "aws_lb_target_group_attachment.web", "aws_autoscaling_group.hosts"
HOST, PLAIN = "aws_instance.host.id", "aws_instance.plain.id"
Expected = dict[str, tuple[bool | None, list[str]]]
NOBODY: Expected = {}


def told(text: str) -> Expected:
    """What registers container instances, by name, and what that waits for."""
    found = hosts_registered(network(STACK + text))
    facts = {by.name: any_of(f for other, f in found if other.name == by.name) for by, _ in found}
    return {
        name: (fact.truth, sorted({need.name for need in fact.waits_for()}))
        for name, fact in facts.items()
    }


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param(HOST, {OWN: (True, [])}, id="a container instance"),
        pytest.param(PLAIN, NOBODY, id="another instance"),
        pytest.param(f"[{HOST}, {PLAIN}][var.any]", {OWN: (None, ["var.any"])}, id="one of two"),
        # What a module that is not there puts out may be one that it makes.
        pytest.param("module.gone.id", {OWN: (None, ["module.gone.id"])}, id="of a module"),
        pytest.param(
            "module.gone.ids[0]", {OWN: (None, ["module.gone.ids[0]"])}, id="one of a module's"
        ),
        # What comes from outside is none of the sources.
        pytest.param('"i-1"', NOBODY, id="an id"),
        pytest.param("data.aws_instance.seen.id", NOBODY, id="one that is looked up"),
        pytest.param("var.any", NOBODY, id="an input"),
    ],
)
def test_whether_what_is_registered_is_a_container_instance(
    target: str, expected: Expected
) -> None:
    """By itself, in a target group."""
    assert told(ATTACHMENT.replace("TARGET", target)) == expected


@pytest.mark.parametrize(
    ("template", "group", "expected"),
    [
        pytest.param("host", "", {SCALED: (True, [])}, id="by its template"),
        pytest.param("plain", "", NOBODY, id="of other instances"),
        pytest.param("plain", f"{SCALED}.arn", {SCALED: (True, [])}, id="by a capacity provider"),
        pytest.param("plain", "var.any", {"var.any": (True, [])}, id="an input's"),
        pytest.param("host", f"{SCALED}.arn", {SCALED: (True, [])}, id="by both"),
    ],
)
def test_which_auto_scaling_groups_register_container_instances(
    template: str, group: str, expected: Expected
) -> None:
    """Those whose instances join a cluster, and those of capacity providers, whoever makes them."""
    text = GROUP.replace("TEMPLATE", f"aws_launch_template.{template}.id")
    assert told(text + (PROVIDER.replace("GROUP", group) if group else "")) == expected


def test_a_stack_without_ecs_has_no_container_instances() -> None:
    """Whatever is registered there, as by a module that is not there."""
    text = 'module "gone" { source = "./gone" }\nresource "aws_lb_target_group" "web" {}\n'
    found = network(text + ATTACHMENT.replace("TARGET", "module.gone.id"))
    assert hosts_registered(found) == []
