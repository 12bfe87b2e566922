# The gateway endpoints that the module itself made before version 3.

resource "aws_vpc_endpoint" "s3" {
  count = var.create_vpc && var.enable_s3_endpoint ? 1 : 0

  vpc_id            = local.vpc_id
  service_name      = data.aws_vpc_endpoint_service.s3.service_name
  vpc_endpoint_type = "Gateway"
  policy            = var.s3_endpoint_policy

  route_table_ids = concat(
    aws_route_table.private[*].id, aws_route_table.intra[*].id,
    var.enable_public_s3_endpoint ? aws_route_table.public[*].id : [],
  )
}

data "aws_vpc_endpoint_service" "s3" {
  service = "s3"
}

resource "aws_vpc_endpoint" "dynamodb" {
  count = var.create_vpc && var.enable_dynamodb_endpoint ? 1 : 0

  vpc_id            = local.vpc_id
  service_name      = data.aws_vpc_endpoint_service.dynamodb.service_name
  vpc_endpoint_type = "Gateway"
  policy            = var.dynamodb_endpoint_policy

  route_table_ids = concat(
    aws_route_table.private[*].id, aws_route_table.intra[*].id, aws_route_table.public[*].id,
  )
}

data "aws_vpc_endpoint_service" "dynamodb" {
  service = "dynamodb"
}
