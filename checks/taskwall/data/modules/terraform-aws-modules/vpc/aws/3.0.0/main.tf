# A VPC with subnets of six kinds, as terraform-aws-modules/vpc/aws makes it of its arguments.

locals {
  made = var.create_vpc ? 1 : 0

  has_public   = var.create_vpc && length(var.public_subnets) > 0
  has_private  = var.create_vpc && length(var.private_subnets) > 0
  has_database = var.create_vpc && length(var.database_subnets) > 0
  has_cache    = var.create_vpc && length(var.elasticache_subnets) > 0
  has_redshift = var.create_vpc && length(var.redshift_subnets) > 0
  has_intra    = var.create_vpc && length(var.intra_subnets) > 0

  # There are as many private tables as there would be NAT gateways, also where there are none.
  longest = max(
    length(var.private_subnets), length(var.public_subnets), length(var.elasticache_subnets),
    length(var.database_subnets), length(var.redshift_subnets),
  )
  gateways = var.single_nat_gateway ? 1 : var.one_nat_gateway_per_az ? length(var.azs) : local.longest
  has_nat  = var.create_vpc && var.enable_nat_gateway

  public_tables = var.create_multiple_public_route_tables ? length(var.public_subnets) : 1
  intra_tables  = var.create_multiple_intra_route_tables ? length(var.intra_subnets) : 1

  # The database's own tables: one if all of its subnets share a gateway.
  database_own    = local.has_database && var.create_database_subnet_route_table
  database_shared = var.single_nat_gateway || var.create_database_internet_gateway_route
  database_tables = local.database_own ? (local.database_shared ? 1 : length(var.database_subnets)) : 0
  cache_tables    = local.has_cache && var.create_elasticache_subnet_route_table ? 1 : 0
  redshift_tables = local.has_redshift && var.create_redshift_subnet_route_table ? 1 : 0

  vpc_id = try(aws_vpc.this[0].id, "")
}

resource "aws_vpc" "this" {
  count = local.made

  cidr_block                       = var.cidr
  assign_generated_ipv6_cidr_block = var.enable_ipv6 ? true : null
  enable_dns_support               = var.enable_dns_support
  enable_dns_hostnames             = var.enable_dns_hostnames
  tags                             = merge({ Name = var.name }, var.tags, var.vpc_tags)
}

resource "aws_vpc_ipv4_cidr_block_association" "this" {
  count = var.create_vpc ? length(var.secondary_cidr_blocks) : 0

  vpc_id     = aws_vpc.this[0].id
  cidr_block = var.secondary_cidr_blocks[count.index]
}

# Subnets

resource "aws_subnet" "public" {
  count = local.has_public && (!var.one_nat_gateway_per_az || length(var.public_subnets) >= length(var.azs)) ? length(var.public_subnets) : 0

  vpc_id                          = local.vpc_id
  cidr_block                      = element(var.public_subnets, count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.public_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.public_subnet_ipv6_prefixes[count.index]) : null
  assign_ipv6_address_on_creation = var.public_subnet_assign_ipv6_address_on_creation
  availability_zone               = try(element(var.azs, count.index), null)
  map_public_ip_on_launch         = var.map_public_ip_on_launch

  tags = merge(
    { Name = try(var.public_subnet_names[count.index], "${var.name}-${var.public_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags,
    var.public_subnet_tags,
    lookup(var.public_subnet_tags_per_az, element(var.azs, count.index), {}),
  )
}

resource "aws_subnet" "private" {
  count = local.has_private ? length(var.private_subnets) : 0

  vpc_id                          = local.vpc_id
  cidr_block                      = element(var.private_subnets, count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.private_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.private_subnet_ipv6_prefixes[count.index]) : null
  assign_ipv6_address_on_creation = var.private_subnet_assign_ipv6_address_on_creation
  availability_zone               = try(element(var.azs, count.index), null)

  tags = merge(
    { Name = try(var.private_subnet_names[count.index], "${var.name}-${var.private_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags,
    var.private_subnet_tags,
    lookup(var.private_subnet_tags_per_az, element(var.azs, count.index), {}),
  )
}

resource "aws_subnet" "database" {
  count = local.has_database ? length(var.database_subnets) : 0

  vpc_id                          = local.vpc_id
  cidr_block                      = element(var.database_subnets, count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.database_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.database_subnet_ipv6_prefixes[count.index]) : null
  assign_ipv6_address_on_creation = var.database_subnet_assign_ipv6_address_on_creation
  availability_zone               = try(element(var.azs, count.index), null)

  tags = merge(
    { Name = try(var.database_subnet_names[count.index], "${var.name}-${var.database_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags,
    var.database_subnet_tags,
  )
}

resource "aws_subnet" "elasticache" {
  count = local.has_cache ? length(var.elasticache_subnets) : 0

  vpc_id            = local.vpc_id
  cidr_block        = element(var.elasticache_subnets, count.index)
  availability_zone = try(element(var.azs, count.index), null)

  tags = merge(
    { Name = try(var.elasticache_subnet_names[count.index], "${var.name}-${var.elasticache_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags,
    var.elasticache_subnet_tags,
  )
}

resource "aws_subnet" "redshift" {
  count = local.has_redshift ? length(var.redshift_subnets) : 0

  vpc_id            = local.vpc_id
  cidr_block        = element(var.redshift_subnets, count.index)
  availability_zone = try(element(var.azs, count.index), null)

  tags = merge(
    { Name = try(var.redshift_subnet_names[count.index], "${var.name}-${var.redshift_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags,
    var.redshift_subnet_tags,
  )
}

resource "aws_subnet" "intra" {
  count = local.has_intra ? length(var.intra_subnets) : 0

  vpc_id                          = local.vpc_id
  cidr_block                      = element(var.intra_subnets, count.index)
  ipv6_cidr_block                 = var.enable_ipv6 && length(var.intra_subnet_ipv6_prefixes) > 0 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, var.intra_subnet_ipv6_prefixes[count.index]) : null
  assign_ipv6_address_on_creation = var.intra_subnet_assign_ipv6_address_on_creation
  availability_zone               = try(element(var.azs, count.index), null)

  tags = merge(
    { Name = try(var.intra_subnet_names[count.index], "${var.name}-${var.intra_subnet_suffix}-${element(var.azs, count.index)}") },
    var.tags,
    var.intra_subnet_tags,
  )
}

resource "aws_db_subnet_group" "database" {
  count = local.has_database && var.create_database_subnet_group ? 1 : 0

  name       = lower(coalesce(var.database_subnet_group_name, var.name))
  subnet_ids = aws_subnet.database[*].id
}

resource "aws_elasticache_subnet_group" "elasticache" {
  count = local.has_cache && var.create_elasticache_subnet_group ? 1 : 0

  name       = coalesce(var.elasticache_subnet_group_name, var.name)
  subnet_ids = aws_subnet.elasticache[*].id
}

# Route tables

resource "aws_route_table" "public" {
  count  = local.has_public ? local.public_tables : 0
  vpc_id = local.vpc_id
}

resource "aws_route_table" "private" {
  count  = local.has_private && local.longest > 0 ? local.gateways : 0
  vpc_id = local.vpc_id
}

resource "aws_route_table" "database" {
  count  = local.database_tables
  vpc_id = local.vpc_id
}

resource "aws_route_table" "elasticache" {
  count  = local.cache_tables
  vpc_id = local.vpc_id
}

resource "aws_route_table" "redshift" {
  count  = local.redshift_tables
  vpc_id = local.vpc_id
}

resource "aws_route_table" "intra" {
  count  = local.has_intra ? local.intra_tables : 0
  vpc_id = local.vpc_id
}

resource "aws_default_route_table" "default" {
  count = var.create_vpc && var.manage_default_route_table ? 1 : 0

  default_route_table_id = aws_vpc.this[0].default_route_table_id
}

resource "aws_route_table_association" "public" {
  count = local.has_public ? length(var.public_subnets) : 0

  subnet_id      = element(aws_subnet.public[*].id, count.index)
  route_table_id = element(aws_route_table.public[*].id, var.create_multiple_public_route_tables ? count.index : 0)
}

resource "aws_route_table_association" "private" {
  count = local.has_private ? length(var.private_subnets) : 0

  subnet_id      = element(aws_subnet.private[*].id, count.index)
  route_table_id = element(aws_route_table.private[*].id, var.single_nat_gateway ? 0 : count.index)
}

resource "aws_route_table_association" "database" {
  count = local.has_database ? length(var.database_subnets) : 0

  subnet_id      = element(aws_subnet.database[*].id, count.index)
  route_table_id = element(
    coalescelist(aws_route_table.database[*].id, aws_route_table.private[*].id),
    var.create_database_subnet_route_table && local.database_shared ? 0 : count.index,
  )
}

resource "aws_route_table_association" "elasticache" {
  count = local.has_cache ? length(var.elasticache_subnets) : 0

  subnet_id      = element(aws_subnet.elasticache[*].id, count.index)
  route_table_id = element(
    coalescelist(aws_route_table.elasticache[*].id, aws_route_table.private[*].id),
    var.single_nat_gateway || var.create_elasticache_subnet_route_table ? 0 : count.index,
  )
}

resource "aws_route_table_association" "redshift" {
  count = local.has_redshift ? length(var.redshift_subnets) : 0

  subnet_id      = element(aws_subnet.redshift[*].id, count.index)
  route_table_id = element(
    coalescelist(aws_route_table.redshift[*].id, aws_route_table.private[*].id),
    var.single_nat_gateway || var.create_redshift_subnet_route_table ? 0 : count.index,
  )
}

resource "aws_route_table_association" "intra" {
  count = local.has_intra ? length(var.intra_subnets) : 0

  subnet_id      = element(aws_subnet.intra[*].id, count.index)
  route_table_id = element(aws_route_table.intra[*].id, var.create_multiple_intra_route_tables ? count.index : 0)
}

# Gateways and the routes to them

resource "aws_internet_gateway" "this" {
  count  = local.has_public && var.create_igw ? 1 : 0
  vpc_id = local.vpc_id
}

resource "aws_route" "public_internet_gateway" {
  count = local.has_public && var.create_igw ? local.public_tables : 0

  route_table_id         = aws_route_table.public[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route" "public_internet_gateway_ipv6" {
  count = local.has_public && var.create_igw && var.enable_ipv6 ? local.public_tables : 0

  route_table_id              = aws_route_table.public[count.index].id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = aws_internet_gateway.this[0].id
}

resource "aws_egress_only_internet_gateway" "this" {
  count  = var.create_vpc && var.create_egress_only_igw && var.enable_ipv6 && local.longest > 0 ? 1 : 0
  vpc_id = local.vpc_id
}

resource "aws_route" "private_ipv6_egress" {
  count = local.has_private && var.create_egress_only_igw && var.enable_ipv6 ? local.gateways : 0

  route_table_id              = element(aws_route_table.private[*].id, count.index)
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}

resource "aws_route" "database_ipv6_egress" {
  count = local.database_own && var.create_egress_only_igw && var.enable_ipv6 && var.create_database_internet_gateway_route ? 1 : 0

  route_table_id              = aws_route_table.database[0].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}

resource "aws_eip" "nat" {
  count  = local.has_nat && !var.reuse_nat_ips ? local.gateways : 0
  domain = "vpc"
}

resource "aws_nat_gateway" "this" {
  count = local.has_nat ? local.gateways : 0

  subnet_id     = element(aws_subnet.public[*].id, var.single_nat_gateway ? 0 : count.index)
  allocation_id = var.reuse_nat_ips ? null : aws_eip.nat[count.index].id
}

resource "aws_route" "private_nat_gateway" {
  count = local.has_nat && var.create_private_nat_gateway_route ? local.gateways : 0

  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = var.nat_gateway_destination_cidr_block
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index)
}

resource "aws_route" "private_dns64_nat_gateway" {
  count = local.has_nat && var.enable_ipv6 && var.private_subnet_enable_dns64 ? local.gateways : 0

  route_table_id              = element(aws_route_table.private[*].id, count.index)
  destination_ipv6_cidr_block = "64:ff9b::/96"
  nat_gateway_id              = element(aws_nat_gateway.this[*].id, count.index)
}

resource "aws_route" "database_internet_gateway" {
  count = local.database_own && var.create_igw && var.create_database_internet_gateway_route && !var.create_database_nat_gateway_route ? 1 : 0

  route_table_id         = aws_route_table.database[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route" "database_nat_gateway" {
  count = local.database_own && !var.create_database_internet_gateway_route && var.create_database_nat_gateway_route && var.enable_nat_gateway ? local.database_tables : 0

  route_table_id         = aws_route_table.database[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index)
}

# What the VPC comes with, and what is seen of it

resource "aws_default_security_group" "this" {
  count  = var.create_vpc && var.manage_default_security_group ? 1 : 0
  vpc_id = aws_vpc.this[0].id

  dynamic "ingress" {
    for_each = var.default_security_group_ingress
    content {
      self             = lookup(ingress.value, "self", null)
      cidr_blocks      = compact(split(",", lookup(ingress.value, "cidr_blocks", "")))
      ipv6_cidr_blocks = compact(split(",", lookup(ingress.value, "ipv6_cidr_blocks", "")))
      prefix_list_ids  = compact(split(",", lookup(ingress.value, "prefix_list_ids", "")))
      security_groups  = compact(split(",", lookup(ingress.value, "security_groups", "")))
      from_port        = lookup(ingress.value, "from_port", 0)
      to_port          = lookup(ingress.value, "to_port", 0)
      protocol         = lookup(ingress.value, "protocol", "-1")
    }
  }

  dynamic "egress" {
    for_each = var.default_security_group_egress
    content {
      self             = lookup(egress.value, "self", null)
      cidr_blocks      = compact(split(",", lookup(egress.value, "cidr_blocks", "")))
      ipv6_cidr_blocks = compact(split(",", lookup(egress.value, "ipv6_cidr_blocks", "")))
      prefix_list_ids  = compact(split(",", lookup(egress.value, "prefix_list_ids", "")))
      security_groups  = compact(split(",", lookup(egress.value, "security_groups", "")))
      from_port        = lookup(egress.value, "from_port", 0)
      to_port          = lookup(egress.value, "to_port", 0)
      protocol         = lookup(egress.value, "protocol", "-1")
    }
  }
}

resource "aws_flow_log" "this" {
  count = var.create_vpc && var.enable_flow_log ? 1 : 0

  vpc_id                   = local.vpc_id
  traffic_type             = var.flow_log_traffic_type
  log_format               = var.flow_log_log_format
  log_destination_type     = var.flow_log_destination_type
  max_aggregation_interval = var.flow_log_max_aggregation_interval
}
