# A flow log of a VPC, a subnet or an interface. Its log group and role decide nothing here.

resource "aws_flow_log" "this" {
  count = var.create ? 1 : 0

  vpc_id                        = var.vpc_id
  subnet_id                     = var.subnet_id
  eni_id                        = var.eni_id
  transit_gateway_id            = var.transit_gateway_id
  transit_gateway_attachment_id = var.transit_gateway_attachment_id
  traffic_type                  = var.traffic_type
  log_format                    = var.log_format
  log_destination_type          = var.log_destination_type
  max_aggregation_interval      = var.transit_gateway_id != null || var.transit_gateway_attachment_id != null ? 60 : var.max_aggregation_interval
}
