"""VPC endpoints and what completes them, private zones, endpoint services, functions in VPCs."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.endpoints.endpoint import (
    Endpoint,
    EndpointDns,
    EndpointGroup,
    EndpointPolicy,
    EndpointTable,
    PrivateZone,
    ZoneProfile,
)
from taskwall.model.endpoints.endpoint_service import EndpointService, ServicePermission
from taskwall.model.entities.function import LambdaFunction
from taskwall.model.entities.security_group import PrefixList
from taskwall.model.entities.vpc import FlowLog

LOOKED_UP = """
resource "aws_ssm_parameter" "p" { value = "com.amazonaws.eu-west-1.logs" }
module "m" { source = "a/b/c" }
variable "v" {}
resource "aws_vpc_endpoint_service" "own" {}
data "aws_vpc_endpoint_service" "s3" { service = "s3" }
data "aws_vpc_endpoint_service" "fips" { service = "ecr-fips.dkr" }
data "aws_vpc_endpoint_service" "open" { service = var.v }
data "aws_vpc_endpoint_service" "named" { service_name = "com.amazonaws.eu-west-1.ecr.api" }
resource "aws_vpc_endpoint" "e" {
  vpc_id       = "vpc-1"
  service_name = NAME
}
"""
OFFERED = "an endpoint service"


@pytest.mark.parametrize(
    ("name", "service", "region"),
    [
        ('"com.amazonaws.eu-west-1.logs"', "logs", "eu-west-1"),
        ('"com.amazonaws.${var.v}.logs"', "logs", ""),
        ('"com.amazonaws.vpce.eu-west-1.vpce-svc-1"', OFFERED, "eu-west-1"),
        ("var.v", "", ""),
        ("data.aws_vpc_endpoint_service.s3.service_name", "s3", ""),
        ("data.aws_vpc_endpoint_service.fips.service_name", "ecr.dkr", ""),
        ("data.aws_vpc_endpoint_service.open.service_name", "", ""),
        ("data.aws_vpc_endpoint_service.named.service_name", "ecr.api", "eu-west-1"),
        ("aws_vpc_endpoint_service.own.service_name", OFFERED, ""),
        ("aws_ssm_parameter.p.value", "logs", "eu-west-1"),
        ("module.m.service", "", ""),
    ],
)
def test_services_of_endpoints(name: str, service: str, region: str) -> None:
    """They are told by their name, or by what looks it up; permissions refer to its list."""
    found = network(LOOKED_UP.replace("NAME", name))
    (endpoint,) = found.every(Endpoint)

    assert (endpoint.service, endpoint.region) == (service, region)
    assert [(each.id, said(each.named)) for each in found.every(PrefixList)] == [
        ("aws_vpc_endpoint.e.prefix_list_id", f"com.amazonaws.{region}.{service}")
    ] * bool(service)


def test_an_endpoint_of_a_template_hands_over_no_prefix_list() -> None:
    """No attribute of CloudFormation's names it."""
    found = network("""
Resources:
  E:
    Type: AWS::EC2::VPCEndpoint
    Properties: {VpcId: vpc-1, ServiceName: com.amazonaws.eu-west-1.s3}
""")

    assert [each.service for each in found.every(Endpoint)] == ["s3"]
    assert found.every(PrefixList) == []


NAMED = {
    "terraform": (
        """
resource "aws_vpc_endpoint" "e" {
  vpc_id             = "vpc-1"
  policy             = "{}"
  security_group_ids = ["sg-1"]
  route_table_ids    = ["rtb-1"]
}
""",
        ("security_group_ids", "route_table_ids", "policy"),
    ),
    "cloudformation": (
        """
Resources:
  E:
    Type: AWS::EC2::VPCEndpoint
    Properties: {SecurityGroupIds: [sg-1], RouteTableIds: [rtb-1], PolicyDocument: {}}
""",
        ("SecurityGroupIds", "RouteTableIds", "PolicyDocument"),
    ),
}


@pytest.mark.parametrize(("text", "names"), NAMED.values(), ids=NAMED)
def test_attributes_of_endpoints_in_each_language(text: str, names: tuple[str, ...]) -> None:
    """A finding names what the user wrote, and knows to whom it leads."""
    (found,) = network(text).every(Endpoint)
    settings = (found.groups_setting, found.tables_setting, found.policy_setting)

    assert tuple(each.name for each in settings) == names
    assert [each.names for each in settings] == [{"sg-1"}, {"rtb-1"}, set()]


def test_defaults_of_endpoints() -> None:
    """A gateway without private DNS, whose policy lets all through."""
    (found,) = network('resource "aws_vpc_endpoint" "e" { vpc_id = "vpc-1" }\n').every(Endpoint)

    assert (found.vpc.to, said(found.kind), said(found.private_dns)) == ("vpc-1", "Gateway", False)
    assert (found.policy, said(found.policy_setting), found.groups) == (None, None, ())


STATEMENT = """
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
"""
DOCUMENT = "data.aws_iam_policy_document.d"
POLICY = """
data "aws_iam_policy_document" "d" {
  STATEMENT
}
resource "aws_vpc_endpoint" "e" {
  vpc_id       = "vpc-1"
  service_name = "com.amazonaws.eu-west-1.s3"
  policy       = GIVEN
}
"""
OPEN_POLICY = 'jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })'


@pytest.mark.parametrize(
    ("given", "more", "notation", "address"),
    [
        (f"{DOCUMENT}.json", "", "blocks", DOCUMENT),
        (f"{DOCUMENT}.json", 'source_policy_documents = ["{}"]', "blocks", None),
        (f"{DOCUMENT}.json", 'override_json = "{}"', "blocks", None),
        (OPEN_POLICY, "", "structure", "aws_vpc_endpoint.e"),
        ('"{\\"Statement\\": [{\\"Effect\\": \\"Allow\\",}]}"', "", "text", "aws_vpc_endpoint.e"),
        ('"{\\"Statement\\": [{\\"Sid\\": \\"${var.v}\\",}]}"', "", "text", "aws_vpc_endpoint.e"),
        ("aws_ssm_parameter.p.value", "", "text", "aws_vpc_endpoint.e"),
    ],
    ids=range(7),
)
def test_where_policies_of_endpoints_are_written(
    given: str, more: str, notation: str, address: str | None
) -> None:
    """In blocks of a data source, as a structure, or as text; no fix changes what others join."""
    text = POLICY.replace("STATEMENT", STATEMENT + more).replace("GIVEN", given)
    text += 'variable "v" {}\nresource "aws_ssm_parameter" "p" {\n'
    text += 'value = "{\\"Statement\\": [{\\"Effect\\": \\"Allow\\",},]}"\n}\n'
    (found,) = network(text).every(Endpoint)

    assert found.policy is not None
    assert (found.policy.notation, len(found.policy.statements)) == (notation, 1)
    at = found.policy_setting.attribute
    assert (at.address if at else None) == address


@pytest.mark.parametrize(
    ("statements", "given"),
    [
        ("", "[data.aws_iam_policy_document.o.json]"),
        ("", f"[{OPEN_POLICY}]"),
        (STATEMENT, "[var.v]"),
        (STATEMENT, f"[{OPEN_POLICY}]"),
    ],
    ids=range(4),
)
def test_policies_of_endpoints_that_others_join(statements: str, given: str) -> None:
    """No fix changes a document whose statements are not its own blocks."""
    more = f"source_policy_documents = {given}"
    text = POLICY.replace("STATEMENT", statements + more).replace("GIVEN", f"{DOCUMENT}.json")
    text += f'variable "v" {{}}\ndata "aws_iam_policy_document" "o" {{\n{STATEMENT}\n}}\n'
    (found,) = network(text).every(Endpoint)

    assert found.policy is not None
    assert found.policy.notation == "blocks"
    assert found.policy_setting.attribute is None


@pytest.mark.parametrize("given", ["5", '"no document"', "null"], ids=["number", "text", "null"])
def test_what_is_no_policy_of_an_endpoint(given: str) -> None:
    """It says nothing that is known, and null is no policy at all."""
    text = POLICY.replace("STATEMENT", "").replace("GIVEN", given)
    (found,) = network(text).every(Endpoint)

    assert (found.policy is None) is (given == "null")
    assert (found.policy_setting.value is None) is (given == "null")
    if found.policy is not None:
        assert (found.policy.statements, found.policy.open) == ((), True)


def test_what_completes_endpoints() -> None:
    """Policies, groups, tables and private DNS may be resources of their own."""
    text = """
resource "aws_vpc_endpoint" "e" { vpc_id = "vpc-1" }
resource "aws_vpc_endpoint_policy" "p" {
  vpc_endpoint_id = aws_vpc_endpoint.e.id
  policy          = jsonencode({ Statement = [] })
}
resource "aws_vpc_endpoint_policy" "none" { vpc_endpoint_id = aws_vpc_endpoint.e.id }
resource "aws_vpc_endpoint_security_group_association" "g" {
  vpc_endpoint_id             = aws_vpc_endpoint.e.id
  security_group_id           = "sg-1"
  replace_default_association = true
}
resource "aws_vpc_endpoint_security_group_association" "h" {
  vpc_endpoint_id   = aws_vpc_endpoint.e.id
  security_group_id = "sg-2"
}
resource "aws_vpc_endpoint_route_table_association" "t" {
  vpc_endpoint_id = aws_vpc_endpoint.e.id
  route_table_id  = "rtb-1"
}
resource "aws_vpc_endpoint_private_dns" "d" {
  vpc_endpoint_id     = aws_vpc_endpoint.e.id
  private_dns_enabled = "true"
}
"""
    found = network(text)
    own = "aws_vpc_endpoint.e"

    assert [(each.id, each.endpoint.to) for each in found.every(EndpointPolicy)] == [
        ("aws_vpc_endpoint_policy.p", own)
    ]
    assert [
        (each.endpoint.to, each.group.to, said(each.instead)) for each in found.every(EndpointGroup)
    ] == [(own, "sg-1", True), (own, "sg-2", False)]
    assert [(each.endpoint.to, each.table.to) for each in found.every(EndpointTable)] == [
        (own, "rtb-1")
    ]
    assert [(each.endpoint.to, said(each.private_dns)) for each in found.every(EndpointDns)] == [
        (own, True)
    ]


def test_private_zones_and_profiles() -> None:
    """A zone answers in its VPCs and those that are associated; a profile brings zones to one."""
    text = """
resource "aws_route53_zone" "z" {
  name = "a.internal"
  vpc { vpc_id = "vpc-1" }
}
resource "aws_route53_zone_association" "a" {
  zone_id = aws_route53_zone.z.zone_id
  vpc_id  = "vpc-2"
}
resource "aws_route53profiles_association" "p" {
  profile_id  = "p"
  resource_id = "vpc-3"
}
"""
    found = network(text)
    (zone,), (profile,) = found.every(PrivateZone), found.every(ZoneProfile)

    assert (said(zone.named), [link.to for link in zone.vpcs]) == ("a.internal", ["vpc-1", "vpc-2"])
    assert profile.vpc.to == "vpc-3"


ZONE = """
variable "v" {}
resource "aws_vpc" "m" {}
resource "aws_route53_zone" "z" {
  name = "a.internal"
  vpc { vpc_id = "vpc-1" }
}
"""
IN_VPCS: dict[str, tuple[str, list[tuple[str, bool | None]]]] = {
    "two": ('vpc { vpc_id = "vpc-1" }\nvpc { vpc_id = "vpc-2" }',
            [("vpc-1", True), ("vpc-2", True)]),
    "one of the sources": ("vpc { vpc_id = aws_vpc.m.id }", [("aws_vpc.m", True)]),
    "one that is not known": ("vpc { vpc_id = var.v }", [("var.v", True)]),
    "one that may be there": (
        'dynamic "vpc" {\nfor_each = var.v\ncontent { vpc_id = "vpc-1" }\n}', [("vpc-1", None)],
    ),
    "null": ("vpc { vpc_id = null }", []),
    "null and another": ('vpc { vpc_id = null }\nvpc { vpc_id = "vpc-2" }', [("vpc-2", True)]),
    "none": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("blocks", "vpcs"), IN_VPCS.values(), ids=IN_VPCS)
def test_the_vpcs_of_a_zone(blocks: str, vpcs: list[tuple[str, bool | None]]) -> None:
    """It answers in each that is written, as far as that is there."""
    (zone,) = network(ZONE.replace('vpc { vpc_id = "vpc-1" }', blocks)).every(PrivateZone)

    assert [(link.to, link.fact.truth) for link in zone.vpcs] == vpcs


ASSOCIATED: dict[str, tuple[str, list[tuple[str, bool | None]]]] = {
    "by its id": ("zone_id = aws_route53_zone.z.id\nvpc_id = aws_vpc.m.id", [("aws_vpc.m", True)]),
    "perhaps": (
        'count = var.v\nzone_id = aws_route53_zone.z.zone_id\nvpc_id = "vpc-2"',
        [("vpc-2", None)],
    ),
    "another zone": ('zone_id = "Z1"\nvpc_id = "vpc-2"', []),
    "without a VPC": ("zone_id = aws_route53_zone.z.zone_id\nvpc_id = null", []),
}


@pytest.mark.parametrize(("body", "vpcs"), ASSOCIATED.values(), ids=ASSOCIATED)
def test_vpcs_that_a_zone_is_associated_with(
    body: str, vpcs: list[tuple[str, bool | None]]
) -> None:
    """They come to those that the zone itself has."""
    text = f'{ZONE}resource "aws_route53_zone_association" "a" {{\n{body}\n}}\n'
    (zone,) = network(text).every(PrivateZone)

    assert [(link.to, link.fact.truth) for link in zone.vpcs] == [("vpc-1", True), *vpcs]


@pytest.mark.parametrize(
    ("vpcs", "links"),
    [
        ("[{VPCId: v-1, VPCRegion: r}]", [("v-1", True)]),
        ("[{VPCId: !Ref P}]", [("P", True)]),
        ("[!If [C, {VPCId: v-1}, !Ref AWS::NoValue]]", [("v-1", None)]),
        ("!Ref P", [("", None)]),
        ("[{VPCRegion: r}]", []),
        ("!Ref AWS::NoValue", []),
    ],
)
def test_the_vpcs_of_a_zone_of_a_template(vpcs: str, links: list[tuple[str, bool | None]]) -> None:
    """The same in CloudFormation's words."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Conditions: {{C: !Equals [!Ref P, a]}}
Resources:
  Zone:
    Type: AWS::Route53::HostedZone
    Properties:
      Name: a.internal
      VPCs: {vpcs}
"""
    (zone,) = network(text).every(PrivateZone)

    assert said(zone.named) == "a.internal"
    assert [(link.to, link.fact.truth) for link in zone.vpcs] == links


def test_endpoint_services() -> None:
    """They lead to load balancers, and let principals connect, which others may add to."""
    text = """
resource "aws_lb" "n" {}
resource "aws_lb" "g" {}
resource "aws_vpc_endpoint_service" "s" {
  network_load_balancer_arns = [aws_lb.n.arn]
  gateway_load_balancer_arns = [aws_lb.g.arn]
  acceptance_required        = "true"
  allowed_principals         = ["*"]
}
resource "aws_vpc_endpoint_service_allowed_principal" "p" {
  vpc_endpoint_service_id = aws_vpc_endpoint_service.s.id
  principal_arn           = "arn:aws:iam::1:root"
}
"""
    found = network(text)
    (service,), (permission,) = found.every(EndpointService), found.every(ServicePermission)

    assert [link.to for link in service.balancers] == ["aws_lb.n", "aws_lb.g"]
    assert said(service.acceptance) is True
    assert [said(each) for each in service.principals] == ["*"]
    assert permission.service.to == service.id
    assert [said(each) for each in permission.principals] == ["arn:aws:iam::1:root"]


@pytest.mark.parametrize(
    ("principals", "expected"),
    [
        ("[]", []),
        ("var.v", [OPEN]),
        ('["*", var.v]', ["*", OPEN]),
        ('concat(["arn:aws:iam::1:root"], var.v)', ["arn:aws:iam::1:root", OPEN]),
        ('var.v ? ["*"] : ["arn:aws:iam::1:root"]', [OPEN, "arn:aws:iam::1:root"]),
    ],
)
def test_principals_that_an_endpoint_service_may_allow(
    principals: str, expected: list[object]
) -> None:
    """One that is not all of them lets not everybody connect, if it is there or not."""
    text = 'variable "v" {}\nresource "aws_vpc_endpoint_service" "s" {\n'
    (found,) = network(f"{text}allowed_principals = {principals}\n}}\n").every(EndpointService)

    assert [said(each) for each in found.principals] == expected


@pytest.mark.parametrize(
    ("groups", "subnets", "runs"),
    [
        ('["sg-1"]', '["subnet-1"]', (["sg-1"], ["subnet-1"])),
        ("[]", "[]", None),
        ('["sg-1"]', "[]", (["sg-1"], [])),
    ],
)
def test_functions_in_vpcs(
    groups: str, subnets: str, runs: tuple[list[str], list[str]] | None
) -> None:
    """One with an empty configuration is in none."""
    config = f"security_group_ids = {groups}\nsubnet_ids = {subnets}"
    text = f'resource "aws_lambda_function" "f" {{\nvpc_config {{\n{config}\n}}\n}}\n'
    found = network(text + 'resource "aws_lambda_function" "none" {}\n').every(LambdaFunction)

    assert [
        ([link.to for link in each.groups], [link.to for link in each.subnets]) for each in found
    ] == ([] if runs is None else [runs])


@pytest.mark.parametrize(
    ("groups", "ends"),
    [
        ("!Ref A", ["A"]),
        ("'sg-1, sg-2'", ["sg-1", "sg-2"]),
        ("!Join [',', [!Ref A, sg-2]]", ["A", "sg-2"]),
        ("!Sub '${A},${B},sg-3'", ["A", "B", "sg-3"]),
        ("!Sub 'sg-${P},sg-2'", ["sg-${P}", "sg-2"]),
        ("!Ref P", ["P"]),
    ],
)
def test_functions_that_rotate_secrets(groups: str, ends: list[str]) -> None:
    """Secrets Manager makes one in the groups and subnets that a schedule lists with commas."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  A: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: a}}}}
  B: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: b}}}}
  Own:
    Type: AWS::SecretsManager::RotationSchedule
    Properties:
      HostedRotationLambda: {{VpcSecurityGroupIds: {groups}, VpcSubnetIds: 'subnet-1,subnet-2'}}
  Other: {{Type: AWS::SecretsManager::RotationSchedule, Properties: {{RotationLambdaARN: x}}}}
"""
    (found,) = network(text).every(LambdaFunction)

    assert found.id == "Own"
    assert [link.to for link in found.groups] == ends
    assert [link.to for link in found.subnets] == ["subnet-1", "subnet-2"]


def test_flow_logs_of_terraform() -> None:
    """They name a VPC or a subnet; AWS's format and ten minutes are the defaults."""
    text = """
resource "aws_flow_log" "v" {
  vpc_id                   = "vpc-1"
  traffic_type             = "REJECT"
  max_aggregation_interval = 60
  log_format               = "$${vpc-id}"
}
resource "aws_flow_log" "s" { subnet_id = "subnet-1" }
"""
    of_vpc, of_subnet = network(text).every(FlowLog)

    assert of_vpc.vpc is not None
    assert of_subnet.subnet is not None
    assert (of_vpc.vpc.to, of_vpc.subnet) == ("vpc-1", None)
    assert (of_subnet.vpc, of_subnet.subnet.to) == (None, "subnet-1")
    assert [said(each) for each in (of_vpc.traffic, of_vpc.format, of_vpc.interval)] == [
        "REJECT", "${vpc-id}", 60,
    ]  # fmt: skip
    assert said(of_subnet.interval) == 600
    assert "${srcaddr} ${dstaddr}" in str(said(of_subnet.format))
    assert of_vpc.format.name == of_subnet.format.name == "log_format"
