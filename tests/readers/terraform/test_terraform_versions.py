"""Versions, and the constraints that calls and lock files put on them."""

import pytest

from taskwall.readers.terraform.versions import majors, newest, satisfies, version_key


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("1", (1, 0, 0, 0, 0, 0)),
        ("v1.2.3", (1, 2, 3, 0, 0, 0)),
        (" 1.2 ", (1, 2, 0, 0, 0, 0)),
        ("1.2.3.4.5", (1, 2, 3, 4, 5, 0)),
        ("1.2.0-beta1", (1, 2, 0, 0, 0, -1)),
        ("1.2.0+build.7", (1, 2, 0, 0, 0, 0)),
        ("1.2.3.4.5.6", None),
        ("main", None),
        ("1.x", None),
        ("", None),
    ],
)
def test_what_a_version_is_compared_by(version: str, key: tuple[int, ...] | None) -> None:
    """Its numbers, as many as there may be; a pre-release comes before its release."""
    assert version_key(version) == key


@pytest.mark.parametrize(
    ("constraint", "allowed", "refused"),
    [
        ("", ["0.1", "9.0.0", "main"], []),
        ("1.2.0", ["1.2", "v1.2.0"], ["1.2.1", "1.1.9"]),
        ("= 1.2.0", ["1.2.0"], ["1.2.1"]),
        ("!= 1.2.0", ["1.2.1", "1.1.0"], ["1.2.0", "1.2"]),
        ("> 1.2.0", ["1.2.1", "2.0"], ["1.2.0", "1.1.9"]),
        (">= 1.2.0", ["1.2.0", "1.3"], ["1.1.9", "1.2.0-rc1"]),
        ("< 1.2.0", ["1.1.9", "1.2.0-rc1"], ["1.2.0", "1.3"]),
        ("<= 1.2.0", ["1.2.0", "1.1"], ["1.2.1"]),
        ("~> 1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0", "2.2.3"]),
        ("~> 1.2", ["1.2.0", "1.9.9"], ["1.1.9", "2.0.0"]),
        ("~> 1", ["1.0.0", "2.0.0"], ["0.9"]),
        ("~> v1.2.3-beta1", ["1.2.3", "1.2.4"], ["1.3.0"]),
        (">= 1.0, < 2.0, != 1.5.0", ["1.0", "1.4.9", "1.9"], ["0.9", "1.5.0", "2.0"]),
        (" >=1.0 ,<2.0, ", ["1.0", "1.9"], ["2.0"]),
        # What cannot be read says nothing.
        ("latest", ["1.0"], []),
        (">= x, < 2", ["1.0"], ["2.0"]),
    ],
)
def test_which_versions_a_constraint_allows(
    constraint: str, allowed: list[str], refused: list[str]
) -> None:
    """As Terraform does; of what is no version nothing is refused."""
    assert [one for one in allowed if not satisfies(one, constraint)] == []
    assert [one for one in refused if satisfies(one, constraint)] == []
    assert satisfies("main", constraint)


@pytest.mark.parametrize(
    ("versions", "constraint", "found"),
    [
        (["1.9.0", "1.10.0", "1.2.0"], "", "1.10.0"),
        (["1.9.0", "2.0.0", "main"], "~> 1.0", "1.9.0"),
        (["1.9.0", "2.0.0-rc1"], ">= 1.0", "2.0.0-rc1"),
        (["1.0.0-rc1", "1.0.0"], "", "1.0.0"),
        (["main", "HEAD"], "", None),
        (["1.0"], ">= 2.0", None),
        ([], "", None),
    ],
)
def test_the_newest_version(versions: list[str], constraint: str, found: str | None) -> None:
    """By its numbers, not by its letters; what is no version is none."""
    assert newest(versions, constraint) == found


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("", (0, None)),
        ("5.1.0", (5, 5)),
        ("= 5.1.0", (5, 5)),
        ("~> 5.1", (5, 5)),
        ("~> 5.1.2", (5, 5)),
        ("~> 5", (5, None)),
        (">= 4.0", (4, None)),
        ("> 4.9", (4, None)),
        ("< 5.0", (0, 4)),
        ("< 5.0.0", (0, 4)),
        ("< 5.1", (0, 5)),
        ("< 5.0.1", (0, 5)),
        ("<= 5.0", (0, 5)),
        ("!= 5.0", (0, None)),
        (">= 3.0, < 5.0", (3, 4)),
        (">= 3.0, >= 4.0", (4, None)),
        (">= 4.0, >= 3.0", (4, None)),
        ("< 6.0, < 5.0", (0, 4)),
        ("<= 4.0, <= 5.0", (0, 4)),
        (">= 3.0, ~> 4.2, != 4.9", (4, 4)),
        ("latest, >= 4.0", (4, None)),
        ("latest", (0, None)),
    ],
)
def test_which_major_versions_a_constraint_allows(
    constraint: str, expected: tuple[int, int | None]
) -> None:
    """From the lowest to the highest; any higher one where nothing bounds it."""
    assert majors(constraint) == expected
