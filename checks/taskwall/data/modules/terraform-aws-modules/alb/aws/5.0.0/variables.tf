variable "access_logs" {
  default = {}
}

variable "create_lb" {
  type    = bool
  default = true
}

variable "create_security_group" {
  type    = bool
  default = true
}

variable "drop_invalid_header_fields" {
  type    = bool
  default = false
}

variable "http_tcp_listener_rules" {
  default = []
}

variable "http_tcp_listeners" {
  default = []
}

variable "https_listener_rules" {
  default = []
}

variable "https_listeners" {
  default = []
}

variable "internal" {
  type    = bool
  default = false
}

variable "ip_address_type" {
  default = "ipv4"
}

variable "listener_ssl_policy_default" {
  default = "ELBSecurityPolicy-2016-08"
}

variable "load_balancer_type" {
  default = "application"
}

variable "name" {
  default = null
}

variable "security_group_name" {
  default = null
}

variable "security_group_rules" {
  default = {}
}

variable "security_groups" {
  default = []
}

variable "subnet_mapping" {
  default = []
}

variable "subnets" {
  default = null
}

variable "target_groups" {
  default = []
}

variable "vpc_id" {
  default = null
}

# This one is given by versions.toml: whether load balancers that are no application's have a group
# of the module's, too.

variable "stand_in_group_for_every_type" {
  type    = bool
  default = false
}
