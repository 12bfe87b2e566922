"""Which services share a security group, whether a namespace has them all, and what it allows."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.exposure.group_users import used_groups
from taskwall.model.exposure.shared_groups import allows_itself, shared_groups
from taskwall.model.permissions.peers import permissions
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
variable "many" { type = map(string) }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_service_discovery_http_namespace" "one" { name = "one" }
resource "aws_service_discovery_http_namespace" "two" { name = "two" }
"""
EACH = """
resource "aws_security_group" "each" {
  for_each = var.many
  vpc_id   = aws_vpc.main.id
}
"""
SERVICE = """
resource "aws_ecs_service" "NAME" {
  MANY
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = GROUPS
  }
  MESH
}
"""
WEB, OTHER = "aws_security_group.web.id", "aws_security_group.other.id"
EITHER = f"[{WEB}, {OTHER}][var.any]"
IF_ANY = 'count = var.any == "" ? 1 : 0'
A, B = "aws_ecs_service.a", "aws_ecs_service.b"


def service(name: str, groups: str, many: str = "", mesh: str = "") -> str:
    """A service with some groups, perhaps several times, perhaps in a namespace."""
    words = {"GROUPS": groups, "MANY": many, "MESH": mesh}
    return filled(SERVICE.replace("NAME", name), words)


def member(namespace: str, enabled: str = "true") -> str:
    """A member of a namespace of Service Connect."""
    return (
        f"service_connect_configuration {{\n    enabled = {enabled}\n"
        f"    namespace = {namespace}\n  }}"
    )


def network(text: str) -> Network:
    """The stack with some services."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": STACK + text}), Inputs(boundary="/net")
    )
    assert not errors
    return lower(stack.evaluate({}).resources).network


SHARED: dict[str, tuple[str, list[tuple[str, str, bool | None]]]] = {
    "one service": (service("a", f"[{WEB}]"), []),
    "two services": (
        service("a", f"[{WEB}]") + service("b", f"[{WEB}]"),
        [("aws_security_group.web", f"{A}, {B}", True)],
    ),
    "two services of two groups": (service("a", f"[{WEB}]") + service("b", f"[{OTHER}]"), []),
    "two services of which one has a further group": (
        service("a", f"[{WEB}]") + service("b", f"[{OTHER}, {WEB}]"),
        [("aws_security_group.web", f"{A}, {B}", True)],
    ),
    "two services of two groups each": (
        service("a", f"[{WEB}, {OTHER}]") + service("b", f"[{OTHER}, {WEB}]"),
        [
            ("aws_security_group.web", f"{A}, {B}", True),
            ("aws_security_group.other", f"{A}, {B}", True),
        ],
    ),
    "a service that has one of two": (
        service("a", f"[{WEB}]") + service("b", f"[{EITHER}]"),
        [("aws_security_group.web", f"{A}, {B}", None)],
    ),
    "a service that may be there": (
        service("a", f"[{WEB}]") + service("b", f"[{WEB}]", IF_ANY),
        [("aws_security_group.web", f"{A}, {B}", None)],
    ),
    "two services, and a third that may be there": (
        service("a", f"[{WEB}]") + service("b", f"[{WEB}]") + service("c", f"[{WEB}]", IF_ANY),
        [("aws_security_group.web", f"{A}, {B}", True)],
    ),
    "a group of an input": (service("a", "[var.any]") + service("b", f"[{WEB}]"), []),
    "the same input": (
        service("a", "[var.any]") + service("b", "[var.any]"),
        [("var.any", f"{A}, {B}", True)],
    ),
    "two of one service": (
        service("a", f"[{WEB}]", "count = 2"),
        [("aws_security_group.web", A, True)],
    ),
    "any number of one service": (
        service("a", f"[{WEB}]", "for_each = var.many"),
        [("aws_security_group.web", A, None)],
    ),
    "any number of one service, each with its own group": (
        EACH + service("a", "[aws_security_group.each[each.key].id]", "for_each = var.many"),
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SHARED.values(), ids=SHARED)
def test_which_services_share_a_group(
    text: str, expected: list[tuple[str, str, bool | None]]
) -> None:
    """Those that have it for certain, if these are two; else all that may have it."""
    found = [
        (each.attachment.group, each.names, each.fact) for each in shared_groups(network(text))
    ]

    assert [(group, names, fact.truth) for group, names, fact in found] == expected
    assert all(bool(fact.waits_for()) is (fact.truth is None) for _, _, fact in found)


ONE, TWO = (f"aws_service_discovery_http_namespace.{name}.arn" for name in ("one", "two"))


@pytest.mark.parametrize(
    ("a", "b", "together"),
    [
        ("", "", False),
        (member(ONE), "", False),
        (member(ONE), member(ONE), True),
        (member(ONE), member(TWO), False),
        (member(ONE), member("var.any"), False),
        (member("var.any"), member("var.any"), True),
        (member(ONE), member(f"[{ONE}, {TWO}][var.any]"), None),
        (member(ONE), member(ONE, "false"), False),
        (member(ONE), member(ONE, "var.any"), None),
    ],
)
def test_whether_a_namespace_has_all_of_them(a: str, b: str, together: bool | None) -> None:
    """Members of one namespace of Service Connect may share a group."""
    text = service("a", f"[{WEB}]", mesh=a) + service("b", f"[{WEB}]", mesh=b)
    (found,) = shared_groups(network(text))

    assert found.neighbours.truth is together


RULE = """
resource "aws_vpc_security_group_ingress_rule" "main" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "-1"
  FROM
}
"""
PEER = "referenced_security_group_id"


@pytest.mark.parametrize(
    ("source", "truth"),
    [
        (f"{PEER} = {WEB}", True),
        (f"{PEER} = {OTHER}", False),
        (f"{PEER} = {EITHER}", None),
        (f'{PEER} = "sg-1"', False),
        (f"{PEER} = var.any", False),
        ('cidr_ipv4 = "10.0.0.0/16"', False),
    ],
)
def test_whether_a_group_allows_its_members(source: str, truth: bool | None) -> None:
    """One that is written here is none that is known by an id, or that an input brings."""
    text = service("a", f"[{WEB}]") + service("b", f"[{WEB}]") + RULE.replace("FROM", source)
    found = network(text)
    (shared,) = shared_groups(found)
    (permission,) = permissions(found, "aws_security_group.web", "ingress")

    assert allows_itself(shared.attachment, permission).truth is truth


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (service("a", f"[{WEB}]"), [("aws_security_group.web", A, True)]),
        (
            service("a", f"[{WEB}]") + service("b", f"[{WEB}]"),
            [("aws_security_group.web", f"{A}, {B}", True)],
        ),
        # Those that have it for certain are named, or else those that may.
        (
            service("a", f"[{WEB}]") + service("b", f"[{EITHER}]"),
            [("aws_security_group.web", A, True), ("aws_security_group.other", B, None)],
        ),
        (
            service("a", f"[{EITHER}]"),
            [("aws_security_group.web", A, None), ("aws_security_group.other", A, None)],
        ),
        ("", []),
    ],
    ids=["one", "two", "one, and perhaps another", "one of two groups", "nothing"],
)
def test_what_carries_a_group(text: str, expected: list[tuple[str, str, bool | None]]) -> None:
    """Every group that tasks have or may have, with their names."""
    found = used_groups(network(text), "tasks")
    assert [(each.group, each.names, each.fact.truth) for each in found] == expected
    assert used_groups(network(text), "stores", "balancers") == ()
