"""What is known of rules without their files: the profiles that have them, and their sections."""

import pytest

from taskwall.rules import all_rules, found_rules
from taskwall.rules._rule import PROFILES

BY_FLAGS = {
    (True, True): ("default", "pci", "strict"),
    (True, False): ("default", "pci", "strict"),
    (False, True): ("pci", "strict"),
    (False, False): ("strict",),
}


@pytest.mark.parametrize(("flags", "profiles"), BY_FLAGS.items())
def test_the_profiles_of_a_rule(flags: tuple[bool, bool], profiles: tuple[str, ...]) -> None:
    """Each profile has what the one before it has, and `strict` has everything."""
    assert PROFILES == ("default", "pci", "strict")
    alike = [rule for rule in all_rules() if (rule.default, rule.pci) == flags]
    assert alike
    assert {rule.profiles for rule in alike} == {profiles}


def test_the_sections_of_a_rule_are_those_of_its_file() -> None:
    """A rule of the index reads them when they are asked for."""
    for rule, found in zip(all_rules(), found_rules(), strict=True):
        assert dict(rule.sections) == found.sections
        assert len(rule.sections) == len(found.sections)
