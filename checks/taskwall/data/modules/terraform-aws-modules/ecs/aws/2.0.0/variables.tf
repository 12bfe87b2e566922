variable "capacity_providers" {
  default = []
}

variable "create_ecs" {
  type    = bool
  default = true
}

variable "default_capacity_provider_strategy" {
  default = []
}

variable "name" {
  default = null
}

# This one is given by versions.toml: whether capacity providers are a resource of their own.

variable "stand_in_providers_apart" {
  type    = bool
  default = true
}
