"""What is cut out of texts, chosen of lists and looked up in mappings, down to what is open."""

import pytest

from readers.cloudformation.shown_values import shown
from taskwall.core.values import Items, Known, Scenario, Value, symbol
from taskwall.readers.cloudformation import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TEMPLATE = """\
Parameters:
  Env: {Type: String}
  Part: {Type: String}
  Port: {Type: Number, Default: 8080}
  Zones: {Type: CommaDelimitedList, Default: "a, b,c"}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
Mappings:
  Ranges:
    prod: {Cidr: 10.0.0.0/16, Same: x, List: [a, b], Port: !Ref Port}
    dev: {Cidr: 10.1.0.0/16, Same: x, List: [a, c], Port: !Sub "${Port}"}
    test: {Same: x}
  "8080": {a: {b: by number}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.9.0.0/16}}
  Bare: {Type: "AWS::EC2::VPC"}
  It:
    Type: Custom::It
    Properties:
      V: """


def value(written: str, inputs: Inputs | None = None, scenario: Scenario | None = None) -> Value:
    """What a value comes to, with nothing wrong with it."""
    text = f"{TEMPLATE}{written}\n"
    (stack,), errors = stacks(["t.yaml"], Files({"t.yaml": text}), inputs or Inputs())
    evaluation = stack.evaluate(scenario or {})
    assert (*errors, *evaluation.errors) == ()
    (it,) = (one for one in evaluation.resources if one.origin.name == "It")
    return it.body.fields["V"]


ENV = "<Env has no default>"
PART = "<Part has no default>"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("!FindInMap [Nowhere, prod, Cidr, {DefaultValue: !Ref Port}]", 8080),
        ("!FindInMap [Ranges, prod, Other, {DefaultValue: !Ref Port}]", 8080),
        ("!FindInMap [Ranges, nope, Cidr, {DefaultValue: !Ref Port}]", 8080),
        ("!FindInMap [Ranges, nope, Cidr, {DefaultValue: !GetAtt Vpc.CidrBlock}]", "10.9.0.0/16"),
        ("!FindInMap [Ranges, nope, Cidr, {DefaultValue: !Ref Env}]", ENV),
        ("!FindInMap [Ranges, dev, Cidr, {DefaultValue: !Ref Env}]", "10.1.0.0/16"),
        ("!FindInMap [!Join ['', [Ran, ges]], !Select [0, [dev]], Cidr]", "10.1.0.0/16"),
        ("!FindInMap [!Ref Port, a, b]", "by number"),
        ("!FindInMap [Ranges, dev, List]", ["a", "c"]),
        ("!FindInMap [Ranges, dev, !Ref Env]", ENV),
        ("!FindInMap [Ranges, test, !Ref Env]", "x"),
        ("!FindInMap [Ranges, test, !Ref Env, {DefaultValue: x}]", ENV),
        ("!FindInMap [Ranges, !Ref Env, Same]", "x"),
        ("!FindInMap [Ranges, !Ref Env, Port]", 8080),
        ("!FindInMap [Ranges, !Ref Env, Cidr]", ENV),
        ("!FindInMap [Ranges, !Ref Env, List]", ENV),
        ("!FindInMap [Ranges, !Ref Env, !Ref Part]", "<Env has no default; Part has no default>"),
        ("!FindInMap [!Ref Part, !Ref Env, Same]", "<Part has no default; Env has no default>"),
        ("!FindInMap [!Ref Part, prod, Same, {DefaultValue: x}]", PART),
    ],
)
def test_what_is_looked_up(written: str, expected: object) -> None:
    """A default holds where a key is not there for certain, and a row where all others agree."""
    assert shown(value(written)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("!Select [0, !Ref Zones]", "a"),
        ("!Select [!Select [0, [1]], !Ref Zones]", "b"),
        ("!Select ['2', !Ref Zones]", "c"),
        ("!Select [0, !Ref Env]", ENV),
        ("!Select [0, !Split [',', !Sub 'a,${Env}']]", ENV),
        ("!Select [0, [!If [IsProd, a, !Ref AWS::NoValue], b]]", ENV),
        ("!Select [!Ref Env, !Ref Zones]", ENV),
        ("!Select [!Ref Env, [!Ref Part]]", ENV),
        ("!Select [1, [a, !Ref Part]]", PART),
        ("!Select [0, [a, !Ref Part]]", "a"),
    ],
)
def test_what_is_selected(written: str, expected: object) -> None:
    """An element counts only where no other may stand before it; a number waits for itself."""
    assert shown(value(written)) == expected


REGION = "<AWS::Region depends on where it is deployed>"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("!Split ['.', 1.5]", ["1", "5"]),
        ("!Split ['--', a--b-c]", ["a", "b-c"]),
        ("!Split [',', ',a,']", ["", "a", ""]),
        ("!Split [',', !GetAtt Vpc.CidrBlock]", ["10.9.0.0/16"]),
        ("!Split [',', !GetAtt Bare.Arn]", ["<Bare.Arn>"]),
        ("!Split [',', !Sub '${Vpc},a']", ["<Vpc.Ref>", "a"]),
        ("!Split [',', !Sub 'a${AWS::Region},b']", [f"a{REGION}", "b"]),
        ("!Split [',', !Sub 'a-${AWS::AccountId},${AWS::Partition}']", [
            "a-<AWS::AccountId depends on where it is deployed>",
            "<AWS::Partition depends on where it is deployed>",
        ]),
        ("!Split [',', !Sub 'a,${Env},b']", ["a", "b", ("maybe", ENV)]),
        ("!Split [',', !Sub 'a,${Env}']", ["a", ("maybe", ENV)]),
        ("!Split [',', !Sub 'a,${Env},b,${Part}']", ["a", "b", ("maybe", ENV), ("maybe", PART)]),
        ("!Split [',', !Sub 'a,${Env}${Part}']", [
            "<Env has no default; Part has no default>",
            ("maybe", "<Env has no default; Part has no default>"),
        ]),
        ("!Split [',', !Sub 'a,${Env}x,b']", [ENV, ("maybe", ENV)]),
        ("!Split [',', !Sub 'a,x${Env},b']", [ENV, ("maybe", ENV)]),
        ("!Split [',', !Sub '${Env},${Part}']", [
            "<Env has no default; Part has no default>",
            ("maybe", "<Env has no default; Part has no default>"),
        ]),
        ("!Split ['-', !Sub 'a-${AWS::Region}']", [REGION, ("maybe", REGION)]),
        ("!Split [!Ref Part, a.b]", [PART, ("maybe", PART)]),
        ("!Split [!Ref Part, !Ref Env]", [
            "<Part has no default; Env has no default>",
            ("maybe", "<Part has no default; Env has no default>"),
        ]),
    ],
)  # fmt: skip
def test_what_is_split(written: str, expected: object) -> None:
    """What is open between separators may be any number of pieces, and else any piece is open."""
    assert shown(value(written)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("!Cidr [10.0.0.0/16, 2, !Ref Port]", "Fn::Cidr finds no 2 ranges of 8080 bits in"),
        ("!Cidr ['::/0', 1, 129]", "Fn::Cidr finds no 1 ranges of 129 bits in ::/0"),
        ("!Cidr [10.0.0.0/8, 1, 25]", "Fn::Cidr finds no 1 ranges of 25 bits in 10.0.0.0/8"),
        ("!Cidr [10.0.0.0/8, 3, 23]", "Fn::Cidr finds no 3 ranges of 23 bits in 10.0.0.0/8"),
        ("!Cidr [10.0.0.0/8, 12345678, 8]", "Fn::Cidr takes a count from 1 to 256"),
        ("!Cidr [!GetAtt Bare.CidrBlock, 257, 8]", "Fn::Cidr takes a count from 1 to 256"),
        ("!Select [8080, !Ref Zones]", "Fn::Select selects element 8080 of 3"),
        ("!Select [1.0, !Ref Zones]", "Fn::Select takes the number of an element"),
        ("!Select [x, !Ref Subnets]", "Fn::Select takes the number of an element"),
        ("!Split ['', !Ref Env]", "Fn::Split takes a separator that is not empty"),
        ("!FindInMap [Ranges, test, Cidr]", "Fn::FindInMap finds nothing in Ranges"),
        ("!FindInMap [Ranges, !Ref Port, Same]", "Fn::FindInMap finds nothing in Ranges"),
        ("!FindInMap [!Ref Zones, a, b, {Other: x}]", None),
    ],
)
def test_what_is_not_there(written: str, expected: str | None) -> None:
    """It is an error that says so, also where the rest is open; of what is no text, nothing."""
    files = Files({"t.yaml": f"{TEMPLATE}{written}\n"})
    (stack,), _ = stacks(["t.yaml"], files, Inputs())
    found = [error.message for error in stack.evaluate({}).errors]
    assert [one.startswith(expected or "") for one in found] == [True] * (expected is not None)


BARE = "<Bare.CidrBlock is known only after deployment>"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("!Cidr ['::/0', 1, 128]", ["::/0"]),
        ("!Cidr [10.0.0.0/8, 1, 24]", ["10.0.0.0/8"]),
        ("!Cidr [10.0.0.0/8, 2, 23]", ["10.0.0.0/9", "10.128.0.0/9"]),
        ("!Cidr [!GetAtt Bare.CidrBlock, 2, 8]", [BARE, BARE]),
        ("!Cidr [!GetAtt Bare.CidrBlock, 256, 8]", [BARE] * 256),
        ("!Cidr [!GetAtt Bare.CidrBlock, 1]", [BARE]),
        ("!Cidr [!GetAtt Bare.CidrBlock, !Ref Env, 8]", [("maybe", f"{BARE[:-1]}; {ENV[1:]}")]),
        ("!Cidr [10.0.0.0/8, !Ref Env, 8]", [("maybe", ENV)]),
        ("!Cidr [10.0.0.0/8, 1, !Ref Env]", [ENV]),
        ("{'Fn::Length': {a: !Ref Env}}", 1),
        ("{'Fn::Length': [a, !If [IsProd, b, !Ref AWS::NoValue]]}", ENV),
        ("{'Fn::Length': !Split [',', 'a,b']}", 2),
        ("{'Fn::Length': !GetAZs x}", "<Fn::GetAZs x depends on where it is deployed>"),
    ],
)
def test_lists_of_which_the_length_is_known(written: str, expected: object) -> None:
    """As many elements as are asked for, whatever they are; a length counts what is certain."""
    assert shown(value(written)) == expected


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("!Select [1, !Ref Subnets]", "Subnets[1]"),
        ("!Select [1, !Ref Env]", "Env[1]"),
        ("!Select [!Ref Env, !Ref Subnets]", ""),
        ("!Select [1, !GetAtt Bare.Ranges]", "Bare.Ranges[1]"),
        ("!Select [1, !Split ['-', !Ref Env]]", ""),
        ("!Select [0, !Split ['-', !Ref Env]]", ""),
        ("!Select [0, !GetAZs a]", "Fn::GetAZs a[0]"),
        ("!Select [1, !GetAZs a]", "Fn::GetAZs a[1]"),
        ("!Select [0, !GetAZs '']", "Fn::GetAZs[0]"),
        ("!Select [0, !GetAZs {Ref: AWS::Region}]", "Fn::GetAZs[0]"),
        ("!Select [1, !Cidr [!GetAtt Bare.CidrBlock, 2]]", "Fn::Cidr(Bare.CidrBlock, 2)[1]"),
        ("!FindInMap [Ranges, !Ref Env, Cidr]", "Fn::FindInMap(Ranges, Env, Cidr)"),
        ("!FindInMap [Ranges, dev, !Ref Env]", "Fn::FindInMap(Ranges, dev, Env)"),
        ("!FindInMap [!Ref Env, dev, Cidr]", ""),
        ("!FindInMap [Ranges, !Join ['', !Ref Zones], Cidr, {DefaultValue: x}]", ""),
    ],
)
def test_what_users_may_assume_has_a_name(written: str, name: str) -> None:
    """It says the function and what that is given: two calls of one name give the same."""
    assert symbol(value(written)) == name


def test_a_region_has_two_zones_at_least() -> None:
    """Which and how many more is not known."""
    found = value("!GetAZs ''")
    assert isinstance(found, Items)
    assert (len(found.items), len(found.rest)) == (2, 1)


@pytest.mark.parametrize(
    ("written", "answers"),
    [
        ("!FindInMap [Ranges, !Ref Env, Cidr]", {"10.0.0.0/16", "10.1.0.0/16"}),
        ("!FindInMap [Ranges, !Ref Env, Cidr, {DefaultValue: x}]", set()),
        ("!FindInMap [Ranges, !Ref Env, List]", set()),
        ("!FindInMap [Ranges, dev, !Ref Env]", set()),
        ("!FindInMap [Ranges, !Ref Subnets, Cidr]", set()),
    ],
)
def test_the_few_values_that_a_mapping_has(written: str, answers: set[str]) -> None:
    """Under one key of all rows, if each is a text and no default may take its place."""
    assert set(getattr(value(written), "answers", ())) == answers


def test_a_macro_may_add_rows_to_a_mapping() -> None:
    """So the values under one key are not the only ones that it may have."""
    text = f"Transform: Mine\n{TEMPLATE}!FindInMap [Ranges, !Ref Env, Cidr]\n"
    (stack,), _ = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    (found,) = (one for one in stack.evaluate({}).resources if one.origin.name == "It")
    assert shown(found.body.fields["V"]) == ENV
    assert not hasattr(found.body.fields["V"], "answers")


@pytest.mark.parametrize(
    ("env", "written", "expected"),
    [
        ("prod", "!FindInMap [Ranges, !Ref Env, Cidr]", "10.0.0.0/16"),
        ("prod", "!FindInMap [Ranges, !Ref Env, Cidr, {DefaultValue: x}]", "10.0.0.0/16"),
        ("test", "!FindInMap [Ranges, !Ref Env, Cidr, {DefaultValue: x}]", "x"),
        ("other", "!FindInMap [Ranges, !Ref Env, Cidr, {DefaultValue: x}]", "x"),
        ("test", "!FindInMap [Ranges, !Ref Env, Cidr]", "<Fn::FindInMap finds nothing in Ranges>"),
        ("a.b", "!Split ['.', !Ref Env]", ["a", "b"]),
        ("1", "!Select [!Ref Env, !Ref Zones]", "b"),
    ],
)
def test_what_a_scenario_settles(env: str, written: str, expected: object) -> None:
    """Of a setting that no row is for nothing is known, and that is no error."""
    assert shown(value(written, scenario={"Env": env})) == expected


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("!Select [1, !GetAtt Bare.Ranges]", "Bare.Ranges[1]"),
        ("!Select [1, !Ref Subnets]", "Subnets[1]"),
        ("!FindInMap [Ranges, !Ref Env, Cidr]", "Fn::FindInMap(Ranges, Env, Cidr)"),
    ],
)
def test_what_is_assumed_of_one_element(written: str, name: str) -> None:
    """That is what the element is; of the others nothing is known by it."""
    assert shown(value(written, Inputs(assumptions={name: Known("x")}))) == "x"
    other = written.replace("1,", "2,").replace("Cidr", "List")
    assert shown(value(other, Inputs(assumptions={name: Known("x")}))) != "x"


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("{'Fn::EachMemberEquals': [[a, a], a]}", True),
        ("{'Fn::EachMemberEquals': [[a, b], a]}", False),
        ("{'Fn::EachMemberEquals': [[], a]}", True),
        ("{'Fn::EachMemberEquals': [[a, !Ref Env], a]}", None),
        ("{'Fn::EachMemberEquals': [[b, !Ref Env], a]}", False),
        ("{'Fn::EachMemberEquals': [!Split [',', !Sub 'a,${Env}'], a]}", None),
        ("{'Fn::EachMemberEquals': [!Ref Zones, !Ref Env]}", None),
        ("{'Fn::EachMemberIn': [[a, b], !Ref Zones]}", True),
        ("{'Fn::EachMemberIn': [[a, z], !Ref Zones]}", False),
        ("{'Fn::EachMemberIn': [[], !Ref Subnets]}", True),
        ("{'Fn::EachMemberIn': [[a, !Ref Env], !Ref Zones]}", None),
        ("{'Fn::EachMemberIn': [[z, !Ref Env], !Ref Zones]}", False),
        ("{'Fn::EachMemberIn': [!Split [',', !Sub 'a,${Env}'], !Ref Zones]}", None),
        ("{'Fn::EachMemberIn': [!Ref Subnets, !Ref Zones]}", None),
        ("{'Fn::EachMemberIn': [[a], !Split [',', !Sub 'a,${Env}']]}", True),
        ("{'Fn::EachMemberIn': [[z], !Split [',', !Sub 'a,${Env}']]}", None),
        ("{'Fn::Contains': [!Ref Zones, a]}", True),
        ("{'Fn::Contains': [!Ref Zones, z]}", False),
        ("{'Fn::Contains': [!Split [',', !Sub 'a,${Env}'], a]}", True),
        ("{'Fn::Contains': [!Split [',', !Sub 'a,${Env}'], z]}", None),
        ("{'Fn::Contains': [[], !Ref Env]}", False),
    ],
)
def test_conditions_on_lists(condition: str, truth: bool | None) -> None:
    """They hold of all that a list has, and are open where it may have more that decides them."""
    text = TEMPLATE.replace("!Equals [!Ref Env, prod]", condition)
    text += "!If [IsProd, 'yes', 'no']\n"
    (stack,), errors = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    evaluation = stack.evaluate({})
    assert (*errors, *evaluation.errors) == ()
    (it,) = (one for one in evaluation.resources if one.origin.name == "It")
    found = shown(it.body.fields["V"])
    assert {"yes": True, "no": False}.get(str(found)) is truth


COMPARED = """\
Parameters:
  Env: {Type: String}
  Part: {Type: String}
Mappings:
  Full:
    prod: {A: x, B: y}
    dev: {A: z, B: w}
  Gap:
    prod: {A: x, B: y}
    dev: {B: w}
  Mixed:
    prod: {A: x, B: y}
    dev: {A: !Ref Part, B: w}
Conditions:
  Is: !Equals [!FindInMap %s, %s]
Resources:
  It:
    Type: Custom::It
    Properties: {V: !If [Is, "yes", "no"]}
"""
BY_ENV = {("Env", "prod"), ("Env", "dev")}


@pytest.mark.parametrize(
    ("looked_up", "text", "expected", "asked"),
    [
        ("[Full, prod, A]", "x", "yes", set()),
        ("[Full, !Ref Env, A]", "x", ENV, BY_ENV),
        ("[Full, !Ref Env, A]", "y", "no", set()),
        ("[Full, !Ref Env, B]", "y", ENV, BY_ENV),
        ("[Full, !Ref Env, B]", "none", "no", set()),
        ("[Full, !Sub '${Env}', A]", "x", ENV, BY_ENV),
        ("[Full, !Select [0, [!Ref Env]], A]", "x", ENV, BY_ENV),
        ("[Gap, !Ref Env, A]", "x", "yes", set()),
        ("[Gap, !Ref Env, B]", "x", "no", set()),
        ("[Gap, !Ref Env, B]", "w", ENV, BY_ENV),
        ("[Mixed, !Ref Env, A]", "x", ENV, {("Fn::FindInMap(Mixed, Env, A)", "x")}),
        ("[Mixed, !Ref Env, B]", "x", "no", set()),
        ("[Full, prod, !Ref Part]", "x", PART, {("Fn::FindInMap(Full, prod, Part)", "x")}),
        (
            "[Full, !Ref Env, !Ref Part]",
            "x",
            "<Env has no default; Part has no default>",
            {("Fn::FindInMap(Full, Env, Part)", "x")},
        ),
        (
            "[Full, !Ref Env, A, {DefaultValue: d}]",
            "none",
            ENV,
            {("Fn::FindInMap(Full, Env, A)", "none")},
        ),
    ],
)
def test_what_may_be_looked_up(
    looked_up: str, text: str, expected: str, asked: set[tuple[str, str]]
) -> None:
    """A stack is made with a key that is there: its value is one of those under the second key."""
    files = Files({"t.yaml": COMPARED % (looked_up, text)})
    (stack,), errors = stacks(["t.yaml"], files, Inputs())
    evaluation = stack.evaluate({})
    assert (*errors, *evaluation.errors) == ()
    assert shown(evaluation.resources[0].body.fields["V"]) == expected
    assert {(one.operand, one.answer) for one in evaluation.questions} == asked
