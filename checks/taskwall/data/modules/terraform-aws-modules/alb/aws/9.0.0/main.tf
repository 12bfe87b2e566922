# A load balancer with its listeners, rules, target groups and group, as terraform-aws-modules/alb/aws
# makes them since version 9. Rules wrote an action's type beside its settings before version 10, and
# write one map for each type since.

locals {
  has_group     = var.create && var.create_security_group
  target_groups = var.create && var.target_groups != null ? var.target_groups : {}

  rules = flatten([
    for listener, one in var.listeners : [
      for rule, written in try(one.rules, {}) : merge(written, { listener = listener, rule = rule })
    ]
  ])
}

resource "aws_lb" "this" {
  count = var.create ? 1 : 0

  name                       = var.name
  load_balancer_type         = var.load_balancer_type
  internal                   = var.internal
  ip_address_type            = var.ip_address_type
  subnets                    = var.subnets
  security_groups            = concat(aws_security_group.this[*].id, var.security_groups)
  drop_invalid_header_fields = var.drop_invalid_header_fields

  enforce_security_group_inbound_rules_on_private_link_traffic = var.enforce_security_group_inbound_rules_on_private_link_traffic

  dynamic "subnet_mapping" {
    for_each = var.subnet_mapping != null ? var.subnet_mapping : []

    content {
      subnet_id            = subnet_mapping.value.subnet_id
      allocation_id        = try(subnet_mapping.value.allocation_id, null)
      private_ipv4_address = try(subnet_mapping.value.private_ipv4_address, null)
    }
  }

  dynamic "access_logs" {
    for_each = try(length(var.access_logs), 0) > 0 ? [var.access_logs] : []

    content {
      bucket  = access_logs.value.bucket
      enabled = try(access_logs.value.enabled, true)
    }
  }
}

resource "aws_lb_listener" "this" {
  for_each = { for name, one in var.listeners : name => one if var.create }

  load_balancer_arn = aws_lb.this[0].arn
  port              = try(coalesce(each.value.port, var.default_port), var.default_port)
  protocol          = try(coalesce(each.value.protocol, var.default_protocol), var.default_protocol)
  certificate_arn   = try(each.value.certificate_arn, null)
  ssl_policy        = contains(["HTTPS", "TLS"], try(coalesce(each.value.protocol, var.default_protocol), var.default_protocol)) ? try(coalesce(each.value.ssl_policy, var.stand_in_ssl_policy), var.stand_in_ssl_policy) : try(each.value.ssl_policy, null)

  dynamic "mutual_authentication" {
    for_each = try(each.value.mutual_authentication, null) != null ? [each.value.mutual_authentication] : []

    content {
      mode                             = mutual_authentication.value.mode
      trust_store_arn                  = try(mutual_authentication.value.trust_store_arn, null)
      ignore_client_certificate_expiry = try(mutual_authentication.value.ignore_client_certificate_expiry, null)
    }
  }

  dynamic "default_action" {
    for_each = try(each.value.forward, null) != null ? [each.value.forward] : []

    content {
      type             = "forward"
      target_group_arn = try(default_action.value.arn, aws_lb_target_group.this[default_action.value.target_group_key].arn, default_action.value.target_group_arn, null)
    }
  }

  dynamic "default_action" {
    for_each = try(each.value.weighted_forward, null) != null ? [each.value.weighted_forward] : []

    content {
      type = "forward"

      forward {
        dynamic "target_group" {
          for_each = try(default_action.value.target_groups, [])

          content {
            arn    = try(target_group.value.arn, aws_lb_target_group.this[target_group.value.target_group_key].arn, target_group.value.target_group_arn)
            weight = try(target_group.value.weight, null)
          }
        }
      }
    }
  }

  dynamic "default_action" {
    for_each = try(each.value.redirect, null) != null ? [each.value.redirect] : []

    content {
      type = "redirect"

      redirect {
        host        = try(default_action.value.host, null)
        port        = try(default_action.value.port, null)
        protocol    = try(default_action.value.protocol, null)
        status_code = try(default_action.value.status_code, null)
      }
    }
  }

  dynamic "default_action" {
    for_each = try(each.value.fixed_response, null) != null ? [each.value.fixed_response] : []

    content {
      type = "fixed-response"

      fixed_response {
        content_type = try(default_action.value.content_type, null)
        status_code  = try(default_action.value.status_code, null)
      }
    }
  }

  dynamic "default_action" {
    for_each = try(each.value.authenticate_cognito, null) != null ? ["authenticate-cognito"] : []

    content {
      type = "authenticate-cognito"
    }
  }

  dynamic "default_action" {
    for_each = try(each.value.authenticate_oidc, null) != null ? ["authenticate-oidc"] : []

    content {
      type = "authenticate-oidc"
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  for_each = { for one in local.rules : "${one.listener}/${one.rule}" => one if var.create }

  listener_arn = try(aws_lb_listener.this[try(each.value.listener_key, each.value.listener)].arn, each.value.listener_arn)
  priority     = try(each.value.priority, null)

  dynamic "action" {
    for_each = [for one in each.value.actions : try(one.forward, one) if try(one.forward, null) != null || try(one.type, "") == "forward"]

    content {
      type             = "forward"
      target_group_arn = try(action.value.target_group_arn, aws_lb_target_group.this[action.value.target_group_key].arn)
    }
  }

  dynamic "action" {
    for_each = [for one in each.value.actions : try(one.weighted_forward, one) if try(one.weighted_forward, null) != null || try(one.type, "") == "weighted-forward"]

    content {
      type = "forward"

      forward {
        dynamic "target_group" {
          for_each = try(action.value.target_groups, [])

          content {
            arn    = try(target_group.value.arn, aws_lb_target_group.this[target_group.value.target_group_key].arn, target_group.value.target_group_arn)
            weight = try(target_group.value.weight, null)
          }
        }
      }
    }
  }

  dynamic "action" {
    for_each = [for one in each.value.actions : try(one.redirect, one) if try(one.redirect, null) != null || try(one.type, "") == "redirect"]

    content {
      type = "redirect"

      redirect {
        host        = try(action.value.host, null)
        port        = try(action.value.port, null)
        protocol    = try(action.value.protocol, null)
        status_code = try(action.value.status_code, null)
      }
    }
  }

  dynamic "action" {
    for_each = [for one in each.value.actions : try(one.fixed_response, one) if try(one.fixed_response, null) != null || try(one.type, "") == "fixed-response"]

    content {
      type = "fixed-response"

      fixed_response {
        content_type = try(action.value.content_type, null)
        status_code  = try(action.value.status_code, null)
      }
    }
  }

  dynamic "action" {
    for_each = [for one in each.value.actions : one if try(one.authenticate_oidc, null) != null || try(one.type, "") == "authenticate-oidc"]

    content {
      type = "authenticate-oidc"
    }
  }

  dynamic "action" {
    for_each = [for one in each.value.actions : one if try(one.authenticate_cognito, null) != null || try(one.type, "") == "authenticate-cognito"]

    content {
      type = "authenticate-cognito"
    }
  }

  dynamic "condition" {
    for_each = [for one in try(each.value.conditions, []) : one.path_pattern if try(one.path_pattern, null) != null]

    content {
      path_pattern {
        values = try(condition.value.values, null)
      }
    }
  }

  dynamic "condition" {
    for_each = [for one in try(each.value.conditions, []) : one.host_header if try(one.host_header, null) != null]

    content {
      host_header {
        values = try(condition.value.values, null)
      }
    }
  }
}

resource "aws_lb_target_group" "this" {
  for_each = local.target_groups

  name               = try(each.value.name, null)
  vpc_id             = try(coalesce(each.value.vpc_id, var.vpc_id), var.vpc_id)
  target_type        = try(each.value.target_type, null)
  port               = try(each.value.target_type, null) == "lambda" ? null : try(coalesce(each.value.port, var.default_port), var.default_port)
  protocol           = try(each.value.target_type, null) == "lambda" ? null : try(coalesce(each.value.protocol, var.default_protocol), var.default_protocol)
  protocol_version   = try(each.value.protocol_version, null)
  preserve_client_ip = try(each.value.preserve_client_ip, null)

  dynamic "health_check" {
    for_each = try(each.value.health_check, null) != null ? [each.value.health_check] : []

    content {
      enabled  = try(health_check.value.enabled, null)
      path     = try(health_check.value.path, null)
      port     = try(health_check.value.port, null)
      protocol = try(health_check.value.protocol, null)
    }
  }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each = { for name, one in local.target_groups : name => one if try(one.create_attachment, true) }

  target_group_arn = aws_lb_target_group.this[each.key].arn
  target_id        = try(each.value.target_id, null)
  port             = try(each.value.target_type, null) == "lambda" ? null : try(coalesce(each.value.port, var.default_port), var.default_port)
}

resource "aws_lb_target_group_attachment" "additional" {
  for_each = var.create && var.additional_target_group_attachments != null ? var.additional_target_group_attachments : {}

  target_group_arn = aws_lb_target_group.this[each.value.target_group_key].arn
  target_id        = each.value.target_id
  port             = try(each.value.target_type, null) == "lambda" ? null : try(coalesce(each.value.port, var.default_port), var.default_port)
}

# Without rules of its own, the group lets nothing in or out.

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  name   = try(coalesce(var.security_group_name, var.name), null)
  vpc_id = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.has_group && var.security_group_ingress_rules != null ? var.security_group_ingress_rules : {}

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = try(each.value.ip_protocol, "tcp")
  from_port                    = try(each.value.from_port, null)
  to_port                      = var.stand_in_one_port ? try(coalesce(each.value.to_port, each.value.from_port), null) : try(each.value.to_port, null)
  cidr_ipv4                    = try(each.value.cidr_ipv4, null)
  cidr_ipv6                    = try(each.value.cidr_ipv6, null)
  prefix_list_id               = try(each.value.prefix_list_id, null)
  referenced_security_group_id = try(each.value.referenced_security_group_id, null)
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.has_group && var.security_group_egress_rules != null ? var.security_group_egress_rules : {}

  security_group_id            = aws_security_group.this[0].id
  ip_protocol                  = try(each.value.ip_protocol, "tcp")
  from_port                    = var.stand_in_one_port ? try(coalesce(each.value.from_port, each.value.to_port), null) : try(each.value.from_port, null)
  to_port                      = try(each.value.to_port, null)
  cidr_ipv4                    = try(each.value.cidr_ipv4, null)
  cidr_ipv6                    = try(each.value.cidr_ipv6, null)
  prefix_list_id               = try(each.value.prefix_list_id, null)
  referenced_security_group_id = try(each.value.referenced_security_group_id, null)
}
