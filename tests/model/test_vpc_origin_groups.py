"""Whether a load balancer lets in CloudFront's VPC origins by the group that it makes for them."""

from pathlib import Path

import pytest

from taskwall.api.flows import list_flows
from taskwall.api.options import Options

NETWORK = """
variable "given" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_security_group_ingress_rule" "edge" {
  security_group_id            = aws_security_group.edge.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = GROUP
}
resource "aws_lb" "edge" {
  internal        = true
  subnets         = [aws_subnet.main.id]
  security_groups = [aws_security_group.edge.id]
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = "HTTPS"
}
resource "aws_cloudfront_vpc_origin" "main" {
  vpc_origin_endpoint_config {
    name                   = "main"
    arn                    = aws_lb.edge.arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"
  }
}
resource "aws_cloudfront_distribution" "main" {
  enabled = true
  origin {
    origin_id   = "main"
    domain_name = aws_lb.edge.dns_name
    vpc_origin_config { vpc_origin_id = aws_cloudfront_vpc_origin.main.id }
  }
  default_cache_behavior {
    target_origin_id       = "main"
    viewer_protocol_policy = "https-only"
  }
}
data "aws_security_group" "asked" {
  vpc_id = aws_vpc.main.id
  ASKED
}
"""
SERVICE = "CloudFront-VPCOrigins-Service-SG"
DATA = "data.aws_security_group.asked"


def filtered(name: str, *values: str) -> str:
    """A filter of a data source."""
    listed = ", ".join(f'"{each}"' for each in values)
    return f'filter {{\n    name   = "{name}"\n    values = [{listed}]\n  }}'


@pytest.mark.parametrize(
    ("asked", "ways"),
    [
        pytest.param(f'name = "{SERVICE}"', [()], id="by its name"),
        pytest.param(filtered("group-name", SERVICE), [()], id="by a filter for its name"),
        pytest.param('name = "office"', [], id="another name"),
        pytest.param(filtered("group-name", "office"), [], id="a filter for another name"),
        pytest.param("name = var.given", [(DATA,)], id="a name that is not known"),
        pytest.param(filtered("group-name", "CloudFront-*"), [(DATA,)], id="a wildcard"),
        pytest.param('name = "*-Service-S?"', [(DATA,)], id="wildcards in its name"),
        pytest.param(filtered("group-name", "office-*"), [], id="a wildcard for another"),
        pytest.param(filtered("tag:Name", "edge"), [(DATA,)], id="its tags"),
    ],
)
def test_groups_that_let_vpc_origins_in(
    asked: str, ways: list[tuple[str, ...]], tmp_path: Path
) -> None:
    """By the name of CloudFront's group for sure, by one that may be it perhaps, else not."""
    text = NETWORK.replace("GROUP", f"{DATA}.id").replace("ASKED", asked)
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    found = list_flows(Options(paths=(str(tmp_path),)), "internet", "lb:edge")

    assert not found.problems
    assert [tuple(each.missing) for each in found.flows] == ways


def test_a_group_of_the_sources_lets_no_vpc_origin_in(tmp_path: Path) -> None:
    """CloudFront makes its group by itself."""
    text = NETWORK.replace("GROUP", "aws_security_group.edge.id").replace("ASKED", "")
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")

    assert not list_flows(Options(paths=(str(tmp_path),)), "internet", "lb:edge").flows
