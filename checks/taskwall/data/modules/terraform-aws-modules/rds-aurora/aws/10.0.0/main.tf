# A database cluster with its instances, group, subnet group and parameter group, as
# terraform-aws-modules/rds-aurora/aws makes them since version 10.

locals {
  has_group       = var.create && var.create_security_group
  has_parameters  = var.create && var.cluster_parameter_group != null
  parameter_group = try(coalesce(var.cluster_parameter_group.name, var.name), "")
  port            = coalesce(var.port, contains(["aurora-postgresql", "postgres"], coalesce(var.engine, "none")) ? 5432 : 3306)

  named_subnet_group = try(coalesce(var.db_subnet_group_name, var.name), "")
  subnet_group       = var.create_db_subnet_group ? try(aws_db_subnet_group.this[0].name, null) : local.named_subnet_group
}

resource "aws_db_subnet_group" "this" {
  count = var.create && var.create_db_subnet_group ? 1 : 0

  name       = local.named_subnet_group
  subnet_ids = var.subnets
}

resource "aws_rds_cluster" "this" {
  count = var.create ? 1 : 0

  cluster_identifier              = var.cluster_use_name_prefix ? null : var.name
  engine                          = var.engine
  engine_mode                     = var.engine_mode
  engine_version                  = var.engine_version
  port                            = local.port
  vpc_security_group_ids          = concat(aws_security_group.this[*].id, var.vpc_security_group_ids)
  db_subnet_group_name            = local.subnet_group
  db_cluster_parameter_group_name = local.has_parameters ? aws_rds_cluster_parameter_group.this[0].id : var.cluster_parameter_group_name
}

resource "aws_rds_cluster_instance" "this" {
  for_each = { for name, one in var.instances : name => one if var.create && var.engine_mode != "serverless" }

  cluster_identifier   = aws_rds_cluster.this[0].id
  engine               = var.engine
  engine_version       = var.engine_version
  db_subnet_group_name = local.subnet_group
  publicly_accessible  = try(each.value.publicly_accessible, null)
}

resource "aws_rds_cluster_parameter_group" "this" {
  count = local.has_parameters ? 1 : 0

  name   = try(var.cluster_parameter_group.use_name_prefix, true) ? null : local.parameter_group
  family = var.cluster_parameter_group.family

  dynamic "parameter" {
    for_each = try(var.cluster_parameter_group.parameters, null) != null ? var.cluster_parameter_group.parameters : []

    content {
      name  = try(coalesce(parameter.value.name, parameter.key), parameter.key)
      value = parameter.value.value
    }
  }
}

# Without rules of its own, the group lets nothing in or out.

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  vpc_id = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = { for name, one in var.security_group_ingress_rules : name => one if local.has_group }

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = try(coalesce(each.value.ip_protocol, "tcp"), "tcp")
  from_port                    = try(coalesce(each.value.from_port, local.port), local.port)
  to_port                      = try(each.value.to_port, null) != null ? each.value.to_port : try(coalesce(each.value.from_port, local.port), local.port)
  cidr_ipv4                    = try(each.value.cidr_ipv4, null)
  cidr_ipv6                    = try(each.value.cidr_ipv6, null)
  prefix_list_id               = try(each.value.prefix_list_id, null)
  referenced_security_group_id = try(each.value.referenced_security_group_id, null) == "self" ? aws_security_group.this[0].id : try(each.value.referenced_security_group_id, null)
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = { for name, one in var.security_group_egress_rules : name => one if local.has_group }

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = try(coalesce(each.value.ip_protocol, "tcp"), "tcp")
  from_port                    = try(each.value.from_port, null) != null ? each.value.from_port : try(coalesce(each.value.to_port, local.port), local.port)
  to_port                      = try(coalesce(each.value.to_port, local.port), local.port)
  cidr_ipv4                    = try(each.value.cidr_ipv4, null)
  cidr_ipv6                    = try(each.value.cidr_ipv6, null)
  prefix_list_id               = try(each.value.prefix_list_id, null)
  referenced_security_group_id = try(each.value.referenced_security_group_id, null) == "self" ? aws_security_group.this[0].id : try(each.value.referenced_security_group_id, null)
}
