# A cluster with the capacity providers that are given by name. Before version 3.5 they stand in the
# cluster itself.

resource "aws_ecs_cluster" "this" {
  count = var.create_ecs ? 1 : 0

  name               = var.name
  capacity_providers = var.stand_in_providers_apart ? null : var.capacity_providers

  dynamic "default_capacity_provider_strategy" {
    for_each = var.stand_in_providers_apart ? [] : var.default_capacity_provider_strategy

    content {
      capacity_provider = default_capacity_provider_strategy.value.capacity_provider
      base              = try(default_capacity_provider_strategy.value.base, null)
      weight            = try(default_capacity_provider_strategy.value.weight, null)
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  count = var.create_ecs && var.stand_in_providers_apart ? 1 : 0

  cluster_name       = aws_ecs_cluster.this[0].name
  capacity_providers = var.capacity_providers

  dynamic "default_capacity_provider_strategy" {
    for_each = var.default_capacity_provider_strategy

    content {
      capacity_provider = default_capacity_provider_strategy.value.capacity_provider
      base              = try(default_capacity_provider_strategy.value.base, null)
      weight            = try(default_capacity_provider_strategy.value.weight, null)
    }
  }
}
