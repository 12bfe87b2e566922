"""Inline rules that Terraform is told to leave alone."""

import pytest

from lowering.networks import network
from taskwall.model.entities.security_group import SecurityGroup


@pytest.mark.parametrize(
    ("ignored", "managed"),
    [
        ("[ingress]", {"egress"}),
        ("[tags, egress]", {"ingress"}),
        ("[ingress, egress]", set()),
        ("all", set()),
        ('["*"]', set()),
        ('["ingress"]', {"egress"}),
        ("[ingress[0].description]", {"ingress", "egress"}),
        ("[tags]", {"ingress", "egress"}),
        ("[]", {"ingress", "egress"}),
    ],
)
def test_what_is_ignored_is_not_managed(ignored: str, managed: set[str]) -> None:
    """A direction that `ignore_changes` names as a whole does not undo rules beside the group."""
    text = """
    resource "aws_security_group" "a" {
      ingress {
        protocol    = "tcp"
        from_port   = 80
        to_port     = 80
        cidr_blocks = ["10.0.0.0/8"]
      }
      egress = []
      lifecycle {
        create_before_destroy = true
        ignore_changes        = IGNORED
      }
    }
    """
    (group,) = network(text.replace("IGNORED", ignored)).every(SecurityGroup)

    assert set(group.managed) == set(group.exclusive) == managed
