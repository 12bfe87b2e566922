variable "assign_public_ip" {
  type    = bool
  default = false
}

variable "capacity_provider_strategy" {
  default = {}
}

variable "cluster_arn" {
  default = ""
}

variable "container_definition_defaults" {
  default = {}
}

variable "container_definitions" {
  default = {}
}

variable "create" {
  type    = bool
  default = true
}

variable "create_security_group" {
  type    = bool
  default = true
}

variable "create_service" {
  type    = bool
  default = true
}

variable "create_task_definition" {
  type    = bool
  default = true
}

variable "deployment_controller" {
  default = {}
}

variable "enable_execute_command" {
  type    = bool
  default = false
}

variable "family" {
  default = null
}

variable "ignore_task_definition_changes" {
  type    = bool
  default = false
}

variable "launch_type" {
  default = "FARGATE"
}

variable "load_balancer" {
  default = {}
}

variable "name" {
  default = null
}

variable "network_mode" {
  default = "awsvpc"
}

variable "platform_version" {
  default = null
}

variable "proxy_configuration" {
  default = {}
}

variable "requires_compatibilities" {
  default = ["FARGATE"]
}

variable "runtime_platform" {
  default = {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }
}

variable "scheduling_strategy" {
  default = null
}

variable "security_group_ids" {
  default = []
}

variable "security_group_rules" {
  default = {}
}

variable "service_connect_configuration" {
  default = {}
}

variable "service_registries" {
  default = {}
}

variable "subnet_ids" {
  default = []
}

variable "task_definition_arn" {
  default = null
}

variable "volume" {
  default = {}
}
