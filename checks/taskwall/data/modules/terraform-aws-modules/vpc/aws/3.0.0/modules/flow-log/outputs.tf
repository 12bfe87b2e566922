output "id" {
  value = try(aws_flow_log.this[0].id, null)
}

output "arn" {
  value = try(aws_flow_log.this[0].arn, null)
}
