"""Files given by name: judged within their whole stacks, shown as far as they are concerned."""

from pathlib import Path

import pytest

from taskwall import cli
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Report

FAIL = Path(__file__).parents[2] / "fixtures" / "rules" / "tw101" / "fail"
LB = 'resource "aws_lb" "web" {'
LISTENER = 'resource "aws_lb_listener" "web" {'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a fixture: its load balancer, its listener and the rest in a file each."""
    (tmp_path / ".git").mkdir()
    text = (FAIL / "main.tf").read_text()
    start, end = text.index(LB), text.index('resource "aws_lb_target_group"')
    first, last = text.index(LISTENER), text.index('resource "aws_ecs_cluster"')
    (tmp_path / "lb.tf").write_text(text[start:end])
    (tmp_path / "listener.tf").write_text(text[first:last])
    (tmp_path / "rest.tf").write_text(text[:start] + text[end:first] + text[last:])
    (tmp_path / "outputs.tf").write_text('output "x" {\n  value = 1\n}\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(*paths: str, **options: tuple[str, ...]) -> list[tuple[str, str]]:
    """The rule and file of the fails that a scan shows."""
    return fails(scan(Options(paths=paths, **options)))  # type: ignore[arg-type]


def fails(report: Report) -> list[tuple[str, str]]:
    """The rule and file of the fails that a report shows."""
    return [(one.rule, one.file) for one in report.document.findings if one.verdict == "fail"]


def test_what_a_file_makes_in_another(root: Path) -> None:
    """A finding is shown for each file that its chain goes through."""
    assert ("TW101", "listener.tf") in shown("lb.tf")
    assert ("TW101", "listener.tf") in shown("listener.tf")
    (root / "lb.tf").write_text(
        (root / "lb.tf").read_text().replace("internal = false", "internal = true")
    )
    assert "TW101" not in {rule for rule, _ in shown("lb.tf")}


SHARED = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_network_acl" "open" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.private.id]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = "[]"
}
"""
USER = """
resource "aws_ecs_service" "NAME" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { subnets = [aws_subnet.private.id] }
}
"""


def test_what_several_files_share_is_of_each(tmp_path: Path) -> None:
    """Whoever the chain names, if one of those whom it concerns is in the file that is given."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shared.tf").write_text(SHARED)
    (tmp_path / "other.tf").write_text("locals { x = 1 }\n")
    for name in ("a", "b"):
        (tmp_path / f"{name}.tf").write_text(USER.replace("NAME", name))

    for name in ("a", "b"):
        report = scan(Options((str(tmp_path / f"{name}.tf"),), cwd=str(tmp_path), profile="strict"))
        assert ("TW606", "shared.tf") in fails(report)
    other = scan(Options((str(tmp_path / "other.tf"),), cwd=str(tmp_path), profile="strict"))
    assert not fails(other)


BEHIND = """
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_lb" "edge" {
  security_groups = [aws_security_group.edge.id]
  subnets         = [aws_subnet.private.id]
}
resource "aws_lb_target_group" "web" {
  target_type = "ip"
  protocol    = "HTTP"
  port        = 80
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_security_group" "store" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_db_instance" "store" {
  engine                 = "postgres"
  engine_version         = "14.1"
  publicly_accessible    = true
  vpc_security_group_ids = [aws_security_group.store.id]
}
resource "aws_ecs_cluster" "main" { name = "main" }
# ---
resource "aws_ecs_service" "NAME" {
  launch_type     = "FARGATE"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { subnets = [aws_subnet.private.id] }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }
}
"""
SHARED_BALANCER, _, ONE_BEHIND = BEHIND.partition("# ---\n")


def test_another_service_takes_no_finding_away(tmp_path: Path) -> None:
    """What is wrong for several services is reported for each that is asked about."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shared.tf").write_text(SHARED + SHARED_BALANCER)
    (tmp_path / "b.tf").write_text(ONE_BEHIND.replace("NAME", "b"))
    asked = Options((str(tmp_path / "b.tf"),), cwd=str(tmp_path), profile="strict")
    alone = fails(scan(asked))
    rules = {rule for rule, file in alone if file == "shared.tf"}
    assert rules > {"TW101", "TW103", "TW106", "TW207", "TW210", "TW214", "TW605", "TW701", "TW705"}

    for name in ("a", "c"):
        (tmp_path / f"{name}.tf").write_text(ONE_BEHIND.replace("NAME", name))
    assert set(alone) <= set(fails(scan(asked)))


def test_what_else_the_root_has_is_counted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is one line, decides nothing, and no word says that nothing was found or judged."""
    arguments = ["scan", "--select", "TW101", "--no-progress"]
    assert cli.main([*arguments, "outputs.tf"]) == 0
    told = capsys.readouterr().out
    assert "No findings in the files given." in told
    assert "1 more finding is about other files than those given." in told
    assert "Nothing was analysed" not in told
    assert "Analysed 4 files: 1 stack" in told
    assert cli.main([*arguments, "outputs.tf", "lb.tf"]) == 1
    told = capsys.readouterr().out
    assert "more finding" not in told


def test_one_that_is_suppressed_elsewhere_is_not_counted(root: Path) -> None:
    """What nobody would see in the whole root is not counted beside a file of it either."""
    listener = root / "listener.tf"
    listener.write_text(listener.read_text().replace("# TW101", "# taskwall:skip=TW101: demo"))
    report = scan(Options(paths=("outputs.tf",), select=("TW101",)))
    assert report.elsewhere == (0, 0)
    assert report.document.suppressed == ()


def test_fingerprints_are_those_of_the_whole(root: Path) -> None:
    """A baseline of the whole root holds for each file of it."""
    whole = {one.fingerprint for one in scan(Options()).document.findings}
    for file in ("lb.tf", "listener.tf", "rest.tf"):
        some = {one.fingerprint for one in scan(Options(paths=(file,))).document.findings}
        assert some
        assert some <= whole


def test_values_stand_for_their_root(root: Path) -> None:
    """A file of values shows what its root has under these values, and no other root's."""
    text = (root / "lb.tf").read_text().replace("internal = false", "internal = var.internal")
    (root / "lb.tf").write_text(text + 'variable "internal" {\n  type = bool\n}\n')
    other = root / "other"
    other.mkdir()
    (other / "main.tf").write_text((FAIL / "main.tf").read_text())
    (root / "environments").mkdir()
    for name, internal in (("prod", "false"), ("dev", "true")):
        (root / "environments" / f"{name}.tfvars").write_text(f"internal = {internal}\n")
    use = {"select": ("TW101",)}
    assert shown("environments/dev.tfvars", **use) == []
    assert shown("environments/prod.tfvars", **use) == [("TW101", "listener.tf")]
    both = ("environments/dev.tfvars", "environments/prod.tfvars")
    assert shown(*both, **use) == [("TW101", "listener.tf")]
    (root / "terraform.tfvars").write_text("internal = false\n")
    report = scan(Options(paths=("terraform.tfvars", "lb.tf"), select=("TW101",)))
    assert fails(report) == [("TW101", "listener.tf")]
    assert report.document.summary.stacks == 1
    (root / "terraform.tfvars.json").write_text('{"internal": true}')
    assert shown("terraform.tfvars.json", **use) == []


def test_values_that_are_for_no_root(root: Path) -> None:
    """A file of values with no root above it is passed over, and said to be."""
    (root / "apart").mkdir()
    (root / "apart" / ".git").mkdir()
    (root / "apart" / "x.tfvars").write_text("a = 1\n")
    report = scan(Options(paths=("apart/x.tfvars", "lb.tf")))
    assert [note for note in report.notes if "apart/x.tfvars" in note]
    assert ("TW101", "listener.tf") in fails(report)


def test_what_sources_read_stands_for_what_names_it(root: Path) -> None:
    """A template of user data, say: shown is what the files that name it have, and no more."""
    (root / "hosts.tf").write_text(
        'resource "aws_ecs_cluster" "hosts" { name = "hosts" }\n'
        'resource "aws_launch_template" "host" {\n'
        '  user_data = base64encode(templatefile("${path.module}/files/host.sh.tpl", {}))\n}\n'
    )
    (root / "files").mkdir()
    (root / "files" / "host.sh.tpl").write_text(
        "#!/bin/bash\necho ECS_CLUSTER=hosts >> /etc/ecs/ecs.config\n"
    )
    assert shown("files/host.sh.tpl", select=("TW1", "TW503")) == [("TW503", "hosts.tf")]
    (root / "files" / "jobs.json").write_text("{}")
    machine = "{Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: files/jobs.json}}"
    (root / "jobs.yaml").write_text(f"Resources:\n  Jobs: {machine}\n")
    assert scan(Options(paths=("files/jobs.json",))).document.summary.files == 2
    (root / "files" / "other.json").write_text("[]")
    assert (
        "nothing to analyse"
        in scan(Options(paths=("files/other.json",))).document.errors[0].message
    )


def test_settings_stand_for_their_folder(root: Path) -> None:
    """A file of settings shows all that they govern."""
    (root / "taskwall.toml").write_text('select = ["TW101"]\n')
    assert shown("taskwall.toml") == [("TW101", "listener.tf")]
    (root / "taskwall.toml").unlink()
    (root / "pyproject.toml").write_text('[tool.taskwall]\nselect = ["TW101"]\n')
    assert shown("pyproject.toml") == [("TW101", "listener.tf")]
    (root / "pyproject.toml").write_text("[project]\n")
    assert shown("pyproject.toml") == []


def test_a_template_and_what_it_is_nested_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a nested template makes fail elsewhere is shown for each template of the chain."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "net.yaml").write_text(
        "Resources:\n  Lb:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n"
        "    Properties:\n      Scheme: internet-facing\n      Subnets: [subnet-a, subnet-b]\n"
        "Outputs:\n  Lb:\n    Value: !Ref Lb\n"
    )
    text = (FAIL / "template.yaml").read_text()
    assert "!Ref Lb" in text or "LoadBalancerArn" in text
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.yaml").write_text(
        "Resources:\n  Web:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties:\n      TemplateURL: web.yaml\n"
    )
    (tmp_path / "web.yaml").write_text(text)
    assert shown("main.yaml", select=("TW101",)) == [("TW101", "web.yaml")]
    assert shown("net.yaml", select=("TW101",)) == []


def test_what_is_excluded_is_not_read_beside_others(root: Path) -> None:
    """One file of a module, so that it costs nothing else; a whole module is read where called."""
    (root / "odd.tf").write_text("resource {")
    (root / "inner").mkdir()
    for name in ("lb.tf", "listener.tf", "rest.tf"):
        (root / name).rename(root / "inner" / name)
    (root / "outputs.tf").write_text('module "inner" {\n  source = "./inner"\n}\n')

    for paths in ((".",), ("outputs.tf",)):
        report = scan(Options(paths=paths, exclude=("odd.tf", "inner"), fail_on="never"))
        assert report.status == 0
        assert ("TW101", "inner/listener.tf") in fails(report)
    assert scan(Options(paths=("odd.tf",), exclude=("odd.tf",))).document.errors


OUTER = """
Resources:
  Network:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: network.yaml}
  App:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: app.yaml
      Parameters: {Subnet: !GetAtt Network.Outputs.Subnet, Files: !GetAtt Network.Outputs.Files}
  Jobs:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: jobs.yaml
      Parameters: {Subnet: !GetAtt Network.Outputs.Subnet}
"""
NETWORK = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: files
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 2049, ToPort: 2049, CidrIp: 0.0.0.0/0}]
  Files: {Type: AWS::EFS::FileSystem}
  Target:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: !Ref Files, SubnetId: !Ref Subnet, SecurityGroups: [!Ref Group]}
Outputs:
  Subnet: {Value: !Ref Subnet}
  Files: {Value: !Ref Files}
"""
APP = """
Parameters: {Subnet: {Type: String}, Files: {Type: String, Default: ""}}
Resources:
  Service:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: service.yaml
      Parameters: {Subnet: !Ref Subnet, Files: !Ref Files}
"""
SERVICE = """
Parameters: {Subnet: {Type: String}, Files: {Type: String, Default: ""}}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions: [{Name: a, Image: a}]
      Volumes: [{Name: a, EFSVolumeConfiguration: {FilesystemId: !Ref Files}}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref Subnet]}}
"""


def test_what_a_template_nests_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain touches a template that is given where it goes through what that deploys.

    Also where the chain names another service first, for which the same is wrong.
    """
    (tmp_path / ".git").mkdir()
    jobs = SERVICE.partition("      Volumes")[0] + "  Service:" + SERVICE.split("  Service:")[1]
    for name, text in (
        ("main", OUTER), ("network", NETWORK), ("app", APP), ("service", SERVICE), ("jobs", jobs),
    ):  # fmt: skip
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    use = {"select": ("TW207", "TW701")}
    found = [("TW701", "network.yaml"), ("TW207", "network.yaml")]

    assert shown("main.yaml", **use) == found
    for path in ("app.yaml", "service.yaml"):
        assert shown(path, **use) == found
    assert shown("jobs.yaml", **use) == found  # the group lets its tasks in as well
    (tmp_path / "jobs.yaml").write_text(SERVICE.partition("  Service:")[0])
    assert shown("jobs.yaml", **use) == []


MODULE = """
variable "subnets" { type = list(string) }
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = "[]"
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets          = var.subnets
    assign_public_ip = true
  }
}
"""
VPC = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
output "subnets" { value = [aws_subnet.main.id] }
"""
UNIT = """
terraform {
  source = "%s"
}
dependency "vpc" {
  config_path = "../vpc"
}
inputs = {
  subnets = dependency.vpc.outputs.subnets
}
"""


INCLUDE = """
include "service" {
  path           = find_in_parent_folders("service.hcl")
  merge_strategy = "deep"
}
"""
SOURCE = """
terraform {
  source = "${get_repo_root()}/modules/web"
}
"""


@pytest.mark.parametrize(
    ("unit", "source"),
    [
        ("api", "../../modules/web"),
        ("api", "../../modules//web/"),
        ("api", "${get_repo_root()}/modules/web"),
        ("web", "../../modules/${basename(get_terragrunt_dir())}"),
        ("api", ""),
    ],
)
def test_a_module_that_a_unit_elsewhere_deploys(unit: str, source: str, tmp_path: Path) -> None:
    """A given folder is judged as the units of its repository deploy it; else by itself."""
    for name, text in (
        ("modules/web/main.tf", MODULE),
        ("modules/vpc/main.tf", VPC),
        ("live/vpc/terragrunt.hcl", 'terraform {\n  source = "../../modules/vpc"\n}\n'),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    module = str(tmp_path / "modules" / "web")
    show = ("fail", "unknown")
    asked = Options((module,), cwd=str(tmp_path), select=("TW701",), show=show)

    def told() -> list[tuple[str, str, str]]:
        return [(f.verdict, f.file, f.stack) for f in scan(asked).document.findings]

    assert told() == [("unknown", "modules/web/main.tf", "modules/web")]
    (tmp_path / "live" / unit).mkdir()
    text = UNIT % source
    if not source:  # what it includes gives it
        text = text.replace('  source = ""\n', "") + INCLUDE
        (tmp_path / "live" / "service.hcl").write_text(SOURCE)
    (tmp_path / "live" / unit / "terragrunt.hcl").write_text(text)
    assert told() == [("fail", "modules/vpc/main.tf", "live")]
    values = tmp_path / "modules" / "web" / "terraform.tfvars"
    values.write_text('subnets = ["subnet-1"]\n')
    assert told() == [("unknown", "modules/web/main.tf", "modules/web")]
    values.unlink()
    (tmp_path / "modules" / "web" / "main.tf").write_text(MODULE + 'locals {\n  x = "\n}\n')
    (error,) = scan(asked).document.errors
    assert error.file == "modules/web/main.tf"


CALLS = (
    'module "web" {\n  source  = "../modules/web"\n  subnets = [aws_subnet.a.id]\n}\n'
    'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
    'resource "aws_subnet" "a" {\n  vpc_id = aws_vpc.main.id\n}\n'
)
BACKEND = 'terraform {\n  backend "s3" {}\n}\n'


@pytest.mark.parametrize(
    ("module", "caller", "given", "expected"),
    [
        (MODULE, CALLS, "modules/web", ("fail", "live/main.tf", "live")),
        (MODULE, CALLS, "modules", ("fail", "live/main.tf", "live")),
        (MODULE, "", "modules/web", ("unknown", "modules/web/main.tf", "modules/web")),
        # What keeps a state is deployed as it is; so is what has all that it needs.
        (BACKEND + MODULE, CALLS, "modules/web", ("unknown", "modules/web/main.tf", "modules/web")),
        (MODULE.replace("string) }", 'string)\n default = ["subnet-1"]\n}'), CALLS, "modules/web",
         ("unknown", "modules/web/main.tf", "modules/web")),
        (MODULE, CALLS.replace("/web", "/app"), "modules/web",
         ("unknown", "modules/web/main.tf", "modules/web")),
        (MODULE, CALLS.replace("../modules", "./modules"), "modules/web",
         ("unknown", "modules/web/main.tf", "modules/web")),
    ],
)  # fmt: skip
def test_a_module_that_is_called_elsewhere(
    module: str, caller: str, given: str, expected: tuple[str, str, str], tmp_path: Path
) -> None:
    """A given folder that has inputs is judged as what calls it gives them; else by itself."""
    # An example is no deployment.
    calling = [("live/main.tf", caller)] if caller else [("examples/main.tf", CALLS)]
    for name, text in (("modules/web/main.tf", module), *calling):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    show = ("fail", "unknown")
    asked = Options((str(tmp_path / given),), cwd=str(tmp_path), select=("TW701",), show=show)

    (found,) = scan(asked).document.findings

    assert (found.verdict, found.file, found.stack) == expected


NESTED = """
Parameters:
  Subnet: {Type: "AWS::EC2::Subnet::Id"}
Resources:
  Task: {Type: "AWS::ECS::TaskDefinition", Properties: {NetworkMode: awsvpc}}
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref Subnet]}}
"""
NESTING = """
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Web:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: templates/web.yaml, Parameters: {Subnet: !Ref Subnet}}
"""
SERVERLESS = "Transform: AWS::Serverless-2016-10-31" + NESTING.replace(
    "CloudFormation::Stack", "Serverless::Application"
).replace("TemplateURL", "Location")


@pytest.mark.parametrize(
    ("nesting", "text", "given", "expected"),
    [
        ("main.yaml", NESTING, "infra/templates", ("fail", "infra/main.yaml", "infra/main.yaml")),
        ("main.yaml", NESTING, "infra/templates/web.yaml",
         ("fail", "infra/main.yaml", "infra/main.yaml")),
        ("main.yaml", NESTING, "infra", ("fail", "infra/main.yaml", "infra/main.yaml")),
        ("main.yaml", SERVERLESS, "infra/templates",
         ("fail", "infra/main.yaml", "infra/main.yaml")),
        ("README.md", NESTING, "infra/templates",
         ("unknown", "infra/templates/web.yaml", "infra/templates/web.yaml")),
    ],
)  # fmt: skip
def test_a_template_that_is_nested_elsewhere(
    nesting: str, text: str, given: str, expected: tuple[str, str, str], tmp_path: Path
) -> None:
    """A given folder is judged with what a template above it gives to those in it."""
    for name, written in (("templates/web.yaml", NESTED), (nesting, text)):
        (tmp_path / "infra" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "infra" / name).write_text(written)
    (tmp_path / ".git").mkdir()
    show = ("fail", "unknown")
    asked = Options((str(tmp_path / given),), cwd=str(tmp_path), select=("TW701",), show=show)

    (found,) = scan(asked).document.findings

    assert (found.verdict, found.file, found.stack) == expected


def test_a_module_that_a_unit_deploys_and_that_reads_a_state(tmp_path: Path) -> None:
    """What it reads of another root of the repository does not hide what the unit gives it."""
    backend = 'terraform {\n  backend "s3" {\n    key = "net"\n  }\n}\n'
    reads = (
        'variable "public" {}\n'
        'data "terraform_remote_state" "net" {\n  backend = "s3"\n  config = { key = "net" }\n}\n'
    )
    app = MODULE.replace("= true", "= var.public").replace("var.subnets", "local.subnets")
    for name, text in (
        ("net/main.tf", backend + VPC),
        (
            "app/main.tf",
            reads
            + app.replace('variable "subnets" { type = list(string) }', "")
            + "locals {\n  subnets = data.terraform_remote_state.net.outputs.subnets\n}\n",
        ),
        (
            "live/app/terragrunt.hcl",
            'terraform {\n  source = "../../app"\n}\ninputs = {\n  public = true\n}\n',
        ),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()

    for given in ("app", "app/main.tf"):
        asked = Options((str(tmp_path / given),), cwd=str(tmp_path), select=("TW203",))
        (found,) = scan(asked).document.findings
        assert (found.verdict, found.file) == ("fail", "live/app/terragrunt.hcl")
