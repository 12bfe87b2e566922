variable "create" {
  default = true
}

variable "eni_id" {
  default = null
}

variable "log_destination_type" {
  default = "cloud-watch-logs"
}

variable "log_format" {
  default = null
}

variable "max_aggregation_interval" {
  default = null
}

variable "subnet_id" {
  default = null
}

variable "traffic_type" {
  default = "ALL"
}

variable "transit_gateway_attachment_id" {
  default = null
}

variable "transit_gateway_id" {
  default = null
}

variable "vpc_id" {
  default = null
}
