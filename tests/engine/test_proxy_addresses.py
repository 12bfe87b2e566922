"""What TW505 says of addresses of proxies, as RFC 3986 divides them."""

import re

import pytest

from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

ADDRESSES = {
    "http://10.0.0.5:3128": "pass",
    "http://100.64.0.9:3128": "pass",
    "http://93.184.216.34:3128": "crosses the internet in plain text",
    "http://93.184.216.34": "crosses the internet in plain text",
    "93.184.216.34:3128": "crosses the internet in plain text",
    "http://93.184.216.34:3128/a@b": "crosses the internet in plain text",
    "http://user@93.184.216.34:3128": "crosses the internet in plain text",
    "https://93.184.216.34:3128": "pass",
    "HTTPS://93.184.216.34:3128": "pass",
    "https://proxy.example.com": "pass",
    "http://proxy:3128": "pass",
    "http://proxy": "pass",
    # Names for private use: RFC 6762 (also its appendix G), RFC 8375, ICANN of 2024-07-29.
    "http://proxy.internal:3128": "pass",
    "http://proxy.local:3128": "pass",
    "http://proxy.lan:3128": "pass",
    "http://proxy.corp:3128": "pass",
    "http://proxy.intranet:3128": "pass",
    "http://proxy.private:3128": "pass",
    "http://proxy.home.arpa:3128": "pass",
    "http://proxy.example.com:3128": "unknown",
    "http://proxy.example.com": "unknown",
    "http://user:word@10.0.0.5:3128": "contains a password",
    "https://user:word@93.184.216.34": "contains a password",
    "http://:word@10.0.0.5:3128": "contains a password",
    "http://user:${var.open}@10.0.0.5:3128": "contains a password",
    "http://user:@10.0.0.5:3128": "pass",
    "http://user@10.0.0.5:3128": "pass",
    "http://${var.open}@10.0.0.5:3128": "unknown",
    "http://${var.open}:3128": "unknown",
    "https://${var.open}:3128": "unknown",
    "${var.open}://93.184.216.34:3128": "unknown",
    "${var.open}://10.0.0.5:3128": "unknown",
    "http://${aws_instance.proxy.private_ip}:3128": "pass",
    "http://${aws_instance.proxy.public_ip}:3128": "crosses the internet in plain text",
    "https://${aws_instance.proxy.public_ip}:3128": "pass",
    "http://user:word@${aws_instance.proxy.private_ip}:3128": "contains a password",
    "http://p${aws_instance.proxy.public_ip}:3128": "unknown",
    "${var.open}://${aws_instance.proxy.public_ip}:3128": "unknown",
    "${var.open}": "unknown",
    "http://${var.open}.example.com:3128": "unknown",
    "http://${var.open}.internal:3128": "unknown",
    "http://${var.open}@proxy.internal:3128": "unknown",
}
INSTANCE = """
resource "aws_instance" "n{number}" {{
  user_data = <<-EOF
    #!/bin/bash
    echo ECS_CLUSTER=main >> /etc/ecs/ecs.config
    echo HTTP_PROXY={address} >> /etc/ecs/ecs.config
    EOF
}}
"""
REST = """
variable "open" {}
resource "aws_instance" "proxy" {}
resource "aws_ecs_cluster" "main" { name = "main" }
"""


@pytest.fixture(scope="module")
def findings() -> dict[str, Finding]:
    """What is found of each address, all of them in one stack."""
    each = (INSTANCE.format(number=n, address=one) for n, one in enumerate(ADDRESSES))
    files = Files({"main.tf": "".join((REST, *each))})
    (stack,), _ = terraform.stacks(["main.tf"], files, Inputs())
    rules = [rule for rule in all_rules() if rule.id == "TW505"]
    found = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings
    by_name = {one.finding.resource: one.finding for one in found}
    return {one: by_name[f"aws_instance.n{n}"] for n, one in enumerate(ADDRESSES)}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_taken_apart(findings: dict[str, Finding], address: str) -> None:
    """Its password is found wherever it may be, and whether its host is on the internet."""
    found = findings[address]
    said = found.message.partition(" uses ")[2] if found.verdict == "fail" else found.verdict

    assert said == ADDRESSES[address]


@pytest.mark.parametrize("address", [one for one, said in ADDRESSES.items() if said == "unknown"])
def test_what_an_address_waits_for(findings: dict[str, Finding], address: str) -> None:
    """What is open in it, and nothing else; DNS where all of it is known."""
    number = [*ADDRESSES].index(address)
    wanted = re.findall(r"\$\{(.*?)\}", address)
    resolved = f"the address of the proxy of aws_instance.n{number}"

    assert findings[address].missing == tuple(wanted or [resolved])
