"""Context from end to end: it decides what the scanned sources leave open, and is not judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from taskwall import outputs
from taskwall.api.scan import Options, scan
from taskwall.core.values import Span
from taskwall.outputs import View
from taskwall.readers.terraform.state.document import places_in_state
from taskwall.session.session import Session
from taskwall.settings import SettingsError

NETWORK = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "prod" }
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
  tags       = { Tier = "public" }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "open" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
SERVICE = """
data "aws_vpc" "main" {
  tags = { Name = "prod" }
}
data "aws_subnets" "public" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }
  tags = { Tier = "public" }
}
resource "aws_ecs_cluster" "main" {
  name = "main"
}
resource "aws_security_group" "api" {
  vpc_id = data.aws_vpc.main.id
}
resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode([{ name = "api", image = "api" }])
}
resource "aws_ecs_service" "api" {
  name            = "api"
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.api.arn
  network_configuration {
    subnets         = data.aws_subnets.public.ids
    security_groups = [aws_security_group.api.id]
  }
}
"""
SUBNET, VPC = "subnet-0123456789abcdef0", "vpc-0123456789abcdef0"


def instance(type_: str, **attributes: object) -> dict[str, Any]:
    """A resource of a state."""
    one = {"mode": "managed", "type": type_, "name": "main"}
    return {**one, "instances": [{"attributes": attributes}]}


STATE = {
    "version": 4,
    "serial": 1,
    "lineage": "x",
    "outputs": {"secret": {"value": "correct horse", "sensitive": True}},
    "resources": [
        instance("aws_vpc", id=VPC, cidr_block="10.0.0.0/16", tags={"Name": "prod"}),
        instance("aws_subnet", id=SUBNET, vpc_id=VPC, tags={"Tier": "public"}),
        instance("aws_internet_gateway", id="igw-0123456789abcdef0", vpc_id=VPC),
        instance(
            "aws_route_table",
            id="rtb-0123456789abcdef0",
            vpc_id=VPC,
            route=[{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-0123456789abcdef0"}],
        ),
        instance(
            "aws_route_table_association",
            id="rtbassoc-0123456789abcdef0",
            subnet_id=SUBNET,
            route_table_id="rtb-0123456789abcdef0",
        ),
        instance("aws_db_instance", id="db", password="battery staple", engine="mysql"),
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A service, and the network that it looks up."""
    for path, text in (
        ("service/main.tf", SERVICE),
        ("network/main.tf", NETWORK),
        ("states/net.tfstate", json.dumps(STATE)),
        (".git/HEAD", ""),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


ALONE = {"exclude": ("network/**",)}
"""The network that the service names would be read with it."""


def told(folder: Path, *context: str, **options: Any) -> dict[str, Any]:
    """The report of the service, as JSON."""
    asked = Options(
        ("service",), show=("fail", "unknown"), cwd=str(folder), context=context, **options
    )
    document: dict[str, Any] = json.loads(outputs.render("json", scan(asked), View()))
    return document


def verdicts(document: dict[str, Any]) -> dict[str, tuple[str, str, int]]:
    """What each rule says, and where."""
    return {one["rule"]: (one["verdict"], one["file"], one["line"]) for one in document["findings"]}


@pytest.mark.parametrize("context", ["network", "network/main.tf", "states", "states/net.tfstate"])
def test_context_decides_what_is_open(folder: Path, context: str) -> None:
    """With it verdicts are certain; what fails in it is told where the service reaches it."""
    assert {one[0] for one in verdicts(told(folder, **ALONE)).values()} == {"unknown"}
    document = told(folder, context)
    found = verdicts(document)
    assert found["TW603"] == ("fail", "service/main.tf", 30)
    assert found["TW701"] == ("fail", "service/main.tf", 30)  # the VPC is of the context
    assert {one[0] for one in found.values()} == {"fail"}
    flow_log = next(one for one in document["findings"] if one["rule"] == "TW701")
    assert any(
        step["file"].startswith(context.split("/", maxsplit=1)[0]) for step in flow_log["because"]
    )
    assert flow_log["resource"] == "aws_ecs_service.api"


FRONT = """
resource "aws_lb_target_group" "web" {
  vpc_id      = aws_vpc.main.id
  target_type = "ip"
  tags        = { Name = "web" }
}
resource "aws_lb" "web" { subnets = [aws_subnet.public.id] }
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"""
BOUND = """
  load_balancer {
    target_group_arn = data.aws_lb_target_group.web.arn
    container_name   = "api"
    container_port   = 80
  }
}
data "aws_security_group" "shared" { tags = { Name = "shared" } }
data "aws_lb_target_group" "web" { tags = { Name = "web" } }
"""


def test_the_tie_is_where_the_source_reaches_what_is_wrong(folder: Path) -> None:
    """Not the last step before the context; and what is wrong there is a step in any case."""
    service = SERVICE.replace("aws_security_group.api.id", "data.aws_security_group.shared.id")
    service = service.rstrip().removesuffix("}") + BOUND
    network = NETWORK.replace('"open" {', '"open" {\n  tags = { Name = "shared" }') + FRONT
    network = network.replace('cidr_blocks = ["0.0.0.0/0"]', 'cidr_blocks = ["10.0.0.0/8"]')
    (folder / "service/main.tf").write_text(service)
    (folder / "network/main.tf").write_text(network)

    (opening,) = told(folder, "network", select=("TW205",))["findings"]

    assert opening["file"] == "service/main.tf"
    assert "security_groups" in service.split("\n")[opening["line"] - 1]
    steps = [one for one in opening["because"] if one["file"] == "network/main.tf"]
    assert any("10.0.0.0/8" in network.split("\n")[one["line"] - 1] for one in steps)


def test_a_step_in_a_state_has_the_line_of_its_resource(folder: Path) -> None:
    """In both forms of states, with modules and keys."""
    text = json.dumps(STATE, indent=2).replace("cidr_block", "module")
    (folder / "states/net.tfstate").write_text(json.dumps(STATE, indent=2))
    vpc = next(n for n, line in enumerate(text.splitlines(), 1) if '"aws_vpc"' in line) - 1
    document = told(folder, "states")
    flow_log = next(one for one in document["findings"] if one["rule"] == "TW701")
    places = {(one["file"], one["line"]) for one in flow_log["because"]}
    assert ("states/net.tfstate", vpc) in places
    shown = '{"format_version": "1.0",\n"values": [{"address": "module.a.aws_vpc.x[\\"k\\"]"}]}'
    assert places_in_state("s", shown) == {"module.a.aws_vpc.x": Span("s", 2, 13, 2, 13)}


def test_an_estate_of_terragrunt_is_context(folder: Path) -> None:
    """Its units are root modules of the context, with their inputs."""
    network = NETWORK.replace('"prod"', "var.name") + 'variable "name" {}\n'
    (folder / "modules").mkdir()
    (folder / "modules/main.tf").write_text(network)
    unit = 'terraform {\n  source = "../../modules"\n}\ninputs = { name = "prod" }\n'
    (folder / "estate/net").mkdir(parents=True)
    (folder / "estate/net/terragrunt.hcl").write_text(unit)
    document = told(folder, "estate")
    assert verdicts(document)["TW603"] == ("fail", "service/main.tf", 30)
    assert document["ties"][0]["to_stack"] == "estate/net"
    assert document["summary"]["stacks"] == 1


PROD = '  default_tags {\n    tags = { Name = "prod" }\n  }\n}\n'
TEST = PROD.replace("prod", "test")


@pytest.mark.parametrize(
    ("providers", "tied"),
    [
        (f'provider "aws" {{\n{PROD}', True),
        (f'provider "aws" {{\n{TEST}', False),
        (f'provider "aws" {{}}\nprovider "aws" {{\n  alias = "b"\n{PROD}', False),
    ],
)
def test_tags_of_the_provider_count(folder: Path, providers: str, tied: bool) -> None:
    """They tie a data source as those of the resource do."""
    network = NETWORK.replace('  tags       = { Name = "prod" }\n', "")
    (folder / "network/main.tf").write_text(providers + network)
    ties = {tie["from"] for tie in told(folder, "network")["ties"]}
    assert ("data.aws_vpc.main" in ties) is tied


HOSTS = """
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_security_group" "a" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "b" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_launch_template" "hosts" {
  image_id               = "ami-0123456789abcdef0"
  instance_type          = "t3.medium"
  vpc_security_group_ids = [aws_security_group.a.id, aws_security_group.b.id]
  user_data              = base64encode("#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config")
}
resource "aws_autoscaling_group" "hosts" {
  vpc_zone_identifier = [aws_subnet.public.id]
  launch_template { id = aws_launch_template.hosts.id }
}
"""
ON_HOSTS = """
data "aws_ecs_cluster" "main" { cluster_name = "main" }
resource "aws_ecs_task_definition" "api" {
  family                = "api"
  network_mode          = "bridge"
  container_definitions = jsonencode([{ name = "api", image = "api" }])
}
resource "aws_ecs_service" "api" {
  name            = "api"
  cluster         = data.aws_ecs_cluster.main.arn
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.api.arn
}
"""


@pytest.mark.parametrize(
    ("cluster", "rules"), [("main", ["TW107", "TW210", "TW210", "TW503"]), ("other", [])]
)
def test_instances_of_the_context_on_which_tasks_are_placed(
    folder: Path, cluster: str, rules: list[str]
) -> None:
    """They are judged where the service names their cluster, each of their groups by itself."""
    service = ON_HOSTS.replace('cluster_name = "main"', f'cluster_name = "{cluster}"')
    (folder / "service/main.tf").write_text(service)
    (folder / "network/main.tf").write_text(NETWORK + HOSTS)
    found = told(folder, "network", select=("TW107", "TW210", "TW503"))["findings"]
    fails = [one for one in found if one["verdict"] == "fail"]
    line = service.split("\n").index("  cluster         = data.aws_ecs_cluster.main.arn") + 1
    assert {(one["file"], one["line"]) for one in fails} <= {("service/main.tf", line)}
    assert sorted(one["rule"] for one in fails) == rules


STORE = """
resource "aws_db_subnet_group" "main" {
  subnet_ids = [aws_subnet.public.id]
}
resource "aws_db_instance" "main" {
  engine                 = "postgres"
  engine_version         = "14.2"
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.open.id]
}
"""


@pytest.mark.parametrize(
    ("service", "reaching"),
    [
        (SERVICE, "    subnets         = data.aws_subnets.public.ids"),
        (ON_HOSTS, "  cluster         = data.aws_ecs_cluster.main.arn"),
    ],
)
def test_a_store_of_the_context_that_allows_addresses_of_tasks(
    folder: Path, service: str, reaching: str
) -> None:
    """It is judged where the service says in which subnets its tasks are, or on which hosts."""
    (folder / "service/main.tf").write_text(service)
    (folder / "network/main.tf").write_text(NETWORK + HOSTS + STORE)
    found = told(folder, "network", select=("TW106", "TW207"))["findings"]

    line = service.split("\n").index(reaching) + 1
    assert {(one["rule"], one["verdict"], one["line"]) for one in found} == {
        ("TW106", "fail", line),
        ("TW207", "fail", line),
    }
    texts = [step["text"] for step in found[0]["because"]]
    assert "tasks of aws_ecs_service.api have such addresses" in texts


def test_context_is_neither_judged_nor_counted(folder: Path) -> None:
    """Its open group is nobody's here, and its files, resources and errors are not the scan's."""
    alone, document = told(folder, **ALONE), told(folder, "network", "states")
    assert {one["file"] for one in document["findings"]} == {"service/main.tf"}
    for key in ("files", "stacks", "resources"):
        assert document["summary"][key] == alone["summary"][key]
    assert alone["ties"] == []
    (folder / "network/extra.tf").write_text('module "m" {\n  source = "./none"\n}\n')
    assert told(folder, "network")["summary"]["absent"] == 0


def test_who_calls_the_scanned_module_is_no_context(folder: Path) -> None:
    """A module that is scanned alone is a root, though one that makes its network calls it.

    What that one makes of it are the same things again.
    """
    network = folder / "network/main.tf"
    alone = told(folder, **ALONE)
    assert alone["findings"]

    network.write_text(f'{NETWORK}module "service" {{\n  source = "../service"\n}}\n')

    assert told(folder)["findings"] == alone["findings"]
    assert told(folder)["summary"]["resources"] == alone["summary"]["resources"]


LOOKED_UP_BY_NAME = """
variable "name" {}
data "aws_vpc" "main" {
  tags = { Name = var.name }
}
data "aws_security_group" "open" {
  name = "open"
}
"""


def test_what_a_module_of_the_context_may_make(folder: Path) -> None:
    """Whether a log is in it is asked; what such a log may record is nobody's question."""
    service = LOOKED_UP_BY_NAME + SERVICE[SERVICE.index('data "aws_subnets"') :]
    groups = ("[aws_security_group.api.id]", "[data.aws_security_group.open.id]")
    (folder / "service/main.tf").write_text(service.replace(*groups))
    network = NETWORK.replace('"open" {', '"open" {\n  name = "open"')
    given = "vpc_id = aws_vpc.main.id\n  subnet_ids = [aws_subnet.public.id]"
    agent = f'module "agent" {{\n  source = "acme/agent/aws"\n  {given}\n}}\n'
    (folder / "network/main.tf").write_text(network + agent)
    logs = tuple(f"TW70{number}" for number in (1, 2, 3, 4, 7))
    assert set(verdicts(told(folder, "network", select=logs))) == {"TW701"}


def test_ties_are_told(folder: Path) -> None:
    """JSON has them; the text shows them, and what is open, when it is asked for."""
    (folder / "service/more.tf").write_text('data "aws_vpc" "o" {\n  tags = { Name = "o" }\n}\n')
    document = told(folder, "network")
    assert document["ties"][0] == {
        "from": "data.aws_vpc.main",
        "stack": "service",
        "file": "service/main.tf",
        "line": 2,
        "by": "tags",
        "to": "aws_vpc.main",
        "to_stack": "network",
        "candidates": [],
    }
    report = scan(Options(("service",), cwd=str(folder), context=("network",)))
    text = outputs.render("text", report, View(ties=True))
    assert "data.aws_vpc.main is aws_vpc.main of network, by its tags [service/main.tf:2]" in text
    assert "1 open, the most needed first:\n  1 reference that no unknown waits for: data.a" in text
    text = outputs.render("text", report, View(ties=True, verbose=True))
    assert "1 open, the most needed first:\n  data.aws_vpc.o, asked for by tags: no other" in text


def test_context_that_contradicts_itself_is_named(folder: Path) -> None:
    """Two VPCs by one name: unknown, and both are candidates."""
    (folder / "old").mkdir()
    (folder / "old/main.tf").write_text(NETWORK.replace('"main"', '"old"').replace(".main", ".old"))
    document = told(folder, "network", "old")
    assert {one[0] for one in verdicts(document).values()} == {"unknown"}
    tie = next(one for one in document["ties"] if one["from"] == "data.aws_vpc.main")
    assert (tie["to_stack"], tie["candidates"]) == (None, ["aws_vpc.main", "aws_vpc.old"])
    steps = [step["text"] for one in document["findings"] for step in one["because"]]
    assert any("aws_vpc.main or aws_vpc.old" in step for step in steps)


def test_no_secret_of_a_state_is_told(folder: Path) -> None:
    """Not in any format, also where everything is shown."""
    text = SERVICE.replace('image = "api"', f'image = "{VPC}", command = ["battery staple"]')
    (folder / "service/main.tf").write_text(text)
    options = Options(
        ("service",), cwd=str(folder), context=("states",), show=("fail", "unknown", "pass")
    )
    report = scan(options)
    for name in outputs.formats():
        rendered = outputs.render(name, report, View(verbose=True, ties=True))
        assert "correct horse" not in rendered
        assert "battery" not in rendered


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.tfstate", '{"version": 3, "serial": 1}', "version 3"),
        ("a.tfstate", "{", "not JSON"),
        ("a.tfstate", "x" * (33 << 20), "is larger than 32 MiB"),
    ],
)
def test_what_cannot_be_read_is_an_error(folder: Path, name: str, text: str, message: str) -> None:
    """It has a place, and the rest is analysed."""
    (folder / "states" / name).write_text(text)
    document = told(folder, "states")
    assert [one["file"] for one in document["errors"]] == [f"states/{name}"]
    assert message in document["errors"][0]["message"]
    assert verdicts(document)["TW603"][0] == "fail"


def test_settings_name_context_in_the_repository(folder: Path) -> None:
    """`[[context]]` does as the option does; a path out of the repository is refused."""
    settings = folder / "taskwall.toml"
    settings.write_text('[[context]]\npath = "network"\n')
    assert verdicts(told(folder))["TW603"][0] == "fail"
    settings.write_text('[[context]]\npath = "nowhere"\n')
    document = told(folder, **ALONE)
    assert document["errors"][0]["message"] == "context.path: there is no file or folder nowhere"
    assert verdicts(document)["TW603"][0] == "unknown"
    settings.write_text('[[context]]\npath = "../.."\n')
    with pytest.raises(SettingsError, match="outside of the repository"):
        told(folder)
    settings.unlink()
    with pytest.raises(SettingsError, match="--context: there is no file or folder none"):
        told(folder, "none")


VPC_TEMPLATE = """
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, MapPublicIpOnLaunch: true}
  Gateway:
    Type: AWS::EC2::InternetGateway
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  Table:
    Type: AWS::EC2::RouteTable
    Properties: {VpcId: !Ref Vpc}
  Route:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref Table
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !Ref Gateway
  Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}
  Stored:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Name: /net/subnet, Value: !Ref Subnet}
Outputs:
  Subnet: {Value: !Ref Subnet, Export: {Name: net-subnet}}
"""
SERVICE_TEMPLATE = """
Parameters:
  Subnet: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>", Default: /net/subnet}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions: [{Name: api, Image: api}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [SUBNET]
"""


@pytest.mark.parametrize("subnet", ["!Ref Subnet", "!ImportValue net-subnet", SUBNET])
def test_context_of_templates(tmp_path: Path, subnet: str) -> None:
    """A template, or a state, decides what a template leaves open; given by itself or not."""
    (tmp_path / "service").mkdir()
    (tmp_path / "service/app.yaml").write_text(SERVICE_TEMPLATE.replace("SUBNET", subnet))
    (tmp_path / "net.yaml").write_text(VPC_TEMPLATE)
    (tmp_path / "net.tfstate").write_text(json.dumps(STATE))
    assert verdicts(told(tmp_path))["TW603"][0] == "unknown"
    context = "net.tfstate" if subnet == SUBNET else "net.yaml"
    document = told(tmp_path, context)
    found = verdicts(document)
    assert found["TW603"] == ("fail", "service/app.yaml", 18)
    assert found["TW701"][:2] == ("fail", "service/app.yaml")
    assert {one["file"] for one in document["findings"]} == {"service/app.yaml"}
    assert document["summary"]["files"] == 1


def test_templates_that_share_parameters_are_read_together(tmp_path: Path) -> None:
    """One that is given by itself is judged as in its repository."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.yaml").write_text(SERVICE_TEMPLATE.replace("SUBNET", "!Ref Subnet"))
    (tmp_path / "net.yaml").write_text(VPC_TEMPLATE)
    whole = scan(Options((".",), cwd=str(tmp_path)))
    alone = scan(Options(("app.yaml",), cwd=str(tmp_path)))
    both = [
        {one.rule for one in report.findings if one.file == "app.yaml" and one.verdict == "fail"}
        for report in (whole, alone)
    ]
    assert both[0] == both[1] >= {"TW603"}


def test_ties_by_hand(folder: Path) -> None:
    """The settings say what a data source is, where nothing else tells it."""
    text = SERVICE.replace('"prod"', '"unlike"').replace('Tier = "public"', 'Tier = "unlike"')
    (folder / "service/main.tf").write_text(text)
    (folder / "old").mkdir()
    (folder / "old/main.tf").write_text(NETWORK)
    settings = folder / "taskwall.toml"
    context = '[[context]]\npath = "network"\n[[context]]\npath = "old"\n'
    settings.write_text(context)
    assert verdicts(told(folder))["TW603"][0] == "unknown"
    settings.write_text(
        f"{context}[ties]\n"
        '"service:data.aws_vpc.main" = "network:aws_vpc.main"\n'
        '"data.aws_subnets.public" = "network:aws_subnet.public"\n'
    )
    document = told(folder)
    assert verdicts(document)["TW603"][0] == "fail"
    assert {one["by"] for one in document["ties"]} == {"setting"}
    with settings.open("a") as more:
        more.write('"service:data.aws_vpc.gone" = "network:aws_vpc.main"\n')
    report = scan(Options(("service",), cwd=str(folder)))
    text = outputs.render("text", report, View(ties=True))
    assert "1 tie of the settings without effect here:\n  service:data.aws_vpc.gone\n\n" in text
    settings.write_text(f'{context}[ties]\n"nowhere:data.aws_vpc.main" = "aws_vpc.main"\n')
    message = "ties: there is no file or folder nowhere"
    assert [one["message"] for one in told(folder)["errors"]] == [message]


@pytest.mark.parametrize(
    ("context", "target"),
    [
        ("net.yaml", "net.yaml:Subnet"),
        ("net.yaml", "Subnet"),
        ("net.yaml", "net-subnet"),
        ("net.tfstate", "net.tfstate:aws_subnet.main"),
    ],
)
def test_parameters_by_hand(tmp_path: Path, context: str, target: str) -> None:
    """A script passes an output as a parameter: the settings say so."""
    (tmp_path / "service").mkdir()
    text = SERVICE_TEMPLATE.replace("SUBNET", "!Ref Subnet")
    text = text.replace('"AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>"', "String")
    (tmp_path / "service/app.yaml").write_text(text.replace(", Default: /net/subnet", ""))
    (tmp_path / "net.yaml").write_text(VPC_TEMPLATE)
    (tmp_path / "net.tfstate").write_text(json.dumps(STATE))
    assert verdicts(told(tmp_path, context))["TW603"][0] == "unknown"
    (tmp_path / "taskwall.toml").write_text(f'[ties]\n"service/app.yaml:Subnet" = "{target}"\n')
    document = told(tmp_path, context)
    assert verdicts(document)["TW603"][0] == "fail"
    assert [one["by"] for one in document["ties"]] == ["setting"]


def test_a_plan_is_context(folder: Path) -> None:
    """What it would make answers as a root module does; it is not judged either."""
    values = [
        {
            "address": f"{one['type']}.main",
            "mode": "managed",
            "type": one["type"],
            "values": one["instances"][0]["attributes"],
        }
        for one in STATE["resources"]  # type: ignore[attr-defined]
    ]
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": values}}}
    (folder / "plan.json").write_text(json.dumps(plan))
    document = told(folder, "plan.json")
    assert verdicts(document)["TW603"] == ("fail", "service/main.tf", 30)
    assert document["errors"] == []
    assert {one["to_stack"] for one in document["ties"]} == {"plan.json"}
    (folder / "plan.json").write_text('{"format_version": "9", "planned_values": {}}')
    assert "format 9" in told(folder, "plan.json")["errors"][0]["message"]


CDK = {
    "vpc-provider:account=1:filter.vpc-id=vpc-1:region=eu-west-1": {
        "vpcId": VPC,
        "vpcCidrBlock": "10.0.0.0/16",
        "subnetGroups": [
            {
                "name": "Public",
                "type": "Public",
                "subnets": [{"subnetId": SUBNET, "routeTableId": "rtb-0123456789abcdef0"}],
            }
        ],
    },
    "vpc-provider:account=1:filter.vpc-id=vpc-2:region=eu-west-1": {
        "vpcId": "vpc-00000000000000002",
        "privateSubnetIds": ["subnet-00000000000000002"],
        "privateSubnetRouteTableIds": ["rtb-00000000000000002"],
        "isolatedSubnetIds": ["subnet-00000000000000003"],
    },
    "availability-zones:account=1:region=eu-west-1": ["eu-west-1a"],
}


@pytest.mark.parametrize(
    ("subnet", "verdict"),
    [
        (SUBNET, "fail"),
        ("subnet-00000000000000002", None),
        ("subnet-00000000000000003", "unknown"),
        ("subnet-00000000000000004", "unknown"),
    ],
)
@pytest.mark.parametrize("given", [".", "cdk.out/app.template.json"])
def test_what_cdk_has_looked_up(
    tmp_path: Path, subnet: str, verdict: str | None, given: str
) -> None:
    """Beside an app it is read by itself; of a VPC no more is known than it says."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.context.json").write_text(json.dumps(CDK))
    task = {
        "NetworkMode": "awsvpc",
        "RequiresCompatibilities": ["FARGATE"],
        "ContainerDefinitions": [{"Name": "api", "Image": "api"}],
    }
    network = {"AwsvpcConfiguration": {"Subnets": [subnet]}}
    service = {
        "LaunchType": "FARGATE",
        "TaskDefinition": {"Ref": "Task"},
        "NetworkConfiguration": network,
    }
    resources = {
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
        "Service": {"Type": "AWS::ECS::Service", "Properties": service},
    }
    template = tmp_path / "cdk.out/app.template.json"
    template.write_text(json.dumps({"Resources": resources}, indent=1))
    options = Options((given,), show=("fail", "unknown"), cwd=str(tmp_path))
    document = json.loads(outputs.render("json", scan(options), View()))
    found = verdicts(document)
    assert found.get("TW603", (None,))[0] == verdict
    assert found["TW701"][0] == "unknown"  # flow logs are not what CDK looks up
    (tmp_path / "cdk.context.json").write_text("{")
    document = json.loads(outputs.render("json", scan(options), View()))
    told_of = ["cdk.context.json"] if given == "." else []  # a file has only its own errors
    assert [one["file"] for one in document["errors"]] == told_of


def test_a_root_and_its_state_are_one(folder: Path) -> None:
    """Of both the state counts where ids are written, else the root: nothing is there twice."""
    state = {**STATE, "resources": STATE["resources"][:2]}  # type: ignore[index]
    (folder / "states/net.tfstate").write_text(json.dumps(state))
    network = NETWORK.replace('"aws_subnet" "public"', '"aws_subnet" "main"')
    network = network.replace("aws_subnet.public", "aws_subnet.main")
    (folder / "network/main.tf").write_text(network)
    ties = told(folder, "network", "states")["ties"]
    assert {one["to_stack"] for one in ties} == {"network"}
    text = SERVICE.replace("data.aws_subnets.public.ids", f'["{SUBNET}"]')
    (folder / "service/main.tf").write_text(text)
    ties = told(folder, "network", "states")["ties"]
    assert {one["to_stack"] for one in ties} == {"states/net.tfstate"}
    assert not any(one["candidates"] for one in ties)


def test_an_editor_reads_context(folder: Path) -> None:
    """A session takes it from the settings, and learns what changes in it."""
    (folder / "service/taskwall.toml").write_text('[[context]]\npath = "../network"\n')
    session = Session(str(folder / "service"))

    def verdict() -> list[str]:
        return [one.verdict for one in session.report().findings if one.rule == "TW603"]

    assert verdict() == ["fail"]
    path = str(folder / "service/main.tf")
    session.change(path, SERVICE.replace('"prod"', '"other"'))
    assert verdict() == ["unknown"]
    session.change(path, SERVICE)
    assert verdict() == ["fail"]
    public = "gateway_id = aws_internet_gateway.main.id"
    private = NETWORK.replace(public, 'nat_gateway_id = "nat-1"')
    (folder / "network/main.tf").write_text(private)
    assert session.look()
    assert verdict() == []
