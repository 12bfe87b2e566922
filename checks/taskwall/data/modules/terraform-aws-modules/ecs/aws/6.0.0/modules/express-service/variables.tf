variable "cluster" {
  default = null
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

variable "name" {
  default = ""
}

variable "network_configuration" {
  type = object({
    security_groups = optional(list(string), [])
    subnets         = optional(list(string))
  })
  default = null
}

variable "primary_container" {
  type = object({
    container_port = optional(number)
    image          = string
  })
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

variable "vpc_id" {
  default = null
}
