"""Edits of Terraform's language: the place, the style of the file, and where none is offered."""

from textwrap import dedent

import pytest

from mending import Mend
from taskwall.core.change import NewValue, Placeholder

CASES: dict[str, tuple[str, str, NewValue, str]] = {
    "a text is replaced": (
        """
        resource "aws_flow_log" "x" {
          traffic_type = "REJECT" # only these
        }
        """,
        "traffic_type",
        "ALL",
        """
        resource "aws_flow_log" "x" {
          traffic_type = "ALL" # only these
        }
        """,
    ),
    "a text becomes a truth value": (
        """
        resource "aws_msk_cluster" "x" {
          flag = "false"
        }
        """,
        "flag",
        True,
        """
        resource "aws_msk_cluster" "x" {
          flag = true
        }
        """,
    ),
    "null is replaced": (
        """
        resource "aws_flow_log" "x" {
          max_aggregation_interval = null
        }
        """,
        "max_aggregation_interval",
        60,
        """
        resource "aws_flow_log" "x" {
          max_aggregation_interval = 60
        }
        """,
    ),
    "an attribute joins the others, aligned, before blocks": (
        """
        resource "aws_lb_listener" "x" {
          load_balancer_arn = var.lb
          port              = 443 # the usual
          default_action {
            type = "forward"
          }

          tags = {
            a = "b"
          }
        }
        """,
        "ssl_policy",
        "P",
        """
        resource "aws_lb_listener" "x" {
          load_balancer_arn = var.lb
          port              = 443 # the usual
          ssl_policy        = "P"
          default_action {
            type = "forward"
          }

          tags = {
            a = "b"
          }
        }
        """,
    ),
    "the first attribute of a block stands before its blocks": (
        """
        resource "aws_vpc" "x" { # main
          timeouts {
            create = "1m"
          }
        }
        """,
        "flag",
        True,
        """
        resource "aws_vpc" "x" { # main
          flag = true
          timeouts {
            create = "1m"
          }
        }
        """,
    ),
    "what a resource depends on stays last": (
        """
        resource "aws_flow_log" "x" {
          vpc_id = "v"

          depends_on = [aws_s3_bucket.y]
        }
        """,
        "traffic_type",
        "ALL",
        """
        resource "aws_flow_log" "x" {
          vpc_id = "v"

          traffic_type = "ALL"

          depends_on = [aws_s3_bucket.y]
        }
        """,
    ),
    "an empty block gets lines": (
        """
        resource "aws_vpc" "x" {}
        """,
        "enable_dns_hostnames",
        True,
        """
        resource "aws_vpc" "x" {
          enable_dns_hostnames = true
        }
        """,
    ),
    "a block of one line is spread out": (
        """
        resource "aws_instance" "x" {
          metadata_options { http_endpoint = "enabled" }
        }
        """,
        "metadata_options.http_tokens",
        "required",
        """
        resource "aws_instance" "x" {
          metadata_options {
            http_endpoint = "enabled"
            http_tokens = "required"
          }
        }
        """,
    ),
    "a block of one line is spread out, and its attribute changes": (
        """
        resource "aws_instance" "x" {
          metadata_options {http_tokens = "optional"}
        }
        """,
        "metadata_options",
        {"http_tokens": "required", "http_put_response_hop_limit": 1},
        """
        resource "aws_instance" "x" {
          metadata_options {
            http_tokens = "required"
            http_put_response_hop_limit = 1
          }
        }
        """,
    ),
    "an empty block gets lines of blocks": (
        """
        resource "aws_instance" "x" { }
        """,
        "metadata_options.http_tokens",
        "required",
        """
        resource "aws_instance" "x" {
          metadata_options {
            http_tokens = "required"
          }
        }
        """,
    ),
    "a block is added at the end, after a blank line": (
        """
        resource "aws_instance" "x" {
          ami = "ami-1"
          # the end
        }
        """,
        "metadata_options",
        {"http_tokens": "required", "http_put_response_hop_limit": 1},
        """
        resource "aws_instance" "x" {
          ami = "ami-1"
          # the end

          metadata_options {
            http_tokens                 = "required"
            http_put_response_hop_limit = 1
          }
        }
        """,
    ),
    "attributes and blocks are added where each belongs": (
        """
        resource "aws_lb" "x" {
          name = "x"

          subnet_mapping {
            subnet_id = "s"
          }
        }
        """,
        "",
        {"internal": True, "access_logs": {"bucket": Placeholder("name of a bucket")}},
        """
        resource "aws_lb" "x" {
          name = "x"

          internal = true

          subnet_mapping {
            subnet_id = "s"
          }

          access_logs {
            bucket = "<name of a bucket>"
          }
        }
        """,
    ),
    "a path leads through blocks, by index where there are several": (
        """
        resource "aws_appmesh_virtual_node" "x" {
          spec {
            listener {
              tls {
                mode = "STRICT"
              }
            }
            listener {
              tls {
                mode = "DISABLED"
              }
            }
          }
        }
        """,
        "spec.listener[1].tls.mode",
        "STRICT",
        """
        resource "aws_appmesh_virtual_node" "x" {
          spec {
            listener {
              tls {
                mode = "STRICT"
              }
            }
            listener {
              tls {
                mode = "STRICT"
              }
            }
          }
        }
        """,
    ),
    "dollars before braces are doubled, quotation marks escaped": (
        """
        resource "aws_flow_log" "x" {
          log_format = "a"
        }
        """,
        "log_format",
        '${version} "q" %{if}',
        """
        resource "aws_flow_log" "x" {
          log_format = "$${version} \\"q\\" %%{if}"
        }
        """,
    ),
    "a map whose keys have hyphens is an attribute": (
        """
        resource "aws_ecs_service" "x" {
          name = "x"
        }
        """,
        "log_configuration",
        {"log_driver": "awslogs", "options": {"awslogs-group": Placeholder("group")}},
        """
        resource "aws_ecs_service" "x" {
          name = "x"

          log_configuration {
            log_driver = "awslogs"
            options = {
              "awslogs-group" = "<group>"
            }
          }
        }
        """,
    ),
    "a block is added behind the others of its type": (
        """
        resource "aws_db_parameter_group" "x" {
          parameter {
            name  = "a"
            value = "b"
          } # last

          tags = {}
        }
        """,
        "parameter[+]",
        ({"name": "c", "value": "1"}, {"name": "d", "value": "2"}),
        """
        resource "aws_db_parameter_group" "x" {
          parameter {
            name  = "a"
            value = "b"
          } # last

          parameter {
            name  = "c"
            value = "1"
          }

          parameter {
            name  = "d"
            value = "2"
          }

          tags = {}
        }
        """,
    ),
    "the first blocks of a type": (
        """
        resource "aws_db_parameter_group" "x" {
          family = "mysql8.0"
        }
        """,
        "parameter[+]",
        ({"name": "c", "value": "1"}, {"name": "d", "value": "2"}),
        """
        resource "aws_db_parameter_group" "x" {
          family = "mysql8.0"

          parameter {
            name  = "c"
            value = "1"
          }

          parameter {
            name  = "d"
            value = "2"
          }
        }
        """,
    ),
    "dynamic blocks of another type make no difference": (
        """
        resource "aws_instance" "x" {
          metadata_options {
            http_tokens = "optional"
          }

          dynamic "ebs_block_device" {
            for_each = [1]
            content {
              device_name = "/dev/sdb"
            }
          }
        }
        """,
        "metadata_options.http_tokens",
        "required",
        """
        resource "aws_instance" "x" {
          metadata_options {
            http_tokens = "required"
          }

          dynamic "ebs_block_device" {
            for_each = [1]
            content {
              device_name = "/dev/sdb"
            }
          }
        }
        """,
    ),
    "a dynamic block of another type, and none of the type": (
        """
        resource "aws_instance" "x" {
          dynamic "ebs_block_device" {
            for_each = [1]
            content {
              device_name = "/dev/sdb"
            }
          }
        }
        """,
        "metadata_options.http_tokens",
        "required",
        """
        resource "aws_instance" "x" {
          dynamic "ebs_block_device" {
            for_each = [1]
            content {
              device_name = "/dev/sdb"
            }
          }

          metadata_options {
            http_tokens = "required"
          }
        }
        """,
    ),
    "the indentation of blocks is kept": (
        """
        resource "aws_instance" "x" {
            timeouts {
                create = "1m"
            }
        }
        """,
        "",
        {"flag": True, "metadata_options": {"http_tokens": "required"}},
        """
        resource "aws_instance" "x" {
            flag = true
            timeouts {
                create = "1m"
            }

            metadata_options {
              http_tokens = "required"
            }
        }
        """,
    ),
    "wide indentation is kept": (
        """
        resource "aws_vpc" "x" {
            cidr_block = "10.0.0.0/16"
        }
        """,
        "tag",
        "é🙂",
        """
        resource "aws_vpc" "x" {
            cidr_block = "10.0.0.0/16"
            tag        = "é🙂"
        }
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_text_of_an_edit(mend: Mend, name: str, newline: str) -> None:
    """An edit changes one place, in the style and with the line ends of its file."""
    before, path, wanted, after = CASES[name]
    text = dedent(before).replace("\n", newline)

    assert mend(text, path, wanted) == dedent(after).replace("\n", newline)


REFUSED: dict[str, tuple[str, str, NewValue]] = {
    "a variable decides": (
        'variable "v" { default = "a" }\nresource "t" "x" {\n  a = var.v\n}',
        "a",
        1,
    ),
    "a local decides": ('locals {\n  v = "a"\n}\nresource "t" "x" {\n  a = local.v\n}', "a", 1),
    "a conditional decides": ('resource "t" "x" {\n  a = true ? "b" : "c"\n}', "a", 1),
    "a text with something filled in": (
        'variable "v" {}\nresource "t" "x" {\n  a = "${var.v}b"\n}',
        "a",
        1,
    ),
    "a heredoc": ('resource "t" "x" {\n  a = <<-E\n    b\n  E\n}', "a", 1),
    "a function makes it": ('resource "t" "x" {\n  a = merge({ b = 1 }, {})\n}', "a.b", 2),
    "a function in a map": ('resource "t" "x" {\n  a = { b = max(1, 0) }\n}', "a.b", 2),
    "a dynamic block": (
        (
            'resource "t" "x" {\n  dynamic "a" {\n    for_each = [1]\n    content {\n'
            "      b = 1\n    }\n  }\n}"
        ),
        "a.b",
        2,
    ),
    "one of two blocks, nobody says which": ('resource "t" "x" {\n  a {}\n  a {}\n}', "a.b", 2),
    "a block that is not there, by index": ('resource "t" "x" {}', "a[0].b", 2),
    "an element that may be there": ('resource "t" "x" {}', "a[*].b", 2),
    "a program wrote the file": (
        '# Code generated by x. DO NOT EDIT.\nresource "t" "x" {\n}',
        "a",
        2,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_edit_is_offered(mend: Mend, name: str) -> None:
    """Where something other than plain text of the resource decides, nothing is offered."""
    text, path, wanted = REFUSED[name]

    assert mend(text + "\n", path, wanted) is None


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ('a = "c"', "a"),
        ('a = "b"', "a"),
        ('b = "c"', "b"),
        ('d {\n    a = "c"\n  }', "d.a"),
        ('d {\n    a = "b"\n  }', "d.a"),
        ('d {\n    a = "b"\n  }', "d.b"),
        ('d {\n    a = "b"\n  }', "d[0].a"),
        ('d {\n  }\n  d {\n    a = "b"\n  }', "d[1].a"),
        ('m = { a = "b" }', "m.a"),
        ('m = { a = "b", b = "c" }', "m.b"),
    ],
)
def test_an_override_file_decides(mend: Mend, override: str, path: str) -> None:
    """What an override file replaces or adds is not edited in the file below it."""
    text = 'resource "t" "x" {\n  a = "b"\n  m = { a = "b" }\n  d {\n    a = "b"\n  }\n}\n'
    others = {"override.tf": f'resource "t" "x" {{\n  {override}\n}}\n'}

    assert mend(text, path, "z", others=others) is None
    kept = mend(text, path, "z", others={"override.tf": ""})
    assert (kept is None) is (path == "d[1].a")  # which only the override file has


def test_a_downloaded_module_is_not_edited(mend: Mend) -> None:
    """What lies below .terraform is written by a program."""
    call = 'module "m" {\n  source = "./.terraform/modules/m"\n}\n'
    others = {".terraform/modules/m/main.tf": 'resource "t" "x" {\n  a = "b"\n}\n'}

    assert mend(call, "a", "z", others=others) is None
