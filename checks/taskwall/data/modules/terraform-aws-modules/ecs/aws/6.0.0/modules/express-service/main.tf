# A service of ECS Express Mode, and a security group of its own.

locals {
  has_group = var.create && var.create_security_group
}

resource "aws_ecs_express_gateway_service" "this" {
  count = var.create ? 1 : 0

  service_name = var.name
  cluster      = var.cluster

  dynamic "network_configuration" {
    for_each = var.network_configuration != null ? [var.network_configuration] : []

    content {
      security_groups = concat(aws_security_group.this[*].id, network_configuration.value.security_groups)
      subnets         = network_configuration.value.subnets
    }
  }

  dynamic "primary_container" {
    for_each = var.primary_container != null ? [var.primary_container] : []

    content {
      container_port = primary_container.value.container_port
      image          = primary_container.value.image
    }
  }
}

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  vpc_id = var.vpc_id
}

# Without rules, the group lets nothing in or out.

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = { for name, one in var.security_group_ingress_rules : name => one if local.has_group }

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = each.value.ip_protocol
  from_port                    = each.value.from_port
  to_port                      = try(coalesce(each.value.to_port, each.value.from_port), null)
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.referenced_security_group_id == "self" ? aws_security_group.this[0].id : each.value.referenced_security_group_id
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = { for name, one in var.security_group_egress_rules : name => one if local.has_group }

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = each.value.ip_protocol
  from_port                    = try(coalesce(each.value.from_port, each.value.to_port), null)
  to_port                      = each.value.to_port
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.referenced_security_group_id == "self" ? aws_security_group.this[0].id : each.value.referenced_security_group_id
}
