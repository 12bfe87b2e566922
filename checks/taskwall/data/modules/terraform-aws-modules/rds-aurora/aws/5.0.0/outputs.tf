output "rds_cluster_arn" {
  value = try(aws_rds_cluster.this[0].arn, "")
}

output "rds_cluster_endpoint" {
  value = try(aws_rds_cluster.this[0].endpoint, "")
}

output "rds_cluster_id" {
  value = try(aws_rds_cluster.this[0].id, "")
}

output "rds_cluster_instance_endpoints" {
  value = aws_rds_cluster_instance.this[*].endpoint
}

output "rds_cluster_port" {
  value = try(aws_rds_cluster.this[0].port, "")
}

output "rds_cluster_reader_endpoint" {
  value = try(aws_rds_cluster.this[0].reader_endpoint, "")
}

output "rds_cluster_resource_id" {
  value = try(aws_rds_cluster.this[0].cluster_resource_id, "")
}

output "security_group_id" {
  value = try(aws_security_group.this[0].id, "")
}
