variable "create" {
  type    = bool
  default = true
}

variable "family" {
  default = null
}

variable "name" {
  default = null
}

variable "nothing" {
  default = null
}

variable "parameters" {
  default = []
}

variable "use_name_prefix" {
  type    = bool
  default = true
}
