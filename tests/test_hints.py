"""Whoever obeys a hint of the report gets an answer.

Where verdicts are unknown, the report says by which option the value is given that they wait for.
Each such hint is obeyed here to the letter, with one value after another: for one of them, what
waited for that value must be decided, or wait for less than before.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shutil import copytree

import pytest
from msgspec.structs import replace

from taskwall.api.scan import Options, scan
from taskwall.cli.arguments import parse_arguments
from taskwall.cli.scan import options_of, parser
from taskwall.core.values import Known, Span, needs
from taskwall.findings.finding import Report
from taskwall.outputs import View, render
from taskwall.readers.terraform.plan.values import Planned
from taskwall.sources.found import ScanScope

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
RULES = sorted(folder.name for folder in FIXTURES.iterdir())
KINDS = ("unknown_scalar", "unknown_list", "unknown_elsewhere")
SOURCES = {"main.tf": "terraform", "template.yaml": "cloudformation"}
OPTION = re.compile(r"^ +\d+  (.*)\n +provide it with (.*?)(?:, or scan .*)?$", re.MULTILINE)
WRITTEN = re.compile(r'(?:name|family|Name|Family)\s*[=:]\s*"?([\w-]+)|(\w+)\s*= aws_')
"""Names of what a fixture writes, and keys under which it keeps resources."""
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*",'
    '"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}'
)
VALUES = (
    *(
        "true",
        "false",
        "0",
        "1",
        "443",
        "10.0.0.0/16",
        "HTTPS",
        "awsvpc",
        "FARGATE",
        "c5.large",
        "10.0.0.1",
        "*",
    ),
    *(
        "TLS",
        "TLS_PASSTHROUGH",
        "[]",
        "{}",
        "[true]",
        '["443"]',
        '["HTTPS"]',
        '["FARGATE"]',
        '["c5.large"]',
    ),
    *('["sg-0123456789abcdef0"]', "sg-0123456789abcdef0", "igw-0123456789abcdef0"),
    *("ELBSecurityPolicy-TLS13-1-2-2021-06", '["ELBSecurityPolicy-TLS13-1-2-2021-06"]'),
    *(POLICY, '{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}', '[{"containerPort":9090}]'),
    "AWS::EC2::NetworkInterface",
    *(
        "default.postgres15",
        "postgres15",
        "arn:aws:appmesh:eu-west-1:123456789012:mesh/m/virtualNode/n",
    ),
)

Place = tuple[str, str, int, str]


def scanned(source: Path, *options: str) -> Report:
    """The report of a fixture in one language, under every rule unless options choose some."""
    arguments = [str(source.parent), "--profile", "strict", "--allow-empty", *options]
    kinds = frozenset({SOURCES[source.name]})
    asked = options_of(parse_arguments(parser(), arguments))
    return scan(replace(asked, scope=ScanScope(kinds=kinds)))  # type: ignore[arg-type]


def waiting(report: Report) -> dict[Place, set[str]]:
    """What each unknown verdict waits for."""
    return {
        (one.rule, one.file, one.line, one.resource): set(one.missing)
        for one in report.findings
        if one.verdict == "unknown"
    }


def hints(report: Report) -> Iterator[tuple[str, str]]:
    """The names that the report has an option for, with the option as it prints it."""
    names = {f"{name} {why}".strip(): name for name, why in report.reasons.items()}
    for line, option in OPTION.findall(render("text", report, View(verbose=True))):
        yield names[line], option


def undecided(source: Path, *options: str) -> list[str]:
    """The hints of a fixture after which some verdict waits for as much as before."""
    report = scanned(source, *options)
    before = waiting(report)
    found = []
    for name, option in hints(report):
        left = {place for place, needs in before.items() if name in needs}
        assert left, option
        written = {one[1] or one[2] for one in WRITTEN.finditer(source.read_text())}
        lists = (f'["{one}"]' for one in sorted(written))
        for value in (*VALUES, *sorted(written), *lists):
            if left:
                given = [
                    re.sub(r"^NAME$|(?<==)VALUE$", value.replace("\\", r"\\"), word)
                    for word in shlex.split(option)
                ]
                left -= decided(scanned(source, *options, *given), report, before)
        found += [f"{source.parent.name}: {option} for {place[0]}:{place[2]}" for place in left]
    return found


def decided(now: Report, then: Report, before: Mapping[Place, set[str]]) -> set[Place]:
    """What is decided now, or waits for less than before; nothing where a value is refused."""
    if now.document.errors != then.document.errors:
        return set()
    after = waiting(now)
    return {place for place in before if place not in after or after[place] < before[place]}


def copied(cases: Iterable[Path], folder: Path) -> list[Path]:
    """Fixtures outside of this repository, which is not looked through for what each refers to."""
    return [
        Path(copytree(case.parent, folder / case.parent.name, dirs_exist_ok=True), case.name)
        for case in cases
    ]


@pytest.mark.parametrize("rule", RULES)
def test_a_hint_decides(rule: str, tmp_path: Path) -> None:
    """Of a rule's unknowns of each kind, in one language, every hint leads to an answer."""
    name = list(SOURCES)[RULES.index(rule) % 2]
    cases = [FIXTURES / rule / kind / name for kind in KINDS]
    there = copied((case for case in cases if case.is_file()), tmp_path)
    assert [wrong for case in there for wrong in undecided(case, "--select", rule)] == []


@pytest.mark.everything
@pytest.mark.parametrize("rule", RULES)
def test_every_hint_decides(rule: str, tmp_path: Path) -> None:
    """Whatever a fixture leaves unknown, for any rule."""
    cases = [case for name in SOURCES for case in sorted((FIXTURES / rule).glob(f"*/{name}"))]
    open_ = copied((case for case in cases if "?" in case.read_text()), tmp_path)
    assert [wrong for case in open_ for wrong in undecided(case)] == []


STACK = """
variable "{name}" {{
  type = {kind}
}}

resource "aws_vpc" "main" {{
  cidr_block = "10.0.0.0/16"
}}

resource "aws_internet_gateway" "main" {{
  vpc_id = aws_vpc.main.id
}}

resource "aws_route_table" "public" {{
  vpc_id = aws_vpc.main.id
  route {{
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }}
}}

resource "aws_route_table_association" "public" {{
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}}

resource "aws_subnet" "public" {{
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}}

resource "aws_subnet" "private" {{
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}}

resource "aws_ecs_service" "api" {{
  launch_type = "FARGATE"
  network_configuration {{
    subnets = [{subnet}]
  }}
}}
"""
SUBNETS = [
    ("id", "string", "var.id", ""),
    ("id", "list(string)", "var.id[0]", ""),
    ("open", "bool", "var.open ? aws_subnet.public.id : aws_subnet.private.id", "var"),
    ("id", "string", 'var.id == "" ? aws_subnet.private.id : var.id', ""),
]


@pytest.mark.parametrize(("name", "kind", "subnet", "option"), SUBNETS)
def test_an_id_is_no_answer_but_a_choice_is(
    tmp_path: Path, name: str, kind: str, subnet: str, option: str
) -> None:
    """What an id leads to is not seen; what chooses between resources of the sources decides."""
    source = tmp_path / "main.tf"
    source.write_text(STACK.format(name=name, kind=kind, subnet=subnet))
    report = scanned(source, "--select", "TW603")
    assert list(waiting(report).values()) == [{f"var.{name}"}]
    assert report.options[f"var.{name}"] == option
    assert undecided(source, "--select", "TW603") == []


def test_the_workspace_has_an_option_of_its_own(tmp_path: Path) -> None:
    """It is given by its name, as Terraform takes it."""
    source = tmp_path / "main.tf"
    public = "assign_public_ip = terraform.workspace"
    text = STACK.format(name="x", kind="string", subnet='"subnet-1"')
    source.write_text(
        text.replace("network_configuration {", f"network_configuration {{\n{public}")
    )
    report = scanned(source, "--select", "TW203")
    assert [option for _, option in hints(report)] == ["--workspace NAME"]
    assert undecided(source, "--select", "TW203") == []


BACKEND = """
  backend "s3" {
    bucket = "states"
    key    = "net"
  }
"""
READS = """
data "terraform_remote_state" "net" {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "net"
  }
}
"""
EXPORTS = """
Resources:
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
Outputs:
  Subnet:
    Value: !Ref Subnet
    Export: {Name: net-subnet}
"""
IMPORTS = """
Resources:
  Api:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!ImportValue net-subnet]}
"""


def test_what_another_root_or_template_gives_is_known_with_it(tmp_path: Path) -> None:
    """An id from a state or an export has no option: what else to scan is said, and decides."""
    stack = STACK.format(name="x", kind="string", subnet="aws_subnet.private.id")
    service = stack[stack.index('resource "aws_ecs_service"') :]
    net = f'terraform {{{BACKEND}}}\noutput "id" {{\n  value = aws_subnet.private.id\n}}\n'
    state = "data.terraform_remote_state.net.outputs.id"
    files = {
        "net/main.tf": net + stack.removesuffix(service),
        "app/main.tf": READS + service.replace("aws_subnet.private.id", state),
        "net/net.yaml": EXPORTS,
        "app/app.yaml": IMPORTS,
    }
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    asked = Options(paths=(str(tmp_path / "app"),), select=("TW603",), show=("fail", "unknown"))
    text = render("text", alone := scan(asked), View(verbose=True))
    assert {name for needs in waiting(alone).values() for name in needs} == {
        *(state, "Fn::ImportValue net-subnet")
    }
    assert f"{state} is not in the sources\n        scan the root module that writes" in text
    imported = "is imported from a stack that is not in the sources"
    assert f"{imported}\n        scan the template that exports it, too" in text
    assert waiting(scan(replace(asked, paths=(str(tmp_path),)))) == {}


BEHIND_WHAT = """
variable "groups" {}
variable "target_group" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = "[]"
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = var.groups
  }
  load_balancer {
    target_group_arn = var.target_group
    container_name   = "web"
    container_port   = 80
  }
}
"""


@pytest.mark.parametrize(
    ("rules", "asked"),
    [(("TW205", "TW206"), ["TW205"]), (("TW206",), ["TW206"]), (("TW205",), ["TW205"])],
)
def test_what_allows_clients_in_is_asked_once(
    tmp_path: Path, rules: tuple[str, ...], asked: list[str]
) -> None:
    """Behind an ALB by one rule, behind an NLB by another: the groups are one question."""
    (tmp_path / "main.tf").write_text(BEHIND_WHAT)
    found = scan(Options((str(tmp_path),), select=rules, show=("fail", "unknown")))

    assert [one.rule for one in found.document.findings] == asked


def test_what_an_absent_module_gives_has_no_option(tmp_path: Path) -> None:
    """The subnets of a module that is not there are no value: what brings it is the cure."""
    source = tmp_path / "main.tf"
    text = STACK.format(name="x", kind="string", subnet="module.vpc.private_subnets[0]")
    source.write_text(text + 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n')
    report = scanned(source)
    waits = {need for one in waiting(report).values() for need in one}
    assert "module.vpc.private_subnets[0]" in waits
    assert report.options["module.vpc.private_subnets[0]"] == ""
    assert "provide it with" not in render("text", report, View(verbose=True))


@pytest.mark.parametrize(
    ("attribute", "waits"), [("cidr_blocks", ()), ("description", ("aws_vpc.a.cidr_block",))]
)
def test_what_a_plan_does_not_know_can_be_assumed(attribute: str, waits: tuple[str, ...]) -> None:
    """What only apply tells of an attribute is assumed, but not what a text is made of."""
    address = "aws_security_group_rule.a"
    made: dict[str, object] = {"mode": "managed", "address": address, "type": address[:-2]}
    expressions = {attribute: {"references": ["aws_vpc.a.cidr_block", "aws_vpc.a"]}}
    plan = {
        "planned_values": {"root_module": {"resources": [made]}},
        "resource_changes": [{"address": address, "change": {"after_unknown": {attribute: True}}}],
        "configuration": {
            "root_module": {"resources": [{"address": address, "expressions": expressions}]}
        },
    }
    assumed = {"aws_vpc.a.cidr_block": Known("10.0.0.0/16")}
    place = Span("plan.json", 1, 1, 1, 1)
    for given, left in (({}, ("aws_vpc.a.cidr_block",)), (assumed, waits)):
        (rule,) = Planned(plan, place, given).resources()
        found = needs(rule.body.fields[attribute])
        assert tuple(need.name for need in found) == left
        assert all(need.option == ("assume" if not waits else "") for need in found)


def test_a_cluster_that_waits_for_a_name(tmp_path: Path) -> None:
    """What decides which cluster it is is asked for, and not the service, which is written."""
    (tmp_path / "main.tf").write_text(
        """\
variable "name" {}
resource "aws_ecs_cluster" "a" {}
resource "aws_ecs_cluster" "b" {}
resource "aws_ecs_service" "web" {
  cluster = lookup({ a = aws_ecs_cluster.a.id, b = aws_ecs_cluster.b.id }, var.name)
  network_configuration { subnets = ["subnet-0a1b2c3d4e5f60718"] }
}
"""
    )

    report = scan(Options(paths=(str(tmp_path),), show=("unknown",), cwd=str(tmp_path)))

    missing = {need for finding in report.document.findings for need in finding.missing}
    assert any("var.name" in need for need in missing)
    assert not any(need.startswith("aws_ecs_service.web") for need in missing)


@pytest.mark.parametrize(
    ("case", "waits"),
    [
        # Which cluster instances join, and how the cluster is called.
        ("tw502/unknown_scalar_other_name", {"var.name", "var.stage"}),
        # Either of the two protocols may be HTTPS.
        ("tw101/unknown_scalar_redirect", {"var.protocol", "var.redirect_protocol"}),
        # The subnets tell in which VPC tasks are.
        ("tw407/unknown_elsewhere_default_group", {"var.subnet_ids"}),
    ],
)
def test_all_that_may_decide_is_asked_for(case: str, waits: set[str]) -> None:
    """What may decide by itself or with others, and not what hangs on it."""
    report = scanned(FIXTURES / case / "main.tf", "--select", case[:5].upper())
    assert list(waiting(report).values()) == [waits]


def test_an_endpoint_waits_for_the_cluster_and_the_name_of_the_image(tmp_path: Path) -> None:
    """Neither the account, the Region and the tag of an image are asked for, nor its subnets.

    A sidecar is told by the last part of an image's name, and tasks that share their instance's
    network have no subnets.
    """
    (tmp_path / "template.yaml").write_text(
        """\
Parameters: {Cluster: {Type: String}, Repository: {Type: String}, Tag: {Type: String}}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: bridge
      ContainerDefinitions:
        - Name: web
          Image: &image
            !Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/${Repository}:${Tag}"
        - {Name: beside, Image: *image}
  Service:
    Type: AWS::ECS::Service
    Properties: {Cluster: !Ref Cluster, LaunchType: EC2, TaskDefinition: !Ref Task}
"""
    )

    options = Options(
        paths=(str(tmp_path),), select=("TW401",), show=("unknown",), cwd=str(tmp_path)
    )
    report = scan(options)

    (finding,) = report.document.findings
    assert set(finding.missing) == {"Cluster", "Repository"}
