"""Roots beside a scanned one that write what it reads: context that nobody has to name."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Report
from taskwall.sources.terraform_texts import MOST_NAMES

NETWORK = """\
terraform {
  %BACKEND%
}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" { vpc_id = aws_vpc.main.id }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
output "subnets" { value = [aws_subnet.a.id] }
"""
SERVICE = """\
terraform {
  backend "s3" {
    bucket = "states"
    key    = "app.tfstate"
  }
}
%READS%
resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode([{ name = "api", image = "nginx" }])
}
resource "aws_ecs_service" "api" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.api.arn
  network_configuration {
    subnets = %SUBNETS%
  }
}
"""
STATE = """\
data "terraform_remote_state" "net" {
  backend = "%KIND%"
  config = {
    %CONFIG%
  }
}
"""
OUTPUT = "data.terraform_remote_state.net.outputs.subnets"
S3 = 'backend "s3" {\n    bucket = "states"\n    %KEY%\n  }'


def written(root: Path, network: str, reads: str, subnets: str = OUTPUT) -> None:
    """Two roots of one repository, `net` and `app`."""
    (root / ".git").mkdir()
    for name, text in (
        ("net", network),
        ("app", SERVICE.replace("%READS%", reads).replace("%SUBNETS%", subnets)),
    ):
        (root / name).mkdir(parents=True)
        (root / name / "main.tf").write_text(text)


def judged(root: Path, *rules: str, **options: object) -> Report:
    """What rules say of the one root alone; that of its subnets if none is named."""
    asked = Options(
        (str(root / "app"),),
        select=rules or ("TW603",),
        show=("fail", "unknown"),
        cwd=str(root),
        **options,  # type: ignore[arg-type]
    )
    return scan(asked)


def verdicts(report: Report) -> list[tuple[str, str, int]]:
    """The verdicts of a report with their places."""
    return [(one.verdict, one.file, one.line) for one in report.document.findings]


STATES = {
    "a key": (S3.replace("%KEY%", 'key = "net.tfstate"'), "s3", 'key = "net.tfstate"', ""),
    "a key of a local": (
        S3.replace("%KEY%", 'key = "net.tfstate"'),
        "s3",
        "key = local.state",
        'locals {\n  state = "net.tfstate"\n}\n',
    ),
    "a key of a variable": (
        S3.replace("%KEY%", 'key = "net.tfstate"'),
        "s3",
        "key = var.state",
        'variable "state" {\n  default = "net.tfstate"\n}\n',
    ),
    "a key with a variable": (
        S3.replace("%KEY%", 'key = "${var.env}/net.tfstate"'),
        "s3",
        'key = "${var.env}/net.tfstate"',
        'variable "env" {}\n',
    ),
    "a key with a variable that is spelled out there": (
        S3.replace("%KEY%", 'key = "dev/shop/net.tfstate"'),
        "s3",
        'key = "${var.env}/shop/net.tfstate"',
        'variable "env" {}\n',
    ),
    "a key of the workspace": (
        S3.replace("%KEY%", 'key = "net.tfstate"'),
        "s3",
        'key = "env:/${terraform.workspace}/net.tfstate"',
        "",
    ),
    "a key of the workspace, under a prefix": (
        S3.replace("%KEY%", 'workspace_key_prefix = "base"\n    key = "terraform.tfstate"'),
        "s3",
        'key = "base/${terraform.workspace}/terraform.tfstate"',
        "",
    ),
    "a key of one workspace, under a prefix": (
        S3.replace("%KEY%", 'workspace_key_prefix = "base"\n    key = "terraform.tfstate"'),
        "s3",
        'key = "base/prod/terraform.tfstate"',
        "",
    ),
    "a name": (S3.replace("%KEY%", ""), "s3", 'key = "live/net.tfstate"', ""),
    "a name, without any backend": (
        "",
        "s3",
        'key = "env:/${terraform.workspace}/net.tfstate"',
        "",
    ),
    "its own name": (S3.replace("%KEY%", ""), "s3", "key = var.state", 'variable "state" {}\n'),
    "a path": ("", "local", 'path = "../net/terraform.tfstate"', ""),
    "a path from the module": ("", "local", 'path = "${path.module}/../net/terraform.tfstate"', ""),
    "an absolute path": (
        "",
        "local",
        'path = abspath("${path.module}/../net/terraform.tfstate")',
        "",
    ),
    "a workspace": (
        'cloud {\n    organization = "o"\n    workspaces {\n      name = "net-prod"\n    }\n  }',
        "remote",
        'organization = "o"\n    workspaces = { name = "net-prod" }',
        "",
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_the_root_that_writes_a_state(case: str, tmp_path: Path) -> None:
    """It is read, and not judged: what fails is reported where the scanned root refers to it."""
    backend, kind, config, more = STATES[case]
    if kind == "s3":
        config = f'bucket = "states"\n    {config}'
    reads = more + STATE.replace("%KIND%", kind).replace("%CONFIG%", config)
    written(tmp_path, NETWORK.replace("%BACKEND%", backend), reads)
    report = judged(tmp_path)

    at = (tmp_path / "app" / "main.tf").read_text().split("\n").index(f"    subnets = {OUTPUT}") + 1
    assert verdicts(report) == [("fail", "app/main.tf", at)]
    assert (report.document.summary.stacks, report.document.errors) == (1, ())


def test_a_folder_elsewhere_without_a_backend_is_no_root_that_is_meant(tmp_path: Path) -> None:
    """Beside the scanned one a tool may bring the backend; a module is called as the state is."""
    config = 'bucket = "states"\n    key = "net.tfstate"'
    reads = STATE.replace("%KIND%", "s3").replace("%CONFIG%", config)
    written(tmp_path, NETWORK.replace("%BACKEND%", ""), reads)
    (tmp_path / "modules").mkdir()
    (tmp_path / "net").rename(tmp_path / "modules" / "net")
    report = judged(tmp_path)

    assert [verdict for verdict, _, _ in verdicts(report)] == ["unknown"]
    assert report.document.ties == ()


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ('"/net/subnets"', ""),
        ("local.subnets", 'locals {\n  subnets = "/net/subnets"\n}\n'),
        ("local.subnets", 'locals {\n  env = "net"\n  subnets = "/${local.env}/subnets"\n}\n'),
        ("var.subnets", 'variable "subnets" {\n  default = "/net/subnets"\n}\n'),
    ],
)
def test_a_parameter_that_another_root_stores(name: str, held: str, tmp_path: Path) -> None:
    """Parameter Store ties roots as states do, also where a local or a variable has the name."""
    stored = f"""\
resource "aws_ssm_parameter" "subnets" {{
  name  = {name}
  type  = "StringList"
  value = join(",", [aws_subnet.a.id])
}}
{held}"""
    reads = 'data "aws_ssm_parameter" "subnets" {\n  name = "/net/subnets"\n}\n'
    written(
        tmp_path,
        NETWORK.replace("%BACKEND%", "") + stored,
        reads,
        'split(",", data.aws_ssm_parameter.subnets.value)',
    )
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["fail"]


@pytest.mark.parametrize("more", ["", 'inputs = {\n  a = "b"\n}\n', 'terraform = "1"\n'])
def test_a_name_in_a_file_of_values(more: str, tmp_path: Path) -> None:
    """Whatever else is in it, and whatever variables there are called."""
    reads = STATE.replace("%KIND%", "s3").replace("%CONFIG%", "key = var.state")
    written(
        tmp_path,
        NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"')),
        'variable "state" {}\nvariable "inputs" {}\n' + reads,
    )
    (tmp_path / "app" / "terraform.tfvars").write_text(f'state = "net.tfstate"\n{more}')

    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["fail"]


SUBNETS = 'split(",", data.aws_ssm_parameter.subnets.value)'


def stored(name: str, module: str, calls: str) -> dict[str, str]:
    """A module that stores its subnets under a name, and the roots that call it."""
    text = NETWORK.replace("%BACKEND%", "").replace("terraform {\n  \n}\n", "")
    text += f"""\
resource "aws_ssm_parameter" "subnets" {{
  name  = "{name}"
  type  = "StringList"
  value = join(",", [aws_subnet.a.id])
}}
variable "env" {{}}
"""
    call = 'module "net" {\n  source = "../../modules/net"\n  env    = "%s"\n}\n'
    return {f"modules/{module}/main.tf": text} | {
        f"{env}/net/main.tf": call % env for env in calls.split()
    }


@pytest.mark.parametrize(
    ("name", "asked", "verdict"),
    [
        ("/${var.env}/net/subnets", "/${var.env}/net/subnets", "fail"),
        ("/${var.env}/net/subnets", "/prod/net/subnets", "fail"),
        ("/${var.env}/net/subnets", "/${var.environment}/net/subnets", "fail"),
        ("/${var.env}/net/subnets", "/prod/net/others", "unknown"),
        ("/${var.env}/${var.env}", "/${var.env}/${var.env}", "fail"),
        ("subnets", "/prod/net/subnets", "unknown"),
    ],
)
def test_a_parameter_that_a_module_stores(
    name: str, asked: str, verdict: str, tmp_path: Path
) -> None:
    """The roots that call it are read: which of them is meant, the values of their calls say."""
    inputs = "".join(
        f'variable "{one}" {{\n  default = "prod"\n}}\n' for one in ("env", "environment")
    )
    reads = f'{inputs}data "aws_ssm_parameter" "subnets" {{\n  name = "{asked}"\n}}\n'
    written(tmp_path, "", reads, SUBNETS)
    for file, text in stored(name, "net", "prod test").items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    report = judged(tmp_path)
    assert [each for each, _, _ in verdicts(report)] == [verdict]
    tied = ["prod/net"] if verdict == "fail" else []
    assert [one.to_stack for one in report.document.ties if one.to_stack] == tied


NAMES = {
    "a tag": ('"shop-a"', "", 'tags = { Name = "shop-a" }', ""),
    "a tag of Terraform 0.11": ('"shop-a"', "", 'tags {\n    "Name" = "shop-a"\n  }', ""),
    "a filter": (
        '"shop-a"',
        "",
        'filter {\n    name   = "tag:Name"\n    values = ["shop-a"]\n  }',
        "",
    ),
    "a format": (
        'format("%s-a", var.shop)',
        'variable "shop" {\n  default = "shop"\n}\n',
        'tags = { Name = format("%s-%s", local.shop, "a") }',
        'locals {\n  shop = "shop"\n}\n',
    ),
    "the workspace": (
        'format("%s-%s", local.stage, "a")',
        "locals {\n  stage = terraform.workspace\n}\n",
        'tags = { Name = "${format("%s-a", local.stage)}" }',
        "locals {\n  stage = terraform.workspace\n}\n",
    ),
    "a variable here": (
        '"shop-a"',
        "",
        "tags = { Name = var.subnet }",
        'variable "subnet" {\n  default = "shop-a"\n}\n',
    ),
    "a variable there": (
        '"${var.shop}-a"',
        'variable "shop" {\n  default = "shop"\n}\n',
        'tags = { Name = "shop-a" }',
        "",
    ),
    "locals of locals": (
        "local.subnet",
        'locals {\n  subnet = "${local.shop}-a"\n  shop   = "shop"\n}\n',
        'tags = { Name = "shop-${local.zone}" }',
        'locals {\n  zone = "a"\n}\n',
    ),
    "tags that an expression makes": (
        '"shop-a"', "", "tags = merge(local.tags, {})",
        'locals {\n  tags = { Name = format("%s-a", "shop") }\n}\n',
    ),
}  # fmt: skip
"""How a subnet is called in its root, and looked up in another one, each with what it takes."""


def named(case: str) -> tuple[str, str, str]:
    """A network whose subnet has a name, what looks it up, and what is taken of that."""
    name, there, asked, here = NAMES[case]
    subnet = "vpc_id = aws_vpc.main.id"
    tagged = f"{{\n  {subnet}\n  tags = {{ Name = {name} }}\n}}"
    network = NETWORK.replace("%BACKEND%", "").replace(f"{{ {subnet} }}", tagged) + there
    return network, f'{here}data "aws_subnet" "a" {{\n  {asked}\n}}\n', "[data.aws_subnet.a.id]"


@pytest.mark.parametrize("case", NAMES)
def test_the_root_that_makes_what_is_looked_up_by_name(case: str, tmp_path: Path) -> None:
    """As where both are scanned."""
    written(tmp_path, *named(case))
    report = judged(tmp_path)
    assert [verdict for verdict, _, _ in verdicts(report)] == ["fail"]
    assert [(one.by, one.to_stack) for one in report.document.ties] == [("tags", "net")]


def test_a_name_in_a_module(tmp_path: Path) -> None:
    """The root that calls it is read; one that looks up in a module elsewhere, looks up."""
    network, reads, _ = named("a tag")
    written(tmp_path, network, "", "module.found.subnets")
    files = {
        "app/found.tf": 'module "found" {\n  source = "../modules/found"\n}\n',
        "modules/found/main.tf": f'{reads}output "subnets" {{ value = [data.aws_subnet.a.id] }}\n',
        "live/main.tf": 'module "net" {\n  source = "../net"\n}\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = judged(tmp_path)
    assert [verdict for verdict, _, _ in verdicts(report)] == ["fail"]
    assert [one.to_stack for one in report.document.ties] == ["live"]


@pytest.mark.parametrize("given", ['"shop-a"', '"${local.shop}-a"', "local.whole", "var.whole"])
def test_a_name_that_a_call_gives_to_a_module(given: str, tmp_path: Path) -> None:
    """The module looks up what its caller names."""
    network, reads, _ = named("a tag")
    written(tmp_path, network, "", "module.found.subnets")
    sought = reads.replace('"shop-a"', "var.name")
    files = {
        "app/found.tf": f"""
locals {{
  shop  = "shop"
  whole = "${{local.shop}}-a"
}}
variable "whole" {{
  default = "shop-a"
}}
module "found" {{
  source = "../modules/found"
  name   = {given}
}}
""",
        "modules/found/main.tf": f"""{sought}
variable "name" {{}}
output "subnets" {{
  value = [data.aws_subnet.a.id]
}}
""",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert "var.name" in sought
    report = judged(tmp_path)
    assert [verdict for verdict, _, _ in verdicts(report)] == ["fail"]
    assert [one.to_stack for one in report.document.ties] == ["net"]


@pytest.mark.parametrize(
    ("name", "colon", "tied"),
    [
        ("${var.shop}-${var.zone}", False, True),
        ("shop-${var.zone}", True, True),
        ("${var.shop}-${var.zone}-x", False, False),
        ("${var.shop}", False, False),
    ],
)
def test_a_name_that_arguments_of_a_module_fill(
    name: str, colon: bool, tied: bool, tmp_path: Path
) -> None:
    """A module that nobody calls, which could be given the same values, is no other candidate."""
    network, reads, subnets = named("a tag")
    shop = network.replace('"shop-a"', f'"{name}"')
    shop = shop.replace("tags = { Name =", 'tags = { "Name" :' if colon else "tags = { Name =")
    shop += 'variable "shop" {}\nvariable "zone" {}\n'
    written(tmp_path, shop, reads, subnets)
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "main.tf").write_text(
        'module "net" {\n  source = "../net"\n  shop   = "shop"\n  zone   = "a"\n}\n'
    )
    (tmp_path / "spare").mkdir()
    (tmp_path / "spare" / "main.tf").write_text(shop)
    report = judged(tmp_path)
    assert [verdict for verdict, _, _ in verdicts(report)] == ["fail" if tied else "unknown"]
    assert [one.to_stack for one in report.document.ties] == (["live"] if tied else [])


OF_MODULES = """\
data "aws_vpc" "main" {
  TAGS
}
data "aws_subnets" "public" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }
  filter {
    name   = "tag:Name"
    values = ["*public*"]
  }
}
"""


@pytest.mark.parametrize(
    "tags", ['tags = { Name = "shop" }', 'tags = merge({ Name = "shop" }, {})']
)
def test_a_name_that_a_module_of_the_registry_gives(tags: str, tmp_path: Path) -> None:
    """The root that calls it is read; one that calls another module makes no VPC."""
    call = 'module "net" {\n  source  = "terraform-aws-modules/MODULE/aws"\n  name    = "shop"\n'
    more = '  cidr = "10.0.0.0/16"\n  azs  = ["a"]\n  public_subnets = ["10.0.1.0/24"]\n}\n'
    for module, verdict in (("vpc", "fail"), ("eks", "unknown")):
        root = tmp_path / module
        root.mkdir()
        network = call.replace("MODULE", module) + more
        written(root, network, OF_MODULES.replace("TAGS", tags), "data.aws_subnets.public.ids")
        report = judged(root)
        assert [each for each, _, _ in verdicts(report)] == [verdict]
        tied = {one.to_stack for one in report.document.ties}
        assert tied == ({"net"} if verdict == "fail" else set())


@pytest.mark.parametrize(
    ("module", "given", "looked_up"),
    [
        ("ecs", 'cluster_name = "shop"', 'data "aws_ecs_cluster" "main" { cluster_name = "shop" }'),
        ("alb", 'name = "shop"', 'data "aws_lb" "main" { name = "shop" }'),
        (
            "rds",
            'identifier = "shop"\n  engine = "postgres"',
            'data "aws_db_instance" "main" { db_instance_identifier = "shop" }',
        ),
    ],
)
def test_what_other_modules_of_the_registry_make(
    module: str, given: str, looked_up: str, tmp_path: Path
) -> None:
    """A cluster, a load balancer or a database of theirs is the one that is looked up."""
    call = f'module "m" {{\n  source = "terraform-aws-modules/{module}/aws"\n  {given}\n}}\n'
    written(tmp_path, call, looked_up + "\n", '["subnet-0123456789abcdef0"]')

    assert {one.to_stack for one in judged(tmp_path).document.ties} == {"net"}


def test_names_that_tell_no_root(tmp_path: Path) -> None:
    """One that nobody knows, one of another type, and one that resources of many folders have."""
    network, reads, subnets = named("a tag")
    written(tmp_path, network, reads, subnets)
    for old, new in (("shop-a", "${var.env}-a"), ("aws_subnet", "aws_s")):
        (tmp_path / "net" / "main.tf").write_text(network.replace(old, new))
        assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["unknown"]
    for number in range(MOST_NAMES + 1):
        (tmp_path / f"net{number}").mkdir()
        (tmp_path / f"net{number}" / "main.tf").write_text(network)
    report = judged(tmp_path)
    assert [verdict for verdict, _, _ in verdicts(report)] == ["unknown"]
    assert report.document.ties == ()


def test_two_ways_to_one_thing_elsewhere_are_one_finding(tmp_path: Path) -> None:
    """What fails there is one mistake, by whichever data source, and in either setting."""
    network, reads, _ = named("a tag")
    both = reads + 'variable "first" {}\n'
    for name, count in (("b", "var.first ? 1 : 0"), ("c", "var.first ? 0 : 1")):
        both += reads.replace('"a" {', f'"{name}" {{\n  count = {count}')
    subnets = "concat(data.aws_subnet.b[*].id, data.aws_subnet.c[*].id)"
    written(tmp_path, network, both, subnets)
    (one,) = judged(tmp_path).document.findings
    assert (one.verdict, one.when) == ("fail", None)


def test_roots_behind_roots(tmp_path: Path) -> None:
    """What the other root reads is looked for as well."""
    state = STATE.replace("%KIND%", "s3")
    config = 'bucket = "states"\n    key = "%.tfstate"'
    written(
        tmp_path,
        NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"')),
        state.replace("%CONFIG%", config.replace("%", "mid")),
    )
    (tmp_path / "mid").mkdir()
    backend = S3.replace("%KEY%", 'key = "mid.tfstate"')
    (tmp_path / "mid" / "main.tf").write_text(
        f"terraform {{\n  {backend}\n}}\n"
        + state.replace("%CONFIG%", config.replace("%", "net"))
        + f'output "subnets" {{ value = {OUTPUT} }}\n'
    )
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["fail"]


ADDITIONS = {
    "a flow log": ("TW701", 'resource "aws_flow_log" "all" {\n  vpc_id = %VPC%\n}\n', ""),
    "in a module": (
        "TW701",
        'module "log" {\n  source = "../../modules/log"\n  vpc_id = %VPC%\n}\n',
        'variable "vpc_id" {}\nresource "aws_flow_log" "all" {\n  vpc_id = var.vpc_id\n}\n',
    ),
    "of the registry": (
        "TW701",
        """\
module "log" {
  source  = "terraform-aws-modules/vpc/aws//modules/flow-log"
  version = "6.6.0"
  vpc_id  = %VPC%
}
""",
        "",
    ),
    "a rule of a group": (
        "TW204",
        """\
resource "aws_security_group_rule" "all" {
  security_group_id = data.terraform_remote_state.net.outputs.group
  type              = "ingress"
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["0.0.0.0/0"]
}
""",
        "",
    ),
    "an endpoint": (
        "TW402",
        """\
resource "aws_vpc_endpoint" "ecr" {
  vpc_id            = %VPC%
  vpc_endpoint_type = "Interface"
  service_name      = "com.amazonaws.eu-west-1.ecr.api"
}
""",
        "",
    ),
}
"""What another root adds to a VPC, by the rule that sees it, and the module that does it."""


@pytest.mark.parametrize("case", ADDITIONS)
def test_a_root_that_adds_to_what_another_one_makes(case: str, tmp_path: Path) -> None:
    """A VPC has what a third root gives it that reads its state, too, and no other root."""
    rule, adds, module = ADDITIONS[case]
    state = STATE.replace("%KIND%", "s3").replace(
        "%CONFIG%", 'bucket = "states"\n    key = "net.tfstate"'
    )
    network = NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"'))
    network += 'resource "aws_security_group" "all" { vpc_id = aws_vpc.main.id }\n'
    network += 'output "group" { value = aws_security_group.all.id }\n'
    written(tmp_path, network + 'output "vpc" { value = aws_vpc.main.id }\n', state)
    service = tmp_path / "app" / "main.tf"
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api"
    text = service.read_text().replace('"nginx"', f'"{image}"')
    groups = "    security_groups = [data.terraform_remote_state.net.outputs.group]\n"
    service.write_text(text.replace("    subnets =", groups + "    subnets ="))
    before = [verdict for verdict, _, _ in verdicts(judged(tmp_path, rule))]
    third = tmp_path / "more" / "third" / "main.tf"
    third.parent.mkdir(parents=True)
    text = state + adds.replace("%VPC%", "data.terraform_remote_state.net.outputs.vpc")
    third.write_text(text)
    if module:
        (tmp_path / "modules" / "log").mkdir(parents=True)
        (tmp_path / "modules" / "log" / "main.tf").write_text(module)
    after = [verdict for verdict, _, _ in verdicts(judged(tmp_path, rule))]
    assert (before, after) == ((["fail"], []) if rule == "TW701" else ([], ["fail"]))
    third.write_text(text.replace('"net.tfstate"', '"other.tfstate"'))
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path, rule))] == before


def test_instances_that_another_root_brings(tmp_path: Path) -> None:
    """A root of the context may read the scanned one's state, and start its cluster's instances."""
    service = SERVICE.replace("%READS%", "").replace("FARGATE", "EC2").replace("awsvpc", "bridge")
    service = service.replace("  network_configuration {\n    subnets = %SUBNETS%\n  }\n", "")
    (tmp_path / ".git").mkdir()
    for name, text in (
        (
            "app",
            service.replace('  launch_type     = "EC2"', "  cluster = aws_ecs_cluster.main.id")
            + 'resource "aws_ecs_cluster" "main" {\n  name = "main"\n}\n'
            + 'output "cluster" { value = aws_ecs_cluster.main.name }\n',
        ),
        (
            "hosts",
            STATE.replace("%KIND%", "s3").replace(
                "%CONFIG%", 'bucket = "states"\n    key = "app.tfstate"'
            )
            + """\
resource "aws_launch_template" "hosts" {
  image_id      = "ami-1"
  instance_type = "t2.micro"
  user_data = <<-END
    #!/bin/sh
    echo ECS_CLUSTER=${data.terraform_remote_state.net.outputs.cluster} >> /etc/ecs/ecs.config
    END
}
resource "aws_autoscaling_group" "hosts" {
  launch_template { id = aws_launch_template.hosts.id }
}
""",
        ),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    assert {one.verdict for one in judged(tmp_path, "TW503").document.findings} == {"unknown"}
    hosts = (str(tmp_path / "hosts"),)
    found = judged(tmp_path, "TW503", context=hosts).document.findings
    assert [(one.verdict, one.file) for one in found] == [("fail", "app/main.tf")]
    assert "aws_launch_template.hosts" in found[0].message


def test_what_is_wrong_elsewhere_is_shown_for_the_tasks_that_use_it(tmp_path: Path) -> None:
    """The policy of a listener in front of scanned tasks, as that of an endpoint that they use."""
    config = 'bucket = "states"\n    key = "net.tfstate"'
    reads = STATE.replace("%KIND%", "s3").replace("%CONFIG%", config)
    network = (
        NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"'))
        + """
resource "aws_lb" "main" {}
resource "aws_lb_target_group" "main" { target_type = "ip" }
resource "aws_lb_listener" "main" {
  load_balancer_arn = aws_lb.main.arn
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-2016-08"
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }
}
output "group" { value = aws_lb_target_group.main.arn }
"""
    )
    written(tmp_path, network, reads)
    service = tmp_path / "app" / "main.tf"
    text = service.read_text()
    assert judged(tmp_path, "TW102").document.findings == ()
    registered = (
        "  load_balancer {\n    target_group_arn = data.terraform_remote_state.net.outputs.group"
    )
    more = (
        f'{registered}\n    container_name = "api"\n    container_port = 80\n  }}\n  network_conf'
    )
    service.write_text(text.replace("  network_conf", more))
    (found,) = judged(tmp_path, "TW102").document.findings
    assert (found.verdict, found.file) == ("fail", "app/main.tf")
    assert found.message.startswith("aws_lb_listener.main accepts weak TLS")


def test_what_is_not_read(tmp_path: Path) -> None:
    """Roots with other states, excluded ones, and what is in no repository."""
    reads = STATE.replace("%KIND%", "s3").replace(
        "%CONFIG%", 'bucket = "states"\n    key = "net.tfstate"'
    )
    network = NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"'))
    written(tmp_path, network, reads)
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["fail"]
    unknown = [verdict for verdict, _, _ in verdicts(judged(tmp_path, exclude=("net/**",)))]
    assert unknown == ["unknown"]
    (tmp_path / "net" / "main.tf").write_text(network.replace('"net.tfstate"', '"other.tfstate"'))
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["unknown"]
    (tmp_path / "net" / "main.tf").write_text(network)
    (tmp_path / ".git").rmdir()
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["unknown"]


def test_what_is_wrong_in_another_root(tmp_path: Path) -> None:
    """It is an error if the scanned one reads that root, and else one where that is scanned."""
    reads = STATE.replace("%KIND%", "s3").replace(
        "%CONFIG%", 'bucket = "states"\n    key = "net.tfstate"'
    )
    network = NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"'))
    written(tmp_path, network, reads)
    (tmp_path / "net" / "broken.tf").write_text('resource "a" {\n')
    report = judged(tmp_path)
    assert {one.file for one in report.document.errors} == {"net/broken.tf"}
    assert [verdict for verdict, _, _ in verdicts(report)] == ["fail"]
    other = network.replace('"states"', '"others"')
    (tmp_path / "net" / "main.tf").write_text(other)
    report = judged(tmp_path)
    assert report.document.errors == ()
    assert [verdict for verdict, _, _ in verdicts(report)] == ["unknown"]


@pytest.mark.parametrize(
    "path",
    [
        "../net",
        "${get_terragrunt_dir()}/../net",
        '${get_parent_terragrunt_dir("root")}/net',
        "${get_repo_root()}/net",
        '${dirname(find_in_parent_folders("root.hcl"))}/net',
        '${find_in_parent_folders("net")}',
        '${dirname(find_in_parent_folders("net/terragrunt.hcl"))}',
    ],
)
@pytest.mark.parametrize("alike", [None, "app/net"])
def test_a_unit_that_a_scanned_one_depends_on(path: str, alike: str | None, tmp_path: Path) -> None:
    """Terragrunt names the folder, from the unit's own or from one above, whatever is alike."""
    reads = 'variable "subnets" {}\n'
    written(tmp_path, NETWORK.replace("%BACKEND%", ""), reads, "var.subnets")
    (tmp_path / "root.hcl").write_text("")
    (tmp_path / "net" / "terragrunt.hcl").write_text("inputs = {}\n")
    include = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'
    depends = f'dependency "net" {{\n  config_path = "{path}"\n}}\n'
    given = "inputs = {\n  subnets = dependency.net.outputs.subnets\n}\n"
    (tmp_path / "app" / "terragrunt.hcl").write_text(include + depends + given)
    if alike:
        (tmp_path / alike).mkdir()
        (tmp_path / alike / "terragrunt.hcl").write_text("inputs = {}\n")
    found = verdicts(judged(tmp_path))
    assert [(verdict, file) for verdict, file, _ in found] == [("fail", "app/main.tf")]


@pytest.mark.parametrize(
    "depends",
    [
        'dependency "net" {\n  config_path = find_in_parent_folders("net")\n}\n',
        """\
dependencies {
  paths = [find_in_parent_folders("net")]
}
dependency "net" {
  config_path = local.net
}
locals {
  net = find_in_parent_folders("net")
}
""",
    ],
)
def test_a_unit_whose_folder_is_looked_for_in_those_above(depends: str, tmp_path: Path) -> None:
    """The call finds folders as it finds files."""
    written(tmp_path, NETWORK.replace("%BACKEND%", ""), 'variable "subnets" {}\n', "var.subnets")
    (tmp_path / "net" / "terragrunt.hcl").write_text("inputs = {}\n")
    given = "inputs = {\n  subnets = dependency.net.outputs.subnets\n}\n"
    (tmp_path / "app" / "terragrunt.hcl").write_text(depends + given)
    found = verdicts(judged(tmp_path))
    assert [(verdict, file) for verdict, file, _ in found] == [("fail", "app/main.tf")]


STORES = """
resource "aws_ssm_parameter" "subnets" {
  name  = "/net/subnets"
  value = join(",", [aws_subnet.a.id])
}
"""
READS = 'data "aws_ssm_parameter" "subnets" {\n  name = "/net/subnets"\n}\n'


@pytest.mark.parametrize(
    ("source", "more", "verdict"),
    [
        ("../modules/app", "", "fail"),
        ("${get_repo_root()}/modules/app", "", "unknown"),
        (
            "${get_repo_root()}/modules/app",
            'dependencies {\n  # names\n  paths = [\n    "../none",\n    "../net",\n  ]\n}\n',
            "fail",
        ),
    ],
)
def test_what_the_module_of_a_unit_reads(
    source: str, more: str, verdict: str, tmp_path: Path
) -> None:
    """What another unit stores, where the path leads there, or one is applied after the other."""
    written(tmp_path, NETWORK.replace("%BACKEND%", "") + STORES, READS, SUBNETS)
    (tmp_path / "net" / "terragrunt.hcl").write_text("inputs = {}\n")
    (tmp_path / "modules" / "app").mkdir(parents=True)
    (tmp_path / "app" / "main.tf").rename(tmp_path / "modules" / "app" / "main.tf")
    unit = f'terraform {{\n  source = "{source}"\n}}\n{more}'
    (tmp_path / "app" / "terragrunt.hcl").write_text(unit)
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == [verdict]


def test_of_copies_in_a_repository_the_nearest_is_meant(tmp_path: Path) -> None:
    """One account cannot have both: what is scanned in `dev` reads what `dev` stores."""
    written(tmp_path, NETWORK.replace("%BACKEND%", "") + STORES, READS, SUBNETS)
    for name in ("net", "app"):
        (tmp_path / "dev").mkdir(exist_ok=True)
        (tmp_path / name).rename(tmp_path / "dev" / name)
    (tmp_path / "prod" / "net").mkdir(parents=True)
    private = (
        (tmp_path / "dev" / "net" / "main.tf").read_text().replace("gateway_id", "nat_gateway_id")
    )
    (tmp_path / "prod" / "net" / "main.tf").write_text(private)
    use = {"cwd": str(tmp_path), "select": ("TW603",), "show": ("fail", "unknown")}
    (found,) = scan(Options((str(tmp_path / "dev" / "app"),), **use)).document.findings  # type: ignore[arg-type]
    assert found.verdict == "fail"
    assumed = "is assumed to be of dev/net, which is nearer than prod/net"
    assert any(step.text.endswith(assumed) for step in found.because)


SUBNET = 'resource "aws_subnet" "a" { vpc_id = aws_vpc.main.id }'
TAGGED = """variable "stage" {}
resource "aws_subnet" "a" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "net-${var.stage}" }
}"""


@pytest.mark.parametrize("stage", ["prod", "dev"])
def test_what_units_call_by_what_they_give(stage: str, tmp_path: Path) -> None:
    """A name that inputs of one unit make is that by which the module of another looks."""
    network = NETWORK.replace("%BACKEND%", "").replace(SUBNET, TAGGED)
    reads = 'variable "name" {}\ndata "aws_subnet" "a" {\n  tags = { Name = var.name }\n}\n'
    written(tmp_path, network, reads, "[data.aws_subnet.a.id]")
    for name, inputs in (("app", 'name = "net-prod"'), ("net", f'stage = "{stage}"')):
        module = tmp_path / "modules" / name
        module.mkdir(parents=True)
        (tmp_path / name / "main.tf").rename(module / "main.tf")
        unit = f'terraform {{\n  source = "../modules/{name}"\n}}\ninputs = {{\n  {inputs}\n}}\n'
        (tmp_path / name / "terragrunt.hcl").write_text(unit)
    expected = {"prod": ["fail"], "dev": ["unknown"]}[stage]
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == expected


def test_files_of_other_kinds_use_up_no_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many files in a repository, those that are no Terraform are not among the candidates."""
    monkeypatch.setattr("taskwall.sources.listing.MAX_CANDIDATES", 1)
    reads = STATE.replace("%KIND%", "s3").replace(
        "%CONFIG%", 'bucket = "states"\n    key = "net.tfstate"'
    )
    network = NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"'))
    written(tmp_path, network, reads)
    (tmp_path / "0.json").write_text("{}")
    (tmp_path / "00.yaml").write_text("a: 1\n")
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["fail"]
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "main.tf").write_text('resource "aws_vpc" "a" {}\n')
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["unknown"]


GROUPS = (
    S3.replace("%KEY%", 'key = "net.tfstate"').join(("terraform {\n  ", "\n}\n"))
    + "".join(
        f"""
module "{name}" {{
  source       = "terraform-aws-modules/security-group/aws"
  version      = "5.3.0"
  name         = "{name}"
  vpc_id       = "vpc-0123456789abcdef0"
  egress_rules = ["all-all"]
}}
output "{name}" {{
  value = module.{name}.security_group_id
}}
"""
        for name in ("tasks", "edge")
    )
    + """
resource "aws_security_group_rule" "office" {
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_blocks       = ["198.51.100.0/24"]
  security_group_id = module.tasks.security_group_id
}
"""
)
BALANCED = """
resource "aws_lb" "edge" {
  security_groups = [data.terraform_remote_state.net.outputs.edge]
  internal        = true
}
resource "aws_lb_target_group" "web" {
  target_type = "ip"
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.edge.arn
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"""


def test_groups_elsewhere_are_reported_where_they_are_used(tmp_path: Path) -> None:
    """Each at the attribute that leads to it, however many calls of one module make them."""
    config = 'bucket = "states"\n    key = "net.tfstate"'
    reads = STATE.replace("%KIND%", "s3").replace("%CONFIG%", config) + BALANCED
    written(tmp_path, GROUPS, reads, '["subnet-0123456789abcdef0"]')
    service = tmp_path / "app" / "main.tf"
    group = "    security_groups = [data.terraform_remote_state.net.outputs.tasks]"
    behind = """\
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "api"
    container_port   = 80
  }
  network_configuration {
"""
    text = service.read_text().replace("  network_configuration {\n", f"{behind}{group}\n")
    service.write_text(text)
    lines = text.split("\n")
    of_tasks = lines.index(group) + 1
    of_edge = next(at for at, line in enumerate(lines, 1) if "outputs.edge" in line)

    assert verdicts(judged(tmp_path, "TW205")) == [("fail", "app/main.tf", of_tasks)]
    assert sorted(verdicts(judged(tmp_path, "TW210"))) == sorted(
        ("fail", "app/main.tf", at) for at in (of_tasks, of_edge)
    )


def test_a_value_that_leads_to_a_store_elsewhere(tmp_path: Path) -> None:
    """It is reported for the task definition, with what gives it the name."""
    config = 'bucket = "states"\n    key = "net.tfstate"'
    reads = STATE.replace("%KIND%", "s3").replace("%CONFIG%", config)
    network = (
        NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"'))
        + """
resource "aws_db_instance" "main" {
  engine         = "postgres"
  engine_version = "14"
}
output "host" {
  value = aws_db_instance.main.address
}
"""
    )
    written(tmp_path, network, reads)
    service = tmp_path / "app" / "main.tf"
    own = """
locals {
  settings = [{ name = "DB_HOST", value = data.terraform_remote_state.net.outputs.host }]
}
"""
    named = '{ name = "api", environment = local.settings, image'
    service.write_text(service.read_text().replace('{ name = "api", image', named) + own)

    (found,) = judged(tmp_path, "TW106").document.findings
    assert (found.verdict, found.file) == ("fail", "app/main.tf")
    assert found.resource == "aws_ecs_task_definition.api"
    assert f"{found.resource} takes its value from here" in [step.text for step in found.because]


def test_a_store_that_only_tasks_of_the_context_use(tmp_path: Path) -> None:
    """It is not judged, though the module that makes both is one that the scan has, too."""
    config = 'bucket = "states"\n    key = "net.tfstate"'
    reads = STATE.replace("%KIND%", "s3").replace("%CONFIG%", config)
    network = NETWORK.replace("%BACKEND%", S3.replace("%KEY%", 'key = "net.tfstate"'))
    store = """
resource "aws_db_instance" "main" {
  engine         = "postgres"
  engine_version = "14"
}
"""
    service = SERVICE.replace("%READS%", store).replace("%SUBNETS%", OUTPUT)
    named = '{ name = "api", environment = [{ name = "HOST", value = DB }], image'
    service = service.replace('{ name = "api", image', named)
    shop = service.replace("DB }", "aws_db_instance.main.address }").partition("\n}\n")[2] + reads
    root = 'terraform {\n  backend "s3" {}\n}\nmodule "shop" {\n  source = "../shop"\n}\n'
    for folder, text in (("net", network), ("shop", shop), ("app", root), ("other", root)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.tf").write_text(text)
    context = (str(tmp_path / "other"), str(tmp_path / "net"))

    (found,) = judged(tmp_path, "TW106", context=context).document.findings

    assert len(found.instances) == 1
    assert found.file == "shop/main.tf"
