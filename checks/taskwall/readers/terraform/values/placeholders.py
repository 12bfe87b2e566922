"""Empty defaults that stand for existing resources, which somebody has to name."""

from taskwall.core.values import Fields, Items, Known, Value

_EXISTING = frozenset(
    {
        "vpc", "vpcs", "subnet", "subnets", "cluster", "sg", "sgs", "lb", "lbs", "alb", "albs",
        "nlb", "nlbs", "elb", "listener", "listeners",
    }
)  # fmt: skip
_PAIRS = (("security", "group"), ("load", "balancer"), ("target", "group"))
_ENDS = frozenset({"id", "ids", "arn", "arns", "name", "names"})


def names_existing(name: str, value: Value) -> bool:
    """Whether an empty default stands for existing resources that the user has to name."""
    empty = (
        (isinstance(value, Known) and value.data in (None, ""))
        or (isinstance(value, Items) and not value.items)
        # A map may be of ids; an object of options, as a name of one thing has, is none.
        or (isinstance(value, Fields) and not value.fields and name.lower().endswith("s"))
    )
    if not empty:
        return False
    words = name.lower().split("_")
    while len(words) > 1 and words[-1] in _ENDS:
        words.pop()
    if words[-1] in _EXISTING:
        return True
    return tuple(word.removesuffix("s") for word in words[-2:]) in _PAIRS
