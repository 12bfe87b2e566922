"""What scripts ask a network: names in AWS, flows, and what tasks depend on."""

import shutil
from pathlib import Path

import pytest

import taskwall

ROOT = Path(__file__).parents[2]
NAMES = """
variable "env" {}
resource "aws_ecs_service" "this" {
  name = "web"
  tags = { Name = "front" }
}
resource "aws_ecs_service" "api" {
  name = "${var.env}-api"
}
resource "aws_lb" "web" {
  name = "edge"
}
resource "aws_db_instance" "main" {
  identifier = "orders"
}
resource "aws_db_instance" "copy" {
  identifier = "orders"
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "prod" }
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.eu-central-1.s3"
  tags         = { Name = "to-s3" }
}
resource "aws_efs_mount_target" "files" {
  file_system_id = "fs-1"
  subnet_id      = "subnet-1"
}
"""
TEMPLATE = """
Resources:
  Web:
    Type: AWS::ECS::Service
    Properties: {ServiceName: Other}
  Other:
    Type: AWS::ECS::Service
    Properties: {ServiceName: front}
  Data:
    Type: AWS::RDS::DBInstance
    Properties: {DBInstanceIdentifier: orders}
"""


@pytest.fixture(scope="module")
def demo() -> taskwall.Network:
    """The demo in Terraform."""
    return taskwall.load(ROOT / "fixtures" / "demo" / "terraform")


def test_resources_are_found_by_their_names_in_aws(tmp_path: Path) -> None:
    """By the name or identifier that they are given, and by the tag `Name`."""
    (tmp_path / "main.tf").write_text(NAMES)
    network = taskwall.load(tmp_path)

    assert network.service("web").address == "aws_ecs_service.this"
    assert network.service("front") == network.service("web")
    assert network.load_balancer("edge").address == "aws_lb.web"
    assert network.vpc("prod").address == "aws_vpc.main"
    assert network.endpoint("to-s3").address == "aws_vpc_endpoint.s3"
    assert [each.value for each in network.service("web").aws_names] == ["web", "front"]
    assert [each.kind for each in network.stores] == ["database", "database", "mount target"]
    with pytest.raises(LookupError, match=r"more than one data store: .*main, .*copy"):
        network.store("orders")
    (name,) = network.service("api").aws_names
    assert (name.known, [each.name for each in name.needs]) == (False, ["var.env"])


def test_an_address_stands_before_other_names(tmp_path: Path) -> None:
    """What is called as another one is addressed does not hide it."""
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    network = taskwall.load(file)

    assert network.service("Other").address == "Other"
    assert network.service("front").address == "Other"
    assert network.store("orders").address == "Data"


def test_flows_are_those_of_the_command(demo: taskwall.Network) -> None:
    """From and to views as well as words; each has its chain."""
    shop = demo.load_balancer("shop")
    (flow,) = demo.flows(from_="internet", to=shop)

    assert demo.service("module.web") == demo.service("storefront-production-web")
    assert (flow.source, flow.target, flow.protocol) == ("internet", "lb:shop", "tcp")
    assert (flow.ports, flow.arrives, flow.through, flow.addresses) == (("80", "443"), (), (), ())
    assert flow.open.truth is True
    assert any("allows ingress" in step.text for step in flow.open.because)
    assert demo.flows(to="lb:shop", from_="internet")[0].ports == flow.ports
    assert {each.target for each in demo.flows(from_="internet")} > {"lb:shop"}
    with pytest.raises(LookupError, match='there is no end "lb:shopp", did you mean "lb:shop"'):
        demo.flows(to="lb:shopp")


def test_reaching_is_three_valued(demo: taskwall.Network, tmp_path: Path) -> None:
    """Open with its way, closed with what closes it, unknown with what it waits for."""
    shop, store = demo.load_balancer("shop"), demo.store("aws_db_instance.main")
    web = demo.service("storefront-production-web")

    assert demo.reaches("internet", shop, 443).truth is True
    assert demo.reaches("internet", shop, 22).truth is False
    assert demo.reaches("internet", shop, 443, "udp").truth is False
    assert demo.reaches(web, "aws:s3").truth is not None
    closed = demo.reaches("internet", store)
    assert closed.truth is False
    assert "allows no ingress from the internet" in closed.explain()
    shutil.copy(ROOT / "fixtures/rules/tw204/unknown_list/main.tf", tmp_path)
    unknown = taskwall.load(tmp_path)
    task = unknown.reaches("vpc:main", "service:api", 8080)
    assert (task.truth, [str(each) for each in task.needs]) == (
        None,
        ["var.office_cidrs has no default"],
    )
    assert (demo.reaches("internet", shop, 443) & ~closed).truth is True
    (tmp_path / "main.tf").write_text(
        'resource "aws_lb" "a" {\n  load_balancer_type = "gateway"\n}\n'
    )
    gateway = taskwall.load(tmp_path)
    unseen = gateway.reaches("internet", gateway.load_balancer("a"))
    assert [str(each) for each in unseen.needs] == ["the network of aws_lb.a is not in the sources"]


def test_what_tasks_depend_on(demo: taskwall.Network) -> None:
    """Each with its purpose, whether the VPC has an endpoint of it, and a way to the internet."""
    web = demo.service("storefront-production-web")
    found = {each.service: each for each in web.dependencies}

    assert found["ecr.api"].purpose == "to pull its image"
    assert found["ecr.api"].needed.truth is True
    assert found["ecr.api"].has_endpoint.truth is True
    assert found["ecs-agent"].has_endpoint.truth is False
    assert found["ecs-agent"].has_internet.truth is True
