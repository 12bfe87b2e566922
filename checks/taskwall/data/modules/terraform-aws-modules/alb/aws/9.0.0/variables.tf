variable "access_logs" {
  default = null
}

variable "additional_target_group_attachments" {
  default = null
}

variable "create" {
  type    = bool
  default = true
}

variable "create_security_group" {
  type    = bool
  default = true
}

variable "default_port" {
  default = 80
}

variable "default_protocol" {
  default = "HTTP"
}

variable "drop_invalid_header_fields" {
  type    = bool
  default = true
}

variable "enforce_security_group_inbound_rules_on_private_link_traffic" {
  default = null
}

variable "internal" {
  default = null
}

variable "ip_address_type" {
  default = null
}

variable "listeners" {
  default = {}
}

variable "load_balancer_type" {
  default = "application"
}

variable "name" {
  default = null
}

variable "security_group_egress_rules" {
  default = null
}

variable "security_group_ingress_rules" {
  default = null
}

variable "security_group_name" {
  default = null
}

variable "security_groups" {
  default = []
}

variable "subnet_mapping" {
  default = null
}

variable "subnets" {
  default = null
}

variable "target_groups" {
  default = {}
}

variable "vpc_id" {
  default = null
}

# These two are given by versions.toml: the policy of listeners that name none, and whether a rule
# of the group may leave out one of its ports.

variable "stand_in_one_port" {
  type    = bool
  default = true
}

variable "stand_in_ssl_policy" {
  default = "ELBSecurityPolicy-TLS13-1-3-2021-06"
}
