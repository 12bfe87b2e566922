"""No type that may open a way passes unseen: it is modelled, guarded, or said to open none.

What flows do not list is closed. So each resource type of the provider, and of CloudFormation,
whose name says that it joins networks or lets somebody in must be one that lowering reads, or stand
here.
"""

import json
import re

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from tools.provider_names import LIST, WAYS

from taskwall.lowering import lowered_types

ROUTED = "what it joins is reached by routes of subnets, and those are read"
PART = "a part of something that is guarded itself"
ACCEPTS = "it accepts, or sets options of, what is read itself"
NAMES = "certificates, names, logs, policies and notifications open nothing"
NO_END = "what it joins is at no end of a flow"

OPENS_NOTHING = {
    r"_dx_|directconnect": ROUTED,
    r"carrier_?gateway|local_?gateway|vpn_?concentrator|odb": ROUTED,
    r"networkmanager": ROUTED,
    r"route_?server": "its propagation into tables is guarded",
    r"transit_?gateway_?(connect|peering|policy_?table)": ROUTED,
    r"transit_?gateway_?multicast": "no connection is opened to many receivers",
    r"transit_?gateway_?metering|ip_?pool_?route": NAMES,
    r"transit_gateway_vpc_attachment_accepter|(peering|endpoint)_connection_(acc|opt)": ACCEPTS,
    r"client_?vpn_?(endpoint|authorization_?rule|route)": PART,
    r"global_?accelerator_(custom_routing_)?(accelerator|listener)": PART,
    r"globalaccelerator::(accelerator|listener)": PART,
    r"verified_?access_?(group|instance|trust)": PART,
    r"lattice(_|::)(access|auth|domain|resource_?policy)": NAMES,
    r"lattice(_|::)(resource_?configuration|service_?network_?resource)": PART,
    r"network_?firewall": "it stands in ways that routes lead through it, and opens none",
    r"_ram_|::ram::": "who is in shared subnets, or uses shared groups, is `vpc:` of theirs",
    r"security_?group_?vpc_?association": "a group counts on whatever uses it, in any VPC",
    r"network_interface_permission|networkinterfacepermission": NAMES,
    r"apprunner|quicksight|lightsail|dsql|searchserverless|mediaconnect": NO_END,
    r"lambda(core|::)|serverless::network": NO_END,
    r"resolver_?endpoint|route53_vpc_association": "names are answered, and nothing is reached",
    r"authorize_vpc_endpoint_access": ACCEPTS,
    r"_certificate$|_stickiness_|trust_store|_server_policy|eip_domain_name": NAMES,
    r"vpc_?endpoint_?(connection_?notification|service_private_dns)": NAMES,
    r"vpc_endpoint_subnet_association": "an endpoint is reached in all of its VPC",
    r"nat_gateway_eip": "nobody comes in by a NAT gateway",
}
"""Types, by their names, that open no way beside those that are read, each with why."""


def ways() -> list[str]:
    """The types that may open ways: the provider's, and CloudFormation's by cfn-lint's schemas."""
    found = [
        *json.loads(LIST.read_text(encoding="utf-8"))["ways"],
        *PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"),
    ]
    return [name for name in found if WAYS.search(name)]


def unseen(types: list[str]) -> list[str]:
    """Those that lowering does not read, and that are not known to open nothing."""
    read = set(lowered_types())
    return [
        name
        for name in types
        if name not in read and not any(is_of(each, name) for each in OPENS_NOTHING)
    ]


def is_of(kind: str, name: str) -> bool:
    """Whether the name of a type is of a kind."""
    return re.search(kind, name, re.IGNORECASE) is not None


def test_no_type_that_opens_ways_is_unseen() -> None:
    """Each is read, or known to open nothing beside what is read."""
    types = ways()

    assert len(types) > 300
    assert not unseen(types)
    stale = [each for each in OPENS_NOTHING if not any(is_of(each, name) for name in types)]
    assert not stale


@pytest.mark.parametrize(
    "name", ["aws_ec2_client_vpn_gate", "AWS::EC2::TransitGatewayShortcut", "aws_vpclattice_x"]
)
def test_a_new_type_is_unseen(name: str) -> None:
    """A type that nobody has thought of fails the test above."""
    assert WAYS.search(name)
    assert unseen([name]) == [name]
