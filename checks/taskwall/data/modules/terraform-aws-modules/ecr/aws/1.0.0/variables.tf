# The arguments that decide what the repository is.

variable "create" {
  type    = bool
  default = true
}

variable "create_repository" {
  type    = bool
  default = true
}

variable "repository_name" {
  type    = string
  default = ""
}

variable "repository_type" {
  type    = string
  default = "private"
}
