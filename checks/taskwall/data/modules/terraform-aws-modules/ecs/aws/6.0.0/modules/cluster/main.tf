# A cluster with its capacity providers. Before version 7 these were all of Auto Scaling groups; since
# then they may be of ECS Managed Instances, which have a group of their own.

locals {
  providers = merge(
    {
      for name, one in coalesce(var.autoscaling_capacity_providers, {}) : name => {
        auto_scaling_group_provider = { auto_scaling_group_arn = one.auto_scaling_group_arn }
        managed_instances_provider  = null
        name                        = one.name
      }
    },
    var.capacity_providers,
  )
  has_group = var.create && var.create_security_group && anytrue([for one in local.providers : one.managed_instances_provider != null])
}

resource "aws_ecs_cluster" "this" {
  count = var.create ? 1 : 0
  name  = var.name

  dynamic "configuration" {
    for_each = var.configuration != null ? [var.configuration] : []

    content {
      dynamic "execute_command_configuration" {
        for_each = configuration.value.execute_command_configuration != null ? [configuration.value.execute_command_configuration] : []

        content {
          kms_key_id = execute_command_configuration.value.kms_key_id

          dynamic "log_configuration" {
            for_each = execute_command_configuration.value.log_configuration != null ? [execute_command_configuration.value.log_configuration] : []

            content {
              cloud_watch_log_group_name = try(aws_cloudwatch_log_group.this[0].name, log_configuration.value.cloud_watch_log_group_name)
              s3_bucket_name             = log_configuration.value.s3_bucket_name
            }
          }
        }
      }
    }
  }

  dynamic "service_connect_defaults" {
    for_each = var.service_connect_defaults != null ? [var.service_connect_defaults] : []

    content {
      namespace = service_connect_defaults.value.namespace
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  count = var.create && var.create_cloudwatch_log_group ? 1 : 0
  name  = try(coalesce(var.cloudwatch_log_group_name, "/aws/ecs/${var.name}"), "")
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  count        = var.create ? 1 : 0
  cluster_name = aws_ecs_cluster.this[0].name

  capacity_providers = distinct(concat(
    [for name, one in var.default_capacity_provider_strategy : coalesce(one.name, name)],
    var.cluster_capacity_providers,
    [for name, one in local.providers : coalesce(one.name, name)],
  ))

  dynamic "default_capacity_provider_strategy" {
    for_each = var.default_capacity_provider_strategy

    content {
      capacity_provider = coalesce(default_capacity_provider_strategy.value.name, default_capacity_provider_strategy.key)
      base              = default_capacity_provider_strategy.value.base
      weight            = default_capacity_provider_strategy.value.weight
    }
  }
}

resource "aws_ecs_capacity_provider" "this" {
  for_each = { for name, one in local.providers : name => one if var.create }
  name     = coalesce(each.value.name, each.key)

  dynamic "auto_scaling_group_provider" {
    for_each = each.value.auto_scaling_group_provider != null ? [each.value.auto_scaling_group_provider] : []

    content {
      auto_scaling_group_arn = auto_scaling_group_provider.value.auto_scaling_group_arn
    }
  }

  dynamic "managed_instances_provider" {
    for_each = each.value.managed_instances_provider != null ? [each.value.managed_instances_provider] : []

    content {
      instance_launch_template {
        dynamic "network_configuration" {
          for_each = managed_instances_provider.value.instance_launch_template.network_configuration != null ? [managed_instances_provider.value.instance_launch_template.network_configuration] : []

          content {
            security_groups = concat(aws_security_group.this[*].id, network_configuration.value.security_groups)
            subnets         = network_configuration.value.subnets
          }
        }
      }
    }
  }
}

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  vpc_id = var.vpc_id
}

# Without rules of the call, the group lets nothing in and everything out.

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = { for name, one in var.security_group_ingress_rules : name => one if local.has_group }

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = each.value.ip_protocol
  from_port                    = each.value.from_port
  to_port                      = try(coalesce(each.value.to_port, each.value.from_port), null)
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.referenced_security_group_id == "self" ? aws_security_group.this[0].id : each.value.referenced_security_group_id
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = { for name, one in var.security_group_egress_rules : name => one if local.has_group }

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = each.value.ip_protocol
  from_port                    = try(coalesce(each.value.from_port, each.value.to_port), null)
  to_port                      = each.value.to_port
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.referenced_security_group_id == "self" ? aws_security_group.this[0].id : each.value.referenced_security_group_id
}
