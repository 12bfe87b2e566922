"""From which parameters, mappings and nested stacks the value of a property comes."""

from collections.abc import Mapping

import pytest

from taskwall.core.values import Known, Span
from taskwall.readers.cloudformation import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs, Provenance

TOP = "/r/t.yaml"
HEAD = """\
Parameters:
  Cidr: {Type: String, Default: 10.0.0.0/8}
  Bare: {Type: String}
  Many: {Type: CommaDelimitedList, Default: "a,b"}
Mappings:
  Ranges:
    prod: {Cidr: 10.0.0.0/16}
    dev: {Cidr: 10.1.0.0/16}
Resources:
  It:
    Type: Custom::It
    Properties:
"""


def evaluated(texts: Mapping[str, str], inputs: Inputs | None = None) -> Evaluation:
    """The evaluation of the template to which the others belong."""
    found, _ = stacks(list(texts), Files(dict(texts)), inputs or Inputs(boundary="/r"))
    return next(one for one in found if TOP in one.files).evaluate({})


def steps(evaluation: Evaluation, *path: str) -> tuple[Provenance, ...]:
    """From where a property of the resource It comes."""
    resource = next(one for one in evaluation.resources if one.origin.name.endswith("It"))
    body = resource.body
    for key in path[:-1]:
        inner = body.fields[key]
        assert isinstance(inner, type(body))
        body = inner
    return evaluation.provenance(body.places[path[-1]], resource.origin)


def texts(found: tuple[Provenance, ...], sources: Mapping[str, str]) -> list[str]:
    """What stands at places."""
    written = []
    for one in found:
        place = one.place
        line = sources[place.file].split("\n")[place.line - 1]
        written.append(line[place.column - 1 : place.end_column - 1])
    return written


@pytest.mark.parametrize(
    ("value", "behind"),
    [
        ("x", []),
        ("!Ref Cidr", ["Default: 10.0.0.0/8"]),
        ("!Ref Bare", ["{Type: String}"]),
        ("!Ref Many", ['Default: "a,b"']),
        ("!Ref It", []),
        ("!Ref AWS::Region", []),
        ("[!Ref Cidr]", ["Default: 10.0.0.0/8"]),
        ("[!Ref Cidr, x]", []),
        ("[[!Ref Cidr]]", []),
        ('!Sub "${Cidr}"', ["Default: 10.0.0.0/8"]),
        ('!Sub "a${Cidr}"', []),
        ('!Sub "${Cidr}a"', []),
        ("!Sub Cidr", []),
        ('!Split [",", !Ref Cidr]', ["Default: 10.0.0.0/8"]),
        ("!Select [0, !Ref Many]", ['Default: "a,b"']),
        ("!Select [!Ref Cidr, [a]]", []),
        ('!Select [0, !Split [",", !Ref Cidr]]', ["Default: 10.0.0.0/8"]),
        ('!Join [",", !Ref Many]', []),
        ("!FindInMap [Ranges, prod, Cidr]", ["Cidr: 10.0.0.0/16"]),
        ("[!FindInMap [Ranges, prod, Cidr]]", ["Cidr: 10.0.0.0/16"]),
        ("!FindInMap [Ranges, !Ref Bare, Cidr]", []),
        ("!FindInMap [Ranges, prod, Other]", []),
        ("!FindInMap [Other, prod, Cidr]", []),
        ("!FindInMap [Ranges, prod, Cidr, {DefaultValue: x}]", []),
        ("!GetAtt It.Arn", []),
        ("{A: !Ref Cidr}", []),
    ],
)
@pytest.mark.parametrize("beside", ["", "      W: 1\n"])
def test_what_alone_decides_a_value_is_followed(value: str, behind: list[str], beside: str) -> None:
    """Each step to where it is written is a place, the use first, whatever stands beside that."""
    source = f"{HEAD}      V: {value}\n{beside}"
    found = texts(steps(evaluated({TOP: source}), "V"), {TOP: source})
    assert found == [f"V: {value}", value, *behind]


@pytest.mark.parametrize("path", [("A", "B", "V"), ("A", "V")])
def test_a_value_within_mappings_is_followed(path: tuple[str, ...]) -> None:
    """Each of them may be the only one in its mapping, and stand where that does."""
    lines = [f"{' ' * (6 + 2 * depth)}{key}:" for depth, key in enumerate(path)]
    source = HEAD + "\n".join(lines) + " !Ref Cidr\n"
    found = steps(evaluated({TOP: source}), *path)
    assert texts(found, {TOP: source})[-1] == "Default: 10.0.0.0/8"


def test_the_default_of_a_parameter_is_told_with_its_name() -> None:
    """What a user gives stands in no template: then the place is the declaration."""
    source = f"{HEAD}      V: !Ref Cidr\n"
    (*_, last) = steps(evaluated({TOP: source}), "V")
    assert last.default is not None
    assert (last.default.name, last.default.place) == ("Cidr", last.place)
    given = Inputs(parameters={"Cidr": Known("10.0.0.0/9")}, boundary="/r")
    (*_, last) = steps(evaluated({TOP: source}, given), "V")
    assert (last.place.line, last.default) == (2, None)


INNER = HEAD + "      V: !Ref Cidr\n"
NESTS = """\
Parameters:
  Outer: {Type: String, Default: 10.2.0.0/16}
Resources:
  Stack:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./inner.yaml
      Parameters:
        Bare: x
"""


INSIDE, BY_CALL = ("inner.yaml", 13, 0), ("inner.yaml", 13, 1)


@pytest.mark.parametrize(
    ("given", "places", "argument", "default"),
    [
        ("", [INSIDE, INSIDE, ("inner.yaml", 2, 0)], False, "Cidr"),
        ("Cidr: 10.3.0.0/16", [BY_CALL, BY_CALL, ("t.yaml", 10, 0)], True, None),
        (
            "Cidr: !Ref Outer",
            [BY_CALL, BY_CALL, ("t.yaml", 10, 0), ("t.yaml", 2, 0)],
            False,
            "Outer",
        ),
        ("Cidr: !Sub 'a${Outer}'", [BY_CALL, BY_CALL, ("t.yaml", 10, 0)], False, None),
    ],
)
def test_what_a_nested_stack_is_given_is_followed(
    given: str, places: list[tuple[str, int, int]], argument: bool, default: str | None
) -> None:
    """A parameter leads to the stack's, within the calls that make it another value there."""
    sources = {TOP: f"{NESTS}        {given}\n", "/r/inner.yaml": INNER}
    found = steps(evaluated(sources), "V")
    assert places == [
        (one.place.file.removeprefix("/r/"), one.place.line, len(one.calls)) for one in found
    ]
    assert [one.argument for one in found if one.place.file == TOP][:1] in ([], [argument])
    assert (found[-1].default and found[-1].default.name) == default


def test_what_another_file_declares_is_not_in_the_way() -> None:
    """A resource of an included file may have the lines of one of the template."""
    include = "{Name: AWS::Include, Parameters: {Location: more.yaml}}"
    source = f"{HEAD}      V: !Ref Cidr\n  Fn::Transform: {include}\n"
    more = "\n" * 11 + "More:\n  Type: Custom::More\n"
    files = Files({TOP: source, "/r/more.yaml": more})
    (stack,), errors = stacks([TOP], files, Inputs(boundary="/r"))
    evaluation = stack.evaluate({})
    assert errors == []
    assert [one.origin.name for one in evaluation.resources] == ["It", "More"]
    assert texts(steps(evaluation, "V"), {TOP: source})[-1] == "Default: 10.0.0.0/8"


@pytest.mark.parametrize(
    ("value", "behind"),
    [
        ("!Select [0, !Split [',', !Ref Many]]", ['Default: "a,b"']),
        ("[!Select [0, !Ref Many]]", ['Default: "a,b"']),
        ("!Select [0, [!Ref Cidr]]", []),
        ("!Select [0, [!Ref Cidr, x]]", []),
        ("!If [C, !Ref Cidr, x]", []),
        ('!Sub ["${Cidr}", {}]', []),
        ('!Sub "${Cidr}${Cidr}"', []),
        ("!FindInMap [!Ref Bare, prod, Cidr]", []),
        ("!FindInMap [Ranges, none, Cidr]", []),
        ("!Ref Nobody", []),
    ],
)
def test_what_more_than_one_thing_decides_is_not_followed(value: str, behind: list[str]) -> None:
    """Only the list of a split, and one element, are taken as they are."""
    source = f"{HEAD}      V: {value}\n"
    assert texts(steps(evaluated({TOP: source}), "V"), {TOP: source})[2:] == behind


def test_a_value_below_a_key_is_its_own() -> None:
    """Of a mapping that stands beside others, each member leads to what it takes."""
    lines = "      A:\n        B: !Ref Cidr\n        C: [x, !Ref Many]\n        D: !Ref Bare\n"
    source = HEAD + lines
    found = evaluated({TOP: source})
    assert texts(steps(found, "A", "B"), {TOP: source})[-1] == "Default: 10.0.0.0/8"
    assert texts(steps(found, "A", "C"), {TOP: source})[-1] == "[x, !Ref Many]"
    assert texts(steps(found, "A", "D"), {TOP: source})[-1] == "{Type: String}"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(Span(TOP, 2, 3, 2, 9), id="a parameter"),
        pytest.param(Span(TOP, 1, 1, 1, 1), id="before all resources"),
        pytest.param(Span(TOP, 99, 1, 99, 1), id="behind all resources"),
        pytest.param(Span(TOP, 10, 5, 10, 9), id="what says the type"),
    ],
)
def test_a_place_outside_of_properties_leads_nowhere(place: Span) -> None:
    """It is all that is told."""
    evaluation = evaluated({TOP: f"{HEAD}      V: !Ref Cidr\n"})
    origin = evaluation.resources[0].origin
    assert [one.place for one in evaluation.provenance(place, origin)] in ([], [place])
    assert evaluation.provenance(Span("/r/none.yaml", 1, 1, 1, 1), origin) == ()
