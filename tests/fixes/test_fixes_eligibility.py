"""What one text declares may be many resources: all must need an edit, or none is offered."""

import re
from pathlib import Path

import pytest

from mending import scanned
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Edit

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
LISTENER = """\
variable "protocol" {}

resource "aws_lb_listener" "x" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1"
  port              = 443
  protocol          = var.protocol
  certificate_arn   = "arn:aws:acm:eu-west-1:1:certificate/x"
  ssl_policy        = "ELBSecurityPolicy-2016-08"
}
"""


def call(name: str, protocol: str, more: str = "") -> str:
    """A call of the module that has the listener."""
    return (
        f'module "{name}" {{\n  source = "../listener"\n  protocol = "{protocol}"\n  {more}\n}}\n'
    )


def edits(folder: Path, **files: str) -> list[tuple[Edit, ...]]:
    """The edits of each fail of TW102 in a repository with these files."""
    (folder / "listener").mkdir()
    (folder / "listener" / "main.tf").write_text(LISTENER)
    for name, text in files.items():
        (folder / name).mkdir()
        (folder / name / "main.tf").write_text(text)
    report = scan(Options(paths=(str(folder),), select=("TW102",), cwd=str(folder)))
    assert report.document.findings
    return [finding.fix.edits for finding in report.document.findings if finding.fix]


def test_all_calls_of_a_module_need_it(tmp_path: Path) -> None:
    """An edit in a module is offered once for all of its calls."""
    found = edits(tmp_path, prod=call("a", "HTTPS") + call("b", "TLS"))

    assert found == [
        (Edit("listener/main.tf", 8, 23, 8, 50, '"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"'),)
    ]


def test_a_call_that_does_not_need_it(tmp_path: Path) -> None:
    """Where another call of the module is fine, the edit would change that as well."""
    assert edits(tmp_path, prod=call("a", "HTTPS") + call("b", "HTTP")) == [()]


@pytest.mark.parametrize(("protocol", "offered"), [("TLS", True), ("HTTP", False)])
def test_another_stack_that_calls_the_module(tmp_path: Path, protocol: str, offered: bool) -> None:
    """The same holds for calls from another root module."""
    found = edits(tmp_path, prod=call("a", "HTTPS"), test=call("a", protocol))

    assert [bool(each) for each in found] == [offered] * len(found)


def test_instances_of_a_loop(tmp_path: Path) -> None:
    """Instances of a count that all need it share one finding, and its edit."""
    [found] = edits(tmp_path, prod=call("a", "HTTPS", "count = 2"))

    assert found


@pytest.mark.parametrize(("other", "is_mixed"), [("HTTP", True), ("HTTPS", False)])
def test_a_block_that_makes_listeners_of_http_too_has_no_policy_for_all(
    tmp_path: Path, other: str, is_mixed: bool
) -> None:
    """AWS takes no policy for HTTP."""
    source = (FIXTURES / "tw102" / "fail_default_policy" / "main.tf").read_text()
    looped = source.replace(
        '  port              = 443\n  protocol          = "HTTPS"\n',
        f"  for_each          = {{ HTTPS = 443, {other} = 8080 }}\n"
        "  port              = each.value\n  protocol          = each.key\n",
    ).replace("HTTPS = 443, HTTPS = 8080", "HTTPS = 443")
    assert looped != source
    (tmp_path / "main.tf").write_text(looped)

    report = scan(Options(paths=(str(tmp_path),), select=("TW102",), cwd=str(tmp_path)))

    (finding,) = report.document.findings
    assert finding.fix is not None
    assert ("by a condition" in finding.fix.text) == is_mixed
    assert bool(finding.fix.edits) != is_mixed


def test_a_resource_that_only_some_settings_have(tmp_path: Path) -> None:
    """A fail that an open switch brings is mended by its text all the same."""
    text = 'variable "on" {}\n' + call("a", "HTTPS", "count = var.on ? 1 : 0")

    [found] = edits(tmp_path, prod=text)

    assert found


@pytest.mark.parametrize(
    ("name", "port", "input_"),
    [
        ("main.tf", "var.port", '\nvariable "port" {{\n  default = {}\n}}\n'),
        ("template.yaml", "!Ref Port", "\nParameters:\n  Port: {{ Type: Number, Default: {} }}\n"),
    ],
)
@pytest.mark.parametrize(
    ("rule", "literal"), [("TW209", "ontainerPort{}8080"), ("TW214", "ort{}443")]
)
def test_a_port_that_an_input_gives_is_not_copied(
    name: str, port: str, input_: str, rule: str, literal: str
) -> None:
    """A deployment may give it another value than its default; a literal is copied."""
    source = str(FIXTURES / rule.lower() / "fail_all_tcp" / name)
    text = Path(source).read_text()
    sign = r"( *= *|: )"
    pattern, number = literal.format(sign), literal.rpartition("}")[2]
    by_input = re.sub(rf"({pattern})\b", lambda found: found[1].replace(number, port), text)

    def offered(overlay: str) -> list[bool]:
        scan = scanned(source, overlay={source: overlay})
        return [bool(edits) for one, edits in scan.judged if one.finding.rule == rule]

    assert offered(text) == [True]
    assert by_input != text
    assert offered(by_input + input_.format(number)) == [False]


GROUP = """\
provider "aws" {{
  region = "eu-west-1"
}}

variable "debug" {{
  type = bool
}}

resource "aws_security_group" "x" {{
  vpc_id = aws_vpc.x.id
}}

resource "aws_vpc" "x" {{
  cidr_block = "10.0.0.0/16"
}}

resource "aws_vpc_security_group_egress_rule" "wide" {{
  count             = {count}
  security_group_id = aws_security_group.x.id
  ip_protocol       = "-1"
  cidr_ipv4         = "10.0.0.0/16"
}}

resource "aws_vpc_security_group_egress_rule" "narrow" {{
  security_group_id = aws_security_group.x.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "10.0.0.0/16"
}}

resource "aws_lb" "x" {{
  security_groups = [aws_security_group.x.id]
}}

resource "aws_lb_listener" "x" {{
  load_balancer_arn = aws_lb.x.arn
  port              = 443
  default_action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.x.arn
  }}
}}

resource "aws_lb_target_group" "x" {{
  vpc_id = aws_vpc.x.id
}}

resource "aws_ecs_service" "x" {{
  launch_type = "FARGATE"
  load_balancer {{
    target_group_arn = aws_lb_target_group.x.arn
  }}
}}
"""


@pytest.mark.parametrize(("count", "offered"), [("1", True), ("var.debug ? 1 : 0", False)])
def test_what_one_setting_needs_is_not_taken_away(
    tmp_path: Path, count: str, offered: bool
) -> None:
    """A rule stays that is redundant only if another one exists: else it is the only one."""
    (tmp_path / "main.tf").write_text(GROUP.format(count=count))
    report = scan(Options(paths=(str(tmp_path),), select=("TW212",), cwd=str(tmp_path)))
    [finding] = report.document.findings
    assert finding.fix

    assert bool(finding.fix.edits) == offered
