"""Deployments from end to end: one scan judges each, and says where what is wrong."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from taskwall import outputs
from taskwall.api.fix import fix
from taskwall.api.flows import list_flows
from taskwall.api.scan import Options, scan
from taskwall.cli import main
from taskwall.findings.finding import Report
from taskwall.outputs import View
from taskwall.session.session import Session
from taskwall.settings import SettingsError

APP = """
provider "aws" {}
variable "allowed" { type = list(string) }
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "task" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = var.allowed
  }
}
resource "aws_ecs_cluster" "main" { name = "shop" }
resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  container_definitions    = jsonencode([{ name = "web", image = "nginx" }])
}
resource "aws_ecs_service" "api" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.api.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets          = [aws_subnet.a.id]
    security_groups  = [aws_security_group.task.id]
    assign_public_ip = terraform.workspace == "dev"
  }
}
"""
WITH_NAT_IN_PROD = (
    APP.replace('terraform.workspace == "dev"', "true")
    + """
locals { prod = terraform.workspace == "prod" ? 1 : 0 }
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_nat_gateway" "main" {
  count     = local.prod
  subnet_id = "subnet-0123"
}
resource "aws_route" "out" {
  count                  = local.prod
  route_table_id         = aws_vpc.main.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main[0].id
}
resource "aws_route" "direct" {
  count                  = 1 - local.prod
  route_table_id         = aws_vpc.main.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
"""
)
SETTINGS = """
[[deployment]]
name = "dev"
path = "app"
var-files = ["values/dev.tfvars"]
workspace = "dev"

[[deployment]]
name = "prod"
path = "app"
var-files = ["values/prod.tfvars"]
workspace = "prod"
"""
OPEN, CLOSED = 'allowed = ["0.0.0.0/0"]\n', 'allowed = ["10.0.0.0/16"]\n'
TREE = {
    "app/main.tf": APP,
    "values/dev.tfvars": OPEN,
    "values/prod.tfvars": CLOSED,
    "taskwall.toml": SETTINGS,
}
NETWORK_TEMPLATE = """
Parameters:
  Env: {Type: String}
  Open: {Type: String, Default: 10.0.0.0/16}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      GroupDescription: tasks
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: !Ref Open}]
Outputs:
  Subnet: {Value: !Ref Subnet, Export: {Name: !Sub "${Env}-subnet"}}
  Group: {Value: !Ref Group, Export: {Name: !Sub "${Env}-group"}}
"""
APP_TEMPLATE = """
Parameters:
  Env: {Type: String}
Resources:
  Cluster: {Type: AWS::ECS::Cluster}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions: [{Name: web, Image: nginx}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [{"Fn::ImportValue": !Sub "${Env}-subnet"}]
          SecurityGroups: [{"Fn::ImportValue": !Sub "${Env}-group"}]
"""


def _written(folder: Path, tree: Mapping[str, str]) -> Path:
    (folder / ".git").mkdir()
    for name, text in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def _scan(folder: Path, *paths: str, **more: Any) -> Report:
    return scan(Options(paths=paths or (".",), cwd=str(folder), **more))


def _where(report: Report) -> dict[str, tuple[str, ...]]:
    """The deployments of each finding, by rule."""
    return {
        one.rule: tuple(name for each in one.instances for name in each.deployments)
        for one in report.document.findings
    }


IN_BOTH = {"TW401": ("dev", "prod"), "TW701": ("dev", "prod")}
FOUND = {**IN_BOTH, "TW203": ("dev",), "TW204": ("dev",), "TW215": ("prod",)}


def test_each_deployment_is_judged_and_what_all_share_is_told_once(tmp_path: Path) -> None:
    """The same sources with two sets of values."""
    report = _scan(_written(tmp_path, TREE))
    assert _where(report) == FOUND
    messages = {one.rule: one.message for one in report.document.findings}
    assert messages["TW204"].endswith("(in deployment dev)")
    assert "deployment" not in messages["TW701"]
    document = json.loads(outputs.render("json", report, View()))
    assert document["findings"][0]["instances"][0]["deployments"] == ["dev", "prod"]
    assert document["summary"]["stacks"] == 2


def test_what_a_vpc_lacks_is_one_finding_whoever_runs_in_it(tmp_path: Path) -> None:
    """A deployment with a service more has the same mistake."""
    more = """
resource "aws_ecs_service" "more" {
  count           = terraform.workspace == "dev" ? 0 : 1
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.api.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.task.id]
  }
}
"""
    report = _scan(_written(tmp_path, TREE | {"app/main.tf": APP + more}))

    logs = [one for one in report.document.findings if one.rule == "TW701"]
    assert [[each.deployments for each in one.instances] for one in logs] == [[("dev", "prod")]]


def test_a_given_file_of_values_or_source_is_looked_at_in_its_deployments(tmp_path: Path) -> None:
    """A file of values stands for its deployment, a source for all."""
    folder = _written(tmp_path, TREE)
    assert _where(_scan(folder, "values/prod.tfvars")) == {
        "TW401": ("prod",), "TW701": ("prod",), "TW215": ("prod",),
    }  # fmt: skip
    assert _where(_scan(folder, "app/main.tf")) == FOUND


def test_deployments_that_give_the_same_are_judged_as_one(tmp_path: Path) -> None:
    """What they give that nothing declares makes no difference."""
    tree = TREE | {"values/prod.tfvars": OPEN, "taskwall.toml": SETTINGS.replace("workspace", "#")}
    report = _scan(_written(tmp_path, tree))
    assert report.document.summary.stacks == 1
    assert set(_where(report).values()) == {("dev", "prod")}


def test_what_spreads_to_another_deployment_is_not_in_the_baseline(tmp_path: Path) -> None:
    """A baseline knows in which deployment something was."""
    folder = _written(tmp_path, TREE)
    _scan(folder, write_baseline="known.json")
    assert not _where(_scan(folder, baseline="known.json"))
    (folder / "values/prod.tfvars").write_text(OPEN)
    assert _where(_scan(folder, baseline="known.json")) == {"TW204": ("dev", "prod")}
    _scan(folder, write_baseline="known.json")
    (folder / "values/dev.tfvars").write_text(CLOSED)
    assert not _where(_scan(folder, baseline="known.json"))  # what one of them loses is no news


def test_an_edit_is_offered_only_if_it_does_good_in_every_deployment(tmp_path: Path) -> None:
    """Without a NAT gateway tasks need their public addresses."""
    folder = _written(tmp_path, TREE | {"app/main.tf": WITH_NAT_IN_PROD})
    asked = Options(paths=(".",), cwd=str(folder), select=("TW203", "TW401"))
    assert not fix(asked).files
    (folder / "taskwall.toml").write_text(SETTINGS[SETTINGS.rindex("[[") :])
    assert [one.shown for one in fix(asked).files] == ["app/main.tf"]


def test_networks_are_named_by_their_deployments(tmp_path: Path) -> None:
    """Flows of two deployments are told apart."""
    listing = list_flows(Options(paths=("app",), cwd=str(_written(tmp_path, TREE))), None, None)
    assert set(listing.stacks) == {"app (dev)", "app (prod)"}


def test_an_editor_keeps_the_deployments_apart(tmp_path: Path) -> None:
    """What a session remembers of one is not taken for another."""
    session = Session(str(_written(tmp_path, TREE)))
    assert _where(session.report()) == FOUND
    session.change(str(tmp_path / "app/main.tf"), APP.replace("shop", "store"))
    assert _where(session.report()) == FOUND
    session.change(str(tmp_path / "values/dev.tfvars"), CLOSED)
    assert _where(session.report()) == {
        **IN_BOTH, "TW203": ("dev",), "TW215": ("dev", "prod"),
    }  # fmt: skip


def test_tables_of_one_name_are_one_deployment(tmp_path: Path) -> None:
    """Each root module has values of its own, and one looks up what the other makes."""
    network, service = APP.split('resource "aws_ecs_cluster"', 1)
    network = network.replace('"10.0.0.0/16"', '"10.0.0.0/16"\n  tags = { Name = var.env }')
    network += 'variable "env" {}\nresource "aws_subnet" "other" {\n  vpc_id = aws_vpc.main.id\n}\n'
    lookup = """
    variable "stage" {}
    data "aws_vpc" "main" { tags = { Name = var.stage } }
    data "aws_security_group" "task" { vpc_id = data.aws_vpc.main.id }
    """
    service = service.replace("[aws_security_group.task.id]", "[data.aws_security_group.task.id]")
    service = service.replace("[aws_subnet.a.id]", "[]")
    tables = [
        f'[[deployment]]\nname = "{name}"\npath = "{path}"\nvar-files = ["{path}/{name}.tfvars"]\n'
        for name in ("dev", "prod")
        for path in ("network", "app")
    ]
    tree = {
        "network/main.tf": network,
        "app/main.tf": f'{lookup}\nresource "aws_ecs_cluster"{service}',
        "network/dev.tfvars": f'{OPEN}env = "a"',
        "network/prod.tfvars": f'{CLOSED}env = "b"',
        "app/dev.tfvars": 'stage = "a"',
        "app/prod.tfvars": 'stage = "b"',
        "taskwall.toml": "\n".join(tables),
    }
    found = _where(_scan(_written(tmp_path, tree)))
    assert (found["TW204"], found["TW215"]) == (("dev",), ("prod",))


def test_a_deployment_says_what_only_its_environment_knows(tmp_path: Path) -> None:
    """`assume` holds for what is below its path, before what the sources take by default."""
    unit = """
terraform { source = "../../modules/${get_env("MODULE")}" }
inputs = { allowed = [get_env("FROM", "10.0.0.0/16")] }
"""
    tree = {"modules/app/main.tf": APP, "dev/app/terragrunt.hcl": unit}
    tree |= {"prod/app/terragrunt.hcl": unit}
    tree["taskwall.toml"] = """
[[deployment]]
name = "dev"
path = "dev"
assume = { 'get_env("MODULE")' = "app", 'get_env("FROM")' = "0.0.0.0/0" }
"""
    report = _scan(_written(tmp_path, tree))
    assert _where(report)["TW204"] == ("dev",)
    (absent,) = report.document.absent
    assert (absent.stack, absent.kind) == ("prod/app", "unit")


def test_files_of_git_sync_are_deployments(tmp_path: Path) -> None:
    """The files of a folder, each for one template, are one deployment."""
    tree = {"network.yaml": NETWORK_TEMPLATE, "app.yaml": APP_TEMPLATE}
    for stage in ("dev", "prod"):
        for name in ("network.yaml", "app.yaml"):
            text = f"template-file-path: {name}\nparameters:\n  Env: {stage}\n"
            tree[f"deployments/{stage}/{name}"] = text
    tree["deployments/dev/network.yaml"] += "  Open: 0.0.0.0/0\n"
    tree["deployments/lost.yaml"] = "template-file-path: nowhere.yaml\n"
    report = _scan(_written(tmp_path, tree))
    assert _where(report) == {**IN_BOTH, "TW204": ("dev",), "TW215": ("prod",)}
    assert [one.message for one in report.document.errors] == [
        "template-file-path: there is no file nowhere.yaml in the repository"
    ]


def test_stages_of_cdk_are_deployments(tmp_path: Path) -> None:
    """They go by the name of their folder."""
    service = APP_TEMPLATE.partition("Resources:")[2].replace("Fn::ImportValue", "Ref")
    service = service.replace('!Sub "${Env}-subnet"', "Subnet").replace(
        '!Sub "${Env}-group"', "Group"
    )
    template = NETWORK_TEMPLATE.replace("Outputs:", f"{service.lstrip(chr(10))}Outputs:")
    tree = {
        f"cdk.out/assembly-{stage}/{name}": text
        for stage in ("Dev", "Prod")
        for name, text in (("app.template.yaml", template), ("manifest.json", "{}"))
    }
    found = _scan(_written(tmp_path, tree)).document.findings
    assert {one.instances[0].deployments for one in found} == {("Dev",), ("Prod",)}


@pytest.mark.parametrize("file", ["app/stages/dev.tfvars", "app/stages/dev/terraform.tfvars"])
def test_tables_are_proposed_for_files_of_values_that_lie_about(tmp_path: Path, file: str) -> None:
    """Values that Terraform loads by itself, and backends, are none."""
    tree = {"app/main.tf": APP, file: OPEN, "app/terraform.tfvars": CLOSED}
    tree |= {"app/backend.tfvars": 'bucket = "states"', "network.yaml": NETWORK_TEMPLATE}
    tree["network-live.json"] = '[{"ParameterKey": "Env", "ParameterValue": "live"}]'
    (note,) = (one for one in _scan(_written(tmp_path, tree)).notes if "not read" in one)
    assert note == (
        f'2 files of values are not read; in taskwall.toml, deployment = [{{ name = "dev", path ='
        f' "app", var-files = ["{file}"] }}, {{ name = "live", path = "network.yaml", parameters ='
        ' "network-live.json" }] has each judged'
    )


@pytest.mark.parametrize(
    "command", ["diff . .", "fix .", "flows .", "graph .", "why . internet service:api"]
)
@pytest.mark.parametrize("is_told", [False, True])
def test_other_commands_say_that_files_of_values_are_not_read(
    command: str,
    is_told: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What they say may be otherwise with these values."""
    _written(tmp_path, {"app/main.tf": APP, "app/stages/dev.tfvars": OPEN})
    monkeypatch.chdir(tmp_path)
    main([*command.split(), *(["--var-file", "app/stages/dev.tfvars"] if is_told else [])])
    said = "1 file of values is not read; taskwall scan says which settings read them"
    assert (said in capsys.readouterr().err) is not is_told


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (("v/dev.tfvars", "v/prod.tfvars"), {"dev": 1, "prod": 1}),
        (("v/dev.tfvars", "v/more/dev.tfvars"), {"dev": 2}),
        (("v/dev/app.tfvars", "v/prod/app.tfvars"), {"dev": 1, "prod": 1}),
        (("v/dev/app.tfvars", "v/dev/net.tfvars", "v/prod/app.tfvars"), {"dev": 2, "prod": 1}),
    ],
)  # fmt: skip
def test_which_files_of_values_are_of_one_environment(
    tmp_path: Path, files: tuple[str, ...], named: Mapping[str, int]
) -> None:
    """Files beside each other that set the same variable are of different ones."""
    tree = {"main.tf": APP + 'variable "more" {}\n'}
    tree |= {file: "more = 1" if "net" in file else OPEN for file in files}
    (note,) = (one for one in _scan(_written(tmp_path, tree)).notes if "not read" in one)
    tables = tomllib.loads(f"deployment{note.partition('deployment')[2].rpartition(' ha')[0]}")
    assert {one["name"]: len(one["var-files"]) for one in tables["deployment"]} == named


def test_files_of_values_may_be_for_several_root_modules(tmp_path: Path) -> None:
    """The nearest folder around one counts whose root modules have most of its variables."""
    own = {"live/app/main.tf": APP, "live/net/main.tf": 'provider "aws" {}\nvariable "cidr" {}\n'}
    values = f'{OPEN}\ncidr = "10.0.0.0/16"\nunused = 1'
    elsewhere = {"live/states.tfvars": 'bucket = "states"\nallowed = []\nkey = "app"'}
    folder = _written(tmp_path, own | elsewhere | {"live/values/prod.tfvars": values})
    (note,) = (one for one in _scan(folder).notes if "not read" in one)
    assert note == (
        '1 file of values is not read; in taskwall.toml, deployment = [{ name = "prod", path ='
        ' "live", var-files = ["live/values/prod.tfvars"] }] has each judged'
    )
    (folder / "live/prod.tfvars").write_text(values)
    options = Options((str(folder / "live/prod.tfvars"),), cwd=str(folder), profile="strict")
    assert "TW204" in {one.rule for one in scan(options).document.findings}


def test_settings_of_a_deployment_that_cannot_be_meant_so(tmp_path: Path) -> None:
    """It has a name, and files in the repository."""
    folder = _written(tmp_path, TREE | {"taskwall.toml": SETTINGS.replace('"dev"', '""', 1)})
    with pytest.raises(SettingsError, match="name"):
        _scan(folder)
    (folder / "taskwall.toml").write_text(SETTINGS + "assume = {x = 2026-01-01}\n")
    with pytest.raises(SettingsError, match="in quotes"):
        _scan(folder)
    (folder / "taskwall.toml").write_text(SETTINGS.replace("prod.tfvars", "gone.tfvars"))
    (error,) = _scan(folder).document.errors
    assert error.message == ("deployment.var-files: there is no file or folder values/gone.tfvars")
    (folder / "taskwall.toml").write_text(SETTINGS.replace("values/dev", "../values/dev"))
    with pytest.raises(SettingsError, match="outside of the repository"):
        _scan(folder)
