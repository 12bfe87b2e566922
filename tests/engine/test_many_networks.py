"""Networks that are made in turn, each of the one before, say what each says by itself."""

import pytest

from taskwall.engine.judge import judge, judge_scenarios
from taskwall.engine.scenarios import explore
from taskwall.incremental.query import AmbiguousError
from taskwall.lowering import IncrementalLowering
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

MAIN = """
data "aws_region" "here" {}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "open" {
  count             = terraform.workspace == "prod" ? 0 : 1
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_vpc_security_group_ingress_rule" "wide" {
  count             = data.aws_region.here.name == "eu-west-1" ? 1 : 0
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "-1"
}

resource "aws_ecs_service" "web" {
  name        = "web"
  launch_type = "FARGATE"
  network_configuration {
    subnets         = ["subnet-1"]
    security_groups = [aws_security_group.web.id]
  }
}
"""
SHOWN = Settings(show=("fail", "unknown", "pass"), profile="strict")


def the_stack() -> Stack:
    """The stack, as it is not evaluated yet."""
    files = Files({"/stack/main.tf": MAIN})
    stacks, errors = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))
    assert not errors
    return stacks[0]


@pytest.mark.parametrize("ambiguous", [False, True])
def test_networks_in_turn(ambiguous: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of one is left in the next; where they cannot be, each is made by itself."""
    made: list[int] = []
    lowered = IncrementalLowering.lowered

    def counted(self: IncrementalLowering, resources: object) -> object:
        made.append(1)
        if ambiguous and len(made) == 2:
            raise AmbiguousError
        return lowered(self, resources)  # type: ignore[arg-type]

    monkeypatch.setattr(IncrementalLowering, "lowered", counted)
    alone = the_stack()
    followed = explore(alone)
    assert len(followed.scenarios) == 4
    expected = judge_scenarios(alone, followed, all_rules(), SHOWN)
    assert {one.finding.verdict for one in expected.findings} == {"fail", "unknown", "pass"}
    assert any(one.finding.when for one in expected.findings)
    assert not made

    assert judge(the_stack(), all_rules(), SHOWN) == expected
    assert len(made) == (2 if ambiguous else 4)
