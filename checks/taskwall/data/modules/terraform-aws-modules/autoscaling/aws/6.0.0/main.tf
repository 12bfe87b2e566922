# A launch template and the Auto Scaling group that starts it. The group has another address where
# later changes of its desired capacity are ignored.

locals {
  launch_template_id   = var.create_launch_template ? aws_launch_template.this[0].id : var.launch_template_id
  launch_template_name = var.create_launch_template ? null : var.launch_template

  interfaces    = var.network_interfaces == null ? [] : var.network_interfaces
  on_interfaces = var.stand_in_typed ? var.network_interfaces != null : length(local.interfaces) > 0
  own_overrides = var.stand_in_typed ? try(var.mixed_instances_policy.launch_template.override, null) : try(var.mixed_instances_policy.override, null)
  overrides     = local.own_overrides == null ? [] : local.own_overrides

  # What a call leaves out, or gives as null, has a default since version 9.
  metadata_defaults = {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }
  metadata = var.metadata_options == null ? {} : merge(
    { for name, one in local.metadata_defaults : name => one if var.stand_in_typed },
    { for name, one in var.metadata_options : name => one if one != null },
  )
}

resource "aws_launch_template" "this" {
  count = var.create_launch_template ? 1 : 0

  name                   = var.launch_template_use_name_prefix ? null : coalesce(var.launch_template_name, var.name)
  name_prefix            = var.launch_template_use_name_prefix ? "${coalesce(var.launch_template_name, var.name)}-" : null
  image_id               = var.image_id
  instance_type          = var.instance_type
  user_data              = var.user_data != null ? var.user_data : var.user_data_base64
  vpc_security_group_ids = local.on_interfaces && var.stand_in_since_6 ? [] : var.security_groups

  dynamic "instance_requirements" {
    for_each = try(length(var.instance_requirements), 0) > 0 ? [var.instance_requirements] : []

    content {
      allowed_instance_types  = var.stand_in_allowed_types ? try(instance_requirements.value.allowed_instance_types, null) : null
      excluded_instance_types = try(instance_requirements.value.excluded_instance_types, null)
      instance_generations    = try(instance_requirements.value.instance_generations, null)
    }
  }

  dynamic "metadata_options" {
    for_each = length(local.metadata) > 0 ? [local.metadata] : []

    content {
      http_endpoint               = try(metadata_options.value.http_endpoint, null)
      http_tokens                 = try(metadata_options.value.http_tokens, null)
      http_put_response_hop_limit = try(metadata_options.value.http_put_response_hop_limit, null)
    }
  }

  dynamic "network_interfaces" {
    for_each = local.interfaces

    content {
      associate_public_ip_address = try(network_interfaces.value.associate_public_ip_address, null)
      device_index                = try(network_interfaces.value.device_index, null)
      network_interface_id        = try(network_interfaces.value.network_interface_id, null)
      security_groups             = compact(concat(try(coalesce(network_interfaces.value.security_groups, []), []), var.stand_in_since_6 ? var.security_groups : []))
      subnet_id                   = try(network_interfaces.value.subnet_id, null)
    }
  }
}

resource "aws_autoscaling_group" "this" {
  count = var.create && !var.ignore_desired_capacity_changes ? 1 : 0

  name                = var.use_name_prefix ? null : var.name
  name_prefix         = var.use_name_prefix ? "${var.name}-" : null
  availability_zones  = var.availability_zones != null ? var.availability_zones : var.availability_zone
  vpc_zone_identifier = var.vpc_zone_identifier
  load_balancers      = var.load_balancers
  target_group_arns   = var.target_group_arns

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : [1]

    content {
      id      = local.launch_template_id
      name    = local.launch_template_name
      version = var.launch_template_version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [1] : []

    content {
      launch_template {
        launch_template_specification {
          launch_template_id   = local.launch_template_id
          launch_template_name = local.launch_template_name
          version              = var.launch_template_version
        }

        dynamic "override" {
          for_each = local.overrides

          content {
            instance_type = try(override.value.instance_type, null)

            dynamic "instance_requirements" {
              for_each = var.stand_in_since_6 && try(override.value.instance_requirements, null) != null ? [override.value.instance_requirements] : []

              content {
                allowed_instance_types  = try(instance_requirements.value.allowed_instance_types, null)
                excluded_instance_types = try(instance_requirements.value.excluded_instance_types, null)
                instance_generations    = try(instance_requirements.value.instance_generations, null)
              }
            }

            dynamic "launch_template_specification" {
              for_each = try(override.value.launch_template_specification, null) != null ? [override.value.launch_template_specification] : []

              content {
                launch_template_id   = try(launch_template_specification.value.launch_template_id, null)
                launch_template_name = var.stand_in_typed ? try(launch_template_specification.value.launch_template_name, null) : null
              }
            }
          }
        }
      }
    }
  }
}

resource "aws_autoscaling_group" "idc" {
  count = var.create && var.ignore_desired_capacity_changes ? 1 : 0

  name                = var.use_name_prefix ? null : var.name
  name_prefix         = var.use_name_prefix ? "${var.name}-" : null
  availability_zones  = var.availability_zones != null ? var.availability_zones : var.availability_zone
  vpc_zone_identifier = var.vpc_zone_identifier
  load_balancers      = var.load_balancers
  target_group_arns   = var.target_group_arns

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : [1]

    content {
      id      = local.launch_template_id
      name    = local.launch_template_name
      version = var.launch_template_version
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [1] : []

    content {
      launch_template {
        launch_template_specification {
          launch_template_id   = local.launch_template_id
          launch_template_name = local.launch_template_name
          version              = var.launch_template_version
        }

        dynamic "override" {
          for_each = local.overrides

          content {
            instance_type = try(override.value.instance_type, null)

            dynamic "instance_requirements" {
              for_each = var.stand_in_since_6 && try(override.value.instance_requirements, null) != null ? [override.value.instance_requirements] : []

              content {
                allowed_instance_types  = try(instance_requirements.value.allowed_instance_types, null)
                excluded_instance_types = try(instance_requirements.value.excluded_instance_types, null)
                instance_generations    = try(instance_requirements.value.instance_generations, null)
              }
            }

            dynamic "launch_template_specification" {
              for_each = try(override.value.launch_template_specification, null) != null ? [override.value.launch_template_specification] : []

              content {
                launch_template_id   = try(launch_template_specification.value.launch_template_id, null)
                launch_template_name = var.stand_in_typed ? try(launch_template_specification.value.launch_template_name, null) : null
              }
            }
          }
        }
      }
    }
  }
}
