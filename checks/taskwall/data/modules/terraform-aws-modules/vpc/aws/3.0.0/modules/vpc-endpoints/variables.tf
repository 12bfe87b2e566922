variable "create" {
  type    = bool
  default = true
}

variable "vpc_id" {
  default = null
}

variable "endpoints" {
  default = {}
}

variable "security_group_ids" {
  default = []
}

variable "subnet_ids" {
  default = []
}

variable "create_security_group" {
  type    = bool
  default = false
}

variable "security_group_rules" {
  default = {}
}
