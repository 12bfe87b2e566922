"""Versions of modules, and the constraints that calls put on them.

What operators mean: "Version constraints" in the documentation of Terraform.
"""

import re
from collections.abc import Iterable

_VERSION = re.compile(r"v?(\d+(?:\.\d+){0,4})(-[0-9A-Za-z.-]+)?(?:\+.*)?")
_CONSTRAINT = re.compile(r"(=|!=|>=|<=|>|<|~>)?\s*(\S+)")


def version_key(version: str) -> tuple[int, ...] | None:
    """What to compare a version by; None if it is no version.

    Five numbers, then -1 for a pre-release (`1.2.0-beta1`): it comes before its release.
    """
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    return (*numbers, *[0] * (5 - len(numbers)), -1 if found[2] else 0)


def satisfies(version: str, constraint: str) -> bool:
    """Whether a version satisfies a constraint (`~> 5.0, != 5.1.2`), as far as it can be read."""
    key = version_key(version)
    if key is None:
        return True
    return all(_allowed(part.strip(), key) for part in constraint.split(",") if part.strip())


def newest(versions: Iterable[str], constraint: str) -> str | None:
    """The newest of some versions that a constraint allows; None if it allows none."""
    found = [one for one in versions if version_key(one) is not None and satisfies(one, constraint)]
    return max(found, key=lambda one: version_key(one) or (), default=None)


def majors(constraint: str) -> tuple[int, int | None]:
    """The lowest and the highest major version that a constraint allows; None: any higher one."""
    lowest, highest = 0, None
    for part in constraint.split(","):
        found = _CONSTRAINT.fullmatch(part.strip())
        bound = version_key(found[2]) if found else None
        if found is None or bound is None or found[1] == "!=":
            continue
        operator, major = found[1] or "=", bound[0]
        fixed = operator == "=" or (operator == "~>" and "." in found[2])
        if fixed or operator in ("~>", ">", ">="):
            lowest = max(lowest, major)
        if fixed or operator in ("<", "<="):
            below = operator == "<" and not any(bound[1:])
            most = major - 1 if below else major
            highest = most if highest is None else min(highest, most)
    return lowest, highest


def _allowed(part: str, key: tuple[int, ...]) -> bool:
    found = _CONSTRAINT.fullmatch(part)
    bound = version_key(found[2]) if found else None
    if found is None or bound is None:
        return True
    operator = found[1] or "="
    if operator == "~>":
        places = len(found[2].lstrip("v").partition("-")[0].split("."))
        fixed = places - 1  # the last place that is written may grow
        return key >= bound and key[:fixed] == bound[:fixed]
    return {
        "=": key == bound,
        "!=": key != bound,
        ">": key > bound,
        ">=": key >= bound,
        "<": key < bound,
        "<=": key <= bound,
    }[operator]
