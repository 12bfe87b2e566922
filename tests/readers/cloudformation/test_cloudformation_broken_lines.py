"""Templates that are not well-formed: how much of each is lost, and how much is still read."""

import pytest

from readers.cloudformation.shown_values import shown
from taskwall.readers.cloudformation import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TEMPLATE = """\
Parameters:
  Level:
    Default: a
Resources:
  # a comment
  One:
    Type: Custom::One
    Condition: Is
    Properties:
      A: 1
      # another
      B:
        - x
        - {c: d}
  Two:
    Type: Custom::Two
    Properties: {A: !Ref Level}
Conditions:
  Is: !Equals [a, a]
"""
ONE = {"A": 1, "B": ["x", {"c": "d"}]}
TWO = {"A": "a"}


def read(old: str, new: str) -> tuple[list[int], dict[str, object], dict[str, object]]:
    """A template in which something is changed: the lines of its errors, properties and waits.

    `waits` is by resource what says that it may be missing.
    """
    assert old in TEMPLATE
    text = TEMPLATE.replace(old, new, 1)
    found, errors = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    places = [error.place.line for error in errors]
    properties: dict[str, object] = {}
    waits: dict[str, object] = {}
    for stack in found:
        evaluation = stack.evaluate({})
        places += [error.place.line for error in evaluation.errors]
        for one in evaluation.resources:
            properties[one.origin.name] = shown(one.body)
            if one.origin.maybe:
                waits[one.origin.name] = [str(need) for need in one.origin.maybe]
    return places, properties, waits


LOST_ONE = {"*": "<One cannot be read>"}
LOST_TWO = {"*": "<Two cannot be read>"}


@pytest.mark.parametrize(
    ("old", "new", "line", "one"),
    [
        pytest.param(
            "A: 1", 'A: "', 10, ONE | {"A": "<One.A cannot be read>"}, id="a quote without an end"
        ),
        pytest.param("A: 1", "A: {b: c", 12, LOST_ONE, id="a map that goes on"),
        pytest.param("A: 1", "A: b: c", 10, LOST_ONE, id="a colon too many"),
        pytest.param(
            "A: 1",
            "A: [b, c: d: e]",
            10,
            ONE | {"A": "<One.A cannot be read>"},
            id="a colon too many within brackets",
        ),
        pytest.param(
            "- {c: d}", "- {c: d", 15, {"A": 1, "B": ["x", "<One cannot be read>"]}, id="an item"
        ),
        pytest.param(
            "- {c: d}",
            "- {c: d}}",
            14,
            {"A": 1, "B": ["x", "<One cannot be read>"]},
            id="a brace too many",
        ),
        pytest.param(
            "- {c: d}",
            "- Key: {c: d",
            15,
            {"A": 1, "B": ["x", {"Key": "<One.Key cannot be read>"}]},
            id="a key of an item",
        ),
        pytest.param(
            "- {c: d}",
            '-   - "x',
            14,
            {"A": 1, "B": ["x", ["<One cannot be read>"]]},
            id="an item of an item",
        ),
        pytest.param("        - x\n", "       - x\n", 14, LOST_ONE, id="an item not deep enough"),
        pytest.param(
            "    Properties:\n",
            "    Other: [\n    Properties:\n",
            11,
            LOST_ONE,
            id="an attribute beside the properties",
        ),
        pytest.param("Condition: Is", "Condition: [Is", 9, LOST_ONE, id="a condition"),
    ],
)
def test_how_much_of_a_resource_is_lost(old: str, new: str, line: int, one: object) -> None:
    """A value that is wrong by itself is not known; else all properties of its resource are not."""
    lines, properties, waits = read(old, new)
    assert properties == {"One": one, "Two": TWO}
    assert (lines, waits) == ([line], {})


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        pytest.param("{A: !Ref Level}", "{A: !Ref Level", 18, id="a brace too few"),
        pytest.param("{A: !Ref Level}", "{A: !Ref Level}}", 17, id="a brace too many"),
        pytest.param("  Two:\n", "  Two: x\n", 16, id="a text beside the name"),
    ],
)
def test_the_last_resource_of_a_section_is_lost(old: str, new: str, line: int) -> None:
    """Its type is still known, and whatever stands in other sections."""
    assert read(old, new) == ([line], {"One": ONE, "Two": LOST_TWO}, {})


@pytest.mark.parametrize(
    ("new", "line"),
    [
        pytest.param("Default: a: b", 3, id="a colon"),
        pytest.param("Default: [a", 4, id="a bracket"),
        pytest.param("Default: !Base64 !Ref x", 3, id="two tags"),
        pytest.param("Default: [a\n    NoEcho: true", 4, id="a line below"),
    ],
)
def test_a_parameter_that_cannot_be_read_has_no_default(new: str, line: int) -> None:
    """What uses it waits for a value, and the places of what is below it are the same."""
    lines, properties, waits = read("Default: a", new)
    assert properties == {"One": ONE, "Two": {"A": "<Level has no default>"}}
    assert (lines, waits) == ([line], {})


@pytest.mark.parametrize(
    ("new", "line"),
    [
        pytest.param("Is: !Equals [a, a", 20, id="a bracket"),
        pytest.param("Is: !Not !Equals [a, a]", 19, id="two tags"),
    ],
)
def test_a_condition_that_cannot_be_read_is_open(new: str, line: int) -> None:
    """The resource may be there, and may not."""
    lines, properties, waits = read("Is: !Equals [a, a]", new)
    assert properties == {"One": ONE, "Two": TWO}
    assert (lines, waits) == ([line], {"One": ["Is cannot be read"]})


REGION = "<AWS::Region depends on where it is deployed>"


@pytest.mark.parametrize(
    ("new", "value"),
    [
        ("A: !Base64 !Sub it's", {"Fn::Base64": "it's"}),
        ('A: !Base64 !Sub "it\'s"', {"Fn::Base64": "it's"}),
        ("A: !Base64 !Sub '${AWS::Region}'", {"Fn::Base64": REGION}),
        ("A: !Base64 !Ref Level # x", {"Fn::Base64": "a"}),
        ("A: !Base64 !Join ['', [a, b]]", {"Fn::Base64": "ab"}),
        ("A: !Base64 !Sub", "<One.A cannot be read>"),
        ("A: !Base64 !Sub # x", "<One.A cannot be read>"),
        ("A: !Base64 !Sub |", "<One.A cannot be read>"),
        ("A: !Base64 !Sub >-", "<One.A cannot be read>"),
    ],
)
def test_what_two_tags_in_a_row_are_meant_for(new: str, value: object) -> None:
    """The one of the other, if what they are of is written behind them."""
    assert read("A: 1", new) == ([10], {"One": ONE | {"A": value}, "Two": TWO}, {})


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        pytest.param("Type: Custom::One", "Type: [Custom::One", 8, id="of which type it is"),
        pytest.param("Conditions:\n", "Conditions:\n  - a\n", 20, id="a list for a section"),
        pytest.param("  Two:\n", "  Two\n", 16, id="a name without a colon"),
        pytest.param("      A: 1\n", "\tA: 1\n", 10, id="a tab"),
        pytest.param("      A: 1\n", "      A: 1\n\tA: 1\n", 11, id="a tab below a line"),
        pytest.param("Resources:\n", "Resources: [\n", 7, id="a section"),
    ],
)
def test_where_too_much_is_wrong_nothing_is_read(old: str, new: str, line: int) -> None:
    """It is not certain then which resource is what."""
    assert read(old, new) == ([line], {}, {})
