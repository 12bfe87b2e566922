variable "create" {
  type    = bool
  default = true
}

variable "name" {
  default = null
}

variable "nothing" {
  default = null
}

variable "subnet_ids" {
  default = []
}

variable "use_name_prefix" {
  type    = bool
  default = true
}
