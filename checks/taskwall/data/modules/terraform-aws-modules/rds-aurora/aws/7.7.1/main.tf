# A database cluster with its instances, group, subnet group and parameter group, as
# terraform-aws-modules/rds-aurora/aws makes them since version 6. Rules of the group have lists of
# sources up to version 7, and are a map since version 8.

locals {
  create    = var.create && var.create_cluster
  has_group = local.create && var.create_security_group
  postgres  = var.stand_in_is_before_7_7_1 ? ["aurora-postgresql"] : ["aurora-postgresql", "postgres"]
  port      = coalesce(var.port, contains(local.postgres, coalesce(var.engine, "none")) ? 5432 : 3306)

  named_subnet_group = try(coalesce(var.db_subnet_group_name, var.name), "")
  subnet_group       = var.create_db_subnet_group ? try(aws_db_subnet_group.this[0].name, null) : local.named_subnet_group
}

resource "aws_db_subnet_group" "this" {
  count = local.create && var.create_db_subnet_group ? 1 : 0

  name       = local.named_subnet_group
  subnet_ids = var.subnets
}

resource "aws_rds_cluster" "this" {
  count = local.create ? 1 : 0

  cluster_identifier              = var.cluster_use_name_prefix ? null : var.name
  engine                          = var.engine
  engine_mode                     = var.engine_mode
  engine_version                  = var.stand_in_is_before_7_7_1 && var.engine_mode == "serverless" ? null : var.engine_version
  port                            = local.port
  vpc_security_group_ids          = concat(aws_security_group.this[*].id, var.vpc_security_group_ids)
  db_subnet_group_name            = local.subnet_group
  db_cluster_parameter_group_name = var.create_db_cluster_parameter_group ? aws_rds_cluster_parameter_group.this[0].id : var.db_cluster_parameter_group_name
}

resource "aws_rds_cluster_instance" "this" {
  for_each = { for name, one in var.instances : name => one if local.create && var.engine_mode != "serverless" }

  cluster_identifier   = aws_rds_cluster.this[0].id
  engine               = var.engine
  engine_version       = var.engine_version
  db_subnet_group_name = local.subnet_group
  publicly_accessible  = try(each.value.publicly_accessible, var.publicly_accessible)
}

resource "aws_rds_cluster_parameter_group" "this" {
  count = local.create && var.create_db_cluster_parameter_group ? 1 : 0

  name   = var.db_cluster_parameter_group_use_name_prefix ? null : try(coalesce(var.db_cluster_parameter_group_name, var.name), null)
  family = var.db_cluster_parameter_group_family

  dynamic "parameter" {
    for_each = var.db_cluster_parameter_group_parameters

    content {
      name  = parameter.value.name
      value = parameter.value.value
    }
  }
}

# Without rules of its own, the group lets nothing in or out.

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  vpc_id = var.vpc_id
}

resource "aws_security_group_rule" "this" {
  for_each = { for name, one in var.security_group_rules : name => one if local.has_group }

  security_group_id        = aws_security_group.this[0].id
  type                     = try(each.value.type, "ingress")
  protocol                 = try(each.value.protocol, "tcp")
  from_port                = try(each.value.from_port, local.port)
  to_port                  = try(each.value.to_port, local.port)
  cidr_blocks              = try(each.value.cidr_blocks, null)
  ipv6_cidr_blocks         = try(each.value.ipv6_cidr_blocks, null)
  prefix_list_ids          = try(each.value.prefix_list_ids, null)
  self                     = try(each.value.self, null)
  source_security_group_id = try(each.value.source_security_group_id, null)
}

resource "aws_security_group_rule" "default_ingress" {
  count = local.has_group ? length(var.allowed_security_groups) : 0

  security_group_id        = aws_security_group.this[0].id
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = local.port
  to_port                  = local.port
  source_security_group_id = element(var.allowed_security_groups, count.index)
}

resource "aws_security_group_rule" "cidr_ingress" {
  count = local.has_group && length(var.allowed_cidr_blocks) > 0 ? 1 : 0

  security_group_id = aws_security_group.this[0].id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = local.port
  to_port           = local.port
  cidr_blocks       = var.allowed_cidr_blocks
}

resource "aws_security_group_rule" "egress" {
  for_each = { for name, one in var.security_group_egress_rules : name => one if local.has_group }

  security_group_id        = aws_security_group.this[0].id
  type                     = "egress"
  protocol                 = "tcp"
  from_port                = try(each.value.from_port, local.port)
  to_port                  = try(each.value.to_port, local.port)
  cidr_blocks              = try(each.value.cidr_blocks, null)
  ipv6_cidr_blocks         = try(each.value.ipv6_cidr_blocks, null)
  prefix_list_ids          = try(each.value.prefix_list_ids, null)
  source_security_group_id = try(each.value.source_security_group_id, null)
}
