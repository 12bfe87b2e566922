output "ecs_cluster_arn" {
  value = try(aws_ecs_cluster.this[0].arn, "")
}

output "ecs_cluster_id" {
  value = try(aws_ecs_cluster.this[0].id, "")
}

output "ecs_cluster_name" {
  value = var.name
}

# Version 2 calls them so.

output "this_ecs_cluster_arn" {
  value = try(aws_ecs_cluster.this[0].arn, "")
}

output "this_ecs_cluster_id" {
  value = try(aws_ecs_cluster.this[0].id, "")
}

output "this_ecs_cluster_name" {
  value = var.name
}
