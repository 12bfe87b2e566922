"""Services of which each has all of its own: subnet, routes, ACL, load balancer, stores, hosts.

What grows with the square of such a root is a question that compares pairs of things.
"""

BASE = """\
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/8"
  enable_dns_support   = true
  enable_dns_hostnames = true
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.255.0.0/24"
}

resource "aws_service_discovery_private_dns_namespace" "main" {
  name = "internal"
  vpc  = aws_vpc.main.id
}
"""

ESTATE = """
resource "aws_subnet" "s{n}" {{
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.{hi}.{lo}.0/24"
}}

resource "aws_route_table" "s{n}" {{
  vpc_id = aws_vpc.main.id

  route {{
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.s{n}.id
  }}
}}

resource "aws_route_table_association" "s{n}" {{
  subnet_id      = aws_subnet.s{n}.id
  route_table_id = aws_route_table.s{n}.id
}}

resource "aws_nat_gateway" "s{n}" {{
  subnet_id = aws_subnet.a.id
}}

resource "aws_network_acl" "s{n}" {{
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.s{n}.id]

  ingress {{
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "10.0.0.0/8"
    from_port  = 0
    to_port    = 0
  }}

  egress {{
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }}
}}

resource "aws_flow_log" "s{n}" {{
  subnet_id    = aws_subnet.s{n}.id
  traffic_type = "ALL"
}}

resource "aws_lb" "s{n}" {{
  load_balancer_type = "{kind}"
  subnets            = [aws_subnet.s{n}.id]
  security_groups    = [aws_security_group.b{n}.id]
}}

resource "aws_cloudwatch_log_delivery_source" "s{n}" {{
  name         = "s{n}"
  log_type     = "ALB_ACCESS_LOGS"
  resource_arn = aws_lb.s{n}.arn
}}

resource "aws_lb_target_group" "host{n}" {{
  port     = 9090
  protocol = "{back}"
  vpc_id   = aws_vpc.main.id
}}

resource "aws_lb_target_group_attachment" "host{n}" {{
  target_group_arn = aws_lb_target_group.host{n}.arn
  target_id        = "i-0123456789abcdef0"
}}

resource "aws_autoscaling_attachment" "s{n}" {{
  autoscaling_group_name = aws_autoscaling_group.s{n}.name
  lb_target_group_arn    = aws_lb_target_group.host{n}.arn
}}

resource "aws_lb_listener" "s{n}" {{
  load_balancer_arn = aws_lb.s{n}.arn
  port              = 443
  protocol          = "{front}"
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/a"

  default_action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.s{n}.arn
  }}
}}

resource "aws_lb_target_group" "s{n}" {{
  port        = 8080
  protocol    = "{back}"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}}

resource "aws_security_group" "b{n}" {{
  vpc_id = aws_vpc.main.id

  ingress {{
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }}

  egress {{
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.s{n}.id]
  }}
}}

resource "aws_security_group" "s{n}" {{
  vpc_id = aws_vpc.main.id

  ingress {{
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.b{n}.id]
  }}

  egress {{
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }}
}}

resource "aws_security_group" "d{n}" {{
  vpc_id = aws_vpc.main.id
}}

resource "aws_vpc_security_group_ingress_rule" "d{n}" {{
  security_group_id            = aws_security_group.d{n}.id
  referenced_security_group_id = aws_security_group.s{n}.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}}

resource "aws_db_instance" "s{n}" {{
  engine                 = "postgres"
  engine_version         = "16.3"
  parameter_group_name   = aws_db_parameter_group.s{n}.name
  vpc_security_group_ids = [aws_security_group.d{n}.id]
  db_subnet_group_name   = aws_db_subnet_group.s{n}.name
}}

resource "aws_db_parameter_group" "s{n}" {{
  name   = "s{n}"
  family = "postgres16"

  parameter {{
    name  = "rds.force_ssl"
    value = "1"
  }}
}}

resource "aws_db_subnet_group" "s{n}" {{
  name       = "s{n}"
  subnet_ids = [aws_subnet.s{n}.id]
}}

resource "aws_efs_file_system" "s{n}" {{}}

resource "aws_efs_mount_target" "s{n}" {{
  file_system_id  = aws_efs_file_system.s{n}.id
  subnet_id       = aws_subnet.s{n}.id
  security_groups = [aws_security_group.d{n}.id]
}}

resource "aws_vpc_endpoint" "s{n}" {{
  vpc_id             = aws_vpc.main.id
  service_name       = "com.amazonaws.eu-west-1.own{n}"
  vpc_endpoint_type  = "Interface"
  subnet_ids         = [aws_subnet.s{n}.id]
  security_group_ids = [aws_security_group.d{n}.id]
}}

resource "aws_vpc_endpoint_service" "s{n}" {{
  acceptance_required        = true
  network_load_balancer_arns = [aws_lb.s{n}.arn]
}}

resource "aws_launch_template" "s{n}" {{
  instance_type          = "m7g.large"
  vpc_security_group_ids = [aws_security_group.s{n}.id]
  user_data = base64encode(<<-EOT
    #!/bin/bash
    echo ECS_CLUSTER=s{n} >> /etc/ecs/ecs.config
  EOT
  )
}}

resource "aws_autoscaling_group" "s{n}" {{
  vpc_zone_identifier = [aws_subnet.s{n}.id]

  launch_template {{
    id = aws_launch_template.s{n}.id
  }}
}}

resource "aws_ecs_capacity_provider" "s{n}" {{
  name = "s{n}"

  auto_scaling_group_provider {{
    auto_scaling_group_arn = aws_autoscaling_group.s{n}.arn
  }}
}}

resource "aws_ecs_cluster" "s{n}" {{
  name = "s{n}"
}}

resource "aws_ecs_cluster_capacity_providers" "s{n}" {{
  cluster_name       = aws_ecs_cluster.s{n}.name
  capacity_providers = [aws_ecs_capacity_provider.s{n}.name]
}}

resource "aws_service_discovery_service" "s{n}" {{
  name = "s{n}"

  dns_config {{
    namespace_id = aws_service_discovery_private_dns_namespace.main.id

    dns_records {{
      ttl  = 10
      type = "A"
    }}
  }}
}}

resource "aws_ecs_task_definition" "s{n}" {{
  family                   = "s{n}"
  network_mode             = "awsvpc"
  requires_compatibilities = ["EC2"]

  container_definitions = jsonencode([{{
    name         = "s{n}"
    image        = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/s:{n}"
    portMappings = [{{ containerPort = 8080, name = "http" }}]
    environment = [
      {{ name = "DB", value = "postgres://${{aws_db_instance.s{n}.address}}/a?sslmode=require" }},
      {{ name = "PEER", value = "http://s{peer}.internal:8080" }},
    ]
  }}])

  volume {{
    name = "files"

    efs_volume_configuration {{
      file_system_id     = aws_efs_file_system.s{n}.id
      transit_encryption = "ENABLED"
    }}
  }}
}}

resource "aws_ecs_service" "s{n}" {{
  name            = "s{n}"
  cluster         = aws_ecs_cluster.s{n}.id
  task_definition = aws_ecs_task_definition.s{n}.arn

  capacity_provider_strategy {{
    capacity_provider = aws_ecs_capacity_provider.s{n}.name
    weight            = 1
  }}

  network_configuration {{
    subnets         = [aws_subnet.s{n}.id]
    security_groups = [aws_security_group.s{n}.id]
  }}

  load_balancer {{
    target_group_arn = aws_lb_target_group.s{n}.arn
    container_name   = "s{n}"
    container_port   = 8080
  }}

  service_registries {{
    registry_arn = aws_service_discovery_service.s{n}.arn
  }}

  service_connect_configuration {{
    enabled   = true
    namespace = aws_service_discovery_private_dns_namespace.main.arn

    service {{
      port_name = "http"

      client_alias {{
        port     = 8080
        dns_name = "s{n}"
      }}
    }}
  }}
}}
"""


def estates(count: int) -> dict[str, str]:
    """A root of `count` services with all that belongs to each, behind ALBs and NLBs by turns."""
    files = {"main.tf": BASE}
    kinds = (("application", "HTTPS", "HTTP"), ("network", "TLS", "TCP"))
    for n in range(count):
        kind, front, back = kinds[n % 2]
        files[f"s{n:06d}.tf"] = ESTATE.format(
            n=n,
            hi=n // 250,
            lo=n % 250,
            peer=(n + 1) % count,
            kind=kind,
            front=front,
            back=back,
        )
    return files
