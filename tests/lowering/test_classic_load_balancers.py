"""Listeners of classic load balancers, the TLS policies of these, and what logs they keep."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.compute.container_instances import Registration
from taskwall.model.entities.load_balancer import Listener, LoadBalancer, TlsPolicy

TEMPLATE = """
Parameters: {P: {Type: String}}
Resources:
  B:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Listeners:
        - {Protocol: https, LoadBalancerPort: "443", InstancePort: "8080", PolicyNames: NAMES}
      Policies: POLICIES
"""
OURS = "{PolicyName: ours, PolicyType: SSLNegotiationPolicyType, Attributes: [ATTRIBUTES]}"
STICKY = "{PolicyName: sticky, PolicyType: LBCookieStickinessPolicyType, Attributes: []}"
ON = '{Name: Protocol-TLSv1, Value: "true"}'


@pytest.mark.parametrize(
    ("names", "policies", "policy", "waits"),
    [
        ("[ours]", f"[{OURS}]", "ours", []),
        ("[ours]", "[]", "ours", []),
        ("[sticky, ours]", f"[{STICKY}, {OURS}]", "ours", []),
        ("[sticky]", f"[{STICKY}, {OURS}]", "sticky", []),
        ("[a, b]", f"[{OURS}]", OPEN, ["the TLS policy of B"]),
        (
            "[ours, ours2]",
            f"[{OURS}, {OURS.replace('ours', 'ours2')}]",
            OPEN,
            ["the TLS policy of B"],
        ),
        ("[!Ref P]", f"[{OURS}]", OPEN, ["P"]),
        ("[]", f"[{OURS}]", None, []),
        ("!Ref 'AWS::NoValue'", f"[{OURS}]", None, []),
    ],
)
def test_the_policy_that_a_listener_of_a_template_uses(
    names: str, policies: str, policy: object, waits: list[str]
) -> None:
    """Of the policies that it names the one for TLS; of several that may be it, one of them."""
    text = TEMPLATE.replace("NAMES", names).replace("POLICIES", policies)
    (listener,) = network(text.replace("ATTRIBUTES", "")).every(Listener)
    assert said(listener.policy) == policy
    assert [need.name for need in listener.policy.needs] == waits
    assert (said(listener.port), said(listener.instance_port)) == ("443", "8080")
    assert said(listener.backend) is OPEN


@pytest.mark.parametrize(
    ("attributes", "versions", "reference", "open_"),
    [
        (ON, ["Protocol-TLSv1"], None, False),
        ('{Name: Protocol-TLSv1, Value: "false"}', [], None, False),
        ("{Name: Protocol-TLSv1, Value: true}", ["Protocol-TLSv1"], None, False),
        (
            f"{ON}, {{Name: Protocol-SSLv3, Value: True}}",
            ["Protocol-TLSv1", "Protocol-SSLv3"],
            None,
            False,
        ),
        (
            "{Name: Reference-Security-Policy, Value: ELBSecurityPolicy-2016-08}",
            [],
            "ELBSecurityPolicy-2016-08",
            False,
        ),
        ("{Name: Reference-Security-Policy, Value: !Ref P}", [], OPEN, False),
        ("{Name: Protocol-TLSv1, Value: !Ref P}", [], None, True),
        ('{Name: !Ref P, Value: "true"}', [], None, True),
        ("{Name: AES128-SHA, Value: !Ref P}", [], None, False),
        ('{Name: AES128-SHA, Value: "true"}', [], None, False),
        (f"{ON}, {{Name: !Ref P, Value: x}}", ["Protocol-TLSv1"], None, True),
    ],
)
def test_what_a_policy_switches_on(
    attributes: str, versions: list[str], reference: object, open_: bool
) -> None:
    """The versions that it names as true; one whose name or value is open may be a further one."""
    text = TEMPLATE.replace("NAMES", "[ours]").replace("POLICIES", f"[{OURS}, {STICKY}]")
    found, sticky = network(text.replace("ATTRIBUTES", attributes)).every(TlsPolicy)
    assert [name for name, _ in found.versions] == versions
    assert said(found.reference) is reference or said(found.reference) == reference
    assert found.open.truth is (None if open_ else False)
    assert (said(found.named), found.load_balancer.to) == ("ours", "B")
    assert (said(sticky.named), sticky.versions) == ("sticky", ())


HCL = """
variable "v" {}
resource "aws_elb" "b" {
  name = "b"
  listener {
    lb_protocol       = "https"
    lb_port           = 443
    instance_protocol = "https"
    instance_port     = 8443
  }
  listener {
    lb_protocol   = "http"
    lb_port       = 80
    instance_port = 8080
  }
}
resource "aws_lb_ssl_negotiation_policy" "p" {
  name          = "ours"
  load_balancer = BALANCER
  lb_port       = PORT
  attribute {
    name  = "Protocol-TLSv1.2"
    value = "true"
  }
}
"""


@pytest.mark.parametrize(
    ("balancer", "port", "first", "second"),
    [
        ("aws_elb.b.id", "443", "ours", None),
        ("aws_elb.b.name", '"443"', "ours", None),
        ("aws_elb.b.id", "80", None, "ours"),
        ("aws_elb.b.id", "81", None, None),
        ("aws_elb.b.id", "var.v", OPEN, OPEN),
        ("var.v", "443", OPEN, None),
        ('"b"', "443", "ours", None),
        ('"other"', "443", None, None),
    ],
)
def test_a_policy_that_is_of_a_port(
    balancer: str, port: str, first: object, second: object
) -> None:
    """It is that of the listener with this port of this load balancer, as far as both are known."""
    found = network(HCL.replace("BALANCER", balancer).replace("PORT", port))
    listeners = {str(said(one.port)): one for one in found.every(Listener)}
    assert said(listeners["443"].policy) == first
    assert said(listeners["80"].policy) == second
    (policy,) = found.every(TlsPolicy)
    assert (said(policy.named), [name for name, _ in policy.versions]) == (
        "ours",
        ["Protocol-TLSv1.2"],
    )
    assert [said(one.backend) for one in listeners.values()] == ["https", "http"]
    assert [said(one.instance_port) for one in listeners.values()] == [8443, 8080]


@pytest.mark.parametrize(
    ("protocol", "written", "backend"),
    [
        ("HTTP", "", "HTTP"),
        ("tcp", "", "tcp"),
        ("SSL", "", OPEN),
        ("https", "", OPEN),
        ("https", 'instance_protocol = "http"', "http"),
        ("tcp", 'instance_protocol = "ssl"', "ssl"),
        ("http", "instance_protocol = var.v", OPEN),
    ],
)
def test_what_a_listener_speaks_behind_it(protocol: str, written: str, backend: object) -> None:
    """What it says; plain text where it takes plain text; of TLS nobody says which."""
    text = f"""
variable "v" {{}}
resource "aws_elb" "b" {{
  listener {{
    lb_protocol = "{protocol}"
    lb_port = 1
    instance_port = 2
    {written}
  }}
}}
"""
    (listener,) = network(text).every(Listener)
    assert listener.backend is not None
    assert said(listener.backend) == backend
    if backend is OPEN and not written:
        assert [str(need) for need in listener.backend.needs] == [
            "instance_protocol of aws_elb.b is not written and has no default"
        ]


@pytest.mark.parametrize(
    ("policy", "keeps"),
    [
        ("", False),
        ("AccessLoggingPolicy: {Enabled: true, S3BucketName: b}", True),
        ("AccessLoggingPolicy: {Enabled: false, S3BucketName: b}", False),
        ("AccessLoggingPolicy: {S3BucketName: b}", False),
        ("AccessLoggingPolicy: {Enabled: !Ref P}", OPEN),
    ],
)
def test_access_logs_of_a_template(policy: str, keeps: object) -> None:
    """They are kept where it says so; the change that would make it so is one of the policy."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  B:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Scheme: internal
      {policy}
"""
    (found,) = network(text).every(LoadBalancer)
    assert said(found.access_log) is keeps
    assert said(found.internal) is True
    first = found.logging[0]
    assert first.attribute.path == "AccessLoggingPolicy"
    assert isinstance(first.cloudformation, dict)
    assert first.cloudformation["Enabled"] is True
    assert ("S3BucketName" in first.cloudformation) is ("S3BucketName" not in policy)


def test_instances_of_classic_load_balancers() -> None:
    """Those that they name, and those that a resource of its own attaches to them."""
    text = """
resource "aws_instance" "i" {}
resource "aws_instance" "j" {}
resource "aws_elb" "b" { instances = [aws_instance.i.id] }
resource "aws_elb" "o" {}
resource "aws_elb_attachment" "a" {
  elb      = aws_elb.o.id
  instance = aws_instance.j.id
}
"""
    found = network(text).every(Registration)
    assert {(one.load_balancers[0].to, one.instances.to) for one in found} == {
        ("aws_elb.b", "aws_instance.i"),
        ("aws_elb.o", "aws_instance.j"),
    }
    assert all(one.target_groups == () for one in found)
