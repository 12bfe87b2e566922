# A database instance. A replica has the engine of what it copies.

resource "aws_db_instance" "this" {
  count = var.create ? 1 : 0

  identifier             = var.use_identifier_prefix ? null : var.identifier
  engine                 = var.replicate_source_db != null ? null : var.engine
  engine_version         = var.engine_version
  db_name                = var.db_name
  port                   = var.port
  vpc_security_group_ids = var.vpc_security_group_ids
  db_subnet_group_name   = var.db_subnet_group_name
  parameter_group_name   = var.parameter_group_name
  publicly_accessible    = var.publicly_accessible
  replicate_source_db    = var.replicate_source_db
}
