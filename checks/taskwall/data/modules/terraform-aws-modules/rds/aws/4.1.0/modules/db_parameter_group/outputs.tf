output "db_parameter_group_id" {
  value = try(aws_db_parameter_group.this[0].id, var.nothing)
}

output "db_parameter_group_arn" {
  value = try(aws_db_parameter_group.this[0].arn, var.nothing)
}
