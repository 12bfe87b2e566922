"""Whom tasks behind load balancers may allow, and what is said of whom they allow besides."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

COMMON = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "edge" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "second" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "away" { vpc_id = aws_vpc.far.id }
resource "aws_security_group" "nowhere" {}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "tcp"
    from_port = 8080
    to_port   = 8080
    PEER
  }
}
resource "aws_lb_target_group" "web" {
  port        = 8080
  protocol    = PROTOCOL
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
  KEEPS
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = LISTENS
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id, aws_security_group.second.id]
  }
}
"""
ALB = """
resource "aws_lb" "edge" {
  subnets         = [aws_subnet.a.id, aws_subnet.b.id]
  security_groups = [aws_security_group.edge.id]
}
"""
NLB = """
resource "aws_lb" "edge" {
  load_balancer_type = "network"
  internal           = INTERNAL
  GROUPS
  SUBNETS
}
"""
SUBNETS = "subnets = [aws_subnet.a.id, aws_subnet.b.id]"
DEFAULTS = {
    "PROTOCOL": '"HTTP"',
    "LISTENS": '"HTTPS"',
    "KEEPS": "",
    "INTERNAL": "true",
    "GROUPS": "",
    "SUBNETS": SUBNETS,
}
OF_NLB = {"PROTOCOL": '"TCP"', "LISTENS": '"TCP"', "KEEPS": "preserve_client_ip = false"}


def verdict(folder: Path, text: str, rule: str, changes: dict[str, str]) -> str:
    """What a rule says of the peer, and what it waits for."""
    report = scanned(folder, filled(text, DEFAULTS | changes), rule)
    found = ["fail" for _ in report.findings]
    found += [" ".join(("unknown", *each.missing)) for each in report.unknowns]
    # Of a group that allows nothing it says that it is fine.
    assert report.passes or found
    return ", ".join(found) or "pass"


def of_group(name: str) -> str:
    """A peer that is a group of the sources."""
    return f"security_groups = [aws_security_group.{name}.id]"


def cidr(text: str) -> str:
    """A peer that is a range."""
    return f"cidr_blocks = [{text}]"


EITHER = "[aws_security_group.edge.id, aws_security_group.other.id][var.which]"
NAMESPACE = """
  service_connect_configuration {
    enabled   = true
    namespace = NAME
  }
"""
CLIENT = """
resource "aws_ecs_service" "client" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.other.id]
  }
MORE}
"""


def joined(mine: str, theirs: str) -> str:
    """A client of Service Connect, in the namespace of the tasks or in another."""
    own, other = NAMESPACE.replace("NAME", mine), NAMESPACE.replace("NAME", theirs)
    text = COMMON.replace("  network_configuration {", f"{own}  network_configuration {{")
    return text + CLIENT.replace("MORE", other)


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        (of_group("edge"), "pass"),
        (of_group("second"), "pass"),
        (of_group("web"), "pass"),
        ("self = true", "pass"),
        (of_group("other"), "fail"),
        (of_group("away"), "fail"),
        ('security_groups = ["sg-1"]', "fail"),
        (f"security_groups = [{EITHER}]", "unknown var.which"),
        # What an input gives is nothing that the sources write.
        ("security_groups = [var.which]", "fail"),
        (cidr("aws_vpc.main.cidr_block"), "fail"),
        (cidr('"10.0.1.0/24"'), "fail"),
        (cidr('"192.0.2.1/32"'), "fail"),
        (cidr("var.which"), "fail"),
        ('prefix_list_ids = ["pl-1"]', "fail"),
    ],
)
def test_tasks_behind_an_alb_allow_its_groups(peer: str, said: str, tmp_path: Path) -> None:
    """And their own: everybody else gets past the load balancer, whatever addresses these are."""
    assert verdict(tmp_path, (COMMON + ALB).replace("PEER", peer), "TW205", {}) == said


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        ('"shop"', '"shop"', "pass"),
        ('"shop"', '"pay"', "fail"),
        ('"shop"', "var.which", "unknown shop var.which"),
        ("var.which", '"shop"', "unknown var.which shop"),
        ("var.which", "var.which", "pass"),
    ],
)
def test_who_is_in_the_namespace_may_come_past_the_alb(
    mine: str, theirs: str, said: str, tmp_path: Path
) -> None:
    """Service Connect leads clients of the same namespace to the tasks themselves."""
    text = (joined(mine, theirs) + ALB).replace("PEER", of_group("other"))
    assert verdict(tmp_path, text, "TW205", {}) == said


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ("[aws_security_group.other.id]", "pass"),
        ("[aws_security_group.edge.id, aws_security_group.other.id]", "pass"),
        (f"[{EITHER}]", "unknown var.which"),
        ("var.which", "fail"),
        ("[var.which]", "fail"),
    ],
)
def test_the_groups_that_the_alb_has(groups: str, said: str, tmp_path: Path) -> None:
    """A group that the load balancer may have is one that tasks may allow, perhaps."""
    alb = ALB.replace("[aws_security_group.edge.id]", groups)
    text = (COMMON + alb).replace("PEER", of_group("other"))
    assert verdict(tmp_path, text, "TW205", {}) == said


def of_aws(service: str) -> str:
    """The prefix list of a service of AWS."""
    name = f"com.amazonaws.eu-west-1.{service}"
    return f'''
data "aws_ec2_managed_prefix_list" "list" {{ name = "{name}" }}
'''


def listed(*cidrs: str) -> str:
    """A prefix list of the sources."""
    entries = "".join(f"  entry {{ cidr = {cidr} }}\n" for cidr in cidrs)
    return f"""
resource "aws_ec2_managed_prefix_list" "list" {{
  address_family = "IPv4"
{entries}}}
"""


BY_LIST = "prefix_list_ids = [aws_ec2_managed_prefix_list.list.id]"
BY_DATA = BY_LIST.replace("[", "[data.")
ASSOCIATION = """
resource "aws_vpc_security_group_vpc_association" "other" {
  security_group_id = aws_security_group.other.id
  vpc_id            = VPC
}
"""


@pytest.mark.parametrize(
    ("peer", "more", "said"),
    [
        (of_group("other"), "", "pass"),
        (of_group("web"), "", "pass"),
        (of_group("away"), "", "fail"),
        (of_group("nowhere"), "", "fail"),
        ('security_groups = ["sg-1"]', "", "unknown sg-1"),
        ("security_groups = [var.which]", "", "unknown var.which"),
        (of_group("other"), ASSOCIATION.replace("VPC", "aws_vpc.main.id"), "pass"),
        (of_group("other"), ASSOCIATION.replace("VPC", "aws_vpc.far.id"), "fail"),
        (of_group("other"), ASSOCIATION.replace("VPC", '"vpc-1"'), "fail"),
        (of_group("other"), ASSOCIATION.replace("VPC", "var.which"), "fail"),
        (of_group("second"), ASSOCIATION.replace("VPC", "aws_vpc.far.id"), "pass"),
        (cidr("aws_vpc.main.cidr_block"), "", "pass"),
        (cidr("aws_subnet.b.cidr_block"), "", "pass"),
        (cidr('"10.0.0.0/16"'), "", "pass"),
        (cidr('"10.0.77.0/24"'), "", "pass"),
        (cidr('"10.0.0.0/15"'), "", "fail"),
        (cidr("aws_vpc.far.cidr_block"), "", "fail"),
        (cidr('"192.0.2.1/32"'), "", "fail"),
        (cidr("var.which"), "", "unknown var.which"),
        ('prefix_list_ids = ["pl-1"]', "", "unknown pl-1"),
        (BY_DATA, of_aws("s3"), "fail"),
        (BY_DATA, of_aws("vpc-lattice"), "fail"),
        (BY_LIST, listed('"10.0.1.0/24"', '"10.0.9.0/24"'), "pass"),
        (BY_LIST, listed('"10.0.1.0/24"', '"10.9.0.0/24"'), "fail"),
        (BY_LIST, listed('"10.0.1.0/24"', "var.which"), "unknown var.which"),
    ],
)
def test_tasks_behind_an_nlb_allow_their_vpc(
    peer: str, more: str, said: str, tmp_path: Path
) -> None:
    """Its ranges, its subnets' and groups that are used in it and in no other."""
    text = (COMMON + NLB + more).replace("PEER", peer)
    assert verdict(tmp_path, text, "TW206", OF_NLB) == said


def mapped(*fields: str) -> dict[str, str]:
    """The subnets of the load balancer, each with an address of its own."""
    blocks = (
        f"subnet_mapping {{\n    subnet_id = aws_subnet.{name}.id\n    {field}\n  }}"
        for name, field in zip("ab", fields, strict=False)
    )
    return {"SUBNETS": "\n  ".join(blocks)}


EIP = """
resource "aws_eip" "edge" {}
resource "aws_eip" "other" {}
"""
OTHER_EIP = '"${aws_eip.other.public_ip}/32"'
ONE_EIP = "[aws_eip.edge.id, aws_eip.other.id][var.which]"


@pytest.mark.parametrize(
    ("peer", "subnets", "said"),
    [
        (cidr('"${aws_eip.edge.public_ip}/32"'), mapped("allocation_id = aws_eip.edge.id"), "pass"),
        (
            cidr('"${aws_eip.other.public_ip}/32"'),
            mapped("allocation_id = aws_eip.edge.id"),
            "fail",
        ),
        (cidr(OTHER_EIP), mapped("allocation_id = var.which"), "unknown var.which"),
        (cidr(OTHER_EIP), mapped('allocation_id = "eipalloc-1"'), "fail"),
        (cidr(OTHER_EIP), mapped(f"allocation_id = {ONE_EIP}"), "unknown var.which"),
        (cidr('"52.1.2.3/32"'), mapped(f"allocation_id = {ONE_EIP}"), "fail"),
        (cidr('"10.0.1.7/32"'), mapped('private_ipv4_address = "10.0.1.7"'), "pass"),
    ],
)
def test_the_elastic_ip_of_an_nlb_is_one_that_tasks_may_allow(
    peer: str, subnets: dict[str, str], said: str, tmp_path: Path
) -> None:
    """That is the NLB itself, though its targets never see that address."""
    text = (COMMON + NLB + EIP).replace("PEER", peer)
    changes = OF_NLB | subnets | {"INTERNAL": "false"}
    assert verdict(tmp_path, text, "TW206", changes) == said


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        (cidr(OTHER_EIP), "unknown var.which"),
        (cidr('"192.0.2.1/32"'), "fail"),
        (cidr('"10.0.1.7/32"'), "pass"),
        (of_group("other"), "pass"),
    ],
)
def test_an_elastic_ip_may_be_that_of_an_nlb_from_elsewhere(
    peer: str, said: str, tmp_path: Path
) -> None:
    """Whichever it has is not known; an address that is written as digits is none of them."""
    text = (COMMON.replace("aws_lb.edge.arn", "var.which") + EIP).replace("PEER", peer)
    assert verdict(tmp_path, text, "TW206", OF_NLB) == said


LISTENER = COMMON[COMMON.index('resource "aws_lb_listener"') : COMMON.index('resource "aws_ecs')]
RULE = """
resource "aws_lb_listener_rule" "web" {
  listener_arn = LISTENER
  priority     = 1
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
  condition {
    path_pattern { values = ["/*"] }
  }
}
"""
FIXED = """
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type = "fixed-response"
    fixed_response { content_type = "text/plain" }
  }
}
"""


@pytest.mark.parametrize("protocol", ['"HTTP"', "var.which"])
@pytest.mark.parametrize(
    ("peer", "own", "elsewhere"),
    [
        (of_group("edge"), "pass", "unknown var.which"),
        (of_group("other"), "fail", "unknown var.which"),
        (of_group("second"), "pass", "pass"),
        (cidr('"10.0.0.0/16"'), "fail", "fail"),
    ],
)
def test_what_has_rules_is_an_alb(
    peer: str, own: str, elsewhere: str, protocol: str, tmp_path: Path
) -> None:
    """Also where its listener is from elsewhere: then its groups are not known, but no NLB's."""
    text = (COMMON.replace(LISTENER, FIXED + RULE) + ALB).replace("PEER", peer)
    known = text.replace("= LISTENER", "= aws_lb_listener.web.arn")
    assert verdict(tmp_path, known, "TW205", {"PROTOCOL": protocol}) == own
    unknown = text.replace("= LISTENER", "= var.which")
    assert verdict(tmp_path, unknown, "TW205", {"PROTOCOL": protocol}) == elsewhere
