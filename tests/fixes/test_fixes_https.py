"""The edits that move a listener from port 80 to port 443: nobody else may use it afterwards."""

from pathlib import Path

import pytest

from mending import mended, scanned

RULES = Path(__file__).parent.parent.parent / "fixtures" / "rules"

RULE = 'resource "aws_vpc_security_group_ingress_rule" "web" {\n'
EVERYBODY = '"0.0.0.0/0"'
VARIABLES = '\nvariable "public" {}\n\nvariable "range" {\n  default = "0.0.0.0/0"\n}\n'
LOOP = """\
  dynamic "ingress" {
    for_each = var.public ? ["0.0.0.0/0"] : []

    content {
      protocol    = "tcp"
      from_port   = 80
      to_port     = 80
      cidr_blocks = [ingress.value]
    }
  }
"""
LISTENER = 'resource "aws_lb_listener" "web" {\n'
GROUP = 'resource "aws_security_group" "web" {\n'
SSH = ("from_port         = 80", "from_port = 22"), ("to_port           = 80", "to_port = 22")
HTTPS = """\
resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = "%s"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

"""
PERHAPS = HTTPS.replace("{", "{\n  count = var.public ? 1 : 0", 1)
UNKNOWN = HTTPS.replace("443", "var.public")
OLD_RULE = """\
resource "aws_security_group_rule" "web" {
  type              = "ingress"
  security_group_id = aws_security_group.web.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

"""
ADDED = '"aws_vpc_security_group_ingress_rule" "web_https"'

PARAMETERS = """\
Parameters:
  Public:
    Type: String
  Range:
    Type: String
    Default: 0.0.0.0/0

Conditions:
  IsPublic: !Equals [!Ref Public, "yes"]

Resources:
"""
OWN = "Type: AWS::EC2::SecurityGroupIngress\n"
DESCRIPTION = "GroupDescription: Load balancer\n"
INLINE = """\
      SecurityGroupIngress:
        - Fn::If:
            - IsPublic
            - { IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0 }
            - !Ref AWS::NoValue
"""
OWN_SSH = ("FromPort: 80", "FromPort: 22"), ("ToPort: 80", "ToPort: 22")
SCHEME = ("Scheme: internet-facing", "Scheme: !If [IsPublic, internet-facing, internal]")


def edited(rule: str, case: str, *pairs: tuple[str, str], end: str = "") -> str:
    """A fixture, some of it replaced, with the edits made of a rule's fail; "" if it has none."""
    source = RULES / rule.lower() / case
    text = source.read_text()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    scan = scanned(str(source), overlay={str(source): text + end})
    fails = [found for found in scan.judged if found[0].finding.rule == rule]
    assert fails
    edits = [edit for _, made in fails for edit in made]
    return mended(scan, edits)[str(source)] if edits else ""


def in_terraform(*pairs: tuple[str, str]) -> str:
    """The fixture of TW101 that has a certificate, in Terraform."""
    return edited("TW101", "fail_certificate/main.tf", *pairs, end=VARIABLES)


def in_cloudformation(*pairs: tuple[str, str]) -> str:
    """The same in CloudFormation."""
    return edited("TW101", "fail_certificate/template.yaml", ("Resources:\n", PARAMETERS), *pairs)


def test_it_is_opened_to_those_who_may_use_port_80() -> None:
    """Where a rule says so that is always there."""
    assert ADDED in in_terraform()
    assert "WebIngressHttps:" in in_cloudformation()


def test_it_is_open_to_them_already() -> None:
    """The listener moves, and the groups stay as they are."""
    found = in_terraform((RULE, HTTPS % "0.0.0.0/0" + RULE))

    assert found
    assert ADDED not in found


@pytest.mark.parametrize(
    ("old", "new", "added"),
    [
        ("443", "443", False),
        ("from_port         = 443", "from_port = 0", False),
        ('"tcp"', '"-1"', False),
        # HTTPS goes over TCP.
        ('"tcp"', '"udp"', True),
        ('"tcp"', '"icmp"', True),
        ("443", "8443", True),
        ("from_port         = 443", "from_port = 444", True),
    ],
)
def test_what_allows_port_443_already(old: str, new: str, added: bool) -> None:
    """A rule for it alone or with others, but for no other protocol, and no other port."""
    beside = (HTTPS % "0.0.0.0/0").replace(old, new)
    assert (ADDED in in_terraform((RULE, beside + RULE))) is added


@pytest.mark.parametrize("key", ["prefix_list_id", "referenced_security_group_id"])
@pytest.mark.parametrize("other", ["named-1", "named-2"])
def test_it_is_open_to_what_is_named_already(key: str, other: str) -> None:
    """Of a prefix list or group nobody knows the addresses, so that only it itself is the same."""
    peer = ('cidr_ipv4         = "0.0.0.0/0"', f'{key} = "named-1"')
    https = HTTPS.replace('cidr_ipv4         = "%s"', f'{key} = "{other}"')

    found = in_terraform(peer, (RULE, https + RULE))

    assert bool(found) is (other == "named-1")
    assert ADDED not in found


def test_whom_a_group_from_elsewhere_allows_nobody_knows() -> None:
    """The listener moves, and no group gets a rule: that one may allow port 443 already."""
    groups = ("[aws_security_group.web.id]", '[aws_security_group.web.id, "sg-1"]')

    found = in_terraform(groups)

    assert found
    assert ADDED not in found


def test_rules_of_the_older_type_get_one_more() -> None:
    """The provider wants no others beside them."""
    source = (RULES / "tw101" / "fail_certificate" / "main.tf").read_text()
    rule = source[source.index(RULE) : source.index('resource "aws_lb_target_group"')]

    found = in_terraform((rule, OLD_RULE))

    assert 'resource "aws_security_group_rule" "web_https" {' in found
    assert found.count("aws_vpc_security_group_ingress_rule") == 0


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([(RULE, f"{RULE}  count = var.public ? 1 : 0\n")], id="count"),
        pytest.param(
            [(RULE, f'{RULE}  for_each = toset(["10.0.0.0/8"])\n'), (EVERYBODY, "each.value")],
            id="for_each",
        ),
        pytest.param([(EVERYBODY, "var.range")], id="default"),
        pytest.param([(EVERYBODY, "aws_vpc.main.cidr_block")], id="VPC"),
        pytest.param([(EVERYBODY, '"everybody"')], id="no range"),
        pytest.param([("to_port           = 80", "to_port = 81")], id="more ports"),
        pytest.param([*SSH, (GROUP, GROUP + LOOP)], id="dynamic"),
        pytest.param([(RULE, HTTPS % "198.51.100.0/24" + RULE)], id="some"),
        pytest.param([(RULE, PERHAPS % "0.0.0.0/0" + RULE)], id="perhaps"),
        pytest.param([(RULE, UNKNOWN % "0.0.0.0/0" + RULE)], id="unknown port"),
        pytest.param([(LISTENER, f"{LISTENER}  for_each = toset([aws_lb.web.id])\n")], id="each"),
    ],
)
def test_terraform_opens_it_to_nobody_else(pairs: list[tuple[str, str]]) -> None:
    """Not where a condition, a loop or an input says who may use port 80.

    Nor where only some of them may use port 443, or no listener can be left on port 80.
    """
    assert in_terraform(*pairs) == ""


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([(OWN, f"{OWN}    Condition: IsPublic\n")], id="condition"),
        pytest.param([(OWN, f"{OWN}    Condition: IsPublic\n"), SCHEME], id="condition of both"),
        pytest.param([*OWN_SSH, (DESCRIPTION, DESCRIPTION + INLINE)], id="If"),
        pytest.param([*OWN_SSH, (DESCRIPTION, DESCRIPTION + INLINE), SCHEME], id="If of both"),
        pytest.param([("CidrIp: 0.0.0.0/0", "CidrIp: !Ref Range")], id="default"),
    ],
)
def test_cloudformation_opens_it_to_nobody_else(pairs: list[tuple[str, str]]) -> None:
    """Nor where a template says so in its ways."""
    assert in_cloudformation(*pairs) == ""


def test_a_listener_that_cannot_be_moved_leaves_nothing_behind() -> None:
    """There are no edits of resources of awscc: two listeners would have port 80."""
    own = 'resource "aws_lb_listener" "web"'
    action = "  default_action {", "  default_actions = [{"
    end = '.web.arn\n  }\n}\n\nresource "aws_acm', '.web.arn\n  }]\n}\n\nresource "aws_acm'
    other = own.replace("aws_lb", "awscc_elasticloadbalancingv2")

    assert in_terraform((own, other), action, end) == ""


@pytest.mark.parametrize(
    ("name", "headers", "condition"),
    [
        ("main.tf", ['resource "aws_vpc" "main" { # TW701\n'], "  count = var.public ? 1 : 0\n"),
        (
            "template.yaml",
            # What is always there cannot name what is not.
            [
                f"Type: AWS::{name}\n"
                for name in ("EC2::VPC", "EC2::Subnet", "EC2::SecurityGroup", "ECS::Service")
            ],
            "    Condition: IsPublic\n",
        ),
    ],
)
def test_nothing_is_added_beside_what_may_not_be_there(
    name: str, headers: list[str], condition: str
) -> None:
    """A flow log without a condition cannot name a VPC that has one."""
    more = [("Resources:\n", PARAMETERS)] if name == "template.yaml" else []
    end = VARIABLES if name == "main.tf" else ""

    assert edited("TW701", f"fail/{name}", *more, end=end)
    more += [(header, header + condition) for header in headers]
    assert edited("TW701", f"fail/{name}", *more, end=end) == ""
