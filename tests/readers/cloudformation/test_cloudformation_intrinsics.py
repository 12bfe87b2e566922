"""Parameters and intrinsic functions come to what CloudFormation would make of them."""

from collections.abc import Mapping

import pytest

from taskwall.core.values import (
    OTHER,
    Fields,
    Items,
    Known,
    Need,
    Question,
    Reference,
    RowsSpan,
    Text,
    Unknown,
    Value,
    dereferenced,
    lifted,
    needs,
    plain,
    symbol,
)
from taskwall.engine.scenarios import explore
from taskwall.readers.cloudformation import CloudFormationStack, stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

HEAD = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  VpcId: {Type: "AWS::EC2::VPC::Id"}
  Empty: {Type: "AWS::EC2::Subnet::Id", Default: ""}
  ListenerName: {Type: String, Default: ""}
  Note: {Type: String, Default: ""}
  Port: {Type: Number, Default: 8080}
  Env: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: "a, b,c"}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  NoSubnets: {Type: "List<AWS::EC2::Subnet::Id>", Default: ""}
  Ami: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /ami/latest}
  Images: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /amis}
  Password: {Type: String, NoEcho: true, Default: hunter2}
  Stored: {Type: String, Default: "{{resolve:ssm:/a}}"}
Mappings:
  Ranges:
    prod: {Cidr: 10.0.0.0/16, Same: x, "443": tls}
    dev: {Cidr: 10.1.0.0/16, Same: x}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Never: !Equals [a, b]
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.9.0.0/16}
  Bare: {Type: "AWS::EC2::VPC"}
  Gone: {Type: "AWS::EC2::VPC", Condition: Never}
  It:
    Type: Custom::It
    Properties:
      V: """


def stack_of(text: str, inputs: Inputs | None = None) -> CloudFormationStack:
    """The stack of one template that has no errors when it is read."""
    found, errors = stacks(["t.yaml"], Files({"t.yaml": text}), inputs or Inputs())
    assert errors == []
    return found[0]


def evaluated(
    written: str, inputs: Inputs | None = None, scenario: Mapping[str, str] | None = None
) -> tuple[Value | None, Evaluation]:
    """What a value under a property comes to, with everything else that was found."""
    evaluation = stack_of(HEAD + written + "\n", inputs).evaluate(scenario or {})
    (it,) = (item for item in evaluation.resources if item.origin.name == "It")
    return it.body.fields.get("V"), evaluation


def of(written: str, **inputs: Mapping[str, Value]) -> Value:
    """What a value comes to, when there is nothing wrong with it."""
    value, evaluation = evaluated(written, Inputs(**inputs))  # type: ignore[arg-type]
    assert evaluation.errors == ()
    assert value is not None
    return value


def spoken(value: Value) -> list[str]:
    """What a value waits for, as sentences."""
    return [str(need) for need in needs(value)]


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("!Ref Port", 8080),
        ("{Ref: Port}", 8080),
        ("!Ref Note", ""),
        ("!Ref Zones", ["a", "b", "c"]),
        ("!Sub 'p-${Port}'", "p-8080"),
        ("{'Fn::Sub': 'p-${ Port }'}", "p-8080"),
        ("!Sub 'echo ${!HOME} $x ${Port}'", "echo ${HOME} $x 8080"),
        ("!Sub ['${a}-${Port}', {a: !Ref Port}]", "8080-8080"),
        ("!Sub '${Vpc.CidrBlock}'", "10.9.0.0/16"),
        ("!Join [',', !Ref Zones]", "a,b,c"),
        ("!Join ['', [a, !Ref Port, !Ref 'AWS::NoValue']]", "a8080"),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select ['2', [x, y, z]]", "z"),
        ("!Split ['.', a.b]", ["a", "b"]),
        ("!Split [1, a1b]", ["a", "b"]),
        ("!Split [0, 104]", ["1", "4"]),
        ("!Split [', ', 'a,b, c']", ["a,b", "c"]),
        ("!Split ['.', '']", [""]),
        ("!Select [0, !Split ['/', !GetAtt Vpc.CidrBlock]]", "10.9.0.0"),
        ("!GetAtt [Vpc, CidrBlock]", "10.9.0.0/16"),
        ("!FindInMap [Ranges, prod, Cidr]", "10.0.0.0/16"),
        ("!FindInMap [Ranges, prod, 443]", "tls"),
        ("!FindInMap [Ranges, prod, No, {DefaultValue: d}]", "d"),
        ("!FindInMap [Ranges, !Ref Env, Same]", "x"),
        ("!Cidr [!GetAtt Vpc.CidrBlock, 2, 8]", ["10.9.0.0/24", "10.9.1.0/24"]),
        ("!Cidr [10.0.5.7/16, 1, 8]", ["10.0.0.0/24"]),
        ("!Cidr [10.0.0.0/16, '2', '8']", ["10.0.0.0/24", "10.0.1.0/24"]),
        ("!Cidr ['2001:db8::/56', 2, 64]", ["2001:db8::/64", "2001:db8:0:1::/64"]),
        ("!Base64 x", {"Fn::Base64": "x"}),
        ("{'Fn::ToJsonString': {a: !Ref Port}}", {"a": 8080}),
        ("{'Fn::Length': !Ref Zones}", 3),
        ("{'Fn::Length': [a, !Ref Env]}", 2),
        ("!Join [',', []]", ""),
        ("!Select [3, !Cidr [10.0.0.0/16, 4, 8]]", "10.0.3.0/24"),
        ("!FindInMap [Nowhere, prod, Cidr, {DefaultValue: d}]", "d"),
        ("!FindInMap [Ranges, prod, Cidr, {DefaultValue: d}]", "10.0.0.0/16"),
        ("!FindInMap [Ranges, prod, Cidr, {Other: d}]", "10.0.0.0/16"),
        ("!If [Never, a, b]", "b"),
        ("[a, !If [Never, b, !Ref 'AWS::NoValue'], c]", ["a", "c"]),
        ("{<<: {a: !Ref Port}, b: c}", {"a": 8080, "b": "c"}),
        ("{<<: [{a: !Ref Port}, {a: x, d: [!Ref Note]}], b: c}", {"a": 8080, "b": "c", "d": [""]}),
        ("{'<<': {a: !Ref Port}}", {"<<": {"a": 8080}}),
        ("!Sub 'a ${'", "a ${"),
        ("!Sub ['${Port}', {Port: b}]", "b"),
        ("{a: !If [Never, b, !Ref 'AWS::NoValue'], c: !Ref Port}", {"a": None, "c": 8080}),
    ],
)
def test_what_is_known_is_computed(written: str, data: object) -> None:
    """Functions of known arguments give the value that CloudFormation gives."""
    assert plain(of(written)) == data


@pytest.mark.parametrize(
    ("written", "waits"),
    [
        ("!Ref VpcId", "VpcId has no default"),
        ("!Ref Empty", "Empty is empty by default"),
        ("!Ref ListenerName", "ListenerName is empty by default"),
        ("!Ref Subnets", "Subnets has no default"),
        ("!Ref NoSubnets", "NoSubnets is empty by default"),
        ("!Ref Ami", "Ami is read from Parameter Store"),
        ("!Ref Images", "Images is read from Parameter Store"),
        ("!Ref Password", "Password is a secret (NoEcho)"),
        ("!Split [!Ref Env, a.b]", "Env has no default"),
        ("!Ref Stored", "{{resolve:ssm:/a}} is read at deployment"),
        ("'x{{resolve:ssm:/a}}y'", "{{resolve:ssm:/a}} is read at deployment"),
        ("!Sub '{{resolve:ssm:/a}}-${Port}'", "{{resolve:ssm:/a}} is read at deployment"),
        ("!Sub '{{resolve:ssm:/${Port}/a}}'", "{{resolve:ssm:/8080/a}} is read at deployment"),
        ("!Sub '{{resolve:ssm:/${Env}/a}}'", "{{resolve:ssm:/${Env}/a}} is read at deployment"),
        ("!Sub '{{resolve:ssm:/a/${Env}}}-x'", "{{resolve:ssm:/a/${Env}}} is read at deployment"),
        ("!Ref AWS::Region", "AWS::Region depends on where it is deployed"),
        ("!GetAZs ''", "Fn::GetAZs depends on where it is deployed"),
        ("!GetAZs eu-west-1", "Fn::GetAZs eu-west-1 depends on where it is deployed"),
        ("!ImportValue a", "Fn::ImportValue a is imported from a stack that is not in the sources"),
        (
            "!ImportValue {'Fn::Sub': '${Env}-Vpc'}",
            "Fn::ImportValue ${Env}-Vpc is imported from a stack that is not in the sources",
        ),
        ("!Ref Bare", "Bare.Ref is known only after deployment"),
        ("!GetAtt Bare.CidrBlock", "Bare.CidrBlock is known only after deployment"),
        ("!GetAtt It.Outputs.X", "It.Outputs.X is known only after deployment"),
        ("!Ref Gone", "Gone does not exist: condition Never is false"),
        ("!Sub '${Gone.CidrBlock}'", "Gone does not exist: condition Never is false"),
        (
            "{'Fn::Transform': {Name: 'AWS::Include'}}",
            "Fn::Transform AWS::Include is expanded only at deployment",
        ),
        ("!Nonsense x", "Fn::Nonsense is a function that is not known here"),
        ("!FindInMap [Ranges, !Ref Env, Cidr]", "Env has no default"),
        ("!Select [0, !Ref Subnets]", "Subnets has no default"),
        ("!Select [!Ref Env, [!Ref Vpc, !Ref Bare]]", "Env has no default"),
        ("!Join [',', !Ref Subnets]", "Subnets has no default"),
        ("!Split ['-', !Ref Env]", "Env has no default"),
        ("!Cidr [!Ref Env, 2, 8]", "Env has no default"),
        ("!Cidr [10.0.0.0/16, !Ref Env, 8]", "Env has no default"),
        ("!FindInMap [!Ref Env, prod, Cidr]", "Env has no default"),
        ("!FindInMap [Ranges, !Ref Env, Same, {DefaultValue: d}]", "Env has no default"),
        ("!Join [!Ref Env, [a, b]]", "Env has no default"),
        ("!Join [',', [a, [b]]]", "a list or map is not a string"),
        ("!Sub [!Ref Env, {}]", "Env has no default"),
        ("!Sub ['${a}', {a: [x]}]", "a list or map is not a string"),
        ("!Sub '${Zones}'", "a list or map is not a string"),
        ("!GetAtt [Vpc, !Ref Env]", "Env has no default"),
        ("{'Fn::Length': !Ref Subnets}", "Subnets has no default"),
        ("{'Fn::ToJsonString': [!Ref Env, 1]}", "Env has no default"),
        ("!Ref AWS::StackName", "AWS::StackName depends on where it is deployed"),
        ("!Ref AWS::NotificationARNs", "AWS::NotificationARNs depends on where it is deployed"),
    ],
)
def test_an_unknown_names_what_it_waits_for(written: str, waits: str) -> None:
    """Whatever is not certain says what the user would have to supply."""
    assert spoken(of(written)) == [waits]


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("!Select [!Ref Env, [a, b]]", "Env has no default"),
        ("!If [IsProd, a, b]", "Env has no default"),
        ("{'Fn::Transform': {Name: X}}", "Fn::Transform X is expanded only at deployment"),
    ],
)
def test_an_import_waits_for_the_name_of_its_export(name: str, waits: str) -> None:
    """Where that is no text that could be told, it is what the name waits for."""
    imported = "Fn::ImportValue is imported from another stack"
    assert spoken(of(f"{{'Fn::ImportValue': {name}}}")) == [waits, imported]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("!Sub 'a{{resolve:ssm:/b}}c${Env}d'", ["a", "{{resolve:ssm:/b}}", "c", "Env", "d"]),
        (
            "!Sub 'a{{resolve:ssm:/${Env}/b}}{{resolve:ssm:/c}}d'",
            ["a", "{{resolve:ssm:/${Env}/b}}", "{{resolve:ssm:/c}}", "d"],
        ),
        ("!Sub 'a{{resolve:ssm:/${Env}'", ["a{{resolve:ssm:/", "Env"]),
    ],
)
def test_around_a_dynamic_reference_a_text_is_known(written: str, parts: list[str]) -> None:
    """Whether or not something else in it is not known; what is never closed is none."""
    value = of(written)
    assert isinstance(value, Text)
    assert [one if isinstance(one, str) else symbol(one) for one in value.parts] == parts


def test_no_secret_is_ever_a_value() -> None:
    """The default of a NoEcho parameter, and a text with a dynamic reference, are not shown."""
    assert "hunter2" not in repr(of("[!Ref Password, !Sub 'x${Password}']"))
    supplied = of("!Ref Password", parameters={"Password": Known("swordfish")})
    assert isinstance(supplied, Unknown)


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("true", True),
        ("'true'", True),
        ("1", True),
        ("false", False),
        ("'false'", False),
        ("!Ref Other", False),
        ("[true]", False),
    ],
)
def test_which_parameters_are_secrets(said: str, hidden: bool) -> None:
    """Those whose `NoEcho` is anything but false, as far as it is written out."""
    text = f"Parameters: {{Other: {{Default: a}}, P: {{NoEcho: {said}, Default: hunter2}}}}\n"
    text += "Resources: {It: {Type: 'Custom::It', Properties: {V: !Ref P}}}\n"
    value = stack_of(text).evaluate({}).resources[0].body.fields["V"]
    assert spoken(value) == (["P is a secret (NoEcho)"] if hidden else [])


@pytest.mark.parametrize(
    ("default", "items", "rest"),
    [
        ("''", [], []),
        ("' '", [], []),
        ("a", ["a"], []),
        ("5", ["5"], []),
        ("'a,, b '", ["a", "", "b"], []),
        ("'{{resolve:ssm:/a}}'", [], ["{{resolve:ssm:/a}}"]),
        ("'a,{{resolve:ssm:/a}}'", ["a"], ["{{resolve:ssm:/a}}"]),
        ("[a]", [], ["L"]),
    ],
)
def test_the_elements_of_a_list_parameter(default: str, items: list[str], rest: list[str]) -> None:
    """Its text is cut at commas; what is resolved at deployment may be any number of elements."""
    text = f"Parameters: {{L: {{Type: CommaDelimitedList, Default: {default}}}}}\n"
    text += "Resources: {It: {Type: 'Custom::It', Properties: {V: !Ref L}}}\n"
    value = stack_of(text).evaluate({}).resources[0].body.fields["V"]
    assert isinstance(value, Items)
    assert [plain(item) for item in value.items] == items
    assert [symbol(item) for item in value.rest] == rest


@pytest.mark.parametrize(
    ("answer", "held"),
    [("", ["none", "other"]), ("vpc-1", ["some", "one"]), (OTHER, ["some", "other"])],
)
def test_an_id_that_the_scenario_says_is_empty_equals_no_other(
    answer: str, held: list[str]
) -> None:
    """Nor does any other than those that are asked for."""
    text = (
        "Parameters: {VpcId: {Type: String, Default: ''}}\n"
        "Conditions: {Empty: !Equals [!Ref VpcId, ''], One: !Equals [!Ref VpcId, vpc-1]}\n"
        "Resources: {It: {Type: 'Custom::It', Properties: "
        "{V: [!If [Empty, none, some], !If [One, one, other]]}}}\n"
    )
    value = stack_of(text).evaluate({"VpcId": answer}).resources[0].body.fields["V"]
    assert plain(value) == held


@pytest.mark.parametrize(
    ("default", "condition", "answers"),
    [
        ("dev", "!Equals [!Ref P, prod]", ["dev", "prod", OTHER]),
        ("dev", "!Or [!Equals [!Ref P, a], !Not [!Equals [b, !Ref P]]]", ["a", "b", "dev", OTHER]),
        ("dev", "!Equals [dev, !Ref P]", ["dev", OTHER]),
        ("dev", "!Equals [!FindInMap [M, !Ref P, K], a]", ["dev", "prod"]),
        ("dev", "!Equals [!Ref Q, a]", []),
    ],
)
def test_what_a_default_is_compared_with_are_its_answers(
    default: str, condition: str, answers: list[str]
) -> None:
    """It is one, and so is whatever a condition names, on whichever side."""
    text = (
        f"Parameters: {{Q: {{Type: String}}, P: {{Type: String, Default: {default}}}}}\n"
        "Mappings: {M: {dev: {K: a}, prod: {K: b}}}\n"
        f"Conditions: {{Is: {condition}}}\n"
        "Resources: {A: {Type: Custom::A, Condition: Is}}\n"
    )
    found = explore(stack_of(text, Inputs(explore_defaults=True))).scenarios
    assert [scenario["P"] for scenario in found if "P" in scenario] == answers


def test_a_secret_is_compared_all_the_same() -> None:
    """A condition on a secret is decided by its value."""
    text = HEAD.replace("Never: !Equals [a, b]", "Never: !Equals [!Ref Password, '']") + "1\n"
    names = [item.origin.name for item in stack_of(text).evaluate({}).resources]
    assert "Gone" not in names


def test_a_list_parameter_without_value_may_hold_anything() -> None:
    """Its elements are one possible unknown, which goes by the parameter's name."""
    value = of("!Ref Subnets")
    assert isinstance(value, Items)
    assert value.items == ()
    assert [symbol(item) for item in value.rest] == ["Subnets"]


def test_a_list_is_joined_to_one_that_is_not_known() -> None:
    """What is written stays, and the other may hold further elements; a part of one is no list."""
    value = of("!Split [',', !Join [',', [a, !GetAtt Vpc.VpcId, !Join [',', !Ref Subnets]]]]")
    assert isinstance(value, Items)
    assert isinstance(value.items[1], Reference)
    assert (len(value.items), len(value.rest)) == (2, 1)
    assert [spoken(item) for item in value.rest] == [["Subnets has no default"]]
    alone = of("!Split [',', !GetAtt Vpc.VpcId]")
    assert isinstance(alone, Items)
    assert [symbol(item) for item in alone.items] == ["Vpc.VpcId"]
    assert alone.rest == ()
    mixed = of("!Split [',', !Sub 'a,b-${Env}']")
    assert isinstance(mixed, Items)
    assert not any(isinstance(item, Known) for item in mixed.items)  # Env may hold a comma


def test_elements_of_an_unknown_list_are_told_apart() -> None:
    """The same element is equal to itself, and has a name of its own."""
    assert symbol(of("!Select [0, !Ref Subnets]")) == "Subnets[0]"
    assert symbol(of("!Select [1, !GetAZs '']")) == "Fn::GetAZs[1]"
    assert symbol(of("!Select [1, !Cidr [!GetAtt Bare.CidrBlock, 4, 8]]")) == (
        "Fn::Cidr(Bare.CidrBlock, 4, 8)[1]"
    )


@pytest.mark.parametrize(
    "written", ["!Nonsense x", "!Select [9, [a]]", "{'Fn::Transform': {Name: X}}"]
)
def test_what_is_not_understood_equals_nothing(written: str) -> None:
    """Two calls of a name can come to different things, so they do not go by that name."""
    assert symbol(evaluated(written)[0] or Known(None)) == ""


def test_inputs_stand_before_defaults() -> None:
    """Parameters and assumptions are taken; lists are split, pseudo parameters included."""
    assert plain(of("!Ref Port", parameters={"Port": Known("1")})) == "1"
    assert plain(of("!Ref VpcId", assumptions={"VpcId": Known("vpc-1")})) == "vpc-1"
    assert plain(of("!Ref Subnets", parameters={"Subnets": Known("a, b")})) == ["a", "b"]
    assert plain(of("!Ref Subnets", parameters={"Subnets": lifted(["a"])})) == ["a"]
    assert plain(of("!Ref AWS::Region", assumptions={"AWS::Region": Known("eu")})) == "eu"
    assert plain(of("!Ref AWS::Region", parameters={"AWS::Region": Known("eu")})) == "eu"
    imported = "Fn::ImportValue a"
    assert plain(of("!ImportValue a", assumptions={imported: Known("x")})) == "x"
    dynamic = "{{resolve:ssm:/a}}"
    assert plain(of(f"'{dynamic}'", assumptions={dynamic: Known("x")})) == "x"
    attribute = of("!GetAtt Bare.CidrBlock", assumptions={"Bare.CidrBlock": Known("10.0.0.0/8")})
    assert plain(attribute) == "10.0.0.0/8"
    assert plain(of("!Ref Empty", parameters={"Empty": Known("")})) == ""


@pytest.mark.parametrize(
    ("written", "name", "data"),
    [
        ("!Split ['-', !Ref Env]", "Fn::Split(-, Env)", ["a", "b"]),
        ("!Join ['-', !Ref Subnets]", "Fn::Join(-, Subnets)", "x"),
        ("!Join ['', !Ref Subnets]", "Fn::Join(, Subnets)", "x"),
        ("!Select [1, !Ref Subnets]", "Subnets[1]", "subnet-1"),
        ("!Select [1, !GetAtt Vpc.Ranges]", "Vpc.Ranges[1]", "10.0.0.0/8"),
        ("!FindInMap [Ranges, !Ref Env, Cidr]", "Fn::FindInMap(Ranges, Env, Cidr)", "10.0.0.0/8"),
        ("!GetAZs ''", "Fn::GetAZs", ["a", "b", "c"]),
        ("!GetAZs {Ref: 'AWS::Region'}", "Fn::GetAZs", ["a"]),
        ("!GetAZs eu-west-1", "Fn::GetAZs eu-west-1", ["a"]),
    ],
)
def test_users_say_what_a_function_gives(written: str, name: str, data: object) -> None:
    """It goes by its name and arguments while these are open, and is then what they say."""
    assert plain(of(written, assumptions={name: lifted(data)})) == data
    other = evaluated(written, Inputs(assumptions={f"{name}x": lifted(data)}))[0]
    assert other is not None
    assert spoken(other)


@pytest.mark.parametrize(
    ("written", "waits"),
    [
        ("!Join [!Ref Env, [a]]", ["Env has no default"]),
        ("!Join ['-', [!Ref Zones, b]]", ["a list or map is not a string"]),
        ("!Join [',', a]", ["Fn::Join is not known"]),
        ("!Select [0, a]", ["Fn::Select is not known"]),
        ("!Select [!Ref Env, !Ref Subnets]", ["Env has no default", "Subnets has no default"]),
        ("!Cidr [10.0.0.0/16, x, 8]", ["Fn::Cidr is not known"]),
        ("{'Fn::Length': a}", ["Fn::Length is not known"]),
        ("!Select [!Ref Env, [a, !Ref Empty]]", ["Env has no default"]),
        ("!Cidr [!Ref Env, 2, 8]", ["Env has no default"]),
        ("!Cidr [10.0.0.0/16, !Ref Env, 8]", ["Env has no default"]),
        ("!Cidr [10.0.0.0/16, 2, !Ref Env]", ["Env has no default"]),
        ("!Cidr [10.0.0.0/16, 2]", ["Fn::Cidr is not known"]),
        ("{'Fn::Length': !Ref Env}", ["Env has no default"]),
        ("!FindInMap [!Ref Env, prod, Cidr]", ["Env has no default"]),
        ("!FindInMap [Ranges, prod, !Ref Env]", ["Env has no default"]),
        ("!FindInMap [Ranges, !Ref Env, Cidr, {DefaultValue: x}]", ["Env has no default"]),
        ("!Sub '${Zones}'", ["a list or map is not a string"]),
        ("!Sub '${AWS::NoValue}x'", ["AWS::NoValue is not a string"]),
        (
            "!Sub '{{resolve:ssm:/${Env}/x}}'",
            ["{{resolve:ssm:/${Env}/x}} is read at deployment"],
        ),
        ("!Sub '{{resolve:ssm:${Env}'", ["Env has no default"]),
    ],
)
def test_what_an_open_argument_leaves_open(written: str, waits: list[str]) -> None:
    """A function waits for the argument that is not known, or says why it makes nothing of it."""
    assert spoken(of(written)) == waits


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("!Cidr [10.0.0.0/16, 257, 2]", "takes a count from 1 to 256"),
        ("!Cidr [10.0.0.0/16, 0, 2]", "takes a count from 1 to 256"),
        ("!Cidr [10.0.0.0/30, 5, 0]", "finds no 5 ranges of 0 bits in 10.0.0.0/30"),
        ("!Cidr [10.0.0.0/30, 1, 3]", "finds no 1 ranges of 3 bits in 10.0.0.0/30"),
        ("!Cidr [x, 1, 3]", "takes a CIDR block, not 'x'"),
        ("!Select [3, !Ref Zones]", "selects element 3 of 3"),
        ("!Select [1234567, [a]]", "selects element 1234567 of 1"),
        ("!Select [x, [a]]", "takes the number of an element"),
        ("!Split ['', a]", "takes a separator that is not empty"),
        ("!Sub [b]", "takes a list of 2"),
        ("!Sub {a: b}", "takes a string"),
    ],
)
def test_what_cloudformation_refuses(written: str, message: str) -> None:
    """It is an error at the call, in one sentence."""
    _, evaluation = evaluated(written)
    assert [error.message.partition(" ")[2] for error in evaluation.errors] == [message]


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("!Cidr [10.0.0.0/30, 4, 0]", [f"10.0.0.{host}/32" for host in range(4)]),
        ("!Cidr [10.0.0.0/30, 1, 2]", ["10.0.0.0/30"]),
        ("!Select [2, !Ref Zones]", "c"),
        ("{'Fn::Length': {a: b, c: d}}", 2),
    ],
)
def test_the_most_that_a_function_gives(written: str, data: object) -> None:
    """The last range that there is, and the last element, are given."""
    assert plain(of(written)) == data


@pytest.mark.parametrize(
    ("name", "declared", "answers"),
    [
        ("P", "{Type: String, Default: dev}", {"dev", "prod", OTHER}),
        ("P", "{Default: dev}", {"dev", "prod", OTHER}),
        ("P", "{Type: Number, Default: 1}", {"1", "prod", OTHER}),
        ("P", "{Type: String, Default: ''}", {"", "prod", OTHER}),
        ("P", "{Type: String, Default: dev, AllowedValues: [dev, prod]}", {"dev", "prod"}),
        ("P", "{Type: CommaDelimitedList, Default: dev}", set()),
        ("P", "{Type: String, Default: dev, NoEcho: true}", set()),
        ("P", "{Type: String, Default: {a: b}}", {"prod", OTHER}),
        ("VpcName", "{Type: String, Default: main}", {"main", "prod", OTHER}),
        ("VpcName", "{Type: String, Default: ''}", {"prod", OTHER}),
        ("Given", "{Type: String, Default: dev}", set()),
        ("Assumed", "{Type: String, Default: dev}", set()),
    ],
)
def test_a_default_is_one_of_the_answers(name: str, declared: str, answers: set[str]) -> None:
    """Where all scenarios are wanted: of no list, no secret, and not where the user says it."""
    text = (
        f"Parameters: {{{name}: {declared}}}\nConditions: {{Is: !Equals [!Ref {name}, prod]}}\n"
        "Resources: {A: {Type: Custom::A, Condition: Is}}\n"
    )
    inputs = Inputs(
        parameters={"Given": Known("prod")},
        assumptions={"Assumed": Known("prod")},
        explore_defaults=True,
    )
    found = explore(stack_of(text, inputs)).scenarios
    assert {scenario[name] for scenario in found if name in scenario} == answers


def test_a_stored_parameter_is_not_its_key() -> None:
    """What is supplied for an SSM parameter type is where the value is stored."""
    given = {"Ami": Known("/other/key")}
    assert isinstance(of("!Ref Ami", parameters=given), Unknown)
    assert plain(of("!Ref Ami", assumptions={"Ami": Known("ami-1")})) == "ami-1"


def test_a_reference_keeps_whose_it_is() -> None:
    """Even where the template writes the value; `Ref` of a resource has none."""
    cidr, ref = of("!GetAtt Vpc.CidrBlock"), of("!Ref Vpc")
    assert isinstance(cidr, Reference)
    assert (cidr.resource, cidr.attribute) == ("Vpc", "CidrBlock")
    assert plain(cidr) == "10.9.0.0/16"
    assert isinstance(ref, Reference)
    assert (ref.resource, ref.attribute, ref.value) == ("Vpc", "Ref", None)


def test_an_element_of_an_attribute_keeps_whose_it_is() -> None:
    """The first of a VPC's IPv6 ranges is still that VPC's."""
    value = of("!Select [0, !GetAtt Bare.Ipv6CidrBlocks]")
    assert isinstance(value, Reference)
    assert (value.resource, value.attribute) == ("Bare", "Ipv6CidrBlocks[0]")


def test_texts_are_known_in_part() -> None:
    """What surrounds an unknown is kept."""
    value = of("!Sub 'com.amazonaws.${AWS::Region}.ecr.dkr'")
    assert isinstance(value, Text)
    assert (value.parts[0], value.parts[2]) == ("com.amazonaws.", ".ecr.dkr")
    assert symbol(value) == "com.amazonaws.${AWS::Region}.ecr.dkr"


def test_values_stand_where_they_are_used() -> None:
    """A parameter's value is placed at its use, so that a finding points there."""
    value, _ = evaluated("[x, !Ref Port]")
    assert isinstance(value, Items)
    line = len(HEAD.split("\n"))
    place = value.items[1].place
    assert place is not None
    assert (place.line, place.column, place.end_column) == (line, 14, 23)


@pytest.mark.parametrize(
    ("written", "rows"),
    [
        ('["\\n", [first, !Ref Port, !Ref Env]]', ["first", "!Ref Port", "!Ref Env"]),
        ('["\\n", ["a\\nb", "", c]]', ['"a\\nb"', '"a\\nb"', None, "c"]),
        ('["", ["a\\n", "b\\n"]]', ['"a\\n"', '"b\\n"', None]),
        ('["\\n\\n", [a, b]]', ["a", None, "b"]),
        ('["", [!Ref Env, "\\n", b]]', ["!Ref Env", "b"]),
        ('[" ", [a, "b\\n", c]]', ["a", "c"]),
        ("[',', [a, b]]", []),
    ],
)
def test_each_line_of_a_joined_text_stands_where_its_piece_does(
    written: str, rows: list[str | None]
) -> None:
    """At the piece that begins it; a text of one line stands where the function does."""
    lines = f"{HEAD}!Join {written}".split("\n")
    place = of(f"!Join {written}").place
    found = place.rows if isinstance(place, RowsSpan) else ()
    texts = [one and lines[one.line - 1][one.column - 1 : one.end_column - 1] for one in found]
    assert texts == rows


def test_lines_of_a_block_of_yaml_stand_where_they_are() -> None:
    """Below the line that says how it is to be read."""
    text = "!Join\n        - ''\n        - - |\n            one\n            two\n          - three"
    place = of(text).place
    assert isinstance(place, RowsSpan)
    head = HEAD.count("\n") + 1
    assert [one and one.line - head for one in place.rows] == [3, 4, 5]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("!Ref Nobody", "Nobody is not declared"),
        ("!Sub '${Nobody}'", "Nobody is not declared"),
        ("!GetAtt Nobody.Arn", "Nobody is not declared"),
        ("!If [Nothing, a, b]", "condition Nothing is not declared"),
        (
            "!FindInMap [Nowhere, a, b]",
            "Fn::FindInMap names no mapping: Nowhere",
        ),
        ("!FindInMap [Ranges, a, b]", "Fn::FindInMap finds nothing in Ranges"),
        ("!Select [9, !Ref Zones]", "Fn::Select selects element 9 of 3"),
        ("!Select [x, !Ref Zones]", "Fn::Select takes the number of an element"),
        ("!Join x", "Fn::Join takes a list of 2"),
        ("!If [Never, a]", "Fn::If takes a list of 3"),
        ("!FindInMap [Ranges, prod]", "Fn::FindInMap takes a list of 3 to 4"),
        ("!Cidr [10.0.0.0/24]", "Fn::Cidr takes a list of 2 to 3"),
        ("!Sub {a: b}", "Fn::Sub takes a string"),
        ("!GetAtt Vpc", "Fn::GetAtt takes a resource and an attribute"),
        ("!Split ['', a]", "Fn::Split takes a separator that is not empty"),
        (
            "!Cidr [10.0.0.0/24, 9, 8]",
            "Fn::Cidr finds no 9 ranges of 8 bits in 10.0.0.0/24",
        ),
        ("!Cidr [nonsense, 1, 8]", "Fn::Cidr takes a CIDR block, not 'nonsense'"),
        ("!Cidr [10.0.0.0/24, 257, 1]", "Fn::Cidr takes a count from 1 to 256"),
        ("!If [!Ref Port, a, b]", "this is not a condition"),
        ("!If [!Ref 'AWS::NoValue', a, b]", "this is not a condition"),
        ("!If [{Condition: Never, Other: x}, a, b]", "this is not a condition"),
        ("!Ref AWS::Nothing", "AWS::Nothing is not declared"),
        ("!Sub ['${a}']", "Fn::Sub takes a list of 2"),
        ("!Sub ['${a}', {}]", "a is not declared"),
        ("!Select [-1, [x]]", "Fn::Select takes the number of an element"),
        ("!Select [0, []]", "Fn::Select selects element 0 of 0"),
        ("!Select [1, [x]]", "Fn::Select selects element 1 of 1"),
        ("!Cidr [10.0.0.0/16, 0, 8]", "Fn::Cidr takes a count from 1 to 256"),
        ("!Equals [a]", "Fn::Equals takes a list of 2"),
        ("!GetAtt [Vpc]", "Fn::GetAtt takes a list of 2"),
        ("!Condition [Never]", "Condition takes the name of a condition"),
    ],
)
def test_what_cannot_be_is_an_error_at_its_place(written: str, message: str) -> None:
    """The error says what is wrong; the value is unknown, never a guess."""
    value, evaluation = evaluated(written)
    assert [error.message for error in evaluation.errors] == [message]
    assert evaluation.errors[0].place.line == len(HEAD.split("\n"))
    assert value is not None
    assert needs(value) != ()


def test_what_is_given_declares_nothing() -> None:
    """A value for a parameter that the template does not have is for other templates."""
    value, evaluation = evaluated("!Ref Other", Inputs(parameters={"Other": Known("x")}))
    assert [error.message for error in evaluation.errors] == ["Other is not declared"]
    assert isinstance(value, Unknown)


def test_names_that_a_macro_may_make_are_no_error() -> None:
    """Under a transform, what is not declared is unknown and nothing more."""
    text = HEAD.replace("Parameters:", "Transform: AWS::Serverless-2016-10-31\nParameters:", 1)
    evaluation = stack_of(text + "!Ref ServerlessRestApi\n").evaluate({})
    assert evaluation.errors == ()
    value = evaluation.resources[-1].body.fields["V"]
    assert spoken(value) == ["ServerlessRestApi is not in the template: a macro may make it"]


def test_keys_that_a_macro_expands_leave_the_rest_open() -> None:
    """Beside Fn::Transform or Fn::ForEach, what is written stays and more may come."""
    value = of("{a: 1, 'Fn::Transform': {Name: X}}")
    assert isinstance(value, Fields)
    assert list(value.fields) == ["a"]
    assert value.rest is not None


def test_an_open_condition_asks_and_the_scenario_answers() -> None:
    """A switch is open with its question, and decided either way by a scenario."""
    written = "!If [IsProd, a, b]"
    value, evaluation = evaluated(written)
    assert evaluation.questions == {Question("Env", "prod")}
    assert isinstance(value, Unknown)
    assert value.needs == (Need("Env", "has no default", option="parameters", chooses=True),)
    for answer, data in (("prod", "a"), ("dev", "b"), (OTHER, "b")):
        value, evaluation = evaluated(written, scenario={"Env": answer})
        assert isinstance(value, Known)
        assert (value.data, evaluation.questions) == (data, frozenset())


def test_a_property_that_is_removed_is_null_where_it_is_written() -> None:
    """A finding about what is missing can stand at the line that removes it."""
    value, _ = evaluated("{a: !Ref 'AWS::NoValue', b: !Ref Port}")
    assert isinstance(value, Fields)
    gone = value.fields["a"]
    assert isinstance(gone, Known)
    assert gone.data is None
    assert gone.place is not None
    assert value.places["a"].holds(gone.place)


def test_an_element_that_may_be_removed_is_possible() -> None:
    """In a list it stands among the rest; a list that may be missing may hold its elements."""
    value, evaluation = evaluated("[a, !If [IsProd, b, !Ref 'AWS::NoValue']]")
    assert isinstance(value, Items)
    assert [plain(item) for item in value.items] == ["a"]
    assert [plain(item) for item in value.rest] == ["b"]
    assert value.needs == (Need("Env", "has no default", option="parameters"),)
    assert evaluation.questions == {Question("Env", "prod")}
    value, _ = evaluated("!If [IsProd, [a], !Ref 'AWS::NoValue']")
    assert isinstance(value, Items)
    assert (value.items, [plain(item) for item in value.rest]) == ((), ["a"])
    value, _ = evaluated("!If [IsProd, 1, !Ref 'AWS::NoValue']")
    assert isinstance(value, Unknown)


GONE = "!Ref AWS::NoValue"
NESTED = [
    # Of a condition within another: what it is where both are open, where the outer one holds,
    # where the inner one does, and where only the inner one does.
    (f"!If [IsA, !If [IsB, 1, {GONE}], {GONE}]", ["1?"], ["1?"], ["1?"], []),
    (f"!If [IsA, {GONE}, !If [IsB, 1, {GONE}]]", ["1?"], [], ["1?"], ["1"]),
    (f"!If [IsA, 1, !If [IsB, 2, {GONE}]]", ["*?"], ["1"], ["*"], ["2"]),
    (f"!If [IsA, !If [IsB, 1, {GONE}], 2]", ["*?"], ["1?"], ["*"], ["2"]),
    (f"!If [IsA, !If [IsB, 1, {GONE}], !If [IsB, 2, {GONE}]]", ["*?"], ["1?"], ["*"], ["2"]),
    (f"!If [IsA, !If [IsB, 1, {GONE}], !If [IsB, 1, {GONE}]]", ["1?"], ["1?"], ["1"], ["1"]),
    (f"!If [IsA, {GONE}, {GONE}]", [], [], [], []),
    ("!If [IsA, !If [IsB, 1, 2], 2]", ["*"], ["*"], ["*"], ["2"]),
]


@pytest.mark.parametrize(("written", "open_", "outer", "inner", "only_inner"), NESTED)
def test_an_element_that_conditions_within_each_other_remove(
    written: str, open_: list[str], outer: list[str], inner: list[str], only_inner: list[str]
) -> None:
    """It is there, may be there, or is not, as far as the conditions are known."""
    text = f"""
Parameters: {{A: {{Type: String}}, B: {{Type: String}}}}
Conditions: {{IsA: !Equals [!Ref A, x], IsB: !Equals [!Ref B, x]}}
Resources:
  It:
    Type: Custom::It
    Properties: {{V: [{written}]}}
"""
    stack = stack_of(text)

    def elements(scenario: Mapping[str, str]) -> list[str]:
        (it,) = stack.evaluate(scenario).resources
        value = it.body.fields["V"]
        assert isinstance(value, Items)
        shown = [
            str(one.data) if isinstance(one, Known) else "*" for one in (*value.items, *value.rest)
        ]
        certain = len(value.items)
        return [*shown[:certain], *(f"{one}?" for one in shown[certain:])]

    assert elements({}) == open_
    assert elements({"A": "x"}) == outer
    assert elements({"B": "x"}) == inner
    assert elements({"A": OTHER, "B": "x"}) == only_inner


@pytest.mark.parametrize(("count", "compared"), [(3, True), (40, True), (320, False)])
def test_of_long_lists_that_a_condition_chooses_all_may_be_there(
    count: int, compared: bool
) -> None:
    """What two lists share is there; where they are too long to be compared, it may be."""
    one, other = (list(range(start, start + count)) for start in (0, count - 1))
    value, _ = evaluated(f"!If [IsProd, {one}, {other}]")
    assert isinstance(value, Items)
    shared = [count - 1] if compared else []
    assert [plain(item) for item in value.items] == shared
    assert {plain(item) for item in value.rest} == {*one, *other}.difference(shared)
    assert spoken(value)[:1] == ["Env has no default"]


def test_a_scenario_settles_what_it_names() -> None:
    """Where Env is taken to be prod, a look-up by it finds prod's row."""
    value, _ = evaluated("!FindInMap [Ranges, !Ref Env, Cidr]", scenario={"Env": "prod"})
    assert value is not None
    assert plain(value) == "10.0.0.0/16"


def test_a_mapping_need_not_know_every_setting() -> None:
    """A condition may ask for one that the template is not for: that is no error of its."""
    value, evaluation = evaluated("!FindInMap [Ranges, !Ref Env, Cidr]", scenario={"Env": "stage"})
    assert value is not None
    assert [str(need) for need in needs(value)] == ["Fn::FindInMap finds nothing in Ranges"]
    assert evaluation.errors == ()


@pytest.mark.parametrize(
    ("kind", "other", "truth"),
    [
        ("AWS::SSM::Parameter::Value<String>", "''", False),
        ("AWS::SSM::Parameter::Value<String>", "x", None),
        ("String", "''", None),
    ],
)
def test_what_is_stored_is_not_empty(kind: str, other: str, truth: bool | None) -> None:
    """Parameter Store keeps no empty text; a parameter of the template may be one."""
    text = (
        f"Parameters: {{P: {{Type: '{kind}'}}}}\n"
        f"Conditions: {{C: !Equals [!Ref P, {other}]}}\n"
        "Resources: {R: {Type: 'AWS::B::C', Properties: {V: !If [C, 1, 2]}}}\n"
    )
    evaluation = stack_of(text).evaluate({})
    needed = [need.name for need in needs(evaluation.resources[0].body.fields["V"])]
    assert needed == ([] if truth is False else ["P"])
    assert bool(evaluation.questions) is (truth is None)


def test_a_comparison_of_a_text_asks_for_its_open_part() -> None:
    """`${Env}-x` is `prod-x` if Env is prod."""
    text = HEAD.replace("!Equals [!Ref Env, prod]", "!Equals [!Sub '${Env}-x', prod-x]")
    evaluation = stack_of(text + "!If [IsProd, a, b]\n").evaluate({})
    assert evaluation.questions == {Question("Env", "prod")}


@pytest.mark.parametrize(
    ("condition", "truth", "asks"),
    [
        ("!And [!Equals [a, a], !Condition Never]", False, set()),
        ("!And [!Equals [!Ref Env, x], !Condition Never]", False, set()),
        ("!Or [!Equals [!Ref Env, x], !Not [!Condition Never]]", True, set()),
        ("!And [!Equals [!Ref Env, x], !Equals [a, a]]", None, {("Env", "x")}),
        ("!Or [!Equals [!Ref Env, x], !Equals [y, !Ref Env]]", None, {("Env", "x"), ("Env", "y")}),
        ("!Not [!Equals [!Ref Env, '']]", None, {("Env", "")}),
        ("!Not [{Condition: Never}]", True, set()),
        ("{'Fn::Not': [{Condition: IsProd2}]}", None, {("Env", "prod")}),
        ("!Equals [!Ref Env, !Ref Env]", True, set()),
        ("!Equals [!Ref Env, !Ref VpcId]", None, {("Env == VpcId", True)}),
        ("!Equals [!Ref Vpc, '']", False, set()),
        ("!Equals ['', !Ref Vpc]", False, set()),
        ("!Equals [!Sub 'a-${Env}', b-x]", False, set()),
        ("!Equals [a-x, !Sub 'a-${Env}']", None, {("Env", "x")}),
        ("!Equals [!Sub '${Env}', '']", None, {("Env", "")}),
        ("!Equals [!Ref Port, '8080']", True, set()),
        ("!Equals [true, 'true']", True, set()),
        ("!Equals [!Join ['', !Ref Subnets], '']", None, {("Fn::Join(, Subnets)", "")}),
        ("!Equals [!Sub 'ab${Env}ba', aba]", False, set()),
        ("!Or [!Ref Subnets]", None, {("IsProd", True)}),
        ("!Equals [!Sub 'a${Env}b', ab]", None, {("Env", "")}),
        ("!Equals [!Sub '${Env}-${VpcId}', a-b]", None, {("${Env}-${VpcId}", "a-b")}),
        ("!Equals [!Ref Subnets, '']", None, {("IsProd", True)}),
        ("!Equals [!Select [0, !Ref Subnets], s]", None, {("Subnets[0]", "s")}),
        ("!Or ['true', !Equals [a, b]]", True, set()),
        ("!And ['false', !Equals [a, a]]", False, set()),
        ("!Equals [!FindInMap [Ranges, !Ref Env, 443], tls]", True, set()),
        (
            "!Equals [!FindInMap [Ranges, !Ref Env, Cidr], 10.1.0.0/16]",
            None,
            {("Env", "dev"), ("Env", "prod")},
        ),
        ("{'Fn::Contains': [[a, !Ref Env], a]}", True, set()),
        ("{'Fn::Contains': [[a, b], !Ref Env]}", None, {("Env", "a"), ("Env", "b")}),
        ("{'Fn::Contains': [!Ref Subnets, a]}", None, {("IsProd", True)}),
        ("{'Fn::EachMemberIn': [[], [a]]}", True, set()),
        ("{'Fn::EachMemberEquals': [!Ref Subnets, a]}", None, {("IsProd", True)}),
        ("{'Fn::RefAll': x}", None, {("IsProd", True)}),
    ],
)
def test_conditions_are_three_valued(
    condition: str, truth: bool | None, asks: set[tuple[str, str]]
) -> None:
    """What decides a condition decides it; else it asks every question that could."""
    text = HEAD.replace(
        "IsProd: !Equals [!Ref Env, prod]",
        f"IsProd: {condition}\n  IsProd2: !Equals [!Ref Env, prod]",
    )
    evaluation = stack_of(text + "!If [IsProd, [yes], [no]]\n").evaluate({})
    found = {(question.operand, question.answer) for question in evaluation.questions}
    assert found == asks
    assert evaluation.errors == ()
    value = evaluation.resources[-1].body.fields["V"]
    assert isinstance(value, Items)
    held = [plain(item) for item in value.items]
    assert held == {True: [True], False: [False], None: []}[truth]


@pytest.mark.parametrize(("answer", "held"), [(True, "same"), (OTHER, "others")])
def test_two_parameters_are_equal_as_the_scenario_says(answer: str | bool, held: str) -> None:
    """Where both are open, that they are equal is one question, which decides the condition."""
    text = HEAD.replace("!Equals [!Ref Env, prod]", "!Equals [!Ref Env, !Ref VpcId]")
    stack = stack_of(text + "!If [IsProd, same, others]\n")
    value = stack.evaluate({"Env == VpcId": answer}).resources[-1].body.fields["V"]
    assert isinstance(value, Known)
    assert value.data == held


@pytest.mark.parametrize(("rows", "asked"), [(8, 8), (9, 2)])
def test_of_a_long_mapping_two_rows_are_asked_for(rows: int, asked: int) -> None:
    """One in which the answer stands and one in which it does not: else there are too many."""
    text = "Parameters: {Env: {Type: String}}\nMappings:\n  M:\n"
    text += "".join(f"    e{row}: {{Live: '{row % 2}'}}\n" for row in range(rows))
    text += "Conditions: {Is: !Equals [!FindInMap [M, !Ref Env, Live], '1']}\n"
    text += "Resources: {A: {Type: Custom::A, Condition: Is}}\n"
    questions = stack_of(text).evaluate({}).questions
    wanted = {f"e{row}" for row in range(rows)} if asked == rows else {"e0", "e1"}
    assert {(one.operand, one.answer) for one in questions} == {("Env", row) for row in wanted}


def test_conditions_that_rest_on_themselves_are_unknown() -> None:
    """A circle is no truth, and no endless loop."""
    text = HEAD.replace("IsProd: !Equals [!Ref Env, prod]", "IsProd: !Not [!Condition IsProd]")
    value = stack_of(text + "!If [IsProd, a, b]\n").evaluate({}).resources[-1].body.fields["V"]
    assert isinstance(value, Unknown)


def test_attributes_that_rest_on_each_other_are_unknown() -> None:
    """A circle of references ends."""
    text = HEAD.replace("10.9.0.0/16", "!GetAtt Vpc.CidrBlock")
    value = stack_of(text + "!GetAtt Vpc.CidrBlock\n").evaluate({}).resources[-1].body.fields["V"]
    assert isinstance(dereferenced(value), Reference)


def test_functions_that_grow_without_end_are_unknown() -> None:
    """Doubling a text forty times is refused, and quick."""
    lines = ["Resources:", "  V0: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/8}}"]
    for level in range(1, 41):
        twice = f"${{V{level - 1}.CidrBlock}}" * 2
        lines.append(
            f"  V{level}: {{Type: 'AWS::EC2::VPC', Properties: {{CidrBlock: !Sub '{twice}'}}}}"
        )
    evaluation = stack_of("\n".join(lines)).evaluate({})
    assert not isinstance(evaluation.resources[-1].body.fields["CidrBlock"], Known)


def test_a_row_of_conditions_too_long_to_follow_is_an_error() -> None:
    """Thousands of conditions that rest on each other give no traceback."""
    lines = ["Conditions:", "  C0: !Equals [a, a]"]
    lines += [f"  C{level}: !Not [!Condition C{level - 1}]" for level in range(1, 5000)]
    lines += ["Resources:", "  R: {Type: 'AWS::EC2::VPC', Condition: C4999}"]
    evaluation = stack_of("\n".join(lines)).evaluate({})
    assert [error.message for error in evaluation.errors] == [
        "R depends on too many others in a row"
    ]
    assert evaluation.resources[0].origin.maybe != ()
