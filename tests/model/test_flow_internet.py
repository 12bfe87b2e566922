"""Which addresses flows take for the internet's."""

import pytest

from taskwall.model.core.address import parse_cidr
from taskwall.model.flows.internet import internet


@pytest.mark.parametrize(
    ("before", "cidr", "after"),
    [
        pytest.param("", "0.0.0.0/8", "1.0.0.0/32", id="this network"),
        pytest.param("9.255.255.255/32", "10.0.0.0/8", "11.0.0.0/32", id="private, 10"),
        pytest.param("100.63.255.255/32", "100.64.0.0/10", "100.128.0.0/32", id="shared"),
        pytest.param("126.255.255.255/32", "127.0.0.0/8", "128.0.0.0/32", id="loopback"),
        pytest.param("169.253.255.255/32", "169.254.0.0/16", "169.255.0.0/32", id="link-local"),
        pytest.param("172.15.255.255/32", "172.16.0.0/12", "172.32.0.0/32", id="private, 172"),
        pytest.param("192.167.255.255/32", "192.168.0.0/16", "192.169.0.0/32", id="private, 192"),
        pytest.param("223.255.255.255/32", "224.0.0.0/4", "", id="multicast"),
        pytest.param("", "240.0.0.0/4", "", id="reserved"),
        pytest.param("", "::/127", "", id="unspecified and loopback of IPv6"),
        pytest.param("fbff::/16", "fc00::/7", "fe00::/16", id="unique local"),
        pytest.param("fe7f::/16", "fe80::/10", "fec0::/16", id="link-local of IPv6"),
        pytest.param("feff::/16", "ff00::/8", "", id="multicast of IPv6"),
        pytest.param("64:ff9a::/96", "64:ff9b::/96", "64:ff9b:0:0:0:1::/96", id="NAT64"),
    ],
)
def test_what_iana_sets_apart_is_not_the_internet(before: str, cidr: str, after: str) -> None:
    """By its registries of special-purpose addresses; what lies around them is the internet."""
    four, six = internet(4), internet(6)
    apart = parse_cidr(cidr)

    assert apart is not None
    assert not (four | six) & apart.ranges
    for near in filter(None, (before, after)):
        found = parse_cidr(near)
        assert found is not None
        assert found.ranges <= (six if ":" in near else four)


@pytest.mark.parametrize(
    "cidr", ["8.8.8.8/32", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"]
)
def test_what_documentation_is_written_with_is_the_internet(cidr: str) -> None:
    """Users copy the examples, and mean public addresses."""
    found = parse_cidr(cidr)

    assert found is not None
    assert found.ranges <= internet(6 if ":" in cidr else 4)
