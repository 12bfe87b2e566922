output "launch_configuration_id" {
  value = try(aws_launch_configuration.this[0].id, "")
}

output "launch_configuration_arn" {
  value = try(aws_launch_configuration.this[0].arn, "")
}

output "launch_configuration_name" {
  value = try(aws_launch_configuration.this[0].name, "")
}

output "launch_template_id" {
  value = try(aws_launch_template.this[0].id, "")
}

output "launch_template_arn" {
  value = try(aws_launch_template.this[0].arn, "")
}

output "launch_template_latest_version" {
  value = try(aws_launch_template.this[0].latest_version, "")
}

output "autoscaling_group_id" {
  value = try(aws_autoscaling_group.this[0].id, "")
}

output "autoscaling_group_name" {
  value = try(aws_autoscaling_group.this[0].name, "")
}

output "autoscaling_group_arn" {
  value = try(aws_autoscaling_group.this[0].arn, "")
}

output "autoscaling_group_availability_zones" {
  value = try(aws_autoscaling_group.this[0].availability_zones, [])
}

output "autoscaling_group_vpc_zone_identifier" {
  value = try(aws_autoscaling_group.this[0].vpc_zone_identifier, [])
}

output "autoscaling_group_load_balancers" {
  value = try(aws_autoscaling_group.this[0].load_balancers, [])
}

output "autoscaling_group_target_group_arns" {
  value = try(aws_autoscaling_group.this[0].target_group_arns, [])
}

# Those of version 3.

output "this_launch_configuration_id" {
  value = var.launch_configuration == "" && var.create_lc ? aws_launch_configuration.this[0].id : var.launch_configuration
}

output "this_launch_configuration_name" {
  value = var.launch_configuration == "" && var.create_lc ? aws_launch_configuration.this[0].name : ""
}

output "this_autoscaling_group_id" {
  value = try(aws_autoscaling_group.this[0].id, aws_autoscaling_group.this_with_initial_lifecycle_hook[0].id, "")
}

output "this_autoscaling_group_name" {
  value = try(aws_autoscaling_group.this[0].name, aws_autoscaling_group.this_with_initial_lifecycle_hook[0].name, "")
}

output "this_autoscaling_group_arn" {
  value = try(aws_autoscaling_group.this[0].arn, aws_autoscaling_group.this_with_initial_lifecycle_hook[0].arn, "")
}

output "this_autoscaling_group_availability_zones" {
  value = try(aws_autoscaling_group.this[0].availability_zones, aws_autoscaling_group.this_with_initial_lifecycle_hook[0].availability_zones, "")
}

output "this_autoscaling_group_vpc_zone_identifier" {
  value = try(aws_autoscaling_group.this[0].vpc_zone_identifier, aws_autoscaling_group.this_with_initial_lifecycle_hook[0].vpc_zone_identifier, "")
}

output "this_autoscaling_group_load_balancers" {
  value = try(aws_autoscaling_group.this[0].load_balancers, aws_autoscaling_group.this_with_initial_lifecycle_hook[0].load_balancers, "")
}

output "this_autoscaling_group_target_group_arns" {
  value = try(aws_autoscaling_group.this[0].target_group_arns, aws_autoscaling_group.this_with_initial_lifecycle_hook[0].target_group_arns, "")
}
