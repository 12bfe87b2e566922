"""When something is there that may not exist, in the words of its source."""

import pytest

from taskwall.core.values import Need, Origin, Span
from taskwall.rules._rule import when_there

LOG, ALARM, EITHER = "var.log is true", "var.alarm is true", "var.a is true or var.b is true"
CASES: list[tuple[tuple[str, ...], str]] = [
    ((), ""),
    ((LOG,), LOG),
    ((LOG, LOG), LOG),
    ((EITHER,), EITHER),
    ((LOG, ALARM), f"{LOG} and {ALARM}"),
    ((LOG, EITHER), f"{LOG} and ({EITHER})"),
    ((LOG, ALARM, EITHER), f"{LOG} and {ALARM} and ({EITHER})"),
    (("",), ""),
    ((LOG, ""), ""),
]


@pytest.mark.parametrize(("conditions", "words"), CASES)
def test_conditions_are_said_together(conditions: tuple[str, ...], words: str) -> None:
    """Each once, all of them, and none where one cannot be said."""
    maybe = tuple(Need(f"var.{n}", "is open", when=one) for n, one in enumerate(conditions))
    here = Span("main.tf", 1, 1, 1, 1)
    on = Origin("aws_vpc.main", "aws_vpc.main", here, "terraform", maybe=maybe)

    assert when_there(on) == words
