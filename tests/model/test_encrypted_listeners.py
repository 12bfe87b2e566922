"""Whether listeners take encrypted traffic, and what makes them do so."""

import json
from typing import Any

import pytest

from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import Listener
from taskwall.model.load_balancing.encrypting import encrypting
from taskwall.model.load_balancing.listener_encryption import takes_encrypted
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

REDIRECT = {"type": "redirect", "redirect": {"protocol": "HTTPS", "status_code": "HTTP_301"}}
FIXED = {"type": "fixed-response", "fixed_response": {"content_type": "text/plain"}}
FORWARD = {"type": "forward", "target_group_arn": "${aws_lb_target_group.web.arn}"}
OTHER = {"type": "forward", "target_group_arn": "${aws_lb_target_group.other.arn}"}


def read(
    kind: str, *listeners: dict[str, Any], **resources: dict[str, Any]
) -> tuple[Network, Listener]:
    """The network of a load balancer with some listeners, and the first of these."""
    found = {
        f"of{number}": {"load_balancer_arn": "${aws_lb.edge.arn}", **each}
        for number, each in enumerate(listeners)
    }
    text = json.dumps(
        {
            "variable": {"any": {"type": "string"}},
            "resource": {
                "aws_lb": {
                    "edge": {"load_balancer_type": kind},
                    "apart": {"load_balancer_type": kind},
                },
                "aws_lb_target_group": {"web": {"port": 80}, "other": {"port": 80}},
                "aws_lb_listener": found,
                **resources,
            },
        }
    )
    files = Files({"/net/main.tf.json": text})
    (stack,), errors = terraform.stacks(["/net/main.tf.json"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    first = next(each for each in network.every(Listener) if each.id == "aws_lb_listener.of0")
    return network, first


def rule(listener: str, *actions: dict[str, Any]) -> dict[str, Any]:
    """A rule of a listener."""
    return {"web": {"listener_arn": listener, "action": list(actions)}}


@pytest.mark.parametrize(
    ("kind", "protocol", "actions", "truth"),
    [
        # Whatever the protocol turns out to be, it sends clients on, or answers itself.
        ("application", "${var.any}", [REDIRECT], True),
        ("${var.any}", "${var.any}", [REDIRECT], True),
        ("application", "${var.any}", [FIXED], True),
        ("application", "${var.any}", [FORWARD], None),
        ("application", "${var.any}", [], None),
        ("network", "${var.any}", [REDIRECT], None),
        ("application", "HTTP", [REDIRECT], True),
        ("application", "HTTP", [FIXED], True),
        ("application", "HTTP", [FORWARD], False),
        ("application", "HTTP", [FORWARD, REDIRECT], False),
        ("application", "HTTP", [{**REDIRECT, "redirect": {"protocol": "HTTP"}}], False),
        ("application", "HTTP", [{**REDIRECT, "redirect": {"protocol": "${var.any}"}}], None),
        ("application", "HTTP", [{"type": "${var.any}"}], None),
        ("application", "HTTP", [], False),
        ("application", "HTTPS", [FORWARD], True),
        ("network", "TLS", [FORWARD], True),
        ("network", "TCP", [FORWARD], None),
    ],
)
def test_a_listener_takes_encrypted_traffic(
    kind: str, protocol: str, actions: list[dict[str, Any]], truth: bool | None
) -> None:
    """Its protocol says so, or all that it does with clients is to send them to HTTPS."""
    given = {"port": 8080, "protocol": protocol, "default_action": actions}
    found = takes_encrypted(*read(kind, given | {"certificate_arn": "arn:of:certificate"}))

    assert found is not None
    assert found.truth is truth


@pytest.mark.parametrize(
    ("kind", "certificate", "truth"),
    [
        ("application", "arn:of:certificate", None),
        ("application", "${var.any}", None),
        ("application", None, False),
        # Of other kinds it may be TCP, which certificates say nothing of.
        ("network", None, None),
        ("${var.any}", None, None),
    ],
)
def test_an_alb_takes_no_https_without_a_certificate(
    kind: str, certificate: str | None, truth: bool | None
) -> None:
    """However its protocol comes out, unless it sends clients on to HTTPS."""
    given = {"port": 8080, "protocol": "${var.any}", "certificate_arn": certificate}
    found = takes_encrypted(*read(kind, given | {"default_action": [FORWARD]}))
    sends_on = takes_encrypted(*read(kind, given | {"default_action": [REDIRECT]}))

    assert found is not None
    assert sends_on is not None
    assert found.truth is truth
    assert sends_on.truth is (None if kind == "network" else True)


@pytest.mark.parametrize(
    ("listener", "actions", "truth"),
    [
        ("${aws_lb_listener.of0.arn}", [FORWARD], False),
        ("${aws_lb_listener.of0.arn}", [REDIRECT], True),
        ("${aws_lb_listener.of1.arn}", [FORWARD], True),
        ("${[aws_lb_listener.of0.arn, aws_lb_listener.of1.arn][var.any]}", [FORWARD], None),
    ],
)
def test_rules_of_a_listener_count(
    listener: str, actions: list[dict[str, Any]], truth: bool | None
) -> None:
    """What a rule of the listener does with clients counts as what the listener does itself."""
    given = {"port": 80, "protocol": "HTTP", "default_action": [REDIRECT]}
    other = {**given, "port": 81}
    more = {"aws_lb_listener_rule": rule(listener, *actions)}
    found = takes_encrypted(*read("application", given, other, **more))

    assert found is not None
    assert found.truth is truth


@pytest.mark.parametrize(
    ("protocol", "port", "truth"),
    [
        ("HTTP", "traffic-port", False),
        ("HTTP", "8080", False),
        # Another port may have been opened for checks alone.
        ("HTTP", "9000", None),
        ("TCP", "traffic-port", None),
        ("HTTPS", "traffic-port", None),
    ],
)
def test_a_check_by_plain_http_on_the_port_of_the_traffic_tells(
    protocol: str, port: str, truth: bool | None
) -> None:
    """Of instances that no task source registers, that is the port of the target group."""
    check = {"protocol": protocol, "port": port}
    group = {"port": 8080, "protocol": "TCP", "health_check": check}
    given = {"port": 8443, "protocol": "TCP", "default_action": [FORWARD]}
    found = takes_encrypted(*read("network", given, aws_lb_target_group={"web": group}))

    assert found is not None
    assert found.truth is truth


@pytest.mark.parametrize("kind", ["gateway", "application"])
def test_a_gateway_load_balancer_is_not_asked(kind: str) -> None:
    """What it hands on is in packets of GENEVE."""
    assert takes_encrypted(*read(kind, {"port": 6081, "protocol": "GENEVE"})) is None


HTTP = {"port": 80, "protocol": "HTTP", "default_action": [FORWARD]}
HTTPS = {"port": 443, "protocol": "HTTPS", "default_action": [FORWARD]}


@pytest.mark.parametrize(
    ("listener", "beside", "redirects"),
    [
        (HTTP, HTTPS, True),
        ({**HTTP, "protocol": "http"}, HTTPS, True),
        ({**HTTP, "protocol": "TCP"}, HTTPS, False),
        ({**HTTP, "default_action": [FORWARD, OTHER]}, HTTPS, False),
        ({**HTTP, "default_action": []}, HTTPS, False),
        ({**HTTP, "default_action": [REDIRECT]}, HTTPS, False),
        (HTTP, {**HTTPS, "default_action": [OTHER]}, False),
        (HTTP, {**HTTPS, "default_action": [OTHER, FORWARD]}, True),
        (HTTP, {**HTTPS, "port": 8443}, False),
        (HTTP, {**HTTPS, "protocol": "TLS"}, False),
        (HTTP, {**HTTPS, "load_balancer_arn": "${aws_lb.apart.arn}"}, False),
        (HTTP, {**HTTPS, "count": "${var.any}"}, False),
    ],
)
def test_a_listener_redirects_where_another_takes_https(
    listener: dict[str, Any], beside: dict[str, Any], redirects: bool
) -> None:
    """Its one action becomes a redirect if a listener of HTTPS forwards to the same tasks."""
    found = encrypting(*read("application", listener, beside))

    whole = [each for each in found.changes if each.form == "whole"]
    assert [each.attribute.path for each in whole] == (["default_action[0]"] if redirects else [])


@pytest.mark.parametrize(
    ("listener", "beside", "set_"),
    [
        ({**HTTP, "port": 8080}, HTTP, ["protocol", "ssl_policy", "certificate_arn"]),
        (HTTP, {**HTTP, "port": 8080}, ["port", "protocol", "ssl_policy", "certificate_arn"]),
        (HTTP, {**HTTPS, "default_action": [OTHER]}, []),
    ],
)
def test_a_listener_takes_https_itself(
    listener: dict[str, Any], beside: dict[str, Any], set_: list[str]
) -> None:
    """It gets a certificate, and leaves port 80 where nothing listens on port 443."""
    found = encrypting(*read("application", listener, beside))

    assert [each.attribute.path for each in found.changes] == set_
    assert found.remedy.endswith(":\n") == bool(set_)  # words before the code, or alone


def permitted(name: str, first: object = 80, last: object = 80, **more: Any) -> dict[str, Any]:
    """A rule of the load balancer's group."""
    held = {"security_group_id": "${aws_security_group.edge.id}", "ip_protocol": "tcp"}
    ports = {"from_port": first, "to_port": last}
    return {name: {**held, **ports, "cidr_ipv4": "10.0.0.0/8", **more}}


def old(*ranges: str) -> dict[str, Any]:
    """A rule of the group of some ranges, as an older resource has it."""
    ends = {"type": "ingress", "security_group_id": "${aws_security_group.edge.id}"}
    ports = {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": [*ranges]}
    return {"old": {**ends, **ports}}


NEW, OLD = "aws_vpc_security_group_ingress_rule", "aws_security_group_rule"


@pytest.mark.parametrize(
    ("rules", "added"),
    [
        ({}, 0),
        ({NEW: permitted("http")}, 1),
        ({NEW: permitted("http") | permitted("office", cidr_ipv4="192.0.2.0/24")}, 2),
        ({NEW: permitted("http") | permitted("other", 22, 22)}, 1),
        ({NEW: permitted("http") | permitted("office", cidr_ipv4="${var.any}")}, None),
        ({NEW: permitted("http", 80, 90)}, None),
        ({NEW: permitted("http", 79, 80)}, None),
        ({OLD: old("10.0.0.0/8")}, 1),
        ({OLD: old("10.0.0.0/8", "192.0.2.0/24")}, None),
        ({NEW: permitted("http") | permitted("https", 443, 443)}, 0),
        ({NEW: permitted("http") | permitted("https", 443, 443, cidr_ipv4="10.0.0.0/7")}, 0),
        ({NEW: permitted("http") | permitted("https", 443, 443, cidr_ipv4="10.0.0.0/9")}, None),
        ({NEW: permitted("http") | permitted("all", 0, 65535, cidr_ipv4="0.0.0.0/0")}, 0),
    ],
)
def test_who_may_use_port_80_gets_port_443(
    rules: dict[str, dict[str, Any]], added: int | None
) -> None:
    """The group allows port 443 to the same; where that is not to be told, words say what to do."""
    more: dict[str, dict[str, Any]] = {
        "aws_acm_certificate": {"web": {"domain_name": "web.example.org"}},
        "aws_security_group": {"edge": {}},
        "aws_lb": {"edge": {"security_groups": ["${aws_security_group.edge.id}"]}},
        **rules,
    }
    found = encrypting(*read("application", HTTP, **more))

    beside = [each for each in found.changes if each.form == "beside"]
    # One of them is the listener that redirects.
    assert (len(beside) - 1 if beside else None) == added
    assert found.remedy.endswith(":\n") is (added is not None)
