# The arguments that decide something of the network.

variable "command" {
  type    = list(string)
  default = null
}

variable "container_definition" {
  default = {}
}

variable "container_depends_on" {
  default = null
}

variable "container_image" {
  type = string
}

variable "container_name" {
  type = string
}

variable "disable_networking" {
  type    = bool
  default = null
}

variable "dns_search_domains" {
  type    = list(string)
  default = null
}

variable "dns_servers" {
  type    = list(string)
  default = null
}

variable "entrypoint" {
  type    = list(string)
  default = null
}

variable "environment" {
  type    = list(object({
    name  = string
    value = string
  }))
  default = null
}

variable "environment_files" {
  default = null
}

variable "essential" {
  type    = bool
  default = true
}

variable "extra_hosts" {
  default = null
}

variable "firelens_configuration" {
  default = null
}

variable "links" {
  type    = list(string)
  default = null
}

variable "log_configuration" {
  default = null
}

variable "map_environment" {
  type    = map(string)
  default = null
}

variable "map_secrets" {
  type    = map(string)
  default = null
}

variable "port_mappings" {
  default = []
}

variable "repository_credentials" {
  default = null
}

variable "secrets" {
  type    = list(object({
    name      = string
    valueFrom = string
  }))
  default = null
}

variable "system_controls" {
  default = null
}

variable "user" {
  type    = string
  default = null
}

variable "volumes_from" {
  default = null
}
