"""TLS policies of Elastic Load Balancing: the lowest version that each accepts.

Source: "Security policies for your Application Load Balancer" and "... Network Load Balancer"
(docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html), and for
classic load balancers "Predefined SSL security policies". Read in October 2026.
"""

import re

READ = "2026-10-20"

API_DEFAULT = "ELBSecurityPolicy-2016-08"
"""What the API, CloudFormation and Terraform take where no policy is named."""

_P = "ELBSecurityPolicy-"

_NAMES: dict[str, str] = {
    "1.3": """
        TLS13-1-3-2021-06 TLS13-1-3-PQ-2025-09 TLS13-1-3-FIPS-2023-04 TLS13-1-3-FIPS-PQ-2025-09
        TLS13-1-3-RFC9151-FIPS-2023-07
    """,
    "1.2": """
        TLS13-1-2-2021-06 TLS13-1-2-PQ-2025-09 TLS13-1-2-Res-2021-06 TLS13-1-2-Res-PQ-2025-09
        TLS13-1-2-Ext1-2021-06 TLS13-1-2-Ext1-PQ-2025-09 TLS13-1-2-Ext2-2021-06
        TLS13-1-2-Ext2-PQ-2025-09 TLS13-1-2-FIPS-2023-04 TLS13-1-2-FIPS-PQ-2025-09
        TLS13-1-2-Res-FIPS-2023-04 TLS13-1-2-Res-FIPS-PQ-2025-09 TLS13-1-2-Ext0-FIPS-2023-04
        TLS13-1-2-Ext0-FIPS-PQ-2025-09 TLS13-1-2-Ext1-FIPS-2023-04 TLS13-1-2-Ext1-FIPS-PQ-2025-09
        TLS13-1-2-Ext2-FIPS-2023-04 TLS13-1-2-Ext2-FIPS-PQ-2025-09 TLS13-1-2-RFC9151-FIPS-2023-07
        TLS13-1-2-Ext0-RFC9151-FIPS-2023-07 TLS13-1-2-RFC9151-INTEROP1-FIPS-2023-07
        TLS13-1-2-RFC9151-INTEROP2-FIPS-2023-07 TLS13-1-2-RFC9151-INTEROP3-FIPS-2023-07
        TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07
        TLS-1-2-2017-01 TLS-1-2-Ext-2018-06 FS-1-2-2019-08 FS-1-2-Res-2019-08 FS-1-2-Res-2020-10
    """,
    "1.1": "TLS13-1-1-2021-06 TLS13-1-1-FIPS-2023-04 TLS-1-1-2017-01 FS-1-1-2019-08",
    "1.0": """
        2016-08 TLS13-1-0-2021-06 TLS13-1-0-PQ-2025-09 TLS13-1-0-FIPS-2023-04
        TLS13-1-0-FIPS-PQ-2025-09 FS-2018-06 TLS-1-0-2015-04 2015-05 2015-03 2015-02 2014-10
        2014-01 2011-08
    """,
}

FLOORS: dict[str, str] = {
    _P + name: floor for floor, names in _NAMES.items() for name in names.split()
}
"""The lowest TLS version that a policy accepts, by the policy's full name."""

FORWARD_SECRET_AEAD: frozenset[str] = frozenset(
    name for name in FLOORS if "-Res-" in name or name.startswith(_P + "TLS13-1-3-")
)
"""Policies whose suites all are forward-secret and authenticated (ECDHE with GCM or ChaCha20)."""


def floor(policy: str) -> str | None:
    """The lowest TLS version that a policy accepts, None where that cannot be told.

    A policy that is not in the table is judged by its name, where that states the floor.
    """
    if policy in FLOORS:
        return FLOORS[policy]
    found = re.match(r"ELBSecurityPolicy-(?:TLS13|TLS|FS)-1-([0-3])\b", policy)
    return f"1.{found[1]}" if found else None
