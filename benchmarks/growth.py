"""Sources of any size: how time and memory grow with the number of services and permissions.

python -m benchmarks.growth [--services 100,1000,10000] [--apart 100,400,1600]
    [--estates 100,200,400] [--groups 1000] [--taskwall PROGRAM]
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from benchmarks.estates import estates
from benchmarks.measure import Runs, once

BASE = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/8"
}

resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "main" {
  vpc_id       = aws_vpc.main.id
  traffic_type = "ALL"
}

resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_lb" "edge" {
  subnets         = [aws_subnet.a.id]
  security_groups = [aws_security_group.edge.id]
}

resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
}
"""

SERVICE = """
resource "aws_ecs_task_definition" "s{n}" {{
  family                   = "s{n}"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode([{{ name = "s{n}", image = "s:{n}" }}])
}}

resource "aws_security_group" "s{n}" {{
  vpc_id = aws_vpc.main.id

  ingress {{
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.edge.id]
  }}

  ingress {{
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = ["10.1.0.0/16"]
  }}
}}

resource "aws_lb_target_group" "s{n}" {{
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}}

resource "aws_lb_listener" "s{n}" {{
  load_balancer_arn = aws_lb.edge.arn
  port              = {port}
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/a"

  default_action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.s{n}.arn
  }}
}}

resource "aws_vpc_endpoint" "s{n}" {{
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.eu-west-1.own{n}"
  vpc_endpoint_type = "Interface"
}}

resource "aws_ecs_service" "s{n}" {{
  name            = "s{n}"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.s{n}.arn
  launch_type     = "FARGATE"

  network_configuration {{
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.s{n}.id]
  }}

  load_balancer {{
    target_group_arn = aws_lb_target_group.s{n}.arn
    container_name   = "s{n}"
    container_port   = 8080
  }}
}}
"""

OWN = """
resource "aws_lb" "e{n}" {{
  subnets         = [aws_subnet.p{n}.id]
  security_groups = [aws_security_group.e{n}.id]
}}

resource "aws_security_group" "e{n}" {{
  vpc_id = aws_vpc.main.id

  ingress {{
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }}
}}

resource "aws_subnet" "p{n}" {{
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.{high}.{low}.0/24"
}}

resource "aws_security_group" "d{n}" {{
  vpc_id = aws_vpc.main.id
}}

resource "aws_security_group_rule" "d{n}" {{
  type                     = "ingress"
  security_group_id        = aws_security_group.d{n}.id
  source_security_group_id = aws_security_group.s{n}.id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
}}

resource "aws_db_instance" "d{n}" {{
  engine                 = "postgres"
  vpc_security_group_ids = [aws_security_group.d{n}.id]
}}
"""
"""What a service has for itself that others share: a balancer, a subnet; and a store."""

RULE = """
  ingress {{
    protocol        = "tcp"
    from_port       = {port}
    to_port         = {port}
    security_groups = [aws_security_group.g{peer}.id]
  }}
"""


def services(count: int) -> dict[str, str]:
    """A root of `count` services with all that belongs to each, a hundred in a file."""
    files = {"main.tf": BASE}
    for start in range(0, count, 100):
        texts = (
            SERVICE.format(n=n, port=n % 65000 + 1) for n in range(start, min(start + 100, count))
        )
        files[f"services{start:06d}.tf"] = "".join(texts)
    return files


def apart(count: int) -> dict[str, str]:
    """A root of `count` services of which each has a balancer, a subnet and a store of its own."""
    own = SERVICE.replace(".edge.", ".e{n}.").replace("aws_subnet.a.", "aws_subnet.p{n}.") + OWN
    files = {"main.tf": BASE}
    for start in range(0, count, 100):
        texts = (
            own.format(n=n, port=443, high=n // 256 + 1, low=n % 256)
            for n in range(start, min(start + 100, count))
        )
        files[f"services{start:06d}.tf"] = "".join(texts)
    return files


def groups(count: int, rules: int = 60) -> dict[str, str]:
    """A root of `count` groups, each worn by a service and admitting `rules` others."""
    files = {"main.tf": BASE}
    for n in range(count):
        peers = ((n * 7 + k * 13 + 1) % count for k in range(rules))
        body = "".join(RULE.format(port=8000 + k, peer=peer) for k, peer in enumerate(peers))
        files[f"g{n:05d}.tf"] = (
            f'resource "aws_security_group" "g{n}" {{\n  vpc_id = aws_vpc.main.id\n{body}}}\n'
            f'resource "aws_ecs_service" "g{n}" {{\n  name            = "g{n}"\n'
            '  cluster         = aws_ecs_cluster.main.id\n  task_definition = "t"\n'
            '  launch_type     = "FARGATE"\n\n  network_configuration {\n'
            "    subnets         = [aws_subnet.a.id]\n"
            f"    security_groups = [aws_security_group.g{n}.id]\n  }}\n}}\n"
        )
    return files


def measured(taskwall: str, files: dict[str, str]) -> Runs:
    """One scan of a root that holds these files."""
    runs = Runs()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text)
        once(
            (taskwall, "scan", "--profile", "strict", "--no-progress", "--format", "json", folder),
            runs,
        )
    return runs


def main() -> None:
    """Measure each size and print it, with what one service costs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--taskwall", default=shutil.which("taskwall") or "taskwall")
    parser.add_argument("--services", default="100,1000,10000")
    parser.add_argument("--apart", default="100,400,1600")
    parser.add_argument("--estates", default="100,200,400")
    parser.add_argument("--groups", type=int, default=1000)
    given = parser.parse_args()
    for word, sizes, made in (
        ("services", given.services, services),
        ("apart", given.apart, apart),
        ("estates", given.estates, estates),
    ):
        for count in map(int, sizes.split(",")):
            runs = measured(given.taskwall, made(count))
            each = runs.cpu[0] / count * 1000
            print(f"{count:6d} {word:8} {runs} {each:.2f} ms each", flush=True)
    if given.groups:
        print(f"{given.groups:6d} groups   {measured(given.taskwall, groups(given.groups))}")


if __name__ == "__main__":
    main()
