variable "assign_public_ip" {
  type     = bool
  default  = false
  nullable = false
}

variable "capacity_provider_strategy" {
  type = map(object({
    base              = optional(number)
    capacity_provider = string
    weight            = optional(number)
  }))
  default = null
}

variable "cluster_arn" {
  default  = ""
  nullable = false
}

variable "container_definitions" {
  default = {}
}

variable "create" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_security_group" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_service" {
  type     = bool
  default  = true
  nullable = false
}

variable "create_task_definition" {
  type     = bool
  default  = true
  nullable = false
}

variable "deployment_controller" {
  default = null
}

variable "enable_execute_command" {
  type     = bool
  default  = false
  nullable = false
}

variable "family" {
  default = null
}

variable "ignore_task_definition_changes" {
  type     = bool
  default  = false
  nullable = false
}

variable "launch_type" {
  default  = "FARGATE"
  nullable = false
}

variable "load_balancer" {
  type = map(object({
    container_name   = string
    container_port   = number
    elb_name         = optional(string)
    target_group_arn = optional(string)
    advanced_configuration = optional(object({
      alternate_target_group_arn = string
      production_listener_rule   = string
      test_listener_rule         = optional(string)
    }))
  }))
  default = null
}

variable "name" {
  default = ""
}

variable "network_mode" {
  default  = "awsvpc"
  nullable = false
}

variable "platform_version" {
  default = null
}

variable "proxy_configuration" {
  type = object({
    container_name = string
    properties     = optional(map(string))
    type           = optional(string)
  })
  default = null
}

variable "requires_compatibilities" {
  default  = ["FARGATE"]
  nullable = false
}

variable "runtime_platform" {
  type = object({
    cpu_architecture        = optional(string, "X86_64")
    operating_system_family = optional(string, "LINUX")
  })
  default  = {}
  nullable = false
}

variable "scheduling_strategy" {
  default = null
}

variable "security_group_egress_rules" {
  type = map(object({
    cidr_ipv4                    = optional(string)
    cidr_ipv6                    = optional(string)
    from_port                    = optional(string)
    ip_protocol                  = optional(string, "tcp")
    prefix_list_id               = optional(string)
    referenced_security_group_id = optional(string)
    to_port                      = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "security_group_ids" {
  default  = []
  nullable = false
}

variable "security_group_ingress_rules" {
  type = map(object({
    cidr_ipv4                    = optional(string)
    cidr_ipv6                    = optional(string)
    from_port                    = optional(string)
    ip_protocol                  = optional(string, "tcp")
    prefix_list_id               = optional(string)
    referenced_security_group_id = optional(string)
    to_port                      = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "service_connect_configuration" {
  type = object({
    enabled   = optional(bool, true)
    namespace = optional(string)
    access_log_configuration = optional(object({
      format = string
    }))
    log_configuration = optional(object({
      log_driver = string
    }))
    service = optional(list(object({
      port_name             = string
      discovery_name        = optional(string)
      ingress_port_override = optional(number)
      client_alias = optional(object({
        dns_name = optional(string)
        port     = number
      }))
      tls = optional(object({
        issuer_cert_authority = object({
          aws_pca_authority_arn = string
        })
      }))
    })))
  })
  default = null
}

variable "service_registries" {
  type = object({
    container_name = optional(string)
    container_port = optional(number)
    port           = optional(number)
    registry_arn   = string
  })
  default = null
}

variable "stand_in_access_logs" {
  type    = bool
  default = true
}

variable "subnet_ids" {
  default  = []
  nullable = false
}

variable "task_definition_arn" {
  default = null
}

variable "volume" {
  type = map(object({
    name      = optional(string)
    host_path = optional(string)
    docker_volume_configuration = optional(object({
      driver      = optional(string)
      driver_opts = optional(map(string))
    }))
    efs_volume_configuration = optional(object({
      file_system_id     = string
      transit_encryption = optional(string)
    }))
  }))
  default = null
}

variable "vpc_id" {
  default = null
}

variable "vpc_lattice_configurations" {
  default = null
}
