# A cluster and its services.

module "cluster" {
  source = "./modules/cluster"

  autoscaling_capacity_providers     = var.autoscaling_capacity_providers
  capacity_providers                 = var.capacity_providers
  cloudwatch_log_group_name          = var.cloudwatch_log_group_name
  cluster_capacity_providers         = var.cluster_capacity_providers
  configuration                      = var.cluster_configuration
  create                             = var.create
  create_cloudwatch_log_group        = var.create_cloudwatch_log_group
  create_security_group              = var.create_security_group
  default_capacity_provider_strategy = var.default_capacity_provider_strategy
  name                               = var.cluster_name
  security_group_egress_rules        = var.security_group_egress_rules
  security_group_ingress_rules       = var.security_group_ingress_rules
  service_connect_defaults           = var.cluster_service_connect_defaults
  vpc_id                             = var.vpc_id
}

module "service" {
  source   = "./modules/service"
  for_each = var.create && var.services != null ? var.services : {}

  assign_public_ip               = try(each.value.assign_public_ip, null)
  capacity_provider_strategy     = try(each.value.capacity_provider_strategy, null)
  cluster_arn                    = module.cluster.arn
  container_definitions          = try(each.value.container_definitions, null)
  create                         = try(each.value.create, null)
  create_security_group          = try(each.value.create_security_group, null)
  create_service                 = try(each.value.create_service, null)
  create_task_definition         = try(each.value.create_task_definition, null)
  deployment_controller          = try(each.value.deployment_controller, null)
  enable_execute_command         = try(each.value.enable_execute_command, null)
  family                         = try(each.value.family, null)
  ignore_task_definition_changes = try(each.value.ignore_task_definition_changes, null)
  launch_type                    = try(each.value.launch_type, null)
  load_balancer                  = try(each.value.load_balancer, null)
  name                           = try(coalesce(each.value.name, each.key), each.key)
  network_mode                   = try(each.value.network_mode, null)
  platform_version               = try(each.value.platform_version, null)
  proxy_configuration            = try(each.value.proxy_configuration, null)
  requires_compatibilities       = try(each.value.requires_compatibilities, null)
  runtime_platform               = try(each.value.runtime_platform, null)
  scheduling_strategy            = try(each.value.scheduling_strategy, null)
  security_group_egress_rules    = try(each.value.security_group_egress_rules, null)
  security_group_ids             = try(each.value.security_group_ids, null)
  security_group_ingress_rules   = try(each.value.security_group_ingress_rules, null)
  service_connect_configuration  = try(each.value.service_connect_configuration, null)
  service_registries             = try(each.value.service_registries, null)
  stand_in_access_logs           = var.stand_in_access_logs
  subnet_ids                     = try(each.value.subnet_ids, null)
  task_definition_arn            = try(each.value.task_definition_arn, null)
  volume                         = try(each.value.volume, null)
  vpc_id                         = try(each.value.vpc_id, null)
  vpc_lattice_configurations     = try(each.value.vpc_lattice_configurations, null)
}
