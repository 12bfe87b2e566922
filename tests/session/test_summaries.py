"""Summaries say of services, load balancers and groups who may reach them, in both languages."""

from pathlib import Path

import pytest

from taskwall.session.session import Session
from taskwall.session.summaries import ResourceSummary

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"


@pytest.fixture(scope="module", params=["terraform", "cloudformation"])
def drawn(request: pytest.FixtureRequest) -> dict[str, ResourceSummary]:
    """The summaries of the storefront, by the names that both languages share."""
    names = {
        "terraform": {
            "module.web.aws_ecs_service.this": "web",
            "module.mailer.aws_ecs_service.this": "mailer",
            "aws_ecs_service.worker": "worker",
            "aws_cloudwatch_event_target.reports": "reports",
            "aws_lb.shop": "balancer",
            "aws_security_group.shop": "group",
            "aws_security_group.endpoints": "endpoints",
        },
        "cloudformation": {
            "Web": "web",
            "Mailer": "mailer",
            "Worker": "worker",
            "ReportsSchedule": "reports",
            "ShopBalancer": "balancer",
            "ShopBalancerSecurityGroup": "group",
            "EndpointSecurityGroup": "endpoints",
        },
    }[request.param]
    found = Session(str(DEMO / request.param)).summaries()
    return {names[each.name]: each for each in found if each.name in names}


def texts(summary: ResourceSummary) -> str:
    """All that a summary says."""
    return "\n".join(line.text for line in summary.lines)


def test_service_behind_a_load_balancer(drawn: dict[str, ResourceSummary]) -> None:
    """It says which load balancer, that it is public, and what both groups admit."""
    web = drawn["web"]
    assert (web.kind, web.word) == ("tasks", "service")
    assert web.brief.startswith("behind ALB ")
    assert web.brief.count("behind") == 1
    assert ", allows " in web.brief
    said = texts(web)
    assert "is in front of" in said
    assert "is internet-facing" in said
    assert "allows ingress from 0.0.0.0/0 on port 9102." in said
    assert all(line.place for line in web.lines)


def test_service_without_a_load_balancer(drawn: dict[str, ResourceSummary]) -> None:
    """It says so, and what the group admits all the same."""
    assert drawn["mailer"].brief.startswith("behind no load balancer, allows ")
    assert "on port 8025." in texts(drawn["mailer"])


def test_tasks_that_share_a_network_have_no_groups_of_their_own(
    drawn: dict[str, ResourceSummary],
) -> None:
    """Nothing is said of what groups admit that do not hold."""
    assert drawn["worker"].brief == "behind no load balancer"
    assert "Its tasks share the network and the security groups" in texts(drawn["worker"])


def test_tasks_without_a_group_wear_the_default_one(drawn: dict[str, ResourceSummary]) -> None:
    """What that admits is not in the sources, so that "nobody" would be wrong."""
    assert drawn["reports"].brief == "behind no load balancer"
    assert "use the default group of the VPC" in texts(drawn["reports"])


def test_load_balancer(drawn: dict[str, ResourceSummary]) -> None:
    """It says who reaches it, and each service behind it once."""
    said = texts(drawn["balancer"])
    assert "allows ingress from 0.0.0.0/0 on port 443." in said
    assert said.count("is behind it.") == 1


def test_security_group(drawn: dict[str, ResourceSummary]) -> None:
    """It says who wears it, whom it admits, and where it is admitted itself."""
    said = texts(drawn["group"])
    assert " uses it." in said
    assert "allows ingress from 0.0.0.0/0 on port 80." in said
    assert "allows ingress from it on port 8080." in said
    assert "No tasks and no load balancer in the sources use it." in texts(drawn["endpoints"])


def test_groups_that_are_not_in_the_sources(tmp_path: Path) -> None:
    """Whom they admit is not known: nobody would be a guess."""
    (tmp_path / "main.tf").write_text(
        """
        resource "aws_ecs_task_definition" "web" {
          family       = "web"
          network_mode = "awsvpc"
          container_definitions = "[]"
        }
        resource "aws_ecs_service" "web" {
          name            = "web"
          launch_type     = "FARGATE"
          task_definition = aws_ecs_task_definition.web.arn
          network_configuration {
            subnets         = ["subnet-12345678"]
            security_groups = ["sg-12345678", var.more]
          }
        }
        """
    )
    (web,) = Session(str(tmp_path)).summaries()
    unseen = "what sg-12345678 allows, what var.more allows"
    assert web.brief == f"behind no load balancer, allows {unseen}"
    assert "What sg-12345678 allows is not known: sg-12345678 is not in the sources." in texts(web)
