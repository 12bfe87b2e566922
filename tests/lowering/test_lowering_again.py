"""A network that is built again of changed resources is the one that is built from scratch."""

from collections.abc import Sequence

import pytest

from taskwall.incremental.query import QueryEngine
from taskwall.lowering import IncrementalLowering, Lowered, lower
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import Cluster
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs

VPC = 'resource "aws_vpc" "m" { cidr_block = "10.0.0.0/16" }'
OTHER = 'resource "aws_vpc" "o" { cidr_block = "10.1.0.0/16" }'
GROUP = 'resource "aws_security_group" "g" { vpc_id = aws_vpc.m.id }'
USER = 'resource "aws_lb" "b" { security_groups = [aws_security_group.g.id, "sg-9"] }'
TASK = 'resource "aws_ecs_task_definition" "t" { container_definitions = "[{" }'
TWO = (
    'resource "aws_security_group" "x" { ingress { security_groups = [aws_security_group.y.id] } }',
    'resource "aws_security_group" "y" { ingress { security_groups = [aws_security_group.x.id] } }',
)
ODD = 'resource "aws_vpc" "p" { odd = 1 }'
STRANGE = 'resource "aws_vpc" "q" { strange = 1 }'
UNKNOWN = 'resource "aws_iam_user" "u" { name = "u" }'
DISTRIBUTION = """
resource "aws_cloudfront_distribution" "a" {
  origin {
    domain_name = "a.example.com"
    origin_id   = "a"
    custom_origin_config { origin_protocol_policy = "http-only" }
  }
}
"""
RECORD = """
resource "aws_route53_record" "r" {
  name = "a.example.com"
  alias { name = aws_lb.b.dns_name }
}
"""
SECRET = 'resource "aws_ssm_parameter" "p" { name = "/p" }'
READS = """
resource "aws_ecs_task_definition" "a" {
  container_definitions = jsonencode([
    { name = "c", secrets = [{ name = "P", valueFrom = "arn:aws:ssm:eu-west-1:1:parameter/p" }] }
  ])
}
"""
CLUSTER = 'resource "aws_ecs_service" "s" { cluster = "c" }'


class Building:
    """A network that lasts, and the resources that it was last built of."""

    def __init__(self) -> None:
        self.queries = QueryEngine()
        network = Network()
        network.queries = self.queries
        self._lowering = IncrementalLowering(network, self.queries)
        self._known: dict[str, Resource] = {}

    def built(self, lines: Sequence[str]) -> tuple[Lowered, Lowered]:
        """What these resources become now, and what they become from scratch.

        A resource that has not changed is the very same as before.
        """
        text = "\n".join(lines)
        (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
        fresh = {one.origin.address: one for one in stack.evaluate({}).resources}
        known = self._known
        self._known = {
            address: known[address] if known.get(address) == one else one
            for address, one in fresh.items()
        }
        self.queries.revision += 1
        return self._lowering.lowered(list(self._known.values())), lower(list(fresh.values()))


def same(again: Lowered, fresh: Lowered) -> None:
    """Both say the same, whichever of two resources asks first what they share."""
    assert dict(again.network.by_kind) == fresh.network.by_kind
    assert dict(again.network.by_id) == fresh.network.by_id
    assert again.unread == fresh.unread
    assert set(again.errors) == set(fresh.errors)
    assert again.crashes == fresh.crashes == ()


@pytest.mark.parametrize(
    "steps",
    [
        [[VPC], [VPC, GROUP], [VPC, GROUP, USER], [VPC, "", USER], [VPC]],
        [[VPC, GROUP, USER], [VPC.replace("10.0", "10.9"), GROUP, USER], [VPC, GROUP, USER]],
        [[VPC, GROUP], ["", GROUP], [OTHER, GROUP], [VPC, GROUP]],
        [[TASK], [TASK.replace("[{", "[]")], [TASK]],
        [[VPC, *TWO], [VPC, TWO[0]], [VPC, *TWO]],
        [[ODD], [ODD.replace("odd", "cidr_block")], [ODD, UNKNOWN], [UNKNOWN]],
        [[VPC, ODD], [VPC], [VPC, ODD]],
        [[ODD, STRANGE], [ODD], [STRANGE], [ODD, STRANGE]],
        [[ODD, STRANGE], [ODD, STRANGE.replace("strange", "weird")]],
        [[CLUSTER], [CLUSTER.replace('"c"', '"d"')], [CLUSTER], []],
        [
            [USER, RECORD, DISTRIBUTION, DISTRIBUTION.replace('on" "a"', 'on" "b"')],
            [USER, RECORD.replace("a.ex", "b.ex"), DISTRIBUTION],
            [USER, DISTRIBUTION],
        ],
        [
            [SECRET, READS, READS.replace('on" "a"', 'on" "b"')],
            [SECRET.replace("/p", "/q"), READS, READS.replace('on" "a"', 'on" "b"')],
        ],
    ],
    ids=range(12),
)
def test_each_step_gives_what_is_there(steps: list[list[str]]) -> None:
    """Whatever was there before, with all that is wrong, and what nobody reads."""
    building = Building()
    for lines in steps:
        same(*building.built(lines))


def test_what_did_not_change_is_the_same_thing() -> None:
    """What hangs on nothing that has changed is recalled; what refers to it may be made anew."""
    building = Building()
    first, _ = building.built([VPC, GROUP, USER])
    kept = first.network.every(Vpc)[0], first.network.every(SecurityGroup)[0]
    again, _ = building.built([VPC, GROUP, USER.replace("sg-9", "sg-8")])
    assert again.network.every(Vpc)[0] is kept[0]
    assert again.network.every(SecurityGroup)[0] is kept[1]
    assert [key for kind, key in again.network.by_id if key.startswith("sg-")] == ["sg-8"]


def test_what_is_referred_to_outside_is_there_as_long_as_it_is() -> None:
    """What nothing names any more is gone."""
    building = Building()
    for name in ("c", "d", "c"):
        found, _ = building.built([CLUSTER.replace('"c"', f'"{name}"')])
        assert [key for kind, key in found.network.by_id if kind is Cluster] == [name]
        assert found.network.every(Cluster) == []
    found, _ = building.built([VPC])
    assert [key for kind, key in found.network.by_id if kind in (Cluster, Subnet)] == []


def test_what_nobody_reads_is_listed_by_type() -> None:
    """In the order of the names of types, and not in that of the sources."""
    found, fresh = Building().built([ODD, UNKNOWN, 'resource "aws_athena_database" "a" {}'])

    expected = [("aws_athena_database", ()), ("aws_iam_user", ()), ("aws_vpc", ("odd",))]
    assert [(each.type, each.attributes) for each in found.unread] == expected
    assert [(each.type, each.attributes) for each in fresh.unread] == expected
