"""The recommendations of the AWS guide that rules encode, from `data/guide.toml`."""

import os
from collections.abc import Mapping
from functools import cache

from taskwall.rules._rule import Rule


@cache
def _data() -> Mapping[str, object]:
    import tomllib

    with open(
        os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "guide.toml"), "rb"
    ) as stream:
        return tomllib.load(stream)


def source() -> tuple[str, str]:
    """The guide's address, and the day on which it was read."""
    return str(_data()["source"]), str(_data()["read"])


def recommendations() -> dict[str, str]:
    """The recommendations of the guide by their keys, in its order and in our words."""
    table = _data()["recommendation"]
    assert isinstance(table, dict)
    return table


def encodes(rule: Rule) -> tuple[str, ...]:
    """The keys of the recommendations that a rule encodes; none if it goes beyond the guide."""
    keys = [key.strip() for key in rule.sections["Guide"].replace("\n", " ").split(",")]
    return tuple(key for key in keys if key != "beyond")
