"""Context from end to end: it decides what the scanned sources leave open, and is not judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from taskwall import outputs
from taskwall.api.scan import Options, scan
from taskwall.outputs import View
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
    assert {one[0] for one in verdicts(told(folder)).values()} == {"unknown"}
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


def test_context_is_neither_judged_nor_counted(folder: Path) -> None:
    """Its open group is nobody's here, and its files, resources and errors are not the scan's."""
    alone, document = told(folder), told(folder, "network", "states")
    assert {one["file"] for one in document["findings"]} == {"service/main.tf"}
    for key in ("files", "stacks", "resources"):
        assert document["summary"][key] == alone["summary"][key]
    assert alone["ties"] == []
    (folder / "network/extra.tf").write_text('module "m" {\n  source = "./none"\n}\n')
    assert told(folder, "network")["summary"]["absent"] == 0


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
    with pytest.raises(SettingsError, match=r'context.path: there is no file or folder "nowhere"'):
        told(folder)
    settings.write_text('[[context]]\npath = "../.."\n')
    with pytest.raises(SettingsError, match="outside of the repository"):
        told(folder)
    settings.unlink()
    with pytest.raises(SettingsError, match="--context: there is no file or folder none"):
        told(folder, "none")
