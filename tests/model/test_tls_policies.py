"""The lowest TLS version that a policy of a load balancer accepts, as AWS lists it."""

import pytest

from taskwall.model.load_balancing.tls_policies import API_DEFAULT, FORWARD_SECRET_AEAD, floor

P = "ELBSecurityPolicy-"


@pytest.mark.parametrize(
    ("policy", "lowest"),
    [
        (API_DEFAULT, "1.0"),
        (f"{P}2016-08", "1.0"),
        (f"{P}TLS-1-0-2015-04", "1.0"),
        (f"{P}TLS-1-1-2017-01", "1.1"),
        (f"{P}TLS-1-2-Ext-2018-06", "1.2"),
        (f"{P}FS-2018-06", "1.0"),
        (f"{P}FS-1-2-Res-2020-10", "1.2"),
        (f"{P}TLS13-1-2-2021-06", "1.2"),
        (f"{P}TLS13-1-3-2021-06", "1.3"),
        # The name of a newer one states it, too.
        (f"{P}TLS13-1-2-Ext9-2031-01", "1.2"),
        (f"{P}TLS13-1-3-2031-01", "1.3"),
        (f"{P}TLS-1-1-2031-01", "1.1"),
        (f"{P}FS-1-0-2031-01", "1.0"),
        (f"{P}TLS-1-4-2031-01", None),
        (f"{P}TLS-1-22-2031-01", None),
        (f"{P}2031-01", None),
        (f"My{P}TLS-1-2-2017-01", None),
        ("shop", None),
        ("", None),
    ],
)
def test_the_lowest_version(policy: str, lowest: str | None) -> None:
    """By AWS's tables, or else by the name of a policy of AWS."""
    assert floor(policy) == lowest


@pytest.mark.parametrize(
    ("policy", "strict"),
    [
        (f"{P}TLS13-1-3-2021-06", True),
        (f"{P}TLS13-1-2-Res-2021-06", True),
        (f"{P}FS-1-2-Res-2020-10", True),
        (f"{P}TLS13-1-2-2021-06", False),
        (f"{P}TLS13-1-2-Ext1-2021-06", False),
        (f"{P}FS-1-2-2019-08", False),
        (API_DEFAULT, False),
    ],
)
def test_policies_of_the_strictest_suites(policy: str, strict: bool) -> None:
    """Those that are restricted, and those of TLS 1.3 alone."""
    assert (policy in FORWARD_SECRET_AEAD) is strict
