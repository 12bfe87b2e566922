# A cluster with its capacity providers.

locals {
  # Either kind is the default strategy, never both.
  default_providers = var.default_capacity_provider_use_fargate ? var.fargate_capacity_providers : var.autoscaling_capacity_providers
}

resource "aws_ecs_cluster" "this" {
  count = var.create ? 1 : 0
  name  = var.cluster_name

  dynamic "service_connect_defaults" {
    for_each = length(var.cluster_service_connect_defaults) > 0 ? [var.cluster_service_connect_defaults] : []

    content {
      namespace = service_connect_defaults.value.namespace
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  count        = var.create && length(merge(var.fargate_capacity_providers, var.autoscaling_capacity_providers)) > 0 ? 1 : 0
  cluster_name = aws_ecs_cluster.this[0].name

  capacity_providers = distinct(concat(
    [for name, one in var.fargate_capacity_providers : try(one.name, name)],
    [for name, one in var.autoscaling_capacity_providers : try(one.name, name)],
  ))

  dynamic "default_capacity_provider_strategy" {
    for_each = local.default_providers

    content {
      capacity_provider = try(default_capacity_provider_strategy.value.name, default_capacity_provider_strategy.key)
      base              = try(default_capacity_provider_strategy.value.default_capacity_provider_strategy.base, null)
      weight            = try(default_capacity_provider_strategy.value.default_capacity_provider_strategy.weight, null)
    }
  }
}

resource "aws_ecs_capacity_provider" "this" {
  for_each = { for name, one in var.autoscaling_capacity_providers : name => one if var.create }
  name     = try(each.value.name, each.key)

  auto_scaling_group_provider {
    auto_scaling_group_arn = each.value.auto_scaling_group_arn
  }
}
