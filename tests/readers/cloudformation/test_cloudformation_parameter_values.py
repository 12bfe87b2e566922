"""What a parameter is: by what the user gives, the stack above passes, and its default says."""

from collections.abc import Mapping

import pytest

from taskwall.core.values import (
    OTHER,
    Items,
    Known,
    OneOf,
    Scalar,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
    spelled,
    symbol,
)
from taskwall.readers.cloudformation import CloudFormationStack, stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


def one_stack(texts: Mapping[str, str], inputs: Inputs | None = None) -> CloudFormationStack:
    """The stack of templates that are one, and have no errors when they are read."""
    (stack,), errors = stacks(texts, Files(dict(texts)), inputs or Inputs())
    assert errors == []
    return stack


def stack_of(parameters: str, more: str = "", inputs: Inputs | None = None) -> CloudFormationStack:
    """The stack of a template of some parameters, and of a resource that takes the first."""
    text = f"Parameters:\n  {parameters}\n{more}"
    name = parameters.partition(":")[0]
    text += f"Resources: {{It: {{Type: 'Custom::It', Properties: {{V: !Ref {name}}}}}}}\n"
    return one_stack({"t.yaml": text}, inputs)


def shown(value: Value) -> str:
    """A value in short: what is not known in angle brackets, and behind `;` what may be there."""
    found = dereferenced(value)
    if isinstance(found, Known):
        return spelled(found.data) or ""
    if isinstance(found, Text):
        return "".join(part if isinstance(part, str) else shown(part) for part in found.parts)
    if isinstance(found, Items):
        rest = f"; {', '.join(map(shown, found.rest))}" if found.rest else ""
        return f"[{', '.join(map(shown, found.items))}{rest}]"
    return f"<{symbol(found)}>"


def value_of(stack: CloudFormationStack, scenario: Mapping[str, Scalar] | None = None) -> Value:
    """What the resource takes."""
    evaluation = stack.evaluate(scenario or {})
    assert evaluation.errors == ()
    (it,) = (one for one in evaluation.resources if one.type == "Custom::It")
    return it.body.fields["V"]


@pytest.mark.parametrize(
    ("declared", "made", "why"),
    [
        ("P: {Type: String}", "<P>", "P has no default"),
        ("P: {Type: String, Default: }", "", ""),
        ("P: {Type: String, Default: {a: b}}", "<P>", "P has no default"),
        ("P: {}", "<P>", "P has no default"),
        ("P: {Default: a}", "a", ""),
        ("P: {Type: Number, Default: 5}", "5", ""),
        ("P: {Type: String, Default: ''}", "", ""),
        ("P: {Type: CommaDelimitedList, Default: ''}", "[]", ""),
        ("P: {Type: 'List<Number>', Default: '1,2'}", "[1, 2]", ""),
        ("P: {Type: CommaDelimitedList}", "[; <P>]", "P has no default"),
        ("P: {Type: String, Default: '{{resolve:ssm:/a}}-b'}", "<{{resolve:ssm:/a}}>-b", None),
        ("VpcId: {Type: String, Default: ''}", "<VpcId>", "VpcId is empty by default"),
        ("TheSubnets: {Type: CommaDelimitedList, Default: ''}", "[; <TheSubnets>]", None),
        ("Clustername: {Default: ''}", "<Clustername>", "Clustername is empty by default"),
        ("Security_Group: {Default: ''}", "<Security_Group>", None),
        ("WebSgId: {Default: ''}", "<WebSgId>", None),
        ("WebSgIdOf: {Default: ''}", "", ""),
        ("ALBArn: {Default: ''}", "<ALBArn>", None),
        ("TheAlbArn: {Default: ''}", "", ""),
        ("MyStackName: {Default: ''}", "<MyStackName>", None),
        ("StackNameOf: {Default: ''}", "", ""),
        ("Any: {Type: 'AWS::EC2::Image::Id', Default: ''}", "<Any>", "Any is empty by default"),
        ("VpcId: {Type: String, Default: vpc-1}", "vpc-1", ""),
        ("P: {Type: String, NoEcho: true}", "<P>", "P is a secret (NoEcho)"),
        ("P: {Type: String, NoEcho: 'false', Default: a}", "a", ""),
        (
            "P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: a}",
            "<P>",
            "P is read from Parameter Store",
        ),
        (
            "P: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: a}",
            "[; <P>]",
            "P is read from Parameter Store",
        ),
        ("P: {Type: 'AWS::SSM::Parameter::Value<CommaDelimitedList>'}", "[; <P>]", None),
        ("P: {Type: 'AWS::SSM::Parameter::Name', Default: /a}", "/a", ""),
    ],
)
def test_what_a_parameter_is_by_itself(declared: str, made: str, why: str | None) -> None:
    """Its default, but for an empty one that is to name what exists beside the template."""
    value = value_of(stack_of(declared))
    assert shown(value) == made
    if why is not None:
        assert [str(need) for need in needs(value)] == ([why] if why else [])


@pytest.mark.parametrize(
    ("declared", "given", "assumed", "made"),
    [
        ("P: {Default: a}", "b", None, "b"),
        ("P: {Default: a}", None, "c", "c"),
        ("P: {Default: a}", "b", "c", "b"),
        ("P: {}", "", None, ""),
        ("P: {Type: CommaDelimitedList}", "a, b", None, "[a, b]"),
        ("P: {Type: CommaDelimitedList}", "", None, "[]"),
        ("P: {Type: CommaDelimitedList, Default: x}", None, "a,b", "[a, b]"),
        ("P: {}", "{{resolve:ssm:a}}", None, "<{{resolve:ssm:a}}>"),
        ("P: {NoEcho: true, Default: a}", "b", None, "<P>"),
        ("VpcId: {Default: ''}", "", None, ""),
        ("VpcId: {Default: ''}", "vpc-1", None, "vpc-1"),
        ("P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: a}", "b", None, "<P>"),
        ("P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: a}", None, "c", "c"),
        ("P: {Type: 'AWS::SSM::Parameter::Value<List<String>>'}", "b", "c,d", "[c, d]"),
    ],
)
def test_what_the_user_says_comes_first(
    declared: str, given: str | None, assumed: str | None, made: str
) -> None:
    """What is given before what is assumed, but the key of a stored value is not that value."""
    name = declared.partition(":")[0]
    inputs = Inputs(
        parameters={} if given is None else {name: Known(given)},
        assumptions={} if assumed is None else {name: Known(assumed)},
    )
    assert shown(value_of(stack_of(declared, inputs=inputs))) == made


def test_the_few_values_of_a_parameter_are_told() -> None:
    """Of one that is limited to them and open; of keys of stored values they are not values."""
    value = value_of(stack_of("P: {Type: String, AllowedValues: [a, 5, true, !Ref Q]}"))
    assert isinstance(value, OneOf)
    assert value.answers == ("a", "5", "true")
    stored = "P: {Type: 'AWS::SSM::Parameter::Value<String>', AllowedValues: [a, b]}"
    found = value_of(stack_of(stored))
    assert isinstance(found, Unknown)
    assert not isinstance(found, OneOf)


DEFAULTS = """\
Plain: {Type: String, Default: a}
  Bare: {Type: String}
  Number: {Type: Number, Default: 5}
  Untyped: {Default: u}
  Secret: {Type: String, NoEcho: true, Default: s}
  Listed: {Type: CommaDelimitedList, Default: l}
  VpcId: {Type: String, Default: ''}
  ClusterId: {Type: 'AWS::EC2::VPC::Id', Default: ''}
  VpcName: {Type: String, Default: main}
  Empty: {Type: String, Default: ''}
  Limited: {Type: String, Default: x, AllowedValues: [x, y, z]}
  One: {Type: String, Default: x, AllowedValues: [x]}
  Compared: {Type: String, Default: c}
  Several: {Type: String, Default: c}
  Own: {Type: String, Default: c}
  Within: {Type: String, Default: c}
  Looked: {Type: String, Default: c}
  Given: {Type: String, Default: c}
  Assumed: {Type: String, Default: c}"""
CONDITIONS = """\
Conditions:
  A: !Equals [!Ref Compared, d]
  B: !And [!Equals [e, !Ref Several], !Not [!Equals [!Ref Several, f]], !Equals [!Ref Several, c]]
  C: !Equals [!Ref Own, c]
  D: !Equals [!Sub '${Plain}', q]
  E: !Equals [!Ref Plain, !Ref Number]
  F: !Equals [!Ref Secret, g]
  G: !Equals [!Ref Empty, g]
  H: !Equals [!Join ['', [!Ref Within, x]], h]
  I: !Equals [!FindInMap [M, !Ref Looked, K], i]
  J: !Or [!Equals [!Ref Untyped, 5], !Equals [!Ref VpcName, other]]
  K: !Equals [!Ref Given, d]
  L: !Equals [!Ref Assumed, d]
  M: !Equals [!Ref Nobody, d]
Mappings: {M: {c: {K: a}, d: {K: i}}}
"""


def test_which_defaults_may_be_something_else() -> None:
    """Those that a condition compares, or that are limited; with the other values named there."""
    found = {one.name: one for one in stack_of(DEFAULTS, CONDITIONS).defaults()}
    assert {name: one.others for name, one in found.items()} == {
        "VpcName": ("other",),
        "Empty": ("g",),
        "Limited": ("y", "z"),
        "One": (OTHER,),
        "Compared": ("d",),
        "Several": ("e", "f"),
        "Own": (OTHER,),
        "Given": ("d",),
        "Assumed": ("d",),
    }
    assert {name: (one.operand, one.value) for name, one in found.items()} == {
        name: (name, {"VpcName": "main", "Empty": "", "Limited": "x", "One": "x"}.get(name, "c"))
        for name in found
    }
    assert {name: one.place.line for name, one in found.items()} == {
        name: 2 + [line.split()[0] for line in DEFAULTS.splitlines()].index(f"{name}:")
        for name in found
    }


def test_what_is_given_is_no_default() -> None:
    """Nor what is assumed: the user has said what it is."""
    inputs = Inputs(parameters={"Given": Known("d")}, assumptions={"Assumed": Known("d")})
    found = stack_of(DEFAULTS, CONDITIONS, inputs).defaults()
    assert {"Given", "Assumed"}.isdisjoint(one.name for one in found)
    assert "Compared" in {one.name for one in found}


def test_empty_defaults_of_what_is_to_exist() -> None:
    """They are answers of their own, unless every default is tried."""
    stack = stack_of(DEFAULTS, CONDITIONS)
    assert stack.empty_defaults() == {"VpcId": "", "ClusterId": ""}
    explored = stack_of(DEFAULTS, CONDITIONS, Inputs(explore_defaults=True))
    assert explored.empty_defaults() == {}


def test_what_a_stack_is_given_is_told() -> None:
    """The values of its own parameters, and all assumptions: by these two readings differ."""
    inputs = Inputs(
        parameters={"Plain": Known("b"), "Other": Known("z")}, assumptions={"Own": Known("o")}
    )
    assert stack_of(DEFAULTS, CONDITIONS, inputs).given() == [({"Plain": "b"}, {"Own": Known("o")})]
    assert stack_of(DEFAULTS, CONDITIONS).given() == [({}, {})]


@pytest.mark.parametrize(
    ("scenario", "made"),
    [({}, "c"), ({"P": "c"}, "c"), ({"P": "d"}, "d"), ({"P": OTHER}, "<P>"), ({"P": 5}, "5")],
)
def test_a_default_in_a_scenario(scenario: dict[str, Scalar], made: str) -> None:
    """What the scenario says it is; if that is another value, nobody knows which."""
    value = value_of(stack_of("P: {Type: String, Default: c}"), scenario)
    assert shown(value) == made
    if made == "<P>":
        (need,) = needs(value)
        assert (str(need), need.option) == (
            "P may be given a value other than its default",
            "parameters",
        )


MAIN = """\
Parameters: {Open: {Type: String}, Zone: {Type: String, Default: z}}
Conditions: {Is: !Equals [!Ref Open, x]}
Resources:
  N:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: n.yaml, Parameters: PASSED}
"""


@pytest.mark.parametrize(
    ("passed", "declared", "made"),
    [
        ("{P: a}", "P: {Default: b}", "a"),
        ("{P: !Ref Zone}", "P: {Default: b}", "z"),
        ("{P: !Ref Open}", "P: {Default: b}", "<Open>"),
        ("{P: !Ref 'AWS::NoValue'}", "P: {Default: b}", "b"),
        ("{P: ''}", "P: {Default: b}", ""),
        ("{P: }", "P: {Default: b}", "b"),
        ("{Q: a}", "P: {Default: b}", "b"),
        ("{}", "P: {}", "<N/P>"),
        ("{P: 'a,b'}", "P: {Type: CommaDelimitedList}", "[a, b]"),
        ("{P: !Ref Open}", "P: {Type: CommaDelimitedList}", "[; <Open>]"),
        ("{P: '{{resolve:ssm:a}}'}", "P: {}", "<{{resolve:ssm:a}}>"),
        ("{P: a}", "P: {NoEcho: true}", "<N/P>"),
        ("{P: a}", "P: {Type: 'AWS::SSM::Parameter::Value<String>'}", "<N/P>"),
        ("!If [Is, {P: a}, {P: b}]", "P: {Default: c}", "<N/P>"),
        ("{'Fn::Transform': {Name: X}}", "P: {Default: c}", "<N/P>"),
        ("{P: !GetAtt N.Outputs.O}", "P: {}", "<N.Outputs.O>"),
        ("{}", "VpcId: {Default: ''}", "<N/VpcId>"),
    ],
)
def test_what_a_nested_stack_passes(passed: str, declared: str, made: str) -> None:
    """That counts before the default; where it is not known what is passed, nor is the value."""
    name = declared.partition(":")[0]
    nested = (
        f"Parameters: {{{declared}}}\n"
        f"Resources: {{It: {{Type: 'Custom::It', Properties: {{V: !Ref {name}}}}}}}\n"
        f"Outputs: {{O: {{Value: !Ref {name}}}}}\n"
    )
    stack = one_stack({"/r/t.yaml": MAIN.replace("PASSED", passed), "/r/n.yaml": nested})
    (it,) = (one for one in stack.evaluate({}).resources if one.type == "Custom::It")
    assert shown(it.body.fields["V"]) == made


@pytest.mark.parametrize(
    ("given", "a", "b"),
    [
        ("{}", "by default", "by default"),
        ("{A: x}", "x", "by default"),
        ("{A: x, B: y}", "x", "y"),
        ("{A: ''}", "", "by default"),
        ("{A: null}", "by default", "by default"),
        ("{A: !Ref AWS::NoValue}", "by default", "by default"),
        ("{A: [x, y]}", "[x, y]", "by default"),
        ("{C: x}", "by default", "by default"),
        ("{A: x, 'Fn::Transform': {Name: AWS::Include}}", "<Inner/A>", "<Inner/B>"),
        ("{A: x, 'Fn::Other': y}", "<Inner/A>", "<Inner/B>"),
        ("{'Fn::Transform': {Name: Macro}}", "<Inner/A>", "<Inner/B>"),
        ("!Ref AWS::NoValue", "<Inner/A>", "<Inner/B>"),
    ],
)
def test_what_the_stack_above_passes(given: str, a: str, b: str) -> None:
    """Where a macro may add parameters, each may be one of them."""
    main = "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
    main += f"      TemplateURL: inner.yaml\n      Parameters: {given}\n"
    inner = "Parameters:\n  A: {Type: String, Default: by default}\n"
    inner += "  B: {Type: String, Default: by default}\n"
    inner += "Resources: {It: {Type: 'Custom::It', Properties: {V: !Ref A, W: !Ref B}}}\n"
    evaluation = one_stack({"t.yaml": main, "inner.yaml": inner}).evaluate({})
    assert evaluation.errors == ()
    (it,) = (one for one in evaluation.resources if one.type == "Custom::It")
    assert (shown(it.body.fields["V"]), shown(it.body.fields["W"])) == (a, b)


@pytest.mark.parametrize(
    ("condition", "others"),
    [
        ("!Equals [!Ref Env, b]", ["b"]),
        ("!Equals [b, !Ref Env]", ["b"]),
        ("!Not [!Equals [!Ref Env, c]]", ["c"]),
        ("!Or [!Equals [!Ref Env, c], !Equals [d, !Ref Env]]", ["c", "d"]),
        ("!Equals [!Ref Env, !Ref Env]", None),
        ("!Equals [!Ref Env, b, c]", None),
        ("!Equals [!Ref Env]", None),
        ("!Equals []", None),
        ("!Equals b", None),
    ],
)
def test_what_a_condition_compares_a_default_with(condition: str, others: list[str] | None) -> None:
    """The texts are the values that it may have instead; a condition of another form has none."""
    found = stack_of("Env: {Type: String, Default: a}", f"Conditions: {{C: {condition}}}\n")
    tried = {one.name: list(one.others) for one in found.defaults()}
    assert tried == ({} if others is None else {"Env": others})


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("''", "[]"),
        ("' '", "[]"),
        ("a", "[a]"),
        ("'a, b'", "[a, b]"),
        ("',a'", "[, a]"),
        ("'a,'", "[a, ]"),
        ("','", "[, ]"),
        ("5", "[5]"),
    ],
)
def test_the_elements_of_a_list(default: str, expected: str) -> None:
    """An empty text is a list of none; beside a comma there may be empty elements."""
    stack = stack_of(f"List: {{Type: CommaDelimitedList, Default: {default}}}")
    assert shown(value_of(stack)) == expected
