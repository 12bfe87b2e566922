"""Runs of the real checkov, and what they show; the sources that they scan."""

import json
import logging
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct


class Shown(Struct, frozen=True):
    """What checkov ended with: its exit status, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def reports(self) -> list[dict[str, Any]]:
        """The reports of `-o json`: one for each folder and framework with something to scan."""
        found: list[dict[str, Any]] = []
        rest = self.out.strip()
        while rest:
            read, end = json.JSONDecoder().raw_decode(rest)
            found += read if isinstance(read, list) else [read]
            rest = rest[end:].strip()
        return [report for report in found if "results" in report]

    def records(self, outcome: str = "failed") -> list[dict[str, Any]]:
        """The records of ours with one outcome: failed, passed or skipped."""
        return [
            record
            for report in self.reports
            for record in report["results"][f"{outcome}_checks"]
            if record["check_id"].startswith("TW")
        ]

    def told(self, outcome: str = "failed") -> Counter[tuple[str, str]]:
        """The rule and entity of each record with one outcome."""
        return Counter((r["check_id"], r["resource"]) for r in self.records(outcome))


Run = Callable[..., Shown]


def in_child(files: Path, work: Callable[[], int | None]) -> NoReturn:
    """Do some work as a process of its own would: its output in files, its status at its end."""
    status: object = 1
    try:
        sys.stdout = open(files / "out", "w")  # noqa: SIM115
        sys.stderr = open(files / "err", "w")  # noqa: SIM115
        os.dup2(sys.stdout.fileno(), 1)
        os.dup2(sys.stderr.fileno(), 2)
        logging.getLogger().handlers = [logging.StreamHandler(sys.stderr)]
        logging.getLogger().setLevel(logging.ERROR)
        status = work()
    except SystemExit as ended:
        status = ended.code
    except BaseException:  # noqa: BLE001 (the process ends here, whatever it was)
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))


OPEN = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = "main"
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""

OPEN_JSON = """\
{
  "resource": {
    "aws_security_group": {
      "web": {
        "ingress": {
          "from_port": 8080,
          "to_port": 8080,
          "protocol": "tcp",
          "cidr_blocks": ["0.0.0.0/0"],
          "description": "web"
        },
        "tags": { "DB_PASSWORD": "hunter2" }
      }
    },
    "aws_ecs_service": {
      "web": {
        "launch_type": "FARGATE",
        "network_configuration": {
          "subnets": ["subnet-1"],
          "security_groups": ["${aws_security_group.web.id}"]
        }
      }
    }
  }
}
"""

OPEN_TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
  Subnet:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.0.1.0/24
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: tasks
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 8080
          ToPort: 8080
          CidrIp: 0.0.0.0/0
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions:
        - Name: web
          Image: web:1
  Service:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [!Ref Subnet]
          SecurityGroups: [!Ref Group]
"""


def plan() -> str:
    """The plan of OPEN, as `terraform show -json` writes it, over several lines."""
    ingress = {
        "from_port": 8080,
        "to_port": 8080,
        "protocol": "tcp",
        "cidr_blocks": ["0.0.0.0/0"],
        "ipv6_cidr_blocks": [],
        "prefix_list_ids": [],
        "security_groups": [],
        "self": False,
        "description": "",
    }
    network = {"assign_public_ip": False}
    planned: dict[str, dict[str, Any]] = {
        "aws_vpc.main": {"cidr_block": "10.0.0.0/16"},
        "aws_subnet.a": {"cidr_block": "10.0.1.0/24"},
        "aws_security_group.web": {"ingress": [ingress]},
        "aws_ecs_task_definition.web": {
            "family": "web",
            "network_mode": "awsvpc",
            "container_definitions": '[{"name":"web","image":"web:1"}]',
        },
        "aws_ecs_service.web": {
            "name": "web",
            "cluster": "main",
            "launch_type": "FARGATE",
            "network_configuration": [network],
        },
    }
    after: dict[str, dict[str, Any]] = {
        "aws_vpc.main": {"id": True},
        "aws_subnet.a": {"id": True, "vpc_id": True},
        "aws_security_group.web": {"id": True, "vpc_id": True},
        "aws_ecs_task_definition.web": {"id": True, "arn": True},
        "aws_ecs_service.web": {
            "id": True,
            "task_definition": True,
            "network_configuration": [{"subnets": True, "security_groups": True}],
        },
    }
    configured: dict[str, dict[str, Any]] = {
        "aws_vpc.main": {},
        "aws_subnet.a": {"vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]}},
        "aws_security_group.web": {"vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]}},
        "aws_ecs_task_definition.web": {},
        "aws_ecs_service.web": {
            "task_definition": {
                "references": ["aws_ecs_task_definition.web.arn", "aws_ecs_task_definition.web"]
            },
            "network_configuration": [
                {
                    "subnets": {"references": ["aws_subnet.a.id", "aws_subnet.a"]},
                    "security_groups": {
                        "references": ["aws_security_group.web.id", "aws_security_group.web"]
                    },
                }
            ],
        },
    }
    head = {
        address: {
            "address": address,
            "mode": "managed",
            "type": address.partition(".")[0],
            "name": address.partition(".")[2],
            "provider_name": "registry.terraform.io/hashicorp/aws",
        }
        for address in planned
    }
    document = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {
            "root_module": {
                "resources": [{**head[one], "values": values} for one, values in planned.items()]
            }
        },
        "resource_changes": [
            {
                **head[one],
                "change": {
                    "actions": ["create"],
                    "before": None,
                    "after": values,
                    "after_unknown": after[one],
                },
            }
            for one, values in planned.items()
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {**head[one], "expressions": expressions}
                    for one, expressions in configured.items()
                ]
            }
        },
    }
    return json.dumps(document, indent=2)
