variable "availability_zone" {
  default = null
}

variable "availability_zones" {
  default = null
}

variable "create" {
  type    = bool
  default = true
}

variable "create_launch_template" {
  type    = bool
  default = true
}

variable "ignore_desired_capacity_changes" {
  type    = bool
  default = false
}

variable "image_id" {
  default = null
}

variable "instance_requirements" {
  default = null
}

variable "instance_type" {
  default = null
}

variable "launch_template" {
  default = null
}

variable "launch_template_id" {
  default = null
}

variable "launch_template_name" {
  default = ""
}

variable "launch_template_use_name_prefix" {
  type    = bool
  default = true
}

variable "launch_template_version" {
  default = null
}

variable "load_balancers" {
  default = []
}

variable "metadata_options" {
  default = {}
}

variable "mixed_instances_policy" {
  default = null
}

variable "name" {
  default = null
}

variable "network_interfaces" {
  default = null
}

variable "security_groups" {
  default = []
}

variable "target_group_arns" {
  default = []
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

# These are given by versions.toml: whether the types of arguments are written out, so that metadata
# options have defaults, overrides stand in the policy's launch template, and an empty list of
# interfaces counts; whether the template's requirements may name the types allowed; and whether
# the module's security groups join those of the interfaces and overrides may have requirements, as
# since version 6: in version 5 the groups stand in the template beside the interfaces.

variable "stand_in_allowed_types" {
  type    = bool
  default = true
}

variable "stand_in_since_6" {
  type    = bool
  default = true
}

variable "stand_in_typed" {
  type    = bool
  default = true
}
