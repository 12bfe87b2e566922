variable "asg_name" {
  default = ""
}

variable "associate_public_ip_address" {
  default = null
}

variable "availability_zone" {
  default = null
}

variable "create_asg" {
  type    = bool
  default = true
}

variable "create_asg_with_initial_lifecycle_hook" {
  type    = bool
  default = false
}

variable "create_lc" {
  type    = bool
  default = false
}

variable "create_lt" {
  type    = bool
  default = false
}

variable "image_id" {
  default = ""
}

variable "instance_type" {
  default = ""
}

variable "launch_configuration" {
  default = null
}

variable "launch_template" {
  default = null
}

variable "lc_name" {
  default = ""
}

variable "lc_use_name_prefix" {
  type    = bool
  default = true
}

variable "load_balancers" {
  default = []
}

variable "lt_name" {
  default = ""
}

variable "lt_use_name_prefix" {
  type    = bool
  default = true
}

variable "lt_version" {
  default = null
}

variable "metadata_options" {
  default = null
}

variable "mixed_instances_policy" {
  default = null
}

variable "name" {
  default = null
}

variable "network_interfaces" {
  default = []
}

variable "security_groups" {
  default = null
}

variable "target_group_arns" {
  default = []
}

variable "use_lc" {
  type    = bool
  default = false
}

variable "use_lt" {
  type    = bool
  default = false
}

variable "use_mixed_instances_policy" {
  type    = bool
  default = false
}

variable "use_name_prefix" {
  type    = bool
  default = true
}

variable "user_data" {
  default = null
}

variable "user_data_base64" {
  default = null
}

variable "vpc_zone_identifier" {
  default = null
}
