"""The edits of endpoint policies, whichever way Terraform writes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from mending import Scan, as_json, mended, scanned
from taskwall.api.fix import fix
from taskwall.api.options import Options

RULES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
FILLED_IN = {"account that owns the images", "id of the organisation", "account"}
CASES = [
    ("TW402", "fail_any_account"),
    ("TW402", "fail_beside_good"),
    ("TW402", "fail_attached"),
    ("TW404", "fail_one_of_two"),
    ("TW404", "fail_resource_key"),
    ("TW405", "fail_agent"),
    ("TW405", "fail_everything"),
    ("TW409", "fail_policy"),
    ("TW409", "fail_policy_bucket"),
    ("TW411", "fail"),
]


Written: TypeAlias = Callable[[dict[str, Any]], tuple[str, str]]


def heredoc(policy: dict[str, Any]) -> tuple[str, str]:
    """A policy as JSON text, and what comes with it."""
    return f"<<-EOF\n{json.dumps(policy, indent=4)}\n    EOF\n  ", ""


def blocks(policy: dict[str, Any]) -> tuple[str, str]:
    """A policy as a data source."""
    lines = ['\n\ndata "aws_iam_policy_document" "written" {']
    for each in policy["Statement"]:
        lines += ["  statement {", f"    effect = {json.dumps(each['Effect'])}"]
        for key, name in (("Action", "actions"), ("Resource", "resources")):
            value = each[key]
            lines.append(
                f"    {name} = {json.dumps(value if isinstance(value, list) else [value])}"
            )
        principals = each["Principal"]
        named = principals if isinstance(principals, dict) else {"*": principals}
        for kind, value in named.items():
            lines += ["    principals {", f"      type = {json.dumps(kind)}"]
            lines += [f"      identifiers = [{json.dumps(value)}]", "    }"]
        for operator, keys in each.get("Condition", {}).items():
            for key, value in keys.items():
                lines += ["    condition {", f"      test = {json.dumps(operator)}"]
                lines += [f"      variable = {json.dumps(key)}"]
                lines += [f"      values = [{json.dumps(value)}]", "    }"]
        lines.append("  }")
    return "data.aws_iam_policy_document.written.json", "\n".join([*lines, "}\n"])


def encoded(policy: dict[str, Any]) -> tuple[str, str]:
    """A policy as an object that is encoded."""
    return f"jsonencode({json.dumps(policy, indent=4)})", ""


def in_local(written: Written) -> Written:
    """A policy in a local value, which is written in some way."""

    def found(policy: dict[str, Any]) -> tuple[str, str]:
        value, end = written(policy)
        return "local.written", f"\n\nlocals {{\n  written = {value}\n}}\n{end}"

    return found


def of_local(policy: dict[str, Any]) -> tuple[str, str]:
    """A policy as a local value that is encoded, with its statements in another one."""
    statements = json.dumps(policy["Statement"], indent=4)
    lines = ["\n\nlocals {", "  written = { Statement = local.statements }"]
    lines += [f"  statements = {statements}", "}\n"]
    return "jsonencode(local.written)", "\n".join(lines)


def fails(scan: Scan, rule: str) -> list[Any]:
    """The fails of a rule, and the edits of each."""
    return [
        one
        for one in scan.judged
        if (one[0].finding.rule, one[0].finding.verdict) == (rule, "fail")
    ]


def rewritten(scan: Scan, source: str, rule: str, written: Written) -> str:
    """A source whose policy that fails is written in another way."""
    [address] = {one.finding.resource for one, _ in fails(scan, rule)}
    resource = next(
        each for each in scan.stack.evaluate({}).resources if each.origin.address == address
    )
    place = resource.body.places["policy"]
    lines = scan.files.text(source).split("\n")
    policy: Any = scan.bodies()[address]["policy"]
    value, end = written(policy)
    before = lines[: place.line - 1]
    return "\n".join((*before, f"  policy = {value}", *lines[place.end_line :])) + end


@pytest.mark.parametrize(
    "written",
    [heredoc, blocks, in_local(heredoc), in_local(blocks), in_local(encoded), of_local],
    ids=["heredoc", "blocks", "local heredoc", "local blocks", "local object", "two locals"],
)
@pytest.mark.parametrize(("rule", "case"), CASES)
def test_a_policy_is_mended_as_it_is_written(rule: str, case: str, written: Written) -> None:
    """The same is wrong of it, and edits mend it."""
    source = str(RULES / rule.lower() / case / "main.tf")
    text = rewritten(scanned(source), source, rule, written)

    scan = scanned(source, overlay={source: text})
    found = fails(scan, rule)
    after = mended(scan, [edit for _, edits in found for edit in edits]).get(source, "")

    assert found
    assert all(edits for _, edits in found)
    for meant in FILLED_IN:
        after = after.replace(f"<{meant}>", "123456789012")
    assert fails(scanned(source, overlay={source: after}), rule) == []


def test_a_document_that_others_use_stays() -> None:
    """What is right for the endpoint need not be so for a role."""
    source = str(RULES / "tw402" / "fail_document" / "main.tf")
    text = Path(source).read_text()
    role = """
resource "aws_iam_role_policy" "other" {
  role   = "other"
  policy = data.aws_iam_policy_document.ecr.json
}
"""

    assert [bool(edits) for _, edits in fails(scanned(source), "TW402")] == [True]
    assert [
        edits for _, edits in fails(scanned(source, overlay={source: text + role}), "TW402")
    ] == [()]


TASK = """
resource "aws_ecr_repository" "web" {
  name = "web"
}

data "aws_caller_identity" "own" {}

data "aws_ecr_repository" "shared" {
  name        = "web"
  registry_id = "210987654321"
}

data "aws_ecr_repository" "from_input" {
  name        = "web"
  registry_id = var.registry
}

data "aws_ecr_repository" "same" {
  name        = "web"
  registry_id = data.aws_caller_identity.own.account_id
}

variable "registry" {}

resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{ name = "web", image = %s }])
}
"""
HOST = ".dkr.ecr.eu-west-1.amazonaws.com/web:1"


@pytest.mark.parametrize(
    ("image", "account"),
    [
        (f'"123456789012{HOST}"', '"123456789012"'),
        ("aws_ecr_repository.web.repository_url", "aws_ecr_repository.web.registry_id"),
        (
            f'"${{data.aws_caller_identity.own.account_id}}{HOST}"',
            "data.aws_caller_identity.own.account_id",
        ),
        ("data.aws_ecr_repository.shared.repository_url", '"210987654321"'),
        ("data.aws_ecr_repository.same.repository_url", "data.aws_caller_identity.own.account_id"),
        ("data.aws_ecr_repository.from_input.repository_url", '"<account that owns the images>"'),
        ("var.image", '"<account that owns the images>"'),
    ],
)
@pytest.mark.parametrize("written", [None, heredoc, blocks])
def test_the_account_is_that_of_the_images(
    image: str, account: str, written: Written | None
) -> None:
    """As far as the tasks say it, in the words of the policy."""
    source = str(RULES / "tw402" / "fail_any_account" / "main.tf")
    scan = scanned(source)
    text = rewritten(scan, source, "TW402", written) if written else scan.files.text(source)
    text += TASK % image + '\nvariable "image" {}\n'
    if written is heredoc and not account.startswith('"'):
        account = f'"${{{account}}}"'

    scan = scanned(source, overlay={source: text})
    [(_, edits)] = fails(scan, "TW402")
    after = mended(scan, edits)

    assert account in "".join(edit.text for edit in edits)
    assert "<" in account or fails(scanned(source, overlay=after), "TW402") == []


def test_images_of_two_accounts_are_not_those_of_one() -> None:
    """A repository that is looked up may be in another account than one that is made here."""
    source = str(RULES / "tw402" / "fail_any_account" / "main.tf")
    text = Path(source).read_text() + TASK % "aws_ecr_repository.web.repository_url"
    other = """
resource "aws_ecs_task_definition" "other" {
  family                = "other"
  container_definitions = jsonencode([{ name = "other", image = IMAGE }])
}
""".replace("IMAGE", "data.aws_ecr_repository.shared.repository_url")

    [(_, edits)] = fails(scanned(source, overlay={source: text + other}), "TW402")

    assert '"<account that owns the images>"' in "".join(edit.text for edit in edits)


SECOND = """
resource "aws_vpc_endpoint" "second" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.eu-west-1.ecr.dkr"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  security_group_ids  = [aws_security_group.endpoints.id]
  policy              = local.written
}
"""
ROLE = """
resource "aws_iam_role_policy" "other" {
  role   = "other"
  policy = local.written
}
"""


def test_endpoints_may_share_a_local_value() -> None:
    """One edit mends both."""
    source = str(RULES / "tw402" / "fail_any_account" / "main.tf")
    text = rewritten(scanned(source), source, "TW402", in_local(encoded)) + SECOND

    found = fails(scanned(source, overlay={source: text}), "TW402")

    assert len(found) == 2
    assert len({edits for _, edits in found}) == 1
    assert found[0][1]


@pytest.mark.parametrize(
    "other",
    [
        ROLE,
        'output "policy" {\n  value = local.written\n}\n',
        "locals {\n  again = local.written\n}\n",
        "# See local.written.\n",
    ],
    ids=["role", "output", "local", "comment"],
)
def test_a_local_value_of_others_stays(other: str) -> None:
    """They may mean something else by it."""
    source = str(RULES / "tw402" / "fail_any_account" / "main.tf")
    text = rewritten(scanned(source), source, "TW402", in_local(encoded))
    assert [bool(e) for _, e in fails(scanned(source, overlay={source: text}), "TW402")] == [True]

    found = fails(scanned(source, overlay={source: text + other}), "TW402")

    assert [edits for _, edits in found] == [()] * len(found)


@pytest.mark.parametrize(
    ("head", "file", "text", "edited"),
    [
        ("", "more.tf", "", True),
        ("# Code generated by a tool. DO NOT EDIT.\n", "more.tf", "", False),
        ("", "more.tf", 'output "policy" {\n  value = local.written\n}\n', False),
        ("", "more.tf", "# See local . written.\n", False),
        ("", "more.tf", "# See local.written-2, local.written2 and my_local.written.\n", True),
        ("", "more.tf", "locals {\n  written-2 = 1\n}\n", True),
        ("", "more/main.tf", "# See local.written.\n", True),
        ("", "terraform.tfvars", "", True),
        ("", "more.tf.json", '{"output": {"p": {"value": "${local.written}"}}}\n', False),
        ("", "more.tf.json", '{"locals": {"other": 1}}\n', False),
    ],
)
def test_a_local_value_may_be_in_another_file(
    tmp_path: Path, head: str, file: str, text: str, edited: bool
) -> None:
    """Of the same module, which no program has written, and which has no other use of it."""
    source = str(RULES / "tw402" / "fail_any_account" / "main.tf")
    image = '"123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"'
    own = rewritten(scanned(source), source, "TW402", in_local(encoded)) + TASK % image
    start, end = own.index("locals {"), own.index("resource", own.index("locals {"))
    (tmp_path / "main.tf").write_text(own[:start] + own[end:])
    (tmp_path / "locals.tf").write_text(head + own[start:end])
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)

    found = fix(Options(paths=(str(tmp_path),), cwd=str(tmp_path), select=("TW402",)))

    assert [file.shown for file in found.files] == ["locals.tf"] * edited


def indented(policy: object) -> str:
    """JSON on lines of their own, below a property."""
    return "\n".join(f"          {line}" for line in json.dumps(policy, indent=2).split("\n"))


def as_block(policy: object) -> str:
    """JSON as a block of YAML."""
    return f" |\n{indented(policy)}"


def as_sub(policy: object) -> str:
    """JSON in which variables are."""
    return f" !Sub |-\n{indented(policy)}"


def as_function(policy: object) -> str:
    """The same by the function's long name, with variables of its own."""
    text = "\n".join(f"      {line}" for line in indented(policy).split("\n"))
    return f"\n        Fn::Sub:\n          - |\n{text}\n          - Own: x"


def as_quoted(policy: object) -> str:
    """JSON in quotes."""
    return f" '{json.dumps(policy)}'"


def as_escaped(policy: object) -> str:
    """JSON in quotes in which its own are escaped."""
    return f" {json.dumps(json.dumps(policy))}"


def template_with(source: str, rule: str, written: Callable[[object], str]) -> str:
    """A template whose policy that fails is a text."""
    scan = scanned(source)
    [address] = {one.finding.resource for one, _ in fails(scan, rule)}
    resource = next(
        each for each in scan.stack.evaluate({}).resources if each.origin.address == address
    )
    place = resource.body.places["PolicyDocument"]
    new = f"      PolicyDocument:{written(scan.bodies()[address]['PolicyDocument'])}"
    lines = scan.files.text(source).split("\n")
    return "\n".join((*lines[: place.line - 1], new, *lines[place.end_line :]))


@pytest.mark.parametrize("written", [as_block, as_sub, as_function, as_quoted, as_escaped])
@pytest.mark.parametrize(("rule", "case"), [each for each in CASES if "attached" not in each[1]])
def test_a_policy_that_a_template_has_as_text_is_mended(
    rule: str, case: str, written: Callable[[object], str]
) -> None:
    """It stays text, and what is known at deployment gets in by Fn::Sub."""
    source = str(RULES / rule.lower() / case / "template.yaml")
    text = template_with(source, rule, written)

    scan = scanned(source, overlay={source: text})
    found = fails(scan, rule)
    after = mended(scan, [edit for _, edits in found for edit in edits]).get(source, "")

    assert found
    assert all(edits for _, edits in found)
    for meant in FILLED_IN:
        after = after.replace(f"<{meant}>", "123456789012")
    assert fails(scanned(source, overlay={source: after}), rule) == []


IMAGE = """
  TaskDefinition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      ContainerDefinitions:
        - Name: web
          Image: !Sub ${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/web:1
"""


@pytest.mark.parametrize("written", [as_block, as_sub, as_function, as_quoted, as_escaped])
def test_a_text_gets_what_is_known_at_deployment(written: Callable[[object], str]) -> None:
    """By Fn::Sub, which it gets where it has none; the fix text says so."""
    source = str(RULES / "tw402" / "fail_any_account" / "template.yaml")
    text = template_with(source, "TW402", written) + IMAGE

    scan = scanned(source, overlay={source: text})
    [(judged, edits)] = fails(scan, "TW402")
    after = mended(scan, edits)

    assert "${AWS::AccountId}" in "".join(edit.text for edit in edits)
    assert after[source].count("Sub") == text.count("Sub") + ("Sub" not in written([]))
    assert fails(scanned(source, overlay=after), "TW402") == []
    assert "with Fn::Sub around the text of the policy" in judged.finding.fix.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("repository/web", "repository/${aws:PrincipalTag/name}"),
        ("PolicyDocument: |", "PolicyDocument: &policy |"),
    ],
    ids=["variable of IAM", "anchor"],
)
def test_a_text_that_would_mean_something_else_stays(old: str, new: str) -> None:
    """Fn::Sub would look for what IAM puts in, and an anchor lends the text to others."""
    source = str(RULES / "tw402" / "fail_any_account" / "template.yaml")
    text = template_with(source, "TW402", as_block) + IMAGE
    assert old in text

    [(_, edits)] = fails(scanned(source, overlay={source: text.replace(old, new)}), "TW402")

    assert edits == ()


def test_a_text_of_a_template_in_json_gets_a_function() -> None:
    """There `!Sub` is none."""
    source = str(RULES / "tw402" / "fail_any_account" / "template.yaml")
    text = as_json(template_with(source, "TW402", as_block) + IMAGE)

    scan = scanned(source, overlay={source: text})
    [(_, edits)] = fails(scan, "TW402")
    after = mended(scan, edits)

    assert after[source].count('"Fn::Sub"') == text.count('"Fn::Sub"') + 1
    assert fails(scanned(source, overlay=after), "TW402") == []
