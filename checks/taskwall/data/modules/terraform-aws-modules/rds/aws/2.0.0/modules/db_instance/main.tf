# A database instance. That of SQL Server has another address.

locals {
  is_mssql = split("-", var.engine)[0] == "sqlserver"
}

resource "aws_db_instance" "this" {
  count = var.create && !local.is_mssql ? 1 : 0

  identifier             = var.identifier
  engine                 = var.engine
  engine_version         = var.engine_version
  db_name                = var.name
  port                   = var.port
  vpc_security_group_ids = var.vpc_security_group_ids
  db_subnet_group_name   = var.db_subnet_group_name
  parameter_group_name   = var.parameter_group_name
  publicly_accessible    = var.publicly_accessible
  replicate_source_db    = var.replicate_source_db
}

resource "aws_db_instance" "this_mssql" {
  count = var.create && local.is_mssql ? 1 : 0

  identifier             = var.identifier
  engine                 = var.engine
  engine_version         = var.engine_version
  db_name                = var.name
  port                   = var.port
  vpc_security_group_ids = var.vpc_security_group_ids
  db_subnet_group_name   = var.db_subnet_group_name
  parameter_group_name   = var.parameter_group_name
  publicly_accessible    = var.publicly_accessible
  replicate_source_db    = var.replicate_source_db
}
