resource "aws_db_parameter_group" "this" {
  count = var.create ? 1 : 0

  name   = var.use_name_prefix ? null : var.name
  family = var.family

  dynamic "parameter" {
    for_each = var.parameters != null ? var.parameters : []

    content {
      name  = parameter.value.name
      value = parameter.value.value
    }
  }
}
