"""What the server imports from which the processes of scans are forked.

It scans a small repository, so that what scans import and make when they first need it is there,
and imports and compiles what that one did not need.
"""

import gc
import os
from importlib import import_module
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

from taskwall import fixes, lowering, model, readers, rules
from taskwall.core.patterns import compile_patterns
from taskwall.fleet.plan import Target
from taskwall.fleet.scanning import FleetOptions, scanned

_TEXTS = {
    "taskwall.toml": 'profile = "default"\n',
    "main.tf": """
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
  cidr    = "10.0.0.0/16"
}

resource "aws_security_group" "web" {
  vpc_id = module.vpc.vpc_id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_launch_template" "web" {
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data = base64encode("#!/bin/sh\\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\\n")
}

resource "aws_lb" "web" {
  internal = false
  subnets  = module.vpc.public_subnets
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_target_group" "web" {
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
}

resource "aws_db_instance" "web" {
  engine                 = "postgres"
  engine_version         = "16.3"
  vpc_security_group_ids = [aws_security_group.web.id]
}

resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{
    name         = "web"
    image        = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
    portMappings = [{ containerPort = 8080 }]
    environment  = [{ name = "DB", value = "postgres://${aws_db_instance.web.endpoint}/web" }]
  }])
}

resource "aws_ecs_service" "web" {
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = module.vpc.private_subnets
    security_groups = [aws_security_group.web.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }
}
""",
    "template.yaml": """
Resources:
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
""",
}
_SELDOM = ("email.iterators", "email.message", "email.parser", "graphlib", "tree_sitter_bash")
"""What is imported for some sources only."""

_OF_A_PROCESS = ("multiprocessing.popen_forkserver", "taskwall.fleet.apart")
"""What a forked process imports before it scans."""


def _warm_up() -> None:
    for package in (fixes, lowering, model, readers, rules):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    for name in (*_SELDOM, *_OF_A_PROCESS):
        import_module(name)
    with TemporaryDirectory(prefix="taskwall-") as folder:
        repository = os.path.join(folder, "repository")
        _commit(repository)
        scanned(Target(repository, "HEAD"), FleetOptions(), os.path.join(folder, "scratch"))
    compile_patterns()
    gc.collect()
    gc.freeze()


def _commit(repository: str) -> None:
    tree = Tree()
    blobs = {name.encode(): Blob.from_string(text.encode()) for name, text in _TEXTS.items()}
    for name, blob in blobs.items():
        tree.add(name, 0o100644, blob.id)
    commit = Commit()
    commit.tree = tree.id
    commit.author = commit.committer = b"taskwall <>"
    commit.author_time = commit.commit_time = 0
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = b"warm up"
    with Repo.init_bare(repository, mkdir=True) as made:
        made.object_store.add_objects([(each, None) for each in (*blobs.values(), tree, commit)])
        made.refs[Ref(b"HEAD")] = ObjectID(commit.id)


_warm_up()
