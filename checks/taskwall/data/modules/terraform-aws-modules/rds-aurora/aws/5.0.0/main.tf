# A database cluster with its instances, group and subnet group, as
# terraform-aws-modules/rds-aurora/aws makes them in version 5.

locals {
  has_group    = var.create_cluster && var.create_security_group
  port         = coalesce(var.port, var.engine == "aurora-postgresql" ? 5432 : 3306)
  subnet_group = coalesce(var.db_subnet_group_name, try(aws_db_subnet_group.this[0].name, "none"))
}

resource "aws_db_subnet_group" "this" {
  count = var.create_cluster && var.db_subnet_group_name == "" ? 1 : 0

  name       = var.name
  subnet_ids = var.subnets
}

resource "aws_rds_cluster" "this" {
  count = var.create_cluster ? 1 : 0

  cluster_identifier              = var.name
  engine                          = var.engine
  engine_mode                     = var.engine_mode
  engine_version                  = var.engine_mode == "serverless" ? null : var.engine_version
  port                            = local.port
  vpc_security_group_ids          = concat(aws_security_group.this[*].id, var.vpc_security_group_ids)
  db_subnet_group_name            = local.subnet_group
  db_cluster_parameter_group_name = var.db_cluster_parameter_group_name
}

resource "aws_rds_cluster_instance" "this" {
  count = var.create_cluster ? (var.replica_scale_enabled ? var.replica_scale_min : var.replica_count) : 0

  cluster_identifier   = aws_rds_cluster.this[0].id
  engine               = var.engine
  engine_version       = var.engine_version
  db_subnet_group_name = local.subnet_group
  publicly_accessible  = try(var.instances_parameters[count.index].publicly_accessible, var.publicly_accessible)
}

# Without rules of its own, the group lets nothing in or out.

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  vpc_id = var.vpc_id
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
