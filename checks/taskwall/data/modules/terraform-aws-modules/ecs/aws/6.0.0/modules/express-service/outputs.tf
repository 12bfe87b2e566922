output "service_arn" {
  value = try(aws_ecs_express_gateway_service.this[0].service_arn, null)
}

output "security_group_id" {
  value = try(aws_security_group.this[0].id, null)
}

output "security_group_arn" {
  value = try(aws_security_group.this[0].arn, null)
}
