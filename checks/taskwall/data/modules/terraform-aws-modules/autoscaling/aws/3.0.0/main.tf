# A launch configuration or, in version 4, also a launch template, and the Auto Scaling group that
# starts it. Version 3 calls the group otherwise where it has a lifecycle hook from the start.

locals {
  launch_configuration = var.create_lc ? aws_launch_configuration.this[0].name : var.launch_configuration
  launch_template_id   = var.create_lt ? aws_launch_template.this[0].id : null
  launch_template_name = var.create_lt ? null : var.launch_template

  policy    = var.use_mixed_instances_policy ? [var.mixed_instances_policy] : []
  overrides = try(coalesce(var.mixed_instances_policy.override, []), [])
}

resource "aws_launch_configuration" "this" {
  count = var.create_lc ? 1 : 0

  name                        = var.lc_use_name_prefix ? null : coalesce(var.lc_name, var.name)
  name_prefix                 = var.lc_use_name_prefix ? "${coalesce(var.lc_name, var.name)}-" : null
  associate_public_ip_address = var.associate_public_ip_address
  image_id                    = var.image_id
  instance_type               = var.instance_type
  security_groups             = var.security_groups
  user_data                   = var.user_data
  user_data_base64            = var.user_data_base64

  dynamic "metadata_options" {
    for_each = var.metadata_options != null ? [var.metadata_options] : []

    content {
      http_endpoint               = try(metadata_options.value.http_endpoint, null)
      http_tokens                 = try(metadata_options.value.http_tokens, null)
      http_put_response_hop_limit = try(metadata_options.value.http_put_response_hop_limit, null)
    }
  }
}

resource "aws_launch_template" "this" {
  count = var.create_lt ? 1 : 0

  name                   = var.lt_use_name_prefix ? null : coalesce(var.lt_name, var.name)
  name_prefix            = var.lt_use_name_prefix ? "${coalesce(var.lt_name, var.name)}-" : null
  image_id               = var.image_id
  instance_type          = var.instance_type
  user_data              = var.user_data_base64
  vpc_security_group_ids = var.security_groups

  dynamic "metadata_options" {
    for_each = var.metadata_options != null ? [var.metadata_options] : []

    content {
      http_endpoint               = try(metadata_options.value.http_endpoint, null)
      http_tokens                 = try(metadata_options.value.http_tokens, null)
      http_put_response_hop_limit = try(metadata_options.value.http_put_response_hop_limit, null)
    }
  }

  dynamic "network_interfaces" {
    for_each = var.network_interfaces

    content {
      associate_public_ip_address = try(network_interfaces.value.associate_public_ip_address, null)
      device_index                = try(network_interfaces.value.device_index, null)
      network_interface_id        = try(network_interfaces.value.network_interface_id, null)
      security_groups             = try(coalesce(network_interfaces.value.security_groups, []), [])
      subnet_id                   = try(network_interfaces.value.subnet_id, null)
    }
  }
}

resource "aws_autoscaling_group" "this" {
  count = var.create_asg && !var.create_asg_with_initial_lifecycle_hook ? 1 : 0

  name                 = var.use_name_prefix ? null : var.name
  name_prefix          = var.use_name_prefix ? "${coalesce(var.asg_name, var.name)}-" : null
  availability_zones   = var.availability_zone
  vpc_zone_identifier  = var.vpc_zone_identifier
  launch_configuration = var.use_lc ? local.launch_configuration : null
  load_balancers       = var.load_balancers
  target_group_arns    = var.target_group_arns

  dynamic "launch_template" {
    for_each = var.use_lt ? [1] : []

    content {
      id      = local.launch_template_id
      name    = local.launch_template_name
      version = var.lt_version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = local.policy

    content {
      launch_template {
        launch_template_specification {
          launch_template_id   = local.launch_template_id
          launch_template_name = local.launch_template_name
          version              = var.lt_version
        }

        dynamic "override" {
          for_each = local.overrides

          content {
            instance_type = try(override.value.instance_type, null)

            dynamic "launch_template_specification" {
              for_each = try(coalesce(override.value.launch_template_specification, []), [])

              content {
                launch_template_id = try(launch_template_specification.value.launch_template_id, null)
              }
            }
          }
        }
      }
    }
  }
}

resource "aws_autoscaling_group" "this_with_initial_lifecycle_hook" {
  count = var.create_asg && var.create_asg_with_initial_lifecycle_hook ? 1 : 0

  name_prefix          = "${coalesce(var.asg_name, var.name)}-"
  vpc_zone_identifier  = var.vpc_zone_identifier
  launch_configuration = local.launch_configuration
  load_balancers       = var.load_balancers
  target_group_arns    = var.target_group_arns
}
