"""What Network Access Scopes list: resources, types, addresses and ports, as far as it is known."""

import pytest

from lowering.networks import network
from taskwall.model.entities.access_scope import AccessScope, ScopeList, ScopeStatement

Listed = tuple[list[str], list[str], list[str]]
"""The texts of a list, the ids of the sources' resources, and what it waits for."""


def shown(found: ScopeList) -> Listed:
    """A list as its parts."""
    return [*found.texts], [*found.ids], [need.name for need in found.needs]


def scope(source: str) -> AccessScope:
    """A scope of Terraform with one path."""
    (found,) = network(f"""
variable "v" {{}}
resource "aws_internet_gateway" "g" {{}}
module "m" {{ source = "a/b/c" }}
data "aws_internet_gateway" "found" {{ internet_gateway_id = "igw-1" }}
resource "aws_ec2_network_insights_access_scope" "s" {{
  match_paths {{
    source {{
      {source}
    }}
  }}
}}
""").every(AccessScope)
    return found


LISTS: dict[str, tuple[str, Listed]] = {
    "texts": ('["igw-1", "igw-2"]', (["igw-1", "igw-2"], [], [])),
    "a resource": ("[aws_internet_gateway.g.id]", ([], ["aws_internet_gateway.g"], [])),
    "a resource beside a text": (
        '["igw-1", aws_internet_gateway.g.id]', (["igw-1"], ["aws_internet_gateway.g"], []),
    ),
    "what is looked up": (
        "[data.aws_internet_gateway.found.id]", ([], [], ["data.aws_internet_gateway.found.id"]),
    ),
    "what no resource of the sources is": ("[module.m.id]", ([], [], ["module.m.id"])),
    "a variable twice": ("[var.v, var.v]", ([], [], ["var.v"])),
    "a variable": ("[var.v]", ([], [], ["var.v"])),
    "a list that is one": ("var.v", ([], [], ["var.v"])),
    "more that may be there": ('concat(["igw-1"], var.v)', (["igw-1"], [], ["var.v"])),
    "numbers": ("[80, 443]", (["80", "443"], [], [])),
    "nothing": ("[]", ([], [], [])),
}  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), LISTS.values(), ids=LISTS)
def test_lists_of_a_scope(value: str, expected: Listed) -> None:
    """Each element is a text, or a resource, or waited for."""
    (path,) = scope(f"resource_statement {{\nresources = {value}\n}}").matches

    assert shown(path.source.resources) == expected
    assert shown(path.source.types) == ([], [], [])


NAMES = {
    "protocols": "protocols",
    "source_addresses": "source_addresses",
    "destination_addresses": "target_addresses",
    "source_ports": "source_ports",
    "destination_ports": "target_ports",
    "source_prefix_lists": "lists",
    "destination_prefix_lists": "lists",
}


@pytest.mark.parametrize(("key", "field"), NAMES.items(), ids=NAMES)
def test_headers_of_packets(key: str, field: str) -> None:
    """Each list of a statement is one of its own, but those of prefix lists."""
    (path,) = scope(f'packet_header_statement {{\n{key} = ["x"]\n}}').matches

    lists = {name: getattr(path.source, name) for name in ScopeStatement.__struct_fields__}
    assert {name: shown(each) for name, each in lists.items() if each != ScopeList()} == {
        field: (["x"], [], [])
    }


def test_prefix_lists_of_either_end() -> None:
    """Those of the source and of the destination are one list."""
    body = 'source_prefix_lists = ["pl-1"]\ndestination_prefix_lists = ["pl-2", var.v]'
    (path,) = scope(f"packet_header_statement {{\n{body}\n}}").matches

    assert shown(path.source.lists) == (["pl-1", "pl-2"], [], ["var.v"])


def test_a_path_that_may_be_there() -> None:
    """It waits for what decides that."""
    (found,) = network("""
variable "v" {}
resource "aws_ec2_network_insights_access_scope" "s" {
  dynamic "exclude_paths" {
    for_each = var.v
    content {
      through_resources {
        resource_statement {
          resource_types = ["AWS::EC2::NatGateway"]
        }
      }
    }
  }
}
""").every(AccessScope)
    (path,) = found.excludes

    assert {need.name for need in path.needs} == {"var.v"}
    assert [{*shown(each.types)[2]} for each in path.through] == [{"var.v"}]
    assert found.matches == ()


@pytest.mark.parametrize(
    ("paths", "waits"),
    [("match_paths = var.v", ["var.v"]), ("match_paths {\nthrough_resources {}\n}", [])],
)
def test_paths_that_match_in_terraform(paths: str, waits: list[str]) -> None:
    """The provider has no resources there that they go through, whatever is not known of them."""
    (found,) = network(f"""
variable "v" {{}}
resource "aws_ec2_network_insights_access_scope" "s" {{
  {paths}
}}
""").every(AccessScope)
    (path,) = found.matches

    assert ([need.name for need in path.needs], path.through) == (waits, ())


def test_a_scope_of_a_template() -> None:
    """Its properties are called otherwise, and paths go through resources on either side."""
    types = "{ResourceStatement: {ResourceTypes: [a]}}"
    header = "{PacketHeaderStatement: {Protocols: [tcp], DestinationPorts: ['80']}}"
    (found,) = network(f"""
Resources:
  G: {{Type: AWS::EC2::InternetGateway}}
  S:
    Type: AWS::EC2::NetworkInsightsAccessScope
    Properties:
      MatchPaths:
        - Source: {{ResourceStatement: {{Resources: [!Ref G]}}}}
          Destination: {header}
          ThroughResources: [{types}]
      ExcludePaths:
        - ThroughResources: [{types}]
""").every(AccessScope)
    (path,), (without,) = found.matches, found.excludes

    assert shown(path.source.resources) == ([], ["G"], [])
    assert shown(path.target.protocols)[0] == ["tcp"]
    assert shown(path.target.target_ports)[0] == ["80"]
    assert [shown(each.types)[0] for each in (*path.through, *without.through)] == [["a"], ["a"]]
