# A service with its task definition and a security group of its own.

locals {
  made      = var.create && var.create_service
  external  = try(var.deployment_controller.type, null) == "EXTERNAL"
  has_group = var.create && var.create_security_group && var.network_mode == "awsvpc"
  groups    = concat(aws_security_group.this[*].id, var.security_group_ids)
  network   = var.network_mode == "awsvpc" && !local.external ? ["awsvpc"] : []

  launch_type     = local.external || length(var.capacity_provider_strategy) > 0 ? null : var.launch_type
  balanced        = { for name, one in var.load_balancer : name => one if !local.external }
  strategy        = { for name, one in var.capacity_provider_strategy : name => one if !local.external }
  task_definition = var.create && var.create_task_definition ? aws_ecs_task_definition.this[0].arn : var.task_definition_arn

  # What a container does not say, the defaults of all may.
  common = var.container_definition_defaults
  logs   = {
    for name, one in var.container_definitions : name => merge(
      {
        for key, value in {
          logDriver = "awslogs"
          options   = { "awslogs-stream-prefix" = "ecs" }
        } : key => value if try(one.enable_cloudwatch_logging, local.common.enable_cloudwatch_logging, true)
      },
      try(one.log_configuration, local.common.log_configuration, {}),
    )
  }
  containers = [
    for name, one in var.container_definitions : {
      for key, value in {
        name                  = try(one.name, name)
        image                 = try(one.image, local.common.image, null)
        command               = try(one.command, local.common.command, null)
        entrypoint            = try(one.entrypoint, local.common.entrypoint, null)
        environment           = try(one.environment, local.common.environment, [])
        environmentFiles      = try(one.environment_files, local.common.environment_files, null)
        secrets               = try(one.secrets, local.common.secrets, null)
        portMappings          = try(one.port_mappings, local.common.port_mappings, [])
        mountPoints           = try(one.mount_points, local.common.mount_points, [])
        firelensConfiguration = try(one.firelens_configuration, local.common.firelens_configuration, null)
        logConfiguration      = length(local.logs[name]) > 0 ? local.logs[name] : null
        repositoryCredentials = try(one.repository_credentials, local.common.repository_credentials, null)
        dockerSecurityOptions = try(one.docker_security_options, local.common.docker_security_options, null)
      } : key => value if value != null
    } if try(one.create, local.common.create, true)
  ]
}

resource "aws_ecs_service" "this" {
  count = local.made && !var.ignore_task_definition_changes ? 1 : 0

  name                   = var.name
  cluster                = var.cluster_arn
  task_definition        = local.task_definition
  launch_type            = local.launch_type
  platform_version       = var.launch_type == "FARGATE" && !local.external ? var.platform_version : null
  scheduling_strategy    = var.launch_type == "FARGATE" ? "REPLICA" : var.scheduling_strategy
  enable_execute_command = var.enable_execute_command

  dynamic "capacity_provider_strategy" {
    for_each = local.strategy

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      base              = try(capacity_provider_strategy.value.base, null)
      weight            = try(capacity_provider_strategy.value.weight, null)
    }
  }

  dynamic "deployment_controller" {
    for_each = try(length(var.deployment_controller), 0) > 0 ? [var.deployment_controller] : []

    content {
      type = try(deployment_controller.value.type, null)
    }
  }

  dynamic "load_balancer" {
    for_each = local.balanced

    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = try(load_balancer.value.elb_name, null)
      target_group_arn = try(load_balancer.value.target_group_arn, null)
    }
  }

  dynamic "network_configuration" {
    for_each = local.network

    content {
      assign_public_ip = var.assign_public_ip
      security_groups  = local.groups
      subnets          = var.subnet_ids
    }
  }

  dynamic "service_connect_configuration" {
    for_each = try(length(var.service_connect_configuration), 0) > 0 ? [var.service_connect_configuration] : []

    content {
      enabled   = try(service_connect_configuration.value.enabled, true)
      namespace = lookup(service_connect_configuration.value, "namespace", null)

      dynamic "log_configuration" {
        for_each = try([service_connect_configuration.value.log_configuration], [])

        content {
          log_driver = try(log_configuration.value.log_driver, null)
        }
      }

      dynamic "service" {
        for_each = try([service_connect_configuration.value.service], [])

        content {
          port_name             = service.value.port_name
          discovery_name        = try(service.value.discovery_name, null)
          ingress_port_override = try(service.value.ingress_port_override, null)

          dynamic "client_alias" {
            for_each = try([service.value.client_alias], [])

            content {
              port     = client_alias.value.port
              dns_name = try(client_alias.value.dns_name, null)
            }
          }
        }
      }
    }
  }

  dynamic "service_registries" {
    for_each = try(length(var.service_registries), 0) > 0 && !local.external ? [var.service_registries] : []

    content {
      registry_arn   = service_registries.value.registry_arn
      container_name = try(service_registries.value.container_name, null)
      container_port = try(service_registries.value.container_port, null)
      port           = try(service_registries.value.port, null)
    }
  }
}

# The same, but a pipeline changes its task definition later, and the load balancer with it.
resource "aws_ecs_service" "ignore_task_definition" {
  count = local.made && var.ignore_task_definition_changes ? 1 : 0

  name                   = var.name
  cluster                = var.cluster_arn
  task_definition        = local.task_definition
  launch_type            = local.launch_type
  platform_version       = var.launch_type == "FARGATE" && !local.external ? var.platform_version : null
  scheduling_strategy    = var.launch_type == "FARGATE" ? "REPLICA" : var.scheduling_strategy
  enable_execute_command = var.enable_execute_command

  dynamic "capacity_provider_strategy" {
    for_each = local.strategy

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      base              = try(capacity_provider_strategy.value.base, null)
      weight            = try(capacity_provider_strategy.value.weight, null)
    }
  }

  dynamic "deployment_controller" {
    for_each = try(length(var.deployment_controller), 0) > 0 ? [var.deployment_controller] : []

    content {
      type = try(deployment_controller.value.type, null)
    }
  }

  dynamic "load_balancer" {
    for_each = local.balanced

    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = try(load_balancer.value.elb_name, null)
      target_group_arn = try(load_balancer.value.target_group_arn, null)
    }
  }

  dynamic "network_configuration" {
    for_each = local.network

    content {
      assign_public_ip = var.assign_public_ip
      security_groups  = local.groups
      subnets          = var.subnet_ids
    }
  }

  dynamic "service_connect_configuration" {
    for_each = try(length(var.service_connect_configuration), 0) > 0 ? [var.service_connect_configuration] : []

    content {
      enabled   = try(service_connect_configuration.value.enabled, true)
      namespace = lookup(service_connect_configuration.value, "namespace", null)

      dynamic "log_configuration" {
        for_each = try([service_connect_configuration.value.log_configuration], [])

        content {
          log_driver = try(log_configuration.value.log_driver, null)
        }
      }

      dynamic "service" {
        for_each = try([service_connect_configuration.value.service], [])

        content {
          port_name             = service.value.port_name
          discovery_name        = try(service.value.discovery_name, null)
          ingress_port_override = try(service.value.ingress_port_override, null)

          dynamic "client_alias" {
            for_each = try([service.value.client_alias], [])

            content {
              port     = client_alias.value.port
              dns_name = try(client_alias.value.dns_name, null)
            }
          }
        }
      }
    }
  }

  dynamic "service_registries" {
    for_each = try(length(var.service_registries), 0) > 0 && !local.external ? [var.service_registries] : []

    content {
      registry_arn   = service_registries.value.registry_arn
      container_name = try(service_registries.value.container_name, null)
      container_port = try(service_registries.value.container_port, null)
      port           = try(service_registries.value.port, null)
    }
  }
}

resource "aws_ecs_task_set" "this" {
  count = var.create && var.create_task_definition && local.external && !var.ignore_task_definition_changes ? 1 : 0

  service         = aws_ecs_service.this[0].id
  cluster         = var.cluster_arn
  task_definition = local.task_definition
  launch_type     = length(var.capacity_provider_strategy) > 0 ? null : var.launch_type

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? ["awsvpc"] : []

    content {
      assign_public_ip = var.assign_public_ip
      security_groups  = local.groups
      subnets          = var.subnet_ids
    }
  }

  dynamic "load_balancer" {
    for_each = var.load_balancer

    content {
      container_name   = load_balancer.value.container_name
      container_port   = try(load_balancer.value.container_port, null)
      target_group_arn = try(load_balancer.value.target_group_arn, null)
    }
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategy

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      weight            = try(capacity_provider_strategy.value.weight, null)
    }
  }
}

resource "aws_ecs_task_set" "ignore_task_definition" {
  count = var.create && var.create_task_definition && local.external && var.ignore_task_definition_changes ? 1 : 0

  service         = aws_ecs_service.ignore_task_definition[0].id
  cluster         = var.cluster_arn
  task_definition = local.task_definition
  launch_type     = length(var.capacity_provider_strategy) > 0 ? null : var.launch_type

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? ["awsvpc"] : []

    content {
      assign_public_ip = var.assign_public_ip
      security_groups  = local.groups
      subnets          = var.subnet_ids
    }
  }

  dynamic "load_balancer" {
    for_each = var.load_balancer

    content {
      container_name   = load_balancer.value.container_name
      container_port   = try(load_balancer.value.container_port, null)
      target_group_arn = try(load_balancer.value.target_group_arn, null)
    }
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategy

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      weight            = try(capacity_provider_strategy.value.weight, null)
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  count = var.create && var.create_task_definition ? 1 : 0

  family                   = coalesce(var.family, var.name)
  network_mode             = var.network_mode
  requires_compatibilities = var.requires_compatibilities
  container_definitions    = jsonencode(local.containers)

  dynamic "proxy_configuration" {
    for_each = try(length(var.proxy_configuration), 0) > 0 ? [var.proxy_configuration] : []

    content {
      container_name = proxy_configuration.value.container_name
      properties     = try(proxy_configuration.value.properties, null)
      type           = try(proxy_configuration.value.type, null)
    }
  }

  dynamic "runtime_platform" {
    for_each = try(length(var.runtime_platform), 0) > 0 ? [var.runtime_platform] : []

    content {
      cpu_architecture        = try(runtime_platform.value.cpu_architecture, null)
      operating_system_family = try(runtime_platform.value.operating_system_family, null)
    }
  }

  dynamic "volume" {
    for_each = var.volume

    content {
      name      = try(volume.value.name, volume.key)
      host_path = try(volume.value.host_path, null)

      dynamic "docker_volume_configuration" {
        for_each = try([volume.value.docker_volume_configuration], [])

        content {
          driver      = try(docker_volume_configuration.value.driver, null)
          driver_opts = try(docker_volume_configuration.value.driver_opts, null)
        }
      }

      dynamic "efs_volume_configuration" {
        for_each = try([volume.value.efs_volume_configuration], [])

        content {
          file_system_id     = efs_volume_configuration.value.file_system_id
          transit_encryption = try(efs_volume_configuration.value.transit_encryption, null)
        }
      }
    }
  }
}

# The VPC of the group is that of the first subnet. Without rules, it lets nothing in or out.

data "aws_subnet" "this" {
  count = local.has_group ? 1 : 0
  id    = element(var.subnet_ids, 0)
}

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  vpc_id = data.aws_subnet.this[0].vpc_id
}

resource "aws_security_group_rule" "this" {
  for_each = { for name, one in var.security_group_rules : name => one if local.has_group }

  security_group_id        = aws_security_group.this[0].id
  type                     = each.value.type
  protocol                 = each.value.protocol
  from_port                = each.value.from_port
  to_port                  = each.value.to_port
  cidr_blocks              = lookup(each.value, "cidr_blocks", null)
  ipv6_cidr_blocks         = lookup(each.value, "ipv6_cidr_blocks", null)
  prefix_list_ids          = lookup(each.value, "prefix_list_ids", null)
  self                     = lookup(each.value, "self", null)
  source_security_group_id = lookup(each.value, "source_security_group_id", null)
}
