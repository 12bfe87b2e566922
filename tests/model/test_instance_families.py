"""Which families an instance type or a pattern of types means, and whether they encrypt."""

import pytest

from taskwall.model.compute.instance_families import encrypts, families


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("m5.large", {"m5"}),
        ("M6I.METAL", {"m6i"}),
        ("i4*", {"i4g", "i4i"}),
        ("I4*.metal", {"i4g", "i4i"}),
        ("c5a*", {"c5a", "c5ad"}),
        *(
            (f"i4*.{size}", {"i4g", "i4i"})
            for size in ("nano", "8xlarge", "24xlarge", "metal-48xl")
        ),
        ("*.metal-12xl", set()),
    ],
)
def test_families(type_: str, expected: set[str]) -> None:
    """Of a pattern all whose types it matches, in whatever case; of a type its own."""
    assert families(type_) == expected


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("i4*", True),  # i4g and i4i
        ("m5*", False),  # m5n encrypts, and m5 does not
        ("p3.2xlarge", False),
        ("p3dn.24xlarge", True),
        ("c5a.large", None),  # disputed
        ("c5ad*", None),
        ("q9.large", None),  # not known yet
        ("q*", None),  # none that is known
    ],
)
def test_encrypts(type_: str, expected: bool | None) -> None:
    """Certain only where the tables say the same of every family."""
    assert encrypts(type_) is expected
