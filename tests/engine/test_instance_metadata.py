"""What TW503 says of tokens: by the instances' own option, else by the account's defaults."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
variable "names" { type = list(string) }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_instance" "host" {
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config"
  metadata_options {
    OWN
    HOPS
  }
}
resource "aws_ecs_service" "web" {
  cluster     = aws_ecs_cluster.main.id
  launch_type = "EC2"
}
resource "aws_ec2_instance_metadata_defaults" "account" {
  count       = COUNT
  http_tokens = TOKENS
  DEFAULT
}
"""
OPTIONAL, REQUIRED = 'http_tokens = "optional"', 'http_tokens = "required"'
PERHAPS = "length(var.names)"
ONE_HOP = "http_put_response_hop_limit = 1"
DEFAULTS = {"OWN": "", "HOPS": ONE_HOP, "COUNT": "0", "TOKENS": '"required"', "DEFAULT": ""}
CASES: dict[str, tuple[dict[str, str], str | tuple[str, ...]]] = {
    "nothing": ({}, "fail"),
    "required": ({"OWN": REQUIRED}, "pass"),
    "required, and not by default": (
        {"OWN": REQUIRED, "COUNT": "1", "TOKENS": '"optional"'},
        "pass",
    ),
    "optional": ({"OWN": OPTIONAL}, "fail"),
    "optional, and required by default": ({"OWN": OPTIONAL, "COUNT": "1"}, "fail"),
    "optional, and perhaps required by default": ({"OWN": OPTIONAL, "COUNT": PERHAPS}, "fail"),
    "an input, and required by default": (
        {"OWN": "http_tokens = var.any", "COUNT": "1"},
        ("var.any",),
    ),
    "required by default": ({"COUNT": "1"}, "pass"),
    "optional by default": ({"COUNT": "1", "TOKENS": '"optional"'}, "fail"),
    "an input by default": ({"COUNT": "1", "TOKENS": "var.any"}, ("var.any",)),
    "perhaps optional by default": ({"COUNT": PERHAPS, "TOKENS": '"optional"'}, "fail"),
    "disabled": (
        {"OWN": 'http_endpoint = "disabled"', "COUNT": "1", "TOKENS": '"optional"'},
        "pass",
    ),
    "disabled by default": (
        {"COUNT": "1", "TOKENS": '"optional"', "DEFAULT": 'http_endpoint = "disabled"'},
        "pass",
    ),
    "one hop by default": ({"COUNT": "1", "HOPS": "", "DEFAULT": ONE_HOP}, "pass"),
    "two hops by default": (
        {"COUNT": "1", "HOPS": "", "DEFAULT": "http_put_response_hop_limit = 2"},
        "fail",
    ),
    "two hops, and one by default": (
        {"COUNT": "1", "HOPS": "http_put_response_hop_limit = 2", "DEFAULT": ONE_HOP},
        "fail",
    ),
    "perhaps required by default": ({"COUNT": PERHAPS}, ("var.names",)),
}


@pytest.mark.parametrize(("changes", "said"), CASES.values(), ids=CASES)
def test_whether_metadata_takes_a_token(
    changes: dict[str, str], said: str | tuple[str, ...], tmp_path: Path
) -> None:
    """What instances say counts; the account's defaults are for those that say nothing."""
    report = scanned(tmp_path, filled(STACK, DEFAULTS | changes), "TW503")

    found: list[object] = ["fail" for _ in report.findings]
    found += [each.missing for each in report.unknowns]
    assert (found or ["pass"]) == [said]
