"""What hosts show of a finding is short, however long its chain is."""

import pytest
from msgspec.structs import replace

from reports import FINDINGS
from taskwall.checkov_plugin.wording import MAX_LENGTH, check_name
from taskwall.findings.finding import Absent, Step
from taskwall.findings.text import absent_count

LONG = replace(
    FINDINGS[1],
    missing=tuple(f"var.v{number}" for number in range(50)),
    because=tuple(Step("r", "infra/api.tf", n, f"step {n}: {'x' * 20}") for n in range(1, 73)),
)


def test_absent_sources_are_counted_in_one_phrase() -> None:
    """By kind, however many kinds there are."""
    kinds = ("module", "include", "module", "template")
    absent = [Absent(kind, f"m{n}", "s", None, "a", "f", n, "c") for n, kind in enumerate(kinds)]
    assert absent_count(absent[:1]) == "1 module"
    assert absent_count(absent[:2]) == "1 included file and 1 module"
    assert absent_count(absent) == "1 included file, 2 modules and 1 nested template"


def test_a_name_in_checkov_has_an_end() -> None:
    """Of many steps, values and findings the first are named, and how many more there are."""
    name = check_name("A title", [LONG])
    assert "step 6: " in name
    assert "step 7: " not in name
    assert "var.v2, and 47 more" in name
    assert "and 66 more; fix: " in name
    many = check_name("A title", [replace(LONG, message=f"m{n}") for n in range(9)])
    assert "m2 " in many
    assert "m3 " not in many
    assert "; and 6 more" in many


@pytest.mark.parametrize("length", [10, MAX_LENGTH * 3])
def test_no_name_in_checkov_is_longer(length: int) -> None:
    """A message of any length is cut at the end."""
    name = check_name("A title", [replace(LONG, message="m" * length)])
    assert len(name) <= MAX_LENGTH
    assert name.endswith("…") == (length > MAX_LENGTH)
