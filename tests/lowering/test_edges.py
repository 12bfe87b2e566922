"""To which load balancers CloudFront and API Gateway lead, and whether by HTTPS."""

import pytest

from taskwall.core.values import Reference, Text, Value, dereferenced
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.load_balancing.edge import AliasRecord, EdgeConnection
from taskwall.model.load_balancing.vpc_link import LinkedIntegration
from taskwall.model.load_balancing.vpc_origin import OriginUse
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

AROUND = """
variable "v" {}
resource "aws_lb" "b" { name = "b" }
resource "aws_lb" "o" {}
resource "aws_lb_listener" "l" { load_balancer_arn = aws_lb.b.arn }
resource "aws_route53_zone" "z" { name = "example.com" }
resource "aws_s3_bucket" "s" {}
data "aws_ssm_parameter" "p" { name = "p" }
resource "aws_ssm_parameter" "q" { value = "https://b-1.eu-west-1.elb.amazonaws.com/x" }
resource "aws_cloudformation_stack" "s" {}
resource "aws_lambda_function" "f" {}
resource "aws_apigatewayv2_vpc_link" "k" {}
resource "aws_api_gateway_vpc_link" "n" { target_arns = [aws_lb.o.arn] }
"""


def network(text: str) -> Network:
    """The network of a root of Terraform with load balancers."""
    (stack,), errors = terraform.stacks(["main.tf"], Files({"main.tf": AROUND + text}), Inputs())
    lowered = lower(stack.evaluate({}).resources)
    assert (errors, lowered.crashes) == ([], ())
    return lowered.network


def distribution(domain: str, policy: str = "http-only", more: str = "") -> str:
    """A distribution with one custom origin; `more` comes after it."""
    behaviour = """default_cache_behavior {
    viewer_protocol_policy = "redirect-to-https"
    target_origin_id       = "a"
  }"""
    return f"""
resource "aws_cloudfront_distribution" "d" {{
  origin {{
    domain_name = {domain}
    origin_id   = "a"
    custom_origin_config {{ origin_protocol_policy = "{policy}" }}
  }}
  {more if "default_cache" in more else behaviour + more}
}}
"""


def behaviour(policy: str, origin: str, kind: str = "default_cache_behavior") -> str:
    """A behaviour of a distribution."""
    return f"""
  {kind} {{
    viewer_protocol_policy = "{policy}"
    target_origin_id       = {origin}
  }}
"""


def origin(identity: str) -> str:
    """Another origin of a distribution: a bucket."""
    domain = "aws_s3_bucket.s.bucket_domain_name"
    return f"\n  origin {{\n    domain_name = {domain}\n    origin_id = {identity}\n  }}\n"


MORE = "ordered_cache_behavior"


def test_an_origin_whose_id_is_not_known() -> None:
    """A behaviour that names the same by the same variable certainly uses it."""
    text = distribution("aws_lb.b.dns_name", "match-viewer", behaviour("allow-all", '"a"'))
    (edge,) = network(text.replace('"a"', "var.v")).every(EdgeConnection)

    assert edge.encrypted.truth is False


@pytest.mark.parametrize(
    ("policy", "more", "encrypted"),
    [
        ("http-only", "", False),
        ("https-only", "", True),
        ("match-viewer", "", True),
        ("match-viewer", behaviour("https-only", '"a"'), True),
        ("match-viewer", behaviour("allow-all", '"a"'), False),
        ("match-viewer", behaviour("allow-all", '"a"', MORE), False),
        ("match-viewer", behaviour("allow-all", '"s"') + origin('"s"'), True),
        ("match-viewer", behaviour("allow-all", '"typo"') + origin('"s"'), False),
        ("match-viewer", behaviour("allow-all", "var.v") + origin('"s"'), None),
        ("match-viewer", behaviour("allow-all", '"x"') + origin("var.v"), None),
    ],
    ids=range(10),
)
def test_whether_an_origin_is_reached_by_https(
    policy: str, more: str, encrypted: bool | None
) -> None:
    """Where it does as its viewers, all behaviours that may use it decide."""
    text = distribution("aws_lb.b.dns_name", policy, more)

    (edge,) = network(text).every(EdgeConnection)

    assert edge.encrypted.truth is encrypted
    assert edge.port == "80"


def balancers(text: str) -> list[str]:
    """The load balancers that something leads to."""
    found = network(text).every(EdgeConnection)
    return [each.balancer.to for each in found if each.balancer is not None]


@pytest.mark.parametrize(
    ("source", "expected"),
    [("terraform-aws-modules/s3-bucket/aws", []), ("acme/site/aws", ["module.m.domain"])],
)
def test_what_a_module_that_is_not_there_puts_out(source: str, expected: list[str]) -> None:
    """It may be a load balancer's name unless the module is known to make none."""
    call = f'module "m" {{\n  source = "{source}"\n}}\n'
    assert balancers(call + distribution("module.m.domain")) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("var.v", ["var.v"]),
        ('"www.example.org"', []),
        ('"b-1.eu-west-1.elb.amazonaws.com"', ["b-1.eu-west-1.elb.amazonaws.com"]),
        ('"x.s3.amazonaws.com"', []),
        ('"${var.v}.s3.amazonaws.com"', []),
        ('"${var.v}.lambda-url.eu-west-1.on.aws"', []),
        ('"${var.v}.cloudfront.net"', []),
        ('"${var.v}.aws.dev"', []),
        ('"${var.v}.eu-west-1.elb.amazonaws.com"', ["${var.v}.eu-west-1.elb.amazonaws.com"]),
        ("data.aws_ssm_parameter.p.value", ["data.aws_ssm_parameter.p.value"]),
        ("aws_s3_bucket.s.bucket_domain_name", []),
        ('trimprefix(aws_s3_bucket.s.website_endpoint, "http://")', []),
        ('split("/", aws_lambda_function_url.s.function_url)[2]', []),
        ('replace(aws_apigatewayv2_api.s.api_endpoint, "/^https?://([^/]*).*/", "$1")', []),
        (
            "coalesce(var.v, aws_lambda_function_url.s.function_url)",
            ["coalesce(var.v, aws_lambda_function_url.s.function_url)"],
        ),
        ('"${lower(random_pet.s.id)}.example.org"', ["${lower(random_pet.s.id)}.example.org"]),
        ("lower(aws_lb.b.dns_name)", ["lower(aws_lb.b.dns_name)"]),
        ('lookup({a = aws_lb.b.dns_name, c = ""}, aws_s3_bucket.s.id)', [""]),
        (
            'aws_cloudformation_stack.s.outputs["Host"]',
            ['aws_cloudformation_stack.s.outputs["Host"]'],
        ),
        ('trimprefix(aws_cloudformation_stack.s.outputs["Host"], "http://")', [""]),
    ],
)
def test_domains_of_origins(domain: str, expected: list[str]) -> None:
    """A name may be a load balancer's unless it is known to be something else's."""
    assert balancers(distribution(domain)) == expected


def record(name: str, target: str, alias: bool = False) -> str:
    """A record of the zone of the sources."""
    alias_block = f"alias {{\n    name = {target}\n  }}"
    return f"""
resource "aws_route53_record" "r" {{
  name    = {name}
  zone_id = aws_route53_zone.z.zone_id
  {alias_block if alias else f"records = [{target}]"}
}}
"""


RANDOM = """
resource "random_pet" "p" {}
resource "aws_acm_certificate" "c" { domain_name = "other.example.com" }
"""


@pytest.mark.parametrize("alias", [True, False])
@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ('"app.example.com"', '"app.example.com"'),
        ('"app.example.com"', '"app"'),
        ('"APP.example.com."', '"app"'),
        ('"example.com"', '""'),
        ('"${var.v}.example.com"', "var.v"),
        ("var.v", "var.v"),
        ("aws_route53_record.r.fqdn", '"app"'),
        ('"${lower(random_pet.p.id)}.example.com"', "lower(random_pet.p.id)"),
        ('"${random_pet.p.id}.example.com"', "random_pet.p.id"),
        ("aws_acm_certificate.c.domain_name", "aws_acm_certificate.c.domain_name"),
    ],
)
def test_records_lead_to_load_balancers(domain: str, name: str, alias: bool) -> None:
    """Terraform adds the name of the zone where it is not written."""
    text = distribution(domain) + RANDOM

    assert balancers(text + record(name, "aws_lb.b.dns_name", alias)) == ["aws_lb.b"]
    assert balancers(text + record(name, '"www.example.org"', alias)) == []


def chain(names: str, last: str, alias: bool, *, by_name: bool) -> str:
    """Records of which each leads to the next one, and the last one somewhere."""
    text = ""
    for name, after in zip(names, [*names[1:], ""], strict=True):
        other = f'"{after}.example.com"' if by_name else f"aws_route53_record.{after}.fqdn"
        one = record(f'"{name}"', other if after else last, alias)
        text += one.replace('"aws_route53_record" "r"', f'"aws_route53_record" "{name}"')
    return text


@pytest.mark.parametrize("alias", [True, False])
@pytest.mark.parametrize("by_name", [True, False])
def test_records_lead_to_each_other(by_name: bool, alias: bool) -> None:
    """An alias or a CNAME may be the name of another record; a circle leads nowhere."""
    text = distribution('"p.example.com"')
    found = [
        balancers(text + chain(names, last, alias, by_name=by_name))
        for names, last in (
            ("pq", "aws_lb.b.dns_name"),
            ("pqstu", "aws_lb.b.dns_name"),
            ("pq", '"www.example.org"'),
            ("pq", '"p.example.com"'),
            ("pq", "aws_route53_record.p.fqdn"),
        )
    ]

    assert found == [["aws_lb.b"], ["aws_lb.b"], [], [], []]


def spelled(value: Value) -> str:
    """A name, with a question mark for each part that is not known."""
    found = dereferenced(value)
    parts = found.parts if isinstance(found, Text) else (found,)
    known = (dereferenced(each) if isinstance(each, Reference) else each for each in parts)
    texts = (each if isinstance(each, str) else getattr(each, "data", "?") for each in known)
    return "".join(map(str, texts))


@pytest.mark.parametrize(
    ("name", "zone", "names"),
    [
        ('"app"', "aws_route53_zone.z.zone_id", ["app.example.com"]),
        ('"app.example.com"', "aws_route53_zone.z.zone_id", ["app.example.com"]),
        ('"app.Example.com."', "aws_route53_zone.z.zone_id", ["app.Example.com."]),
        ('""', "aws_route53_zone.z.zone_id", ["example.com"]),
        ("var.v", "aws_route53_zone.z.zone_id", ["?.example.com", "?"]),
        ('"${var.v}.a"', "aws_route53_zone.z.zone_id", ["?.a.example.com"]),
        ('"app"', '"Z1"', ["app", "app.?"]),
        ('"app"', "var.v", ["app", "app.?"]),
        ('"app"', "data.aws_route53_zone.z.zone_id", ["app.example.org"]),
    ],
)
def test_names_of_records(name: str, zone: str, names: list[str]) -> None:
    """Terraform adds the name of the zone where a record does not say it, which may be unknown."""
    more = 'data "aws_route53_zone" "z" { name = "example.org" }\n'
    text = record(name, "aws_lb.b.dns_name").replace("aws_route53_zone.z.zone_id", zone)
    found = [*network(more + text).every(AliasRecord)]

    assert [spelled(each.name) for each in found] == names
    assert [each.balancer.to if each.balancer else "" for each in found] == ["aws_lb.b"] * len(
        names
    )


@pytest.mark.parametrize(
    ("target", "balancer"),
    [
        ("aws_lb.b.dns_name", "aws_lb.b"),
        ('"dualstack.${aws_lb.b.dns_name}"', "aws_lb.b"),
        ("aws_s3_bucket.s.bucket_domain_name", ""),
        ('"www.example.org"', ""),
        ("var.v", ""),
    ],
)
@pytest.mark.parametrize("alias", [True, False])
def test_what_a_record_leads_to(target: str, balancer: str, alias: bool) -> None:
    """To a load balancer of the sources, or elsewhere."""
    (found,) = network(record('"app"', target, alias)).every(AliasRecord)

    assert (found.balancer.to if found.balancer else "") == balancer


def test_a_record_of_another_name() -> None:
    """It says nothing of a name that it does not have."""
    text = record('"other"', "aws_lb.b.dns_name")

    assert balancers(distribution('"app.example.com"') + text) == []


def http(body: str) -> str:
    """An integration of an HTTP API."""
    return f'resource "aws_apigatewayv2_integration" "i" {{\n{body}\n}}\n'


PROXY = 'integration_type = "HTTP_PROXY"\n'
LISTENER = "integration_uri = aws_lb_listener.l.arn\n"
LINK = "connection_id = aws_apigatewayv2_vpc_link.k.id\n"

HTTP: dict[str, tuple[str, list[tuple[str, str, str, bool | None]], list[str]]] = {
    "plain": (
        PROXY + 'integration_uri = "http://${aws_lb.b.dns_name}/x"',
        [("aws_lb.b", "", "80", False)],
        [],
    ),
    "by TLS at a port": (
        PROXY + 'integration_uri = "https://${aws_lb.b.dns_name}:8443/x"',
        [("aws_lb.b", "", "8443", True)],
        [],
    ),
    "by a known name": (
        PROXY + 'integration_uri = "http://b-1.eu-west-1.elb.amazonaws.com:81/x"',
        [("b-1.eu-west-1.elb.amazonaws.com", "", "81", False)],
        [],
    ),
    "of the older type": (
        'integration_type = "http"\nintegration_uri = "http://${aws_lb.b.dns_name}/x"',
        [("aws_lb.b", "", "80", False)],
        [],
    ),
    "by what a parameter holds": (
        PROXY + "integration_uri = aws_ssm_parameter.q.value",
        [("b-1.eu-west-1.elb.amazonaws.com", "", "443", True)],
        [],
    ),
    "to a bucket": (
        PROXY + 'integration_uri = "http://${aws_s3_bucket.s.bucket_domain_name}/x"', [], [],
    ),
    "to somebody else": (PROXY + 'integration_uri = "http://example.org/x"', [], []),
    "private": (
        PROXY + LISTENER + LINK, [("", "aws_lb_listener.l", "", False)], ["aws_lb_listener.l"],
    ),
    "private, by TLS": (
        PROXY + LISTENER + LINK + 'tls_config {\nserver_name_to_verify = "x"\n}',
        [("", "aws_lb_listener.l", "", True)],
        ["aws_lb_listener.l"],
    ),
    "private, perhaps by TLS": (
        PROXY + LISTENER + 'dynamic "tls_config" {\nfor_each = var.v\ncontent {}\n}',
        [("", "aws_lb_listener.l", "", None)],
        [],
    ),
    "of a type that is not known": (
        "integration_type = var.v\n" + LISTENER, [("", "aws_lb_listener.l", "", False)], [],
    ),
    "of another type": ('integration_type = "AWS_PROXY"\n' + LISTENER, [], []),
    "to a function": (PROXY + "integration_uri = aws_lambda_function.f.arn\n" + LINK, [], [""]),
    "to what is not known": (
        PROXY + "integration_uri = var.v\n" + LINK, [("", "var.v", "", False)], ["var.v"],
    ),
    "to nothing": (PROXY, [], []),
}  # fmt: skip


@pytest.mark.parametrize(("body", "edges", "linked"), HTTP.values(), ids=HTTP)
def test_integrations_of_http_apis(
    body: str, edges: list[tuple[str, str, str, bool | None]], linked: list[str]
) -> None:
    """They lead to a listener through a VPC link, else to the host of their URI."""
    found = network(http(body))

    assert [
        (
            each.balancer.to if each.balancer else "", each.listener.to if each.listener else "",
            each.port, each.encrypted.truth,
        )
        for each in found.every(EdgeConnection)
    ] == edges  # fmt: skip
    assert [
        each.listener.to if each.listener else "" for each in found.every(LinkedIntegration)
    ] == linked


def rest(body: str, types: str = "") -> str:
    """An integration of a REST API, whose endpoint is of some types."""
    endpoint = f"endpoint_configuration {{\n    types = [{types}]\n  }}" if types else ""
    return f"""
resource "aws_api_gateway_rest_api" "a" {{
  {endpoint}
}}
resource "aws_api_gateway_integration" "i" {{
  rest_api_id = aws_api_gateway_rest_api.a.id
  {body}
}}
"""


@pytest.mark.parametrize(
    ("body", "balancer", "port", "encrypted"),
    [
        ('type = "HTTP"\nuri = "http://${aws_lb.b.dns_name}/"', "aws_lb.b", "80", False),
        ('type = "HTTP_PROXY"\nuri = "https://${aws_lb.b.dns_name}/"', "aws_lb.b", "443", True),
        ('type = "HTTP_PROXY"\nuri = "${var.v}://${aws_lb.b.dns_name}/"', "aws_lb.b", "80", None),
    ],
)
def test_integrations_of_rest_apis(
    body: str, balancer: str, port: str, encrypted: bool | None
) -> None:
    """Their URI says how they call the load balancer that it names."""
    (edge,) = network(rest(body)).every(EdgeConnection)

    assert edge.balancer is not None
    assert (edge.balancer.to, edge.port, edge.encrypted.truth) == (balancer, port, encrypted)


def test_an_integration_that_calls_nothing() -> None:
    """A mock answers by itself."""
    assert balancers(rest('type = "MOCK"\nuri = "http://${aws_lb.b.dns_name}/"')) == []
    assert balancers(rest('type = "HTTP"\nuri = 5')) == []


BY_URI = 'type = "HTTP_PROXY"\nconnection_id = var.v\nuri = '
BY_NETWORK = 'type = "HTTP_PROXY"\nconnection_id = aws_api_gateway_vpc_link.n.id\nuri = '


@pytest.mark.parametrize(
    ("body", "link", "balancer", "port"),
    [
        (BY_NETWORK + '"http://example.com/"', "aws_api_gateway_vpc_link.n", "aws_lb.o", "80"),
        (BY_NETWORK + '"https://example.com/"', "aws_api_gateway_vpc_link.n", "aws_lb.o", "443"),
        (BY_NETWORK + '"https://example.com:9/"', "aws_api_gateway_vpc_link.n", "aws_lb.o", "9"),
        (BY_NETWORK + '"http://example.com:x/"', "aws_api_gateway_vpc_link.n", "aws_lb.o", ""),
        (BY_NETWORK + '"http://${var.v}/"', "aws_api_gateway_vpc_link.n", "aws_lb.o", ""),
        (
            'type = "HTTP_PROXY"\nuri = "http://example.com/"\n'
            + LINK
            + "integration_target = aws_lb.b.arn",
            "aws_apigatewayv2_vpc_link.k",
            "aws_lb.b",
            "80",
        ),
        (
            'type = "HTTP_PROXY"\nconnection_id = var.v\nuri = "http://example.com/"',
            "var.v",
            "var.v",
            "80",
        ),
        (
            BY_URI + '"http://b-1.eu-west-1.elb.amazonaws.com/"',
            "var.v",
            "var.v",
            "80",
        ),
        (
            'type = "HTTP_PROXY"\nconnection_id = var.v\nuri = "http://${aws_lb.b.dns_name}:81/"',
            "var.v",
            "aws_lb.b",
            "81",
        ),
    ],
    ids=range(9),
)
def test_integrations_through_a_vpc_link(body: str, link: str, balancer: str, port: str) -> None:
    """The link, or the integration, names the load balancer, and the URI its port."""
    (linked,) = network(rest(body)).every(LinkedIntegration)

    assert linked.balancer is not None
    assert (linked.link.to, linked.balancer.to, linked.port) == (link, balancer, port)


@pytest.mark.parametrize(
    ("types", "public"),
    [("", True), ('"REGIONAL"', True), ('"EDGE"', True), ('"PRIVATE"', False), ("var.v", False)],
)
def test_rest_apis_that_the_internet_calls(types: str, public: bool) -> None:
    """All do but private ones; where that is not known, it is not certain."""
    text = rest(BY_NETWORK + '"http://example.com/"', types)

    (linked,) = network(text).every(LinkedIntegration)

    assert linked.public is public


ONCE = "endpoint_configuration {\ntypes = TYPES\n}"
PERHAPS = 'dynamic "endpoint_configuration" {\nfor_each = var.v\ncontent {\ntypes = TYPES\n}\n}'
ENDPOINTS: dict[str, tuple[str, str, bool]] = {
    "null": (ONCE, "null", True),
    "either of two public ones": (ONCE, 'var.v ? ["REGIONAL"] : ["EDGE"]', True),
    "a public or a private one": (ONCE, 'var.v ? ["REGIONAL"] : ["PRIVATE"]', False),
    "a list that is not known": (ONCE, "var.v", False),
    "a block that may be left out": (PERHAPS, '["REGIONAL"]', True),
    "a private one, whose block may be left out": (PERHAPS, '["PRIVATE"]', False),
}


@pytest.mark.parametrize(("block", "types", "public"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_rest_apis_whose_endpoint_is_open(block: str, types: str, public: bool) -> None:
    """Without a type an API is public; one of several types is, if each of them is."""
    text = rest(BY_NETWORK + '"http://example.com/"')
    head = 'resource "aws_api_gateway_rest_api" "a" {\n'
    text = text.replace(head, head + block.replace("TYPES", types))
    (linked,) = network(text + 'variable "v" {}\n').every(LinkedIntegration)

    assert linked.public is public


VPC_ORIGINS = """
resource "aws_cloudfront_vpc_origin" "p" {
  vpc_origin_endpoint_config {
    arn                    = aws_lb.b.arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "match-viewer"
  }
}
resource "aws_cloudfront_vpc_origin" "q" {
  vpc_origin_endpoint_config {
    arn                    = aws_lb.o.arn
    http_port              = 81
    https_port             = 443
    origin_protocol_policy = "match-viewer"
  }
}
resource "aws_cloudfront_distribution" "d" {
  enabled = true
  origin {
    domain_name = "x.example.com"
    origin_id   = "a"
    vpc_origin_config { vpc_origin_id = ORIGIN }
  }
  default_cache_behavior {
    viewer_protocol_policy = "allow-all"
    target_origin_id       = "a"
  }
}
"""
P, Q = "aws_cloudfront_vpc_origin.p.id", "aws_cloudfront_vpc_origin.q.id"


@pytest.mark.parametrize(
    ("origin_", "used", "encrypted"),
    [
        (P, ["aws_cloudfront_vpc_origin.p"], [False, True]),
        (Q, ["aws_cloudfront_vpc_origin.q"], [True, False]),
        (f"var.v ? {P} : {Q}", [], [None, None]),
        ("var.v", [], [True, True]),
        ('"vo_1"', [], [True, True]),
    ],
)
def test_who_uses_vpc_origins(origin_: str, used: list[str], encrypted: list[bool | None]) -> None:
    """What viewers may do counts for the origin that the distribution has, and for no other."""
    found = network(VPC_ORIGINS.replace("ORIGIN", origin_))
    edges = {each.port: each.encrypted.truth for each in found.every(EdgeConnection)}

    assert [each.origin.to for each in found.every(OriginUse)] == used
    assert [edges["80"], edges["81"]] == encrypted

    text = VPC_ORIGINS.replace("allow-all", "https-only").replace("ORIGIN", origin_)
    edges = {each.port: each.encrypted.truth for each in network(text).every(EdgeConnection)}
    assert edges == {"80": True, "81": True}  # whoever uses them


TEMPLATE = """
Resources:
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Origins:
          - Id: a
            DomainName: !GetAtt Balancer.DNSName
            CustomOriginConfig: {OriginProtocolPolicy: match-viewer, HTTPPort: 8080}
        DefaultCacheBehavior: {TargetOriginId: a, ViewerProtocolPolicy: https-only}
        CacheBehaviors:
          - {TargetOriginId: a, ViewerProtocolPolicy: POLICY}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {EndpointConfiguration: {Types: [REGIONAL]}}}
  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!Ref Balancer]}}
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      Integration: {Type: HTTP_PROXY, Uri: 'https://example.com:9/', ConnectionId: !Ref Link}
"""


def test_edges_of_templates() -> None:
    """CloudFormation says the same in other words."""
    for policy, truth in (("redirect-to-https", True), ("allow-all", False)):
        files = Files({"t.yaml": TEMPLATE.replace("POLICY", policy)})
        (stack,), _ = cloudformation.stacks(["t.yaml"], files, Inputs())
        found = lower(stack.evaluate({}).resources).network
        edges = {
            each.port: (each.balancer and each.balancer.to, each.encrypted.truth)
            for each in found.every(EdgeConnection)
        }
        assert edges == {"8080": ("Balancer", truth), "9": ("Balancer", True)}
        (linked,) = found.every(LinkedIntegration)
        assert linked.balancer is not None
        assert (linked.link.to, linked.balancer.to, linked.port) == ("Link", "Balancer", "9")
        assert linked.public


@pytest.mark.parametrize(
    ("api", "public"),
    [
        ("aws_api_gateway_rest_api.a.id", True),
        ("data.aws_api_gateway_rest_api.d.id", False),
        ('"abc"', False),
        ("var.v", False),
        ("aws_lb.b.id", False),
    ],
)
def test_the_api_of_an_integration(api: str, public: bool) -> None:
    """What the sources only look up, or do not know, may be called from a VPC alone."""
    text = rest(BY_NETWORK + '"http://example.com/"', '"REGIONAL"')
    text = text.replace("rest_api_id = aws_api_gateway_rest_api.a.id", f"rest_api_id = {api}")
    text += 'data "aws_api_gateway_rest_api" "d" { name = "d" }\n'
    (linked,) = network(text).every(LinkedIntegration)

    assert linked.public is public


def test_a_record_without_a_name_is_the_name_of_nothing() -> None:
    """Neither in Terraform nor in a template."""
    text = record('"x"', "aws_lb.b.dns_name").replace('name    = "x"', "")
    assert network(text).every(AliasRecord) == []
