# A service with its task definition and a security group of its own.

locals {
  made      = var.create && var.create_service
  external  = try(var.deployment_controller.type, null) == "EXTERNAL"
  has_group = var.create && var.create_security_group && var.network_mode == "awsvpc"
  groups    = concat(aws_security_group.this[*].id, var.security_group_ids)

  launch_type     = var.capacity_provider_strategy != null ? null : var.launch_type
  platform        = var.launch_type == "FARGATE" ? var.platform_version : null
  balanced        = var.load_balancer != null ? var.load_balancer : {}
  strategy        = var.capacity_provider_strategy != null ? var.capacity_provider_strategy : {}
  task_definition = var.create && var.create_task_definition ? aws_ecs_task_definition.this[0].arn : var.task_definition_arn

  # Where the module makes a log group, a container logs to it, unless it says otherwise.
  logs = {
    for name, one in var.container_definitions : name => merge(
      {
        for key, value in {
          logDriver = "awslogs"
          options   = { "awslogs-stream-prefix" = "ecs" }
        } : key => value if try(coalesce(one.create_cloudwatch_log_group, true), true)
      },
      { for key, value in try(coalesce(one.logConfiguration, {}), {}) : key => value if value != null },
    )
  }
  containers = [
    for name, one in var.container_definitions : {
      for key, value in {
        name                  = try(coalesce(one.name, name), name)
        image                 = try(one.image, null)
        command               = try(one.command, null)
        entrypoint            = try(one.entrypoint, null)
        environment           = try(one.environment, null)
        environmentFiles      = try(one.environmentFiles, null)
        secrets               = try(one.secrets, null)
        portMappings          = try(one.portMappings, null)
        mountPoints           = try(one.mountPoints, null)
        firelensConfiguration = try(one.firelensConfiguration, null)
        logConfiguration      = length(local.logs[name]) > 0 ? local.logs[name] : null
        repositoryCredentials = try(one.repositoryCredentials, null)
        credentialSpecs       = try(one.credentialSpecs, null)
        dockerSecurityOptions = try(one.dockerSecurityOptions, null)
      } : key => value if value != null
    } if try(coalesce(one.create, true), true)
  ]
}

resource "aws_ecs_service" "this" {
  count = local.made && !var.ignore_task_definition_changes ? 1 : 0

  name                   = var.name
  cluster                = var.cluster_arn
  task_definition        = local.task_definition
  launch_type            = local.external ? null : local.launch_type
  platform_version       = local.external ? null : local.platform
  scheduling_strategy    = var.launch_type == "FARGATE" ? "REPLICA" : var.scheduling_strategy
  enable_execute_command = var.enable_execute_command

  dynamic "capacity_provider_strategy" {
    for_each = { for name, one in local.strategy : name => one if !local.external }

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  dynamic "deployment_controller" {
    for_each = var.deployment_controller != null ? [var.deployment_controller] : []

    content {
      type = try(deployment_controller.value.type, null)
    }
  }

  dynamic "load_balancer" {
    for_each = local.balanced

    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = load_balancer.value.elb_name
      target_group_arn = load_balancer.value.target_group_arn

      dynamic "advanced_configuration" {
        for_each = load_balancer.value.advanced_configuration != null ? [load_balancer.value.advanced_configuration] : []

        content {
          alternate_target_group_arn = advanced_configuration.value.alternate_target_group_arn
          production_listener_rule   = advanced_configuration.value.production_listener_rule
          test_listener_rule         = advanced_configuration.value.test_listener_rule
        }
      }
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" && !local.external ? ["awsvpc"] : []

    content {
      assign_public_ip = var.assign_public_ip
      security_groups  = local.groups
      subnets          = var.subnet_ids
    }
  }

  dynamic "service_connect_configuration" {
    for_each = var.service_connect_configuration != null ? [var.service_connect_configuration] : []

    content {
      enabled   = service_connect_configuration.value.enabled
      namespace = service_connect_configuration.value.namespace

      dynamic "access_log_configuration" {
        for_each = var.stand_in_access_logs && service_connect_configuration.value.access_log_configuration != null ? [service_connect_configuration.value.access_log_configuration] : []

        content {
          format = access_log_configuration.value.format
        }
      }

      dynamic "log_configuration" {
        for_each = service_connect_configuration.value.log_configuration != null ? [service_connect_configuration.value.log_configuration] : []

        content {
          log_driver = log_configuration.value.log_driver
        }
      }

      dynamic "service" {
        for_each = service_connect_configuration.value.service != null ? service_connect_configuration.value.service : []

        content {
          port_name             = service.value.port_name
          discovery_name        = service.value.discovery_name
          ingress_port_override = service.value.ingress_port_override

          dynamic "client_alias" {
            for_each = service.value.client_alias != null ? [service.value.client_alias] : []

            content {
              port     = client_alias.value.port
              dns_name = client_alias.value.dns_name
            }
          }

          dynamic "tls" {
            for_each = service.value.tls != null ? [service.value.tls] : []

            content {
              issuer_cert_authority {
                aws_pca_authority_arn = tls.value.issuer_cert_authority.aws_pca_authority_arn
              }
            }
          }
        }
      }
    }
  }

  dynamic "service_registries" {
    for_each = var.service_registries != null && !local.external ? [var.service_registries] : []

    content {
      registry_arn   = service_registries.value.registry_arn
      container_name = service_registries.value.container_name
      container_port = service_registries.value.container_port
      port           = service_registries.value.port
    }
  }

  dynamic "vpc_lattice_configurations" {
    for_each = var.vpc_lattice_configurations != null ? [var.vpc_lattice_configurations] : []

    content {
      target_group_arn = vpc_lattice_configurations.value.target_group_arn
      port_name        = vpc_lattice_configurations.value.port_name
    }
  }
}

# The same, but a pipeline changes its task definition later, and the load balancer with it.
resource "aws_ecs_service" "ignore_task_definition" {
  count = local.made && var.ignore_task_definition_changes ? 1 : 0

  name                   = var.name
  cluster                = var.cluster_arn
  task_definition        = local.task_definition
  launch_type            = local.external ? null : local.launch_type
  platform_version       = local.external ? null : local.platform
  scheduling_strategy    = var.launch_type == "FARGATE" ? "REPLICA" : var.scheduling_strategy
  enable_execute_command = var.enable_execute_command

  dynamic "capacity_provider_strategy" {
    for_each = { for name, one in local.strategy : name => one if !local.external }

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  dynamic "deployment_controller" {
    for_each = var.deployment_controller != null ? [var.deployment_controller] : []

    content {
      type = try(deployment_controller.value.type, null)
    }
  }

  dynamic "load_balancer" {
    for_each = local.balanced

    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      elb_name         = load_balancer.value.elb_name
      target_group_arn = load_balancer.value.target_group_arn

      dynamic "advanced_configuration" {
        for_each = load_balancer.value.advanced_configuration != null ? [load_balancer.value.advanced_configuration] : []

        content {
          alternate_target_group_arn = advanced_configuration.value.alternate_target_group_arn
          production_listener_rule   = advanced_configuration.value.production_listener_rule
          test_listener_rule         = advanced_configuration.value.test_listener_rule
        }
      }
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" && !local.external ? ["awsvpc"] : []

    content {
      assign_public_ip = var.assign_public_ip
      security_groups  = local.groups
      subnets          = var.subnet_ids
    }
  }

  dynamic "service_connect_configuration" {
    for_each = var.service_connect_configuration != null ? [var.service_connect_configuration] : []

    content {
      enabled   = service_connect_configuration.value.enabled
      namespace = service_connect_configuration.value.namespace

      dynamic "access_log_configuration" {
        for_each = var.stand_in_access_logs && service_connect_configuration.value.access_log_configuration != null ? [service_connect_configuration.value.access_log_configuration] : []

        content {
          format = access_log_configuration.value.format
        }
      }

      dynamic "log_configuration" {
        for_each = service_connect_configuration.value.log_configuration != null ? [service_connect_configuration.value.log_configuration] : []

        content {
          log_driver = log_configuration.value.log_driver
        }
      }

      dynamic "service" {
        for_each = service_connect_configuration.value.service != null ? service_connect_configuration.value.service : []

        content {
          port_name             = service.value.port_name
          discovery_name        = service.value.discovery_name
          ingress_port_override = service.value.ingress_port_override

          dynamic "client_alias" {
            for_each = service.value.client_alias != null ? [service.value.client_alias] : []

            content {
              port     = client_alias.value.port
              dns_name = client_alias.value.dns_name
            }
          }

          dynamic "tls" {
            for_each = service.value.tls != null ? [service.value.tls] : []

            content {
              issuer_cert_authority {
                aws_pca_authority_arn = tls.value.issuer_cert_authority.aws_pca_authority_arn
              }
            }
          }
        }
      }
    }
  }

  dynamic "service_registries" {
    for_each = var.service_registries != null && !local.external ? [var.service_registries] : []

    content {
      registry_arn   = service_registries.value.registry_arn
      container_name = service_registries.value.container_name
      container_port = service_registries.value.container_port
      port           = service_registries.value.port
    }
  }

  dynamic "vpc_lattice_configurations" {
    for_each = var.vpc_lattice_configurations != null ? [var.vpc_lattice_configurations] : []

    content {
      target_group_arn = vpc_lattice_configurations.value.target_group_arn
      port_name        = vpc_lattice_configurations.value.port_name
    }
  }
}

resource "aws_ecs_task_set" "this" {
  count = var.create && var.create_task_definition && local.external && !var.ignore_task_definition_changes ? 1 : 0

  service          = aws_ecs_service.this[0].id
  cluster          = var.cluster_arn
  task_definition  = local.task_definition
  launch_type      = local.launch_type
  platform_version = local.platform

  dynamic "capacity_provider_strategy" {
    for_each = local.strategy

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  dynamic "load_balancer" {
    for_each = local.balanced

    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      target_group_arn = load_balancer.value.target_group_arn
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? ["awsvpc"] : []

    content {
      assign_public_ip = var.assign_public_ip
      security_groups  = local.groups
      subnets          = var.subnet_ids
    }
  }

  dynamic "service_registries" {
    for_each = var.service_registries != null ? [var.service_registries] : []

    content {
      registry_arn   = service_registries.value.registry_arn
      container_name = service_registries.value.container_name
      container_port = service_registries.value.container_port
      port           = service_registries.value.port
    }
  }
}

resource "aws_ecs_task_set" "ignore_task_definition" {
  count = var.create && var.create_task_definition && local.external && var.ignore_task_definition_changes ? 1 : 0

  service          = aws_ecs_service.ignore_task_definition[0].id
  cluster          = var.cluster_arn
  task_definition  = local.task_definition
  launch_type      = local.launch_type
  platform_version = local.platform

  dynamic "capacity_provider_strategy" {
    for_each = local.strategy

    content {
      capacity_provider = capacity_provider_strategy.value.capacity_provider
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  dynamic "load_balancer" {
    for_each = local.balanced

    content {
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
      target_group_arn = load_balancer.value.target_group_arn
    }
  }

  dynamic "network_configuration" {
    for_each = var.network_mode == "awsvpc" ? ["awsvpc"] : []

    content {
      assign_public_ip = var.assign_public_ip
      security_groups  = local.groups
      subnets          = var.subnet_ids
    }
  }

  dynamic "service_registries" {
    for_each = var.service_registries != null ? [var.service_registries] : []

    content {
      registry_arn   = service_registries.value.registry_arn
      container_name = service_registries.value.container_name
      container_port = service_registries.value.container_port
      port           = service_registries.value.port
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  count = var.create && var.create_task_definition ? 1 : 0

  family                   = try(coalesce(var.family, var.name), null)
  network_mode             = var.network_mode
  requires_compatibilities = var.requires_compatibilities
  container_definitions    = jsonencode(local.containers)

  dynamic "proxy_configuration" {
    for_each = var.proxy_configuration != null ? [var.proxy_configuration] : []

    content {
      container_name = proxy_configuration.value.container_name
      properties     = proxy_configuration.value.properties
      type           = proxy_configuration.value.type
    }
  }

  runtime_platform {
    cpu_architecture        = var.runtime_platform.cpu_architecture
    operating_system_family = var.runtime_platform.operating_system_family
  }

  dynamic "volume" {
    for_each = var.volume != null ? var.volume : {}

    content {
      name      = coalesce(volume.value.name, volume.key)
      host_path = volume.value.host_path

      dynamic "docker_volume_configuration" {
        for_each = volume.value.docker_volume_configuration != null ? [volume.value.docker_volume_configuration] : []

        content {
          driver      = docker_volume_configuration.value.driver
          driver_opts = docker_volume_configuration.value.driver_opts
        }
      }

      dynamic "efs_volume_configuration" {
        for_each = volume.value.efs_volume_configuration != null ? [volume.value.efs_volume_configuration] : []

        content {
          file_system_id     = efs_volume_configuration.value.file_system_id
          transit_encryption = efs_volume_configuration.value.transit_encryption
        }
      }
    }
  }
}

# The VPC of the group is that of the first subnet, where the call names none.

data "aws_subnet" "this" {
  count = local.has_group ? 1 : 0
  id    = element(var.subnet_ids, 0)
}

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  vpc_id = var.vpc_id != null ? var.vpc_id : data.aws_subnet.this[0].vpc_id
}

# Without rules, the group lets nothing in or out.

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
