"""Generated sources of a size that goals name: a Terragrunt estate, a root with switches."""

from benchmarks.growth import BASE, SERVICE, services

SWITCHES = {"production": "true", "internal": "false", "logs": "true"}
"""The variables that decide what exists, with the values of one scenario."""

SWITCHED = """
variable "production" { type = bool }
variable "internal" { type = bool }
variable "logs" { type = bool }

locals {
  range = var.production ? "10.1.0.0/16" : "10.2.0.0/16"
}

resource "aws_nat_gateway" "main" {
  count     = var.production ? 1 : 0
  subnet_id = aws_subnet.a.id
}

resource "aws_lb" "inner" {
  count    = var.internal ? 1 : 0
  internal = true
  subnets  = [aws_subnet.a.id]
}

resource "aws_flow_log" "second" {
  count        = var.logs ? 1 : 0
  vpc_id       = aws_vpc.main.id
  traffic_type = "REJECT"
}

resource "aws_vpc_security_group_ingress_rule" "edge" {
  count             = var.internal ? 0 : 1
  security_group_id = aws_security_group.edge.id
  cidr_ipv4         = local.range
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
"""

NETWORK = """
output "vpc_id" { value = aws_vpc.main.id }
output "subnet_id" { value = aws_subnet.a.id }
output "cluster" { value = aws_ecs_cluster.main.id }
output "balancer" { value = aws_lb.edge.arn }
output "edge" { value = aws_security_group.edge.id }
"""

HANDED = {
    "aws_vpc.main.id": "var.vpc_id",
    "aws_subnet.a.id": "var.subnet_id",
    "aws_ecs_cluster.main.id": "var.cluster",
    "aws_lb.edge.arn": "var.balancer",
    "aws_security_group.edge.id": "var.edge",
}
"""What a service takes from the root, and how from another unit."""

UNIT = """\
include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "../../../modules/services"
}

dependency "network" {
  config_path = "../network"
}

inputs = {
  vpc_id    = dependency.network.outputs.vpc_id
  subnet_id = dependency.network.outputs.subnet_id
  cluster   = dependency.network.outputs.cluster
  balancer  = dependency.network.outputs.balancer
  edge      = dependency.network.outputs.edge
}
"""


def switched(count: int) -> dict[str, str]:
    """A root of so many services with three open switches."""
    files = services(count)
    files["switches.tf"] = SWITCHED
    return {
        name: text.replace('["10.1.0.0/16"]', "[local.range]") if name != "switches.tf" else text
        for name, text in files.items()
    }


def estate(environments: int = 2, units: int = 11, each: int = 6) -> dict[str, str]:
    """A Terragrunt estate: in each environment a network, and units of some services each.

    By default they are 24 units of about 800 resources.
    """
    module = "".join(SERVICE.format(n=n, port=n + 1) for n in range(each))
    for name, other in HANDED.items():
        module = module.replace(name, other)
    names = ("vpc_id", "subnet_id", "cluster", "balancer", "edge")
    files = {
        "root.hcl": 'locals {\n  region = "eu-west-1"\n}\n',
        "modules/network/main.tf": BASE + NETWORK,
        "modules/services/main.tf": module + "".join(f'variable "{n}" {{}}\n' for n in names),
    }
    for number in range(environments):
        live = f"live/environment{number}"
        files[f"{live}/network/terragrunt.hcl"] = (
            'terraform {\n  source = "../../../modules/network"\n}\n'
        )
        for unit in range(units):
            files[f"{live}/services{unit:02d}/terragrunt.hcl"] = UNIT
    return files
