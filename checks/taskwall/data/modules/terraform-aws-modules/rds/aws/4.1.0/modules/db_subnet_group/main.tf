resource "aws_db_subnet_group" "this" {
  count = var.create ? 1 : 0

  name       = var.use_name_prefix ? null : var.name
  subnet_ids = var.subnet_ids
}
