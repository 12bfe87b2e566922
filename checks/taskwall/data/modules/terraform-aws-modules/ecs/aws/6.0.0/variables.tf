variable "autoscaling_capacity_providers" {
  type = map(object({
    auto_scaling_group_arn = string
    name                   = optional(string)
  }))
  default = null
}

variable "capacity_providers" {
  type = map(object({
    auto_scaling_group_provider = optional(object({
      auto_scaling_group_arn = string
    }))
    managed_instances_provider = optional(object({
      instance_launch_template = object({
        network_configuration = optional(object({
          security_groups = optional(list(string), [])
          subnets         = list(string)
        }))
      })
    }))
    name = optional(string)
  }))
  default = null
}

variable "cloudwatch_log_group_name" {
  default = null
}

variable "cluster_capacity_providers" {
  type    = list(string)
  default = []
}

variable "cluster_configuration" {
  type = object({
    execute_command_configuration = optional(object({
      kms_key_id = optional(string)
      log_configuration = optional(object({
        cloud_watch_log_group_name = optional(string)
        s3_bucket_name             = optional(string)
      }))
    }))
  })
  default = {
    execute_command_configuration = {
      log_configuration = {
        cloud_watch_log_group_name = "placeholder"
      }
    }
  }
}

variable "cluster_name" {
  default = ""
}

variable "cluster_service_connect_defaults" {
  default = null
}

variable "create" {
  type    = bool
  default = true
}

variable "create_cloudwatch_log_group" {
  type    = bool
  default = true
}

variable "create_security_group" {
  type     = bool
  default  = true
  nullable = false
}

variable "default_capacity_provider_strategy" {
  type = map(object({
    base   = optional(number)
    name   = optional(string)
    weight = optional(number)
  }))
  default  = {}
  nullable = false
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
  default = {
    all_ipv4 = { cidr_ipv4 = "0.0.0.0/0", ip_protocol = "-1" }
    all_ipv6 = { cidr_ipv6 = "::/0", ip_protocol = "-1" }
  }
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

variable "services" {
  default = null
}

variable "stand_in_access_logs" {
  type    = bool
  default = true
}

variable "vpc_id" {
  default = null
}
