"""What TW409 says of a policy that should allow the bucket of image layers, by its Region."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "region" {}
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_route_table" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.REGION.s3"
  route_table_ids   = [aws_route_table.main.id]
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "s3:GetObject", RESOURCE }
    ]
  })
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([
    { name = "web", image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1" }
  ])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { subnets = [aws_subnet.main.id] }
}
"""


def of(bucket: str) -> str:
    """A statement about the objects of a bucket."""
    return f'Resource = "arn:aws:s3:::{bucket}/*"'


def if_(key: str) -> str:
    """A statement about every object, on a condition."""
    return f'Resource = "*", Condition = {{ StringEquals = {{ "{key}" = "any" }} }}'


LAYERS = of("prod-eu-west-1-starport-layer-bucket")
HERE, ANY = "eu-west-1", "${var.region}"
TAG = "the condition on aws:PrincipalTag/team in aws_vpc_endpoint.s3"
CASES: dict[str, tuple[str, str, str | tuple[str, ...]]] = {
    "the bucket of the Region": (HERE, LAYERS, "pass"),
    "every bucket": (HERE, of("*"), "pass"),
    "another bucket": (HERE, of("files"), "fail"),
    "the bucket of another Region": ("eu-north-1", LAYERS, "fail"),
    "the bucket of one, in a Region of an input": (ANY, LAYERS, ("var.region",)),
    "every bucket, in a Region of an input": (ANY, of("*"), "pass"),
    "another bucket, in a Region of an input": (ANY, of("files"), "fail"),
    "if the principal has a tag": (HERE, if_("aws:PrincipalTag/team"), (TAG,)),
}


@pytest.mark.parametrize(("region", "resource", "said"), CASES.values(), ids=CASES)
def test_whether_layers_are_allowed(
    region: str, resource: str, said: str | tuple[str, ...], tmp_path: Path
) -> None:
    """The bucket is one of AWS's, in the Region of the endpoint."""
    text = filled(STACK.replace("REGION", region), {"RESOURCE": resource})
    report = scanned(tmp_path, text, "TW409")

    found: list[object] = ["fail" for _ in report.findings]
    found += [each.missing for each in report.unknowns]
    assert (found or ["pass"]) == [said]


@pytest.mark.parametrize(("region", "named"), [(HERE, HERE), (ANY, "<region>")])
def test_the_bucket_that_an_edit_names(region: str, named: str, tmp_path: Path) -> None:
    """It is that of the endpoint's Region; where an input decides, the user says which."""
    text = filled(STACK.replace("REGION", region), {"RESOURCE": of("files")})
    [found] = scanned(tmp_path, text, "TW409").findings

    assert found.fix is not None
    written = "".join(edit.text for edit in found.fix.edits)
    assert f'"arn:aws:s3:::prod-{named}-starport-layer-bucket/*"' in written
