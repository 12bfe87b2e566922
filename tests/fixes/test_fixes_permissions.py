"""The permissions that fixes add: inline or as resources of their own, never both one way."""

import re
from pathlib import Path

import pytest

from mending import Scan, mended, scanned

RULES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
BLOCK = re.compile(r"  (?:in|e)gress \{.*?\n  \}\n", re.DOTALL)


def edits_of(source: Path, rule: str, text: str) -> tuple[Scan, list[str], str]:
    """A scan of a text, the texts of the edits of a rule's fails, and its fix texts."""
    scan = scanned(str(source), overlay={str(source): text})
    fails = [(one.finding, edits) for one, edits in scan.judged if one.finding.rule == rule]
    fixes = [found.fix.text for found, _ in fails if found.fix and found.verdict == "fail"]
    return scan, [edit.text for _, edits in fails for edit in edits], "\n".join(fixes)


def group(text: str, name: str) -> str:
    """The block of a security group."""
    found = re.search(rf'resource "aws_security_group" "{name}" \{{.*?\n\}}\n', text, re.DOTALL)
    assert found
    return found[0]


def without_blocks(text: str, name: str) -> str:
    """A text in which a group has no inline blocks."""
    written = group(text, name)
    return text.replace(written, BLOCK.sub("", written))


def test_a_group_with_inline_blocks_gets_another_one() -> None:
    """Also where these are of the other direction."""
    source = RULES / "tw213" / "fail" / "main.tf"

    _, edits, _ = edits_of(source, "TW213", source.read_text())

    assert len(edits) == 1
    assert edits[0].strip().startswith("ingress {")


def test_a_group_without_inline_blocks_gets_a_resource() -> None:
    """It is named after both groups."""
    source = RULES / "tw213" / "fail" / "main.tf"

    _, edits, _ = edits_of(source, "TW213", without_blocks(source.read_text(), "api"))

    assert len(edits) == 1
    assert 'resource "aws_vpc_security_group_ingress_rule" "api_from_alb"' in edits[0]


@pytest.mark.parametrize("way", ["ingress", "egress"])
def test_rules_of_the_older_type_get_one_more(way: str) -> None:
    """The provider wants no others beside them, of either direction."""
    source = RULES / "tw213" / "fail" / "main.tf"
    other = """
resource "aws_security_group_rule" "other" {
  type              = "ingress"
  security_group_id = aws_security_group.api.id
  cidr_blocks       = ["10.9.0.0/16"]
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
}
"""
    text = without_blocks(source.read_text(), "api") + other.replace("ingress", way)

    scan, edits, _ = edits_of(source, "TW213", text)

    [made] = edits
    assert " ".join(made.split()) == (
        'resource "aws_security_group_rule" "api_from_alb" { type = "ingress"'
        " security_group_id = aws_security_group.api.id"
        " source_security_group_id = aws_security_group.alb.id"
        ' protocol = "tcp" from_port = 8080 to_port = 8080 }'
    )
    after = mended(scan, [e for one, es in scan.judged if one.finding.rule == "TW213" for e in es])
    assert edits_of(source, "TW213", after[str(source)])[1:] == ([], "")


def test_a_counted_group_gives_a_name_that_can_be_written() -> None:
    """No name of a resource has an index in it."""
    source = RULES / "tw213" / "fail" / "main.tf"
    text = without_blocks(source.read_text(), "api")
    written = group(text, "api")
    text = text.replace("aws_security_group.api.id", "aws_security_group.api[0].id").replace(
        written, written.replace("\n", "\n  count = 1\n", 1)
    )

    _, edits, _ = edits_of(source, "TW213", text)

    assert len(edits) == 1
    assert '"api_from_alb"' in edits[0]
    assert "aws_security_group.api[0].id" in edits[0]


def test_terraform_leaves_a_circle_of_inline_blocks_to_people() -> None:
    """An edit would make a group that cannot be made, or take away what is written beside it."""
    source = RULES / "tw213" / "fail_balancer_egress" / "main.tf"

    _, edits, text = edits_of(source, "TW213", source.read_text())

    assert edits == []
    assert text.startswith(
        "aws_security_group.alb and aws_security_group.api cannot name each other in inline blocks"
    )
    assert 'resource "aws_vpc_security_group_egress_rule" "alb_to_api" {' in text


def test_terraform_breaks_a_circle_where_nothing_is_inline_in_that_direction() -> None:
    """Inline blocks take away rules of their own direction alone."""
    source = RULES / "tw213" / "fail_balancer_lets_nothing_out" / "main.tf"

    scan, edits, _ = edits_of(source, "TW213", source.read_text())

    assert len(edits) == 1
    assert 'resource "aws_vpc_security_group_egress_rule" "alb_to_api"' in edits[0]
    after = mended(scan, [e for one, es in scan.judged if one.finding.rule == "TW213" for e in es])
    assert edits_of(source, "TW213", after[str(source)])[1:] == ([], "")


def test_a_group_that_allows_itself_both_ways_makes_no_circle() -> None:
    """Inline blocks of Terraform have a word for their own group."""
    source = RULES / "tw407" / "fail" / "main.tf"
    text = source.read_text().replace("0.0.0.0/0", "192.168.0.0/16")
    text = text.replace("[aws_security_group.endpoints.id]", "[aws_security_group.web.id]")

    scan, edits, _ = edits_of(source, "TW407", text)

    assert len(edits) == 2
    assert all("self " in " ".join(each.split()) for each in edits)
    after = mended(scan, [e for one, es in scan.judged if one.finding.rule == "TW407" for e in es])
    assert edits_of(source, "TW407", after[str(source)])[1:] == ([], "")


def test_a_template_breaks_the_circle() -> None:
    """There a group may have permissions of both kinds."""
    source = RULES / "tw213" / "fail_balancer_egress" / "template.yaml"

    _, edits, _ = edits_of(source, "TW213", source.read_text())

    assert len(edits) == 1
    assert "Type: AWS::EC2::SecurityGroupEgress" in edits[0]


@pytest.mark.parametrize("name", ["main.tf", "template.yaml"])
def test_both_permissions_of_one_fix_make_no_circle(name: str) -> None:
    """Where the endpoint lacks ingress and the tasks egress, and both groups are written inline."""
    source = RULES / "tw407" / "fail" / name
    text = source.read_text()
    described = "      GroupDescription: Web tasks\n"
    egress = "      SecurityGroupEgress: [{ IpProtocol: tcp, CidrIp: 192.168.0.0/16 }]\n"
    for old, new in (("0.0.0.0/0", "192.168.0.0/16"), (described, described + egress)):
        text = text.replace(old, new)

    scan, edits, fix = edits_of(source, "TW407", text)

    if name == "main.tf":
        assert edits == []
        assert "cannot name each other in inline blocks" in fix
        return
    assert sorted("Type:" in each for each in edits) == [False, True]
    after = mended(scan, [e for one, es in scan.judged if one.finding.rule == "TW407" for e in es])
    assert edits_of(source, "TW407", after[str(source)])[1:] == ([], "")


def test_a_resource_of_its_own_makes_no_circle_with_an_inline_block() -> None:
    """The tasks' group gets a resource beside it, so that the endpoint's may name it inline."""
    source = RULES / "tw407" / "fail" / "main.tf"
    text = (
        without_blocks(source.read_text(), "web")
        + """
resource "aws_vpc_security_group_egress_rule" "other" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "192.168.0.0/16"
}
"""
    )

    scan, edits, _ = edits_of(source, "TW407", text)

    words = sorted(each.split()[0] for each in edits)
    assert words == ["ingress", "resource"]
    after = mended(scan, [e for one, es in scan.judged if one.finding.rule == "TW407" for e in es])
    assert edits_of(source, "TW407", after[str(source)])[1:] == ([], "")


def test_no_inline_block_takes_away_the_rules_of_another_setting() -> None:
    """A rule that a condition leaves out where it fails is there elsewhere."""
    source = RULES / "tw213" / "fail_when_rule_is_absent" / "main.tf"
    text = source.read_text()

    assert "aws_vpc_security_group_ingress_rule" in text
    assert edits_of(source, "TW213", text)[1] == []


VPC, OFFICE, EVERYBODY = "aws_vpc.main.cidr_block", '"10.0.1.0/24"', '"0.0.0.0/0"'
MEMBERS = """
  ingress {
    from_port = 9090
    to_port   = 9090
    protocol  = "tcp"
    self      = true
  }
"""


@pytest.mark.parametrize(
    ("rule", "peers", "more", "replaced"),
    [
        ("TW205", VPC, "", True),
        ("TW205", VPC, MEMBERS, True),
        ("TW205", f"{VPC}, {OFFICE}", "", True),
        ("TW205", f"{VPC}, {OFFICE}", MEMBERS, True),
        ("TW205", f"{VPC}, {EVERYBODY}", "", True),
        ("TW204", EVERYBODY, "", True),
        # What TW204 says nothing of stays.
        ("TW204", f"{VPC}, {EVERYBODY}", "", False),
    ],
)
def test_a_list_is_replaced_if_all_in_it_must_go(
    rule: str, peers: str, more: str, replaced: bool
) -> None:
    """By the load balancer's group, whatever other rules of the group allow."""
    source = RULES / "tw205" / "fail" / "main.tf"
    written = "cidr_blocks = [aws_vpc.main.cidr_block] # TW205\n  }\n"
    text = source.read_text()
    assert written in text
    text = text.replace(written, f"cidr_blocks = [{peers}]\n  }}\n{more}")

    _, edits, fixes = edits_of(source, rule, text)
    peer = "security_groups = [aws_security_group.alb.id]"
    assert (peer in edits) is replaced
    assert peer in fixes


def test_two_ranges_of_one_block_become_one_group() -> None:
    """The first makes room for the load balancer's group, the other goes: it would be the same."""
    source = RULES / "tw204" / "fail_alb_beside_nlb" / "main.tf"
    text = source.read_text()
    ours = text.index('cidr_blocks = ["0.0.0.0/0"]')
    peer = text[text.index("  ingress {\n    from_port       = 8443") :].partition("\n\n")[0]
    both = text[:ours] + 'ipv6_cidr_blocks = ["::/0"]\n    ' + text[ours:].replace(peer, "", 1)

    scan, edits, _ = edits_of(source, "TW204", both)

    assert sorted(edit.strip() for edit in edits) == [
        "",
        "security_groups = [aws_security_group.alb.id]",
    ]
    after = mended(scan, [e for one, es in scan.judged if one.finding.rule == "TW204" for e in es])
    assert group(after[str(source)], "web").count("security_groups") == 1
    assert edits_of(source, "TW204", after[str(source)])[1:] == ([], "")


def test_a_range_that_may_stay_makes_no_room_for_the_group() -> None:
    """The group takes the place of the wrong range beside it."""
    source = RULES / "tw205" / "fail" / "main.tf"
    written = "cidr_blocks = [aws_vpc.main.cidr_block] # TW205\n"
    text = source.read_text()
    assert written in text
    both = f'cidr_blocks      = [{VPC}]\n    ipv6_cidr_blocks = ["::/0"]\n'

    _, edits, _ = edits_of(source, "TW204", text.replace(written, both))
    assert [" ".join(edit.split()) for edit in edits] == [
        "security_groups = [aws_security_group.alb.id]"
    ]
