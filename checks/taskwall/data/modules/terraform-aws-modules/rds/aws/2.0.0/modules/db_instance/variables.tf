variable "create" {
  type    = bool
  default = true
}

variable "db_subnet_group_name" {
  default = null
}

variable "engine" {
  default = ""
}

variable "engine_version" {
  default = null
}

variable "identifier" {
  default = null
}

variable "name" {
  default = null
}

variable "parameter_group_name" {
  default = null
}

variable "port" {
  default = null
}

variable "publicly_accessible" {
  type    = bool
  default = false
}

variable "replicate_source_db" {
  default = null
}

variable "vpc_security_group_ids" {
  default = []
}
