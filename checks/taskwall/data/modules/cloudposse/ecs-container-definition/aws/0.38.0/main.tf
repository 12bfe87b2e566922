# A container of a task definition, as cloudposse/ecs-container-definition/aws writes it.

locals {
  environment = var.map_environment == null ? var.environment : [for name, value in var.map_environment : { name = name, value = value }]
  secrets     = var.map_secrets == null ? var.secrets : [for name, from in var.map_secrets : { name = name, valueFrom = from }]

  arguments = {
    name                  = var.container_name
    image                 = var.container_image
    essential             = var.essential
    entryPoint            = var.entrypoint
    command               = var.command
    dnsServers            = var.dns_servers
    dnsSearchDomains      = var.dns_search_domains
    repositoryCredentials = var.repository_credentials
    links                 = var.links
    volumesFrom           = var.volumes_from
    user                  = var.firelens_configuration == null ? var.user : "0"
    dependsOn             = var.container_depends_on
    portMappings          = var.port_mappings
    firelensConfiguration = var.firelens_configuration
    logConfiguration      = var.log_configuration
    environment           = local.environment
    environmentFiles      = var.environment_files
    secrets               = local.secrets
    systemControls        = var.system_controls
    extraHosts            = var.extra_hosts
    disableNetworking     = var.disable_networking
  }
  given = { for name, value in local.arguments : name => value if value != null }
  over  = { for name, value in var.container_definition : name => value if value != null }

  container = merge(local.given, local.over)
  json      = jsonencode(local.container)
}
