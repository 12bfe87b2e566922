"""Roots beside a scanned one that write what it reads: context that nobody has to name."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Report

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


def judged(root: Path, **options: object) -> Report:
    """What a scan of the one root alone says of its subnets."""
    asked = Options(
        (str(root / "app"),),
        select=("TW603",),
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
    "a key of the workspace": (
        S3.replace("%KEY%", 'key = "net.tfstate"'),
        "s3",
        'key = "env:/${terraform.workspace}/net.tfstate"',
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


def test_a_parameter_that_another_root_stores(tmp_path: Path) -> None:
    """Parameter Store ties roots as states do."""
    stored = """\
resource "aws_ssm_parameter" "subnets" {
  name  = "/net/subnets"
  type  = "StringList"
  value = join(",", [aws_subnet.a.id])
}
"""
    reads = 'data "aws_ssm_parameter" "subnets" {\n  name = "/net/subnets"\n}\n'
    written(
        tmp_path,
        NETWORK.replace("%BACKEND%", "") + stored,
        reads,
        'split(",", data.aws_ssm_parameter.subnets.value)',
    )
    assert [verdict for verdict, _, _ in verdicts(judged(tmp_path))] == ["fail"]


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


def test_a_unit_that_a_scanned_one_depends_on(tmp_path: Path) -> None:
    """Terragrunt names the folder."""
    reads = 'variable "subnets" {}\n'
    written(tmp_path, NETWORK.replace("%BACKEND%", ""), reads, "var.subnets")
    (tmp_path / "net" / "terragrunt.hcl").write_text("inputs = {}\n")
    depends = 'dependency "net" {\n  config_path = "../net"\n}\n'
    given = "inputs = {\n  subnets = dependency.net.outputs.subnets\n}\n"
    (tmp_path / "app" / "terragrunt.hcl").write_text(depends + given)
    found = verdicts(judged(tmp_path))
    assert [(verdict, file) for verdict, file, _ in found] == [("fail", "app/main.tf")]


def test_files_of_other_kinds_use_up_no_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many files in a repository, those that are no Terraform are not among the candidates."""
    monkeypatch.setattr("taskwall.sources.other_roots.MAX_CANDIDATES", 1)
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
