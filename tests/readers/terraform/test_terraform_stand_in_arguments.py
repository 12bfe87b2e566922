"""Which arguments of a module its stand-in has a part in."""

import pytest

from taskwall.core.values import Fields, Items, Known, Reference, Value, unknown
from taskwall.readers.terraform.stand_ins import StandIn

ONE = StandIn("/stand-in", "a module", {}, ("tags", "*_tags"), ("off", "create_*"), ("lost",))
OPEN = unknown("var.x", "has no default")

OFF: dict[str, tuple[Value, bool]] = {
    "null": (Known(None), True),
    "false": (Known(False), True),
    "false as a text": (Known("false"), True),
    "an empty text": (Known(""), True),
    "zero": (Known(0), True),
    "an empty list": (Items(()), True),
    "an empty map": (Fields({}), True),
    "what another resource has off": (Reference("t.t", "x", Known(False)), True),
    "true": (Known(True), False),
    "true as a text": (Known("true"), False),
    "a text": (Known("x"), False),
    "a number": (Known(-1), False),
    "a list": (Items((Known(False),)), False),
    "a list that may hold something": (Items((), (OPEN,)), False),
    "a map": (Fields({"a": Known(False)}), False),
    "a map that may hold something": (Fields({}, rest=OPEN), False),
    "what is not known": (OPEN, False),
}


@pytest.mark.parametrize(("value", "allowed"), OFF.values(), ids=OFF)
@pytest.mark.parametrize("name", ["off", "create_more"])
def test_an_argument_of_a_part_that_it_leaves_out(name: str, value: Value, allowed: bool) -> None:
    """The module is what stands in for it as long as that part is certainly off."""
    assert ONE.leaves_out(name)
    assert ONE.allows(name, lambda: value, declared=True) is allowed


@pytest.mark.parametrize(
    ("name", "declared", "allowed"),
    [
        ("tags", False, True),
        ("vpc_tags", False, True),
        ("other", False, False),
        ("other", True, True),
        ("lost", True, False),
    ],
)
def test_other_arguments(name: str, declared: bool, allowed: bool) -> None:
    """It takes those that it declares, and does without those that change nothing here."""
    assert not ONE.leaves_out(name)
    assert ONE.allows(name, lambda: OPEN, declared=declared) is allowed
