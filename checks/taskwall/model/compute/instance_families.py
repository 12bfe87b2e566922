"""Families of instance types, by whether AWS encrypts traffic between their instances.

Source: "Data protection in Amazon EC2", section "Encryption in transit"
(docs.aws.amazon.com/AWSEC2/latest/UserGuide/data-protection.html), and for those that do not, the
field `NetworkInfo.EncryptionInTransitSupported` of DescribeInstanceTypes. Both read in November
2026. It holds for a family as a whole, whatever the size.
"""

from functools import lru_cache

READ = "2026-11-24"

_ENCRYPTING = """
    m5dn m5n m5zn m6a m6i m6id m6idn m6in m7a m7g m7gd m7i m7i-flex m8a m8azn m8g m8gb m8gd m8gn m8i
    m8id m8i-flex m8in m8idn m8ine m8ib m8idb m9g m9gd mac-m4 mac-m4pro t8i
    c5n c6a c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c7i-flex c8a c8g c8gb c8gd c8gn c8i c8id
    c8i-flex c8in c8ine c8ib c9g c9gd
    r5dn r5n r6a r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz r8a r8g r8gb r8gd r8gn r8i r8id r8i-flex
    r8in r8idn r8ib r8idb r9g r9gd
    u-3tb1 u-6tb1 u-9tb1 u-12tb1 u-18tb1 u-24tb1 u7i-6tb u7i-8tb u7i-12tb u7in-16tb u7in-24tb
    u7in-32tb u7inh-32tb x2idn x2iedn x2iezn x8g x8aedz x8i
    d3 d3en i3en i4g i4i i7i i7ie i8g i8ge im4gn is4gen
    dl1 dl2q f2 g4ad g4dn g5 g6 g6e g6f gr6 gr6f g7 g7e inf1 inf2 p3dn p4d p4de p5 p5e p5en p6-b200
    p6-b300 p6e-gb200 trn1 trn1n trn2 trn2u vt1 hpc6a hpc6id hpc7a hpc7g hpc8a
"""

_PLAIN = """
    a1 c5 c5d c6g c6gd m5 m5a m5ad m5d m6g m6gd r5 r5a r5ad r5b r5d r6g r6gd t3 t3a t4g x2gd z1d g5g
    mac1 mac2 mac2-m1ultra mac2-m2 mac2-m2pro mac-m3ultra mac-m4max
    c1 c3 c4 m1 m2 m3 m4 r3 r4 t1 t2 x1 x1e i2 i3 d2 h1 f1 g2 g3 g3s p2 p3
"""

ENCRYPTING = frozenset(_ENCRYPTING.split())
PLAIN = frozenset(_PLAIN.split())
"""Nitro families among them: that t3, m5, c5 and m6g do not is what people get wrong."""

DISPUTED = frozenset(("c5a", "c5ad"))
"""DescribeInstanceTypes says that they do; the User Guide does not list them."""

_SIZES = (
    "nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "3xlarge", "4xlarge",
    "6xlarge", "8xlarge", "9xlarge", "10xlarge", "12xlarge", "16xlarge", "18xlarge", "24xlarge",
    "32xlarge", "36xlarge", "48xlarge", "56xlarge", "64xlarge", "96xlarge", "112xlarge",
    "224xlarge", "480xlarge", "metal", "metal-12xl", "metal-16xl", "metal-24xl", "metal-32xl",
    "metal-48xl", "metal-96xl",
)  # fmt: skip


def families(type_: str) -> frozenset[str]:
    """The families of an instance type, or of a pattern (`c5*`, `m7i.*`) for several."""
    if "*" in type_:
        return _matching(type_.lower())
    return frozenset((type_.lower().partition(".")[0],))


@lru_cache(256)
def _matching(pattern: str) -> frozenset[str]:
    from fnmatch import fnmatchcase

    return frozenset(
        family
        for family in ENCRYPTING | PLAIN | DISPUTED
        if any(fnmatchcase(f"{family}.{size}", pattern) for size in _SIZES)
    )


def encrypts(type_: str) -> bool | None:
    """Whether all instances of a type (or pattern) encrypt; None where the tables do not tell."""
    found = families(type_)
    if found & PLAIN:
        return False
    return True if found and found <= ENCRYPTING else None
