"""Load balancers, their listeners and what these do, in both languages."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.core.change import ResourceAttribute, SourceCode
from taskwall.model.entities.load_balancer import ClientCheck, Listener, ListenerRule, LoadBalancer

AROUND = """
variable "v" {}
resource "aws_subnet" "s" { cidr_block = "10.0.1.0/24" }
resource "aws_eip" "e" {}
resource "aws_lb" "b" {}
resource "aws_lb_target_group" "g" {}
resource "aws_lb_target_group" "h" {}
resource "aws_acm_certificate" "c" {}
"""


def listener(body: str, type_: str = "aws_lb_listener") -> Listener:
    """A listener of Terraform."""
    text = f'resource "{type_}" "l" {{\nload_balancer_arn = aws_lb.b.arn\n{body}\n}}\n'
    (found,) = network(AROUND + text).every(Listener)
    return found


def of_template(properties: str) -> Listener:
    """A listener of CloudFormation."""
    (found,) = network(f"""
Parameters: {{P: {{Type: String}}}}
Conditions: {{Given: !Equals [!Ref P, a]}}
Resources:
  B: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer}}
  G: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup}}
  H: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup}}
  C: {{Type: AWS::CertificateManager::Certificate}}
  L:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {{LoadBalancerArn: !Ref B, {properties}}}
""").every(Listener)
    return found


def does(found: Listener | ListenerRule) -> list[tuple[object, object, list[str], bool]]:
    """What a listener does: how, by which protocol, with which target groups, and if for sure."""
    return [
        (
            said(each.type),
            said(each.protocol),
            [link.to.rpartition(".")[2] for link in each.targets],
            each.sure,
        )
        for each in found.actions
    ]


SAME = "#{protocol}"
FORWARD = 'type = "forward"\ntarget_group_arn = aws_lb_target_group.g.arn\n'
ARN = "arn = aws_lb_target_group.{}.arn\n"
WEIGHTED = "".join(f"target_group {{\n{ARN.format(each)}weight = 1\n}}\n" for each in "gh")
ACTIONS: dict[str, tuple[str, list[tuple[object, object, list[str], bool]]]] = {
    "to a target group": (
        f"default_action {{\n{FORWARD}}}", [("forward", SAME, ["g"], True)],
    ),
    "to some by weight": (
        f'default_action {{\ntype = "forward"\nforward {{\n{WEIGHTED}}}\n}}',
        [("forward", SAME, ["g", "h"], True)],
    ),
    "a redirect": (
        'default_action {\ntype = "redirect"\nredirect {\nprotocol = "HTTPS"\n}\n}',
        [("redirect", "HTTPS", [], True)],
    ),
    "a redirect that keeps the protocol": (
        'default_action {\ntype = "redirect"\nredirect {\nhost = "x"\n}\n}',
        [("redirect", SAME, [], True)],
    ),
    "a redirect by what is not known": (
        'default_action {\ntype = "redirect"\nredirect {\nprotocol = var.v\n}\n}',
        [("redirect", OPEN, [], True)],
    ),
    "by weight to nothing": (
        'default_action {\ntype = "forward"\nforward {\ntarget_group {\nweight = 1\n}\n}\n}',
        [("forward", SAME, [], True)],
    ),
    "what is not known": ("default_action {\ntype = var.v\n}", [(OPEN, SAME, [], True)]),
    "two": (
        f'default_action {{\ntype = "authenticate-oidc"\n}}\ndefault_action {{\n{FORWARD}}}',
        [("authenticate-oidc", SAME, [], True), ("forward", SAME, ["g"], True)],
    ),
    "what may be done": (
        f'dynamic "default_action" {{\nfor_each = var.v\ncontent {{\n{FORWARD}}}\n}}',
        [(OPEN, SAME, ["g"], False)],
    ),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), ACTIONS.values(), ids=ACTIONS)
def test_what_listeners_do(
    body: str, expected: list[tuple[object, object, list[str], bool]]
) -> None:
    """They forward, redirect, or ask who it is; a rule of theirs does the same."""
    assert does(listener(body)) == expected

    rule = body.replace("default_action", "action")
    text = f'resource "aws_lb_listener_rule" "r" {{\nlistener_arn = "arn"\n{rule}\n}}\n'
    (found,) = network(AROUND + text).every(ListenerRule)
    assert (does(found), found.listener.to) == (expected, "arn")


IN_TEMPLATES: dict[str, tuple[str, list[tuple[object, object, list[str], bool]]]] = {
    "to a target group": (
        "{Type: forward, TargetGroupArn: !Ref G}", [("forward", SAME, ["G"], True)],
    ),
    "to some by weight": (
        ("{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref G}, "
         "{TargetGroupArn: !Ref H}]}}"),
        [("forward", SAME, ["G", "H"], True)],
    ),
    "a redirect": (
        "{Type: redirect, RedirectConfig: {Protocol: HTTPS, StatusCode: HTTP_301}}",
        [("redirect", "HTTPS", [], True)],
    ),
    "a redirect by what is not known": (
        "{Type: redirect, RedirectConfig: {Protocol: !Ref P}}", [("redirect", OPEN, [], True)],
    ),
    "what may be done": (
        "!If [Given, {Type: forward, TargetGroupArn: !Ref G}, !Ref AWS::NoValue]",
        [(OPEN, SAME, ["G"], False)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("action", "expected"), IN_TEMPLATES.values(), ids=IN_TEMPLATES)
def test_what_listeners_of_templates_do(
    action: str, expected: list[tuple[object, object, list[str], bool]]
) -> None:
    """CloudFormation has the same in its own words."""
    assert does(of_template(f"DefaultActions: [{action}]")) == expected


@pytest.mark.parametrize("type_", ["aws_lb_listener", "aws_alb_listener"])
def test_settings_of_a_listener(type_: str) -> None:
    """It is of a load balancer, and has a port, a protocol and a policy."""
    body = 'port = 443\nprotocol = "HTTPS"\nssl_policy = "p"\ncertificate_arn = "arn"'
    found = listener(body, type_)

    assert found.load_balancer.to == "aws_lb.b"
    assert [said(each) for each in (found.port, found.protocol, found.policy)] == [
        443, "HTTPS", "p",
    ]  # fmt: skip
    assert said(found.certificate) == "arn"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("certificate_arn = aws_acm_certificate.c.arn", ("aws_acm_certificate.c", "arn")),
        ('certificate_arn = "arn"', ("aws_lb_listener.l", "certificate_arn")),
        ("certificate_arn = var.v", ("aws_lb_listener.l", "certificate_arn")),
        ("", None),
        ("certificate_arn = null", None),
    ],
    ids=["a reference", "a text", "a variable", "none", "null"],
)
def test_how_others_name_a_certificate(body: str, named: tuple[str, str] | None) -> None:
    """By what it is an attribute of, else by the listener that has it."""
    found = listener(body).certificate_named

    assert (
        found is None
        if named is None
        else isinstance(found, ResourceAttribute) and (found.address, found.terraform) == named
    )


@pytest.mark.parametrize(
    ("certificates", "named"),
    [
        ("[{CertificateArn: !Ref C}]", "C"),
        ("[{CertificateArn: !Ref P}]", "!Ref P"),
        ("[{CertificateArn: arn}]", None),
        ("[{CertificateArn: !Ref C}, {CertificateArn: !Ref P}]", None),
        ("[]", None),
    ],
    ids=["a resource", "a parameter", "a text", "two", "none"],
)
def test_how_others_name_a_certificate_of_a_template(certificates: str, named: str | None) -> None:
    """By a resource or parameter, if it is the only one."""
    found = of_template(f"Certificates: {certificates}").certificate_named

    if isinstance(found, ResourceAttribute):
        assert found.address == named
    elif isinstance(found, SourceCode):
        assert found.text == named
    else:
        assert named is None


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ('mutual_authentication {\nmode = "verify"\ntrust_store_arn = "arn"\n}',
         [("verify", False, "arn")]),
        (
            'mutual_authentication {\nmode = "verify"\nignore_client_certificate_expiry = true\n}',
            [("verify", True, None)],
        ),
        ('mutual_authentication {\nmode = "passthrough"\n}', [("passthrough", False, None)]),
        ("mutual_authentication {}", [("off", False, None)]),
        (
            'dynamic "mutual_authentication" {\nfor_each = var.v\ncontent {\nmode = "off"\n}\n}',
            [("off", False, None)],
        ),
        ("", []),
    ],
    ids=["verify", "expired ones too", "pass through", "off", "perhaps", "none"],
)  # fmt: skip
def test_certificates_of_clients(block: str, expected: list[tuple[object, ...]]) -> None:
    """A listener asks for none by default, and refuses those that have expired."""
    text = f'resource "aws_lb_listener" "l" {{\nload_balancer_arn = aws_lb.b.arn\n{block}\n}}\n'
    found = network(AROUND + text).every(ClientCheck)

    assert [
        tuple(map(said, (each.mode, each.ignores_expiry, each.trust_store))) for each in found
    ] == (expected)


TERRAFORM: dict[str, tuple[str, tuple[object, ...]]] = {
    "nothing": ("", ("application", False, "ipv4", True, [], [], [])),
    "internal": ("internal = true", ("application", True, "ipv4", True, [], [], [])),
    "a network load balancer": (
        (
            'load_balancer_type = "network"\nip_address_type = "dualstack"\n'
            'enforce_security_group_inbound_rules_on_private_link_traffic = "off"\n'
        ),
        ("network", False, "dualstack", False, [], [], []),
    ),
    "subnets": (
        "subnets = [aws_subnet.s.id]",
        ("application", False, "ipv4", True, ["aws_subnet.s"], [], []),
    ),
    "mapped subnets": (
        (
            "subnet_mapping {\nsubnet_id = aws_subnet.s.id\nallocation_id = aws_eip.e.id\n}\n"
            'subnet_mapping {\nsubnet_id = "subnet-1"\nprivate_ipv4_address = "10.0.2.4"\n}\n'
        ),
        (
            "application", False, "ipv4", True, ["aws_subnet.s", "subnet-1"], ["10.0.2.4"],
            ["aws_eip.e"],
        ),
    ),
}  # fmt: skip


def shown(found: LoadBalancer) -> tuple[object, ...]:
    """What a load balancer is: kind, scheme, addresses, subnets."""
    return (
        said(found.kind),
        said(found.internal),
        said(found.families),
        said(found.enforces),
        [link.to for link in found.subnets],
        [said(each) for each in found.addresses],
        [link.to for link in found.elastic],
    )


@pytest.mark.parametrize(("body", "expected"), TERRAFORM.values(), ids=TERRAFORM)
def test_load_balancers(body: str, expected: tuple[object, ...]) -> None:
    """Of applications and public by default; subnets may have addresses of their own."""
    text = AROUND.replace('resource "aws_lb" "b" {}', f'resource "aws_lb" "b" {{\n{body}\n}}')
    (found,) = network(text).every(LoadBalancer)

    assert shown(found) == expected


PROPERTIES: dict[str, tuple[str, tuple[object, ...]]] = {
    "nothing": ("{}", ("application", False, "ipv4", True, [], [], [])),
    "internal": ("{Scheme: internal}", ("application", True, "ipv4", True, [], [], [])),
    "public": ("{Scheme: internet-facing}", ("application", False, "ipv4", True, [], [], [])),
    "a network load balancer": (
        ("{Type: network, IpAddressType: dualstack, "
         "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off'}"),
        ("network", False, "dualstack", False, [], [], []),
    ),
    "mapped subnets": (
        ("{SubnetMappings: [{SubnetId: !Ref S, AllocationId: !GetAtt E.AllocationId}, "
         "{SubnetId: subnet-1, PrivateIPv4Address: 10.0.2.4}]}"),
        ("application", False, "ipv4", True, ["S", "subnet-1"], ["10.0.2.4"], ["E"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("properties", "expected"), PROPERTIES.values(), ids=PROPERTIES)
def test_load_balancers_of_templates(properties: str, expected: tuple[object, ...]) -> None:
    """CloudFormation has a word for the scheme."""
    (found,) = network(f"""
Resources:
  S: {{Type: AWS::EC2::Subnet}}
  E: {{Type: AWS::EC2::EIP}}
  B: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {properties}}}
""").every(LoadBalancer)

    assert shown(found) == expected


ARN_OF = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:"
BALANCER = f"{ARN_OF}loadbalancer/app/web/50dc6c495c0c9188"


@pytest.mark.parametrize(
    ("balancer", "of", "groups"),
    [
        ('resource "aws_lb" "b" { name = "web" }', "aws_lb.b", []),
        ('resource "aws_alb" "b" { name = "web" }', "aws_alb.b", []),
        ('resource "aws_lb" "b" { name = "other" }', BALANCER, [f"{BALANCER}.security_groups"]),
        (
            f'data "aws_lb" "d" {{ arn = "{BALANCER}" }}',
            BALANCER,
            ["data.aws_lb.d.security_groups"],
        ),
        (
            'data "aws_lb" "d" { name = "web" }',
            "data.aws_lb.d",
            ["data.aws_lb.d.security_groups"],
        ),
        ("", BALANCER, [f"{BALANCER}.security_groups"]),
    ],
    ids=["by its name", "an older type", "of another name", "looked up", "by a name", "elsewhere"],
)
def test_the_load_balancer_of_a_listener_from_elsewhere(
    balancer: str, of: str, groups: list[str]
) -> None:
    """The ARN of a listener has the name and id of its load balancer in it."""
    found = network(f"""
{balancer}
resource "aws_lb_listener_rule" "r" {{
  listener_arn = "{BALANCER.replace(":loadbalancer/", ":listener/")}/f2f7dc8efc522ab2"
}}
""")
    (rule,) = found.every(ListenerRule)
    external = found.get(Listener, rule.listener)
    assert external is not None
    own = found.get(LoadBalancer, external.load_balancer)
    assert own is not None

    assert (external.load_balancer.to, [link.to for link in own.groups]) == (of, groups)
