"""What settings expect of flows, and what of it is broken in a stack."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.core.network import FlowIntent, Network, RulePolicy
from taskwall.model.flows.intents import Judged, missing, unexpected
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "web" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [aws_security_group.store.id]
  }
}
resource "aws_security_group" "store" { vpc_id = aws_vpc.main.id }
resource "aws_security_group_rule" "in" {
  type                     = "ingress"
  security_group_id        = aws_security_group.store.id
  protocol                 = "tcp"
  from_port                = FIRST
  to_port                  = 5432
  source_security_group_id = aws_security_group.web.id
}
resource "aws_ecs_service" "web" {
  name        = WEB_NAME
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.web.id]
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_ecs_service" "store" {
  name        = STORE_NAME
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.web.id]
    security_groups = [aws_security_group.store.id]
  }
}
"""
WEB, STORE = "service:web", "service:store"
IN, GROUP = "aws_security_group_rule.in", "aws_security_group.store"


def told(found: list[Judged]) -> list[tuple[str, bool | None, str]]:
    """Where each verdict stands, whether the intent is broken there, and by which flow."""
    return [(each.on.name, each.broken.truth, each.words) for each in found]


def judged(
    source: str,
    target: str,
    only: tuple[str, ...] | None = None,
    required: tuple[str, ...] = (),
    first: str = "5432",
    names: dict[str, str] | None = None,
) -> tuple[list[tuple[str, bool | None, str]], list[tuple[str, bool | None, str]]]:
    """What is unexpected, and what is missing, of an intent about two ends of the stack."""
    network = read(FlowIntent(source, target, only, required), first, names or {})
    return told([*unexpected(network)]), told([*missing(network)])


def read(intent: FlowIntent, first: str, names: dict[str, str]) -> Network:
    """The stack, of which settings expect something."""
    words = {"FIRST": first, "WEB_NAME": '"web"', "STORE_NAME": '"store"', **names}
    files = Files({"/net/main.tf": filled(STACK, words)})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    network.policy = RulePolicy(intents=(intent,))
    return network


@pytest.mark.parametrize(
    ("only", "first", "expected"),
    [
        (("tcp:5432",), "5432", [("aws_ecs_service.store", False, "")]),
        (("tcp",), "5432", [("aws_ecs_service.store", False, "")]),
        (("tcp:5431",), "5432", [(IN, True, "tcp:5432")]),
        (("udp:5432",), "5432", [(IN, True, "tcp:5432")]),
        ((), "5432", [(IN, True, "tcp:5432")]),
        ((), "5433", [("aws_ecs_service.store", False, "")]),
        ((), "var.which", [(IN, None, "tcp:5432")]),
        (None, "5432", []),
    ],
)
def test_a_flow_that_nobody_expects_is_told_at_its_permission(
    only: tuple[str, ...] | None, first: str, expected: list[tuple[str, bool | None, str]]
) -> None:
    """Each beyond those that there may be; or that there is none, at the target."""
    assert judged(WEB, STORE, only, first=first) == (expected, [])


@pytest.mark.parametrize(
    ("required", "first", "expected"),
    [
        ("tcp:5432", "5432", ("aws_ecs_service.store", False)),
        ("tcp:5432", "var.which", ("aws_ecs_service.store", None)),
        ("tcp:5432", "5433", (GROUP, True)),
        ("tcp:5431-5432", "5432", ("aws_security_group.web", True)),
        ("udp:5432", "5432", ("aws_security_group.web", True)),
    ],
)
def test_a_flow_that_is_missing_is_told_at_what_closes_it(
    required: str, first: str, expected: tuple[str, bool | None]
) -> None:
    """That is the group nearest to the client that lets it not through; else it is the target."""
    found = judged(WEB, STORE, None, (required,), first=first)
    assert found == ([], [(*expected, required)])


@pytest.mark.parametrize(("source", "target"), [("internet", "onprem"), ("service:none", STORE)])
def test_an_intent_about_nothing_of_the_stack_says_nothing(source: str, target: str) -> None:
    """Another stack may have the ends that it names; neither of these is a thing of this one."""
    assert judged(source, target, (), ("tcp:443",)) == ([], [])


def test_an_intent_about_the_internet_is_told_at_what_opens_it() -> None:
    """Where the target is no thing of the stack, its source stands for the two."""
    expected = ("aws_ecs_service.web", False, "")
    assert judged(WEB, "internet", ()) == ([expected], [])


OF_WEB, OF_STORE = {"WEB_NAME": '"web-${var.which}"'}, {"STORE_NAME": '"store-${var.which}"'}
PROD_WEB, PROD_STORE = "service:web-prod", "service:store-prod"


@pytest.mark.parametrize(
    ("names", "source", "target", "first", "broken"),
    [
        pytest.param({}, WEB, STORE, "5432", False, id="open"),
        pytest.param(OF_WEB, PROD_WEB, STORE, "5432", None, id="open, the source by its name"),
        pytest.param(OF_STORE, WEB, PROD_STORE, "5432", None, id="open, the target by its name"),
        pytest.param({}, WEB, STORE, "5433", True, id="closed"),
        pytest.param(OF_WEB, PROD_WEB, STORE, "5433", None, id="closed, the source by its name"),
        pytest.param(OF_STORE, WEB, PROD_STORE, "5433", None, id="closed, the target by its name"),
        pytest.param(
            OF_WEB | OF_STORE, PROD_WEB, PROD_STORE, "5433", None, id="closed, both by their names"
        ),
        # By its address it is certainly meant.
        pytest.param(OF_WEB, WEB, STORE, "5433", True, id="closed, by an address"),
    ],
)
def test_an_end_of_which_a_part_of_the_name_is_known_makes_a_flow_unknown(
    names: dict[str, str], source: str, target: str, first: str, broken: bool | None
) -> None:
    """The one that is meant may be of another stack; the verdict waits for the name."""
    intent = FlowIntent(source, target, None, ("tcp:5432",))
    (found,) = missing(read(intent, first, names))

    assert found.broken.truth is broken
    waits = {need.name for need in found.broken.waits_for()}
    assert waits == ({"var.which"} if broken is None else set())
    if broken is None:  # It may be closed by nothing of the stack.
        assert found.on.name == "aws_ecs_service.store"


@pytest.mark.parametrize(
    ("names", "source", "target", "broken"),
    [
        pytest.param({}, WEB, STORE, True, id="known"),
        pytest.param(OF_WEB, PROD_WEB, STORE, None, id="the source by its name"),
        pytest.param(OF_STORE, WEB, PROD_STORE, None, id="the target by its name"),
    ],
)
def test_a_flow_between_ends_that_may_be_others_is_perhaps_unexpected(
    names: dict[str, str], source: str, target: str, broken: bool | None
) -> None:
    """Where the name of an end hangs on an input."""
    found = judged(source, target, (), names=names)
    assert found == ([(IN, broken, "tcp:5432")], [])
