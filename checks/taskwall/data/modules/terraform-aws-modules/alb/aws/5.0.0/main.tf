# A load balancer with its listeners, rules and target groups, as terraform-aws-modules/alb/aws makes
# them in versions 5 to 8: lists, in which one thing names another by its index. A group of its own
# comes with version 8.3.

locals {
  has_group = var.create_lb && var.create_security_group && (var.stand_in_group_for_every_type || var.load_balancer_type == "application")

  targets = merge(flatten([
    for index, group in var.target_groups : [
      for name, target in try(group.targets, {}) : { "${index}.${name}" = merge({ group = index }, target) }
    ]
  ])...)
}

resource "aws_lb" "this" {
  count = var.create_lb ? 1 : 0

  name                       = var.name
  load_balancer_type         = var.load_balancer_type
  internal                   = var.internal
  ip_address_type            = var.ip_address_type
  subnets                    = var.subnets
  security_groups            = concat(aws_security_group.this[*].id, var.security_groups)
  drop_invalid_header_fields = var.drop_invalid_header_fields

  dynamic "subnet_mapping" {
    for_each = var.subnet_mapping

    content {
      subnet_id            = subnet_mapping.value.subnet_id
      allocation_id        = try(subnet_mapping.value.allocation_id, null)
      private_ipv4_address = try(subnet_mapping.value.private_ipv4_address, null)
    }
  }

  dynamic "access_logs" {
    for_each = length(var.access_logs) > 0 ? [var.access_logs] : []

    content {
      bucket  = try(access_logs.value.bucket, null)
      enabled = try(access_logs.value.enabled, try(access_logs.value.bucket, null) != null)
    }
  }
}

resource "aws_lb_target_group" "main" {
  count = var.create_lb ? length(var.target_groups) : 0

  name               = try(var.target_groups[count.index].name, null)
  vpc_id             = var.vpc_id
  target_type        = try(var.target_groups[count.index].target_type, null)
  port               = try(var.target_groups[count.index].instance_port, null)
  protocol           = try(upper(var.target_groups[count.index].backend_protocol), null)
  protocol_version   = try(upper(var.target_groups[count.index].protocol_version), null)
  preserve_client_ip = try(var.target_groups[count.index].preserve_client_ip, null)

  dynamic "health_check" {
    for_each = try([var.target_groups[count.index].health_check], [])

    content {
      enabled  = try(health_check.value.enabled, null)
      path     = try(health_check.value.path, null)
      port     = try(health_check.value.port, null)
      protocol = try(health_check.value.protocol, null)
    }
  }
}

resource "aws_lb_target_group_attachment" "this" {
  for_each = { for name, one in local.targets : name => one if var.create_lb }

  target_group_arn = aws_lb_target_group.main[each.value.group].arn
  target_id        = each.value.target_id
  port             = try(each.value.port, null)
}

# An action that is not named forwards to the target group of the same index.

resource "aws_lb_listener" "frontend_http_tcp" {
  count = var.create_lb ? length(var.http_tcp_listeners) : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = var.http_tcp_listeners[count.index].port
  protocol          = var.http_tcp_listeners[count.index].protocol

  dynamic "default_action" {
    for_each = [var.http_tcp_listeners[count.index]]

    content {
      type             = try(default_action.value.action_type, "forward")
      target_group_arn = contains(["", "forward"], try(coalesce(default_action.value.action_type, ""), "")) ? aws_lb_target_group.main[try(default_action.value.target_group_index, count.index)].arn : null

      dynamic "redirect" {
        for_each = length(try(default_action.value.redirect, {})) > 0 ? [default_action.value.redirect] : []

        content {
          host        = try(redirect.value.host, null)
          port        = try(redirect.value.port, null)
          protocol    = try(redirect.value.protocol, null)
          status_code = try(redirect.value.status_code, null)
        }
      }

      dynamic "fixed_response" {
        for_each = length(try(default_action.value.fixed_response, {})) > 0 ? [default_action.value.fixed_response] : []

        content {
          content_type = try(fixed_response.value.content_type, null)
          status_code  = try(fixed_response.value.status_code, null)
        }
      }

      dynamic "forward" {
        for_each = length(try(default_action.value.forward, {})) > 0 ? [default_action.value.forward] : []

        content {
          dynamic "target_group" {
            for_each = forward.value.target_groups

            content {
              arn    = aws_lb_target_group.main[target_group.value.target_group_index].arn
              weight = try(target_group.value.weight, null)
            }
          }
        }
      }
    }
  }
}

resource "aws_lb_listener" "frontend_https" {
  count = var.create_lb ? length(var.https_listeners) : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = var.https_listeners[count.index].port
  protocol          = try(var.https_listeners[count.index].protocol, "HTTPS")
  certificate_arn   = try(var.https_listeners[count.index].certificate_arn, null)
  ssl_policy        = try(var.https_listeners[count.index].ssl_policy, var.listener_ssl_policy_default)

  dynamic "default_action" {
    for_each = [var.https_listeners[count.index]]

    content {
      type             = try(default_action.value.action_type, "forward")
      target_group_arn = contains(["", "forward"], try(coalesce(default_action.value.action_type, ""), "")) ? aws_lb_target_group.main[try(default_action.value.target_group_index, count.index)].arn : null

      dynamic "redirect" {
        for_each = length(try(default_action.value.redirect, {})) > 0 ? [default_action.value.redirect] : []

        content {
          host        = try(redirect.value.host, null)
          port        = try(redirect.value.port, null)
          protocol    = try(redirect.value.protocol, null)
          status_code = try(redirect.value.status_code, null)
        }
      }

      dynamic "fixed_response" {
        for_each = length(try(default_action.value.fixed_response, {})) > 0 ? [default_action.value.fixed_response] : []

        content {
          content_type = try(fixed_response.value.content_type, null)
          status_code  = try(fixed_response.value.status_code, null)
        }
      }
    }
  }

  dynamic "default_action" {
    for_each = contains(["authenticate-oidc", "authenticate-cognito"], try(var.https_listeners[count.index].action_type, "")) ? [var.https_listeners[count.index]] : []

    content {
      type             = "forward"
      target_group_arn = aws_lb_target_group.main[try(default_action.value.target_group_index, count.index)].arn
    }
  }
}

resource "aws_lb_listener_rule" "http_tcp_listener_rule" {
  count = var.create_lb ? length(var.http_tcp_listener_rules) : 0

  listener_arn = aws_lb_listener.frontend_http_tcp[try(var.http_tcp_listener_rules[count.index].http_tcp_listener_index, count.index)].arn
  priority     = try(var.http_tcp_listener_rules[count.index].priority, null)

  dynamic "action" {
    for_each = [for one in var.http_tcp_listener_rules[count.index].actions : one if one.type == "redirect"]

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
    for_each = [for one in var.http_tcp_listener_rules[count.index].actions : one if one.type == "fixed-response"]

    content {
      type = "fixed-response"

      fixed_response {
        content_type = try(action.value.content_type, null)
        status_code  = try(action.value.status_code, null)
      }
    }
  }

  dynamic "action" {
    for_each = [for one in var.http_tcp_listener_rules[count.index].actions : one if one.type == "forward"]

    content {
      type             = "forward"
      target_group_arn = aws_lb_target_group.main[try(action.value.target_group_index, count.index)].arn
    }
  }

  dynamic "action" {
    for_each = [for one in var.http_tcp_listener_rules[count.index].actions : one if one.type == "weighted-forward"]

    content {
      type = "forward"

      forward {
        dynamic "target_group" {
          for_each = action.value.target_groups

          content {
            arn    = aws_lb_target_group.main[target_group.value.target_group_index].arn
            weight = try(target_group.value.weight, null)
          }
        }
      }
    }
  }

  dynamic "condition" {
    for_each = [for one in var.http_tcp_listener_rules[count.index].conditions : one.path_patterns if length(try(one.path_patterns, [])) > 0]

    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = [for one in var.http_tcp_listener_rules[count.index].conditions : one.host_headers if length(try(one.host_headers, [])) > 0]

    content {
      host_header {
        values = condition.value
      }
    }
  }
}

resource "aws_lb_listener_rule" "https_listener_rule" {
  count = var.create_lb ? length(var.https_listener_rules) : 0

  listener_arn = aws_lb_listener.frontend_https[try(var.https_listener_rules[count.index].https_listener_index, count.index)].arn
  priority     = try(var.https_listener_rules[count.index].priority, null)

  dynamic "action" {
    for_each = [for one in var.https_listener_rules[count.index].actions : one.type if contains(["authenticate-oidc", "authenticate-cognito"], one.type)]

    content {
      type = action.value
    }
  }

  dynamic "action" {
    for_each = [for one in var.https_listener_rules[count.index].actions : one if one.type == "redirect"]

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
    for_each = [for one in var.https_listener_rules[count.index].actions : one if one.type == "fixed-response"]

    content {
      type = "fixed-response"

      fixed_response {
        content_type = try(action.value.content_type, null)
        status_code  = try(action.value.status_code, null)
      }
    }
  }

  dynamic "action" {
    for_each = [for one in var.https_listener_rules[count.index].actions : one if one.type == "forward"]

    content {
      type             = "forward"
      target_group_arn = aws_lb_target_group.main[try(action.value.target_group_index, count.index)].arn
    }
  }

  dynamic "action" {
    for_each = [for one in var.https_listener_rules[count.index].actions : one if one.type == "weighted-forward"]

    content {
      type = "forward"

      forward {
        dynamic "target_group" {
          for_each = action.value.target_groups

          content {
            arn    = aws_lb_target_group.main[target_group.value.target_group_index].arn
            weight = try(target_group.value.weight, null)
          }
        }
      }
    }
  }

  dynamic "condition" {
    for_each = [for one in var.https_listener_rules[count.index].conditions : one.path_patterns if length(try(one.path_patterns, [])) > 0]

    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = [for one in var.https_listener_rules[count.index].conditions : one.host_headers if length(try(one.host_headers, [])) > 0]

    content {
      host_header {
        values = condition.value
      }
    }
  }
}

# Without rules of its own, the group lets nothing in or out.

resource "aws_security_group" "this" {
  count  = local.has_group ? 1 : 0
  name   = try(coalesce(var.security_group_name, var.name), null)
  vpc_id = var.vpc_id
}

resource "aws_security_group_rule" "this" {
  for_each = { for name, one in var.security_group_rules : name => one if local.has_group }

  security_group_id        = aws_security_group.this[0].id
  type                     = each.value.type
  protocol                 = each.value.protocol
  from_port                = each.value.from_port
  to_port                  = each.value.to_port
  cidr_blocks              = try(each.value.cidr_blocks, null)
  ipv6_cidr_blocks         = try(each.value.ipv6_cidr_blocks, null)
  prefix_list_ids          = try(each.value.prefix_list_ids, null)
  self                     = try(each.value.self, null)
  source_security_group_id = try(each.value.source_security_group_id, null)
}
