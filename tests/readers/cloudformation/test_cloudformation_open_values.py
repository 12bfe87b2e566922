"""What functions make of values that are not known keeps what is, and goes by a name."""

from collections.abc import Mapping

import pytest

from taskwall.core.values import (
    OTHER,
    Fields,
    Items,
    Known,
    Reference,
    Text,
    Value,
    dereferenced,
    needs,
    plain,
    spelled,
    symbol,
)
from taskwall.readers.cloudformation import CloudFormationStack, evaluate, loops, stacks
from taskwall.readers.cloudformation.intrinsics import MAX_PIECES, MAX_TEXT_LENGTH
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

HEAD = """
Parameters:
  Env: {Type: String}
  Size: {Type: String, AllowedValues: [small, large]}
  VpcId: {Type: "AWS::EC2::VPC::Id"}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Note: {Type: String, Default: ""}
Mappings:
  M: {prod: {Cidr: 10.0.0.0/16, Same: x}, dev: {Cidr: 10.1.0.0/16, Same: x}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Bare: {Type: "AWS::EC2::VPC"}
  It: {Type: "Custom::It", Properties: {V: """


def stack_of(text: str, inputs: Inputs | None = None) -> CloudFormationStack:
    """The stack of one template that has no errors when it is read."""
    found, errors = stacks(["t.yaml"], Files({"t.yaml": text}), inputs or Inputs())
    assert errors == []
    return found[0]


def evaluated(
    written: str, scenario: Mapping[str, str] | None = None, head: str = HEAD
) -> tuple[Value, Evaluation]:
    """What a value comes to, with everything else that was found."""
    evaluation = stack_of(f"{head}{written}}}}}\n").evaluate(scenario or {})
    (it,) = (item for item in evaluation.resources if item.origin.name == "It")
    return it.body.fields["V"], evaluation


def shown(value: Value | str) -> str:
    """A value in short: what is not known in angle brackets, and behind `;` what may be there."""
    found = value if isinstance(value, str) else dereferenced(value)
    if isinstance(found, str):
        return found
    if isinstance(found, Known):
        return spelled(found.data) or ""
    if isinstance(found, Text):
        return "".join(shown(part) for part in found.parts)
    if isinstance(found, Items):
        rest = f"; {', '.join(map(shown, found.rest))}" if found.rest else ""
        return f"[{', '.join(map(shown, found.items))}{rest}]"
    if isinstance(found, Fields):
        fields = [f"{key}: {shown(one)}" for key, one in found.fields.items()]
        rest = f"; {shown(found.rest)}" if found.rest is not None else ""
        return f"{{{', '.join(fields)}{rest}}}"
    return f"<{symbol(found) or '?'}>"


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("!Sub ['{{resolve:ssm:/a}}-${x}', {x: y}]", "<{{resolve:ssm:/a}}>-y"),
        ("!Sub ['{{resolve:ssm:/a}}', {}]", "<{{resolve:ssm:/a}}>"),
        ("!Sub '{{resolve:secretsmanager:a}}'", "<{{resolve:secretsmanager:a}}>"),
        ("!Sub ['${ a }', {a: b}]", "b"),
        ("!Sub '${!}${!a b}'", "${}${a b}"),
        ("!Sub '${!Env}${Env}'", "${Env}<Env>"),
        ("!Sub '$Env ${Env} $'", "$Env <Env> $"),
        ("!Sub 5", "5"),
        ("!Sub '${Subnets}-x'", "<?>-x"),
        ("!Sub '${AWS::NoValue}-x'", "<?>-x"),
        (
            "!Sub 'a{{resolve:ssm:${Env}-${VpcId}/x}}b'",
            "a<{{resolve:ssm:${Env}-${VpcId}/x}}>b",
        ),
        ("!Sub 'a{{resolve:ssm:${Env}/x'", "a{{resolve:ssm:<Env>/x"),
        (
            "!Sub '{{resolve:ssm:${Env}/x}}{{resolve:ssm:${VpcId}'",
            "<{{resolve:ssm:${Env}/x}}>{{resolve:ssm:<VpcId>",
        ),
        (
            "!Sub '{{resolve:ssm:${Env}/x}}-{{resolve:ssm:b}}-${Env}'",
            "<{{resolve:ssm:${Env}/x}}>-<{{resolve:ssm:b}}>-<Env>",
        ),
        ("!Join ['-', [!Ref Env, b, !Ref VpcId]]", "<Env>-b-<VpcId>"),
        ("!Join [~, [a, !Ref Env]]", "a<Env>"),
        ("!Join [1, [a, b]]", "a1b"),
        ("!Join ['-', [a, {b: c}, !Ref Env]]", "a-<?>-<Env>"),
        ("!Join ['-', [!If [IsProd, a, !Ref AWS::NoValue], b]]", "<?>"),
        ("!Join ['', [!If [IsProd, a, b], c]]", "<?>c"),
        ("!Join ['-', !Ref Env]", "<Fn::Join(-, Env)>"),
        ("!Join [!Ref Env, !Ref Subnets]", "<Fn::Join(Env, Subnets)>"),
        ("!Join ['-', !GetAZs '']", "<Fn::Join(-, Fn::GetAZs)>"),
        ("!Split ['-', [a]]", "[<?>; <?>]"),
        ("!Split ['-', !Ref Env]", "[<Fn::Split(-, Env)[0]>; <Fn::Split(-, Env)>]"),
        ("!Split [!Ref Env, a]", "[<Fn::Split(Env, a)[0]>; <Fn::Split(Env, a)>]"),
        ("!Split [',', !Ref VpcId]", "[<Fn::Split(,, VpcId)[0]>; <Fn::Split(,, VpcId)>]"),
        ("!Split [',', !Sub 'a,${Env}']", "[a; <Env>]"),
        ("!Split [',', !Sub '${Env},a,b']", "[a, b; <Env>]"),
        ("!Split [',', !Sub 'x${Env}']", "[<Fn::Split(,, x${Env})[0]>; <Fn::Split(,, x${Env})>]"),
        (
            "!Split [',', !Sub '${AWS::Region}a,${AWS::AccountId}']",
            "[<AWS::Region>a, <AWS::AccountId>]",
        ),
        ("!Split [',', !Sub '${AWS::Region},b']", "[<AWS::Region>, b]"),
        ("!Split [',', !Sub 'a${Bare}b,${Bare.Arn}']", "[a<Bare.Ref>b, <Bare.Arn>]"),
        (
            "!Split ['-', !Sub 'x-${AWS::Region}']",
            "[<Fn::Split(-, x-${AWS::Region})[0]>; <Fn::Split(-, x-${AWS::Region})>]",
        ),
        ("!Select [0, !GetAtt Bare.X]", "<Bare.X[0]>"),
        ("!Select [!Ref Env, !GetAtt Bare.X]", "<?>"),
        ("!Select [0, !Ref Subnets]", "<Subnets[0]>"),
        ("!Select [0, [!If [IsProd, a, !Ref AWS::NoValue], b]]", "<?>"),
        ("!Select ['000001', [a, b]]", "b"),
        ("!Select [~, [a]]", "<?>"),
        ("!Cidr [!Ref Env, 2]", "[<Fn::Cidr(Env, 2)[0]>, <Fn::Cidr(Env, 2)[1]>]"),
        ("!Cidr [!Ref Env, !Ref VpcId, 8]", "[; <?>]"),
        ("!Cidr [!Ref Subnets, 1, 8]", "[<Fn::Cidr(Subnets, 1, 8)[0]>]"),
        ("!Cidr [!If [IsProd, a, b], 2, 8]", "[<?>, <?>]"),
        ("!Cidr [10.0.0.0/16, 999999999, 8]", "[; <?>]"),
        ("!Cidr [10.1.0.0/16, 1, !Ref Env]", "[<Fn::Cidr(10.1.0.0/16, 1, Env)[0]>]"),
        (
            "{'Fn::GetAZs': !Ref Env}",
            "[<Fn::GetAZs Env[0]>, <Fn::GetAZs Env[1]>; <Fn::GetAZs Env>]",
        ),
        ("!GetAZs ''", "[<Fn::GetAZs[0]>, <Fn::GetAZs[1]>; <Fn::GetAZs>]"),
        ("{'Fn::Length': {a: b, 'Fn::Transform': {Name: X}}}", "<?>"),
        ("{'Fn::Length': !GetAZs ''}", "<?>"),
        ("!FindInMap [M, !Ref Env, !Ref VpcId]", "<Fn::FindInMap(M, Env, VpcId)>"),
        ("!FindInMap [M, prod, !Ref Env]", "<Fn::FindInMap(M, prod, Env)>"),
        ("!FindInMap [M, prod, !Ref Env, {DefaultValue: d}]", "<Fn::FindInMap(M, prod, Env)>"),
        ("!FindInMap [!Ref Env, prod, Cidr]", "<?>"),
        ("!FindInMap [M, none, Cidr, {DefaultValue: d}]", "d"),
        ("!FindInMap [M, !Ref Env, None]", "<Fn::FindInMap(M, Env, None)>"),
        ("!FindInMap [M, !Ref 'AWS::Region', Same]", "x"),
        ("{'Fn::ImportValue': !Ref Env}", "<Fn::ImportValue Env>"),
        ("!ImportValue [a]", "<?>"),
        ("!ImportValue ''", "<?>"),
        ("{Ref: {Ref: Env}}", "<?>"),
        ("{Ref: !Sub 'Ba${Note}re'}", "<Bare.Ref>"),
        ("!GetAtt [Bare, !Sub 'A${Note}rn']", "<Bare.Arn>"),
        ("!GetAtt [!Ref Env, Arn]", "<?>"),
        ("!If [IsProd, [a], [b]]", "[; a, b]"),
        ("!If [IsProd, [a, b], [b]]", "[b; a]"),
        ("!If [IsProd, a, a]", "a"),
        ("!If [IsProd, !Ref AWS::NoValue, {a: b}]", "<?>"),
        ("{a: !If [IsProd, b, !Ref AWS::NoValue]}", "{a: <?>}"),
        ("{a: 1, 'Fn::Nope': 5}", "{a: 1; <?>}"),
        ("{'Fn::Base64': !Ref Env}", "{Fn::Base64: <Env>}"),
        ("{'Fn::Base64': !Ref 'AWS::NoValue'}", "{Fn::Base64: }"),
        ("{'Fn::ToJsonString': {a: !Ref Env}}", "{a: <Env>}"),
        ("!Ref 'AWS::NotificationARNs'", "[; <AWS::NotificationARNs>]"),
        ("!Ref 'AWS::StackId'", "<AWS::StackId>"),
    ],
)
def test_what_is_known_of_a_value_is_kept(written: str, made: str) -> None:
    """A text its words, a list its elements, and what is open the name by which it is equal."""
    value, evaluation = evaluated(written)
    assert evaluation.errors == ()
    assert shown(value) == made


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("[N, [a, b], {'k${N}': '${N}'}]", "{ka: a, kb: b}"),
        ("[N, [a, a], {'k${N}': '${N}'}]", "{ka: a}"),
        ("[N, [], {'k${N}': '${N}'}]", "{}"),
        (
            "[N, [a, !Ref 'AWS::NoValue', 5, true], {'k${N}': !Ref N}]",
            "{ka: a, k5: 5, ktrue: true}",
        ),
        ("[N, [a.b-c], {'k&{N}': 'x${N}'}]", "{kabc: xa.b-c}"),
        (
            "[N, [a.b], {k: !Sub '${N}&{N}', l: ['${N}', {m: '${N}'}]}]",
            "{k: a.bab, l: [a.b, {m: a.b}]}",
        ),
        ("[N, [a], {k: !Sub ['${y}-${Env}', {y: !Ref N}], l: Nm}]", "{k: a-<Env>, l: Nm}"),
        ("[N, [a], {k: !Join ['', ['${N}', !Ref N, !Ref Env]]}]", "{k: aa<Env>}"),
        ("[Env, [a], {k: !Ref Env, l: !Sub '${Env}', m: '${Other}'}]", "{k: a, l: a, m: ${Other}}"),
        (
            "[N, [a, b], {'Fn::ForEach::Y': [K, [c, d], {'${N}${K}': 1}]}]",
            "{ac: 1, ad: 1, bc: 1, bd: 1}",
        ),
        ("[N, [a], {'k${N}': 1, 'Fn::Transform': {Name: X}}]", "{ka: 1; <?>}"),
        ("[N, !Ref Subnets, {'k${N}': '${N}'}]", "{; <?>}"),
        ("[N, !Ref Env, {'k${N}': '${N}'}]", "{; <?>}"),
        ("[N, [a, !Ref Env], {'k${N}': '${N}'}]", "{; <?>}"),
        ("[N, [a, !If [IsProd, b, !Ref 'AWS::NoValue']], {'k${N}': '${N}'}]", "{; <?>}"),
    ],
)
def test_members_that_a_loop_makes(written: str, made: str) -> None:
    """Of each turn those of its body; where it is open which turns there are, any may be there."""
    value, evaluation = evaluated(f"{{'Fn::ForEach::X': {written}}}")
    assert evaluation.errors == ()
    assert shown(value) == made
    beside, _ = evaluated(
        f"{{c: d, 'Fn::ForEach::X': {written}, 'Fn::ForEach::Z': [N, [z], {{z: 1}}]}}"
    )
    ending = "; <?>}" if made.endswith("<?>}") else "}"
    inner = made.removesuffix(ending).removeprefix("{")
    assert shown(beside) == f"{{c: d, {inner}{', ' if inner else ''}z: 1{ending}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "{'Fn::ForEach::X': [N, [a], [1]]}",
            "Fn::ForEach::X takes a list of an identifier, a list and a mapping",
        ),
        (
            "{'Fn::ForEach::X': [!Ref Env, [a], {a: 1}]}",
            "Fn::ForEach::X takes a list of an identifier, a list and a mapping",
        ),
        ("!Sub '${a b}'", "a b is not declared"),
        ("!Select [0, !Ref Nope]", "Nope is not declared"),
        ("!Select ['0000001', [a, b]]", "Fn::Select selects element 0000001 of 2"),
        ("!Cidr [10.0.0.0/16, 2, 16]", "Fn::Cidr finds no 2 ranges of 16 bits in 10.0.0.0/16"),
        ("!Cidr [10.0.0.0/16, 1, 33]", "Fn::Cidr finds no 1 ranges of 33 bits in 10.0.0.0/16"),
        ("!FindInMap [M, prod, None, {Other: d}]", "Fn::FindInMap finds nothing in M"),
        ("!GetAtt [Bare, A, b]", "Fn::GetAtt takes a list of 2"),
        ("!GetAtt [!Ref Note, a]", "Fn::GetAtt takes a resource and an attribute"),
        ("!GetAtt .a", "Fn::GetAtt takes a resource and an attribute"),
        ("!GetAtt Bare.", "Fn::GetAtt takes a resource and an attribute"),
        ("!Ref [a]", "Ref takes a name"),
        ("{Ref: {a: b}}", "Ref takes a name"),
        ("!If ['true', a, b]", "condition true is not declared"),
        ("!If [IsProd, a, b, c]", "Fn::If takes a list of 3"),
        ("!If [!Not [], a, b]", "Fn::Not takes a list of 1"),
        ("!If [!Or [], a, b]", "Fn::Or takes a list of 1 to 10"),
        ("!If [{Condition: None}, a, b]", "condition None is not declared"),
    ],
)
def test_what_no_template_may_say_is_an_error(written: str, message: str) -> None:
    """Once, and what it would be is not known."""
    value, evaluation = evaluated(written)
    assert [error.message for error in evaluation.errors] == [message]
    assert isinstance(value, Fields) or needs(value)


@pytest.mark.parametrize(
    ("written", "option"),
    [
        ("!Ref Env", "parameters"),
        ("!Ref 'AWS::Region'", "assume"),
        ("!GetAtt Bare.CidrBlock", "assume"),
        ("!ImportValue a", "assume"),
        ("'{{resolve:ssm:a}}'", "assume"),
        ("{'Fn::Transform': {Name: X}}", "assume"),
        ("!Nope x", ""),
        ("!Join [',', a]", ""),
    ],
)
def test_how_a_user_gives_what_is_not_known(written: str, option: str) -> None:
    """A parameter by its name, other things by an assumption; some nobody can give."""
    value, _ = evaluated(written)
    assert [need.option for need in needs(value)] == [option]


def of_length(name: str, length: int) -> str:
    """A template in which a parameter has a default of so many characters."""
    text = f"  {name}: {{Type: String, Default: {'a' * length}}}\nMappings:"
    return HEAD.replace("Mappings:", text, 1)


@pytest.mark.parametrize(("times", "known"), [(2, True), (4, False)])
@pytest.mark.parametrize("written", ["!Sub '{}'", "!Join ['', [{}]]"])
def test_the_longest_text_that_is_made(written: str, times: int, known: bool) -> None:
    """A text that doubles itself is not followed for ever: a very long one is unknown."""
    one = "${Long}" if "Sub" in written else "!Ref Long,"
    head = of_length("Long", MAX_TEXT_LENGTH // 3)
    value, _ = evaluated(written.replace("{}", one * times).replace(",]]", "]]"), head=head)
    assert isinstance(value, Known) is known
    if not known:
        assert [str(need) for need in needs(value)] == ["a string is too long to be analysed"]


def test_short_lists_are_compared_whatever_was_made_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only what is long is charged to an evaluation that has made too much."""
    monkeypatch.setattr(evaluate, "MAX_TOTAL_CHARACTERS", 0)
    value, _ = evaluated("!If [IsProd, [a, b], [a, c]]")

    assert isinstance(value, Items)
    assert [plain(one) for one in value.items] == ["a"]
    assert {plain(one) for one in value.rest} == {"b", "c"}


@pytest.mark.parametrize(("made", "known"), [(10_000_000, True), (0, False)])
def test_long_lists_are_compared_as_long_as_there_is_time(
    monkeypatch: pytest.MonkeyPatch, made: int, known: bool
) -> None:
    """Else each element may be there: none is left out."""
    monkeypatch.setattr(evaluate, "MAX_TOTAL_CHARACTERS", made)
    one, other = (", ".join(["a", *(f"{name}{at}" for at in range(40))]) for name in "xy")
    value, _ = evaluated(f"!If [IsProd, [{one}], [{other}]]")

    assert isinstance(value, Items)
    assert [plain(each) for each in value.items] == ["a"] * known
    assert {plain(each) for each in (*value.items, *value.rest)} == {
        "a", *(f"{name}{at}" for name in "xy" for at in range(40)),
    }  # fmt: skip


@pytest.mark.parametrize(("commas", "known"), [(MAX_PIECES, True), (MAX_PIECES + 1, False)])
def test_the_longest_list_that_is_split(commas: int, known: bool) -> None:
    """A text of more pieces is a list of which nothing is known."""
    value, _ = evaluated(f"!Split [',', '{',' * commas}']")
    assert isinstance(value, Items)
    assert len(value.items) == (commas + 1 if known else 0)
    said = [str(need) for need in needs(value)]
    assert said == ([] if known else ["a list is too long to be analysed"])
    open_, _ = evaluated(f"!Split [',', !Sub '${{AWS::Region}}{',' * commas}']")
    assert isinstance(open_, Items)
    assert (len(open_.items) > 1) is (commas < MAX_PIECES)


@pytest.mark.parametrize(
    ("written", "left", "made"),
    [
        ("!Cidr [10.0.0.0/16, 2, 8]", 200, "[10.0.0.0/24, 10.0.1.0/24]"),
        ("!Cidr [10.0.0.0/16, 2, 8]", 199, "[; <a list>]"),
        ("!Cidr [!Ref Env, 2, 8]", 200, "[<Fn::Cidr(Env, 2, 8)[0]>, <Fn::Cidr(Env, 2, 8)[1]>]"),
        ("!Cidr [!Ref Env, 2, 8]", 199, "[; <?>]"),
        ("!FindInMap [M, !Ref Env, Same]", 20, "x"),
        ("!FindInMap [M, !Ref Env, Same]", 19, "<Fn::FindInMap(M, Env, Same)>"),
        ("!Split [',', 'a,b']", 103, "[a, b]"),
        ("!Split [',', 'a,b']", 102, "[; <?>]"),
        ("[!Cidr [10.0.0.0/16, 1, 8], !Sub 'a${Env}', a]", 50, "[[; <a list>], <?>, a]"),
        (
            "[!Cidr [10.0.0.0/16, 1, 8], !If [IsProd, a, a], {'Fn::Base64': b}]",
            50,
            "[[; <a list>], a, {Fn::Base64: b}]",
        ),
    ],
)
def test_what_functions_make_has_a_bound(
    monkeypatch: pytest.MonkeyPatch, written: str, left: int, made: str
) -> None:
    """When they have made as much as is allowed, those that make much of little make no more."""
    monkeypatch.setattr(evaluate, "MAX_TOTAL_CHARACTERS", left)
    value, evaluation = evaluated(written)
    assert evaluation.errors == ()
    assert shown(value) == made


def test_a_loop_with_a_long_body_counts_as_several(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what loops make of a template is bounded, not only how often they turn."""
    monkeypatch.setattr(loops, "MAX_ITERATIONS", 3)
    long = f"[N, [a, b], {{k: [{', '.join(['!Ref Env'] * 50)}]}}]"
    _, evaluation = evaluated(f"{{'Fn::ForEach::X': {long}}}")
    assert [error.message for error in evaluation.errors] == [
        "Fn::ForEach::X iterates too often to be followed"
    ]
    _, evaluation = evaluated("{'Fn::ForEach::X': [N, [a, b], {k: [!Ref Env]}]}")
    assert evaluation.errors == ()


@pytest.mark.parametrize(
    "written",
    [
        "!Ref Env",
        "!Sub '${Env}-x'",
        "!Select [0, [!Ref Env]]",
        "!GetAtt Bare.Arn",
        "!FindInMap [M, prod, Cidr]",
        "!FindInMap [M, !Ref Env, Same]",
        "!Join ['', [a, !Ref Env]]",
        "!ImportValue x",
        "!Ref 'AWS::Region'",
        "!Nope x",
        "'{{resolve:ssm:a}}'",
    ],
)
def test_a_value_stands_where_its_function_does(written: str) -> None:
    """Not where what it takes is written: there it may be taken by others."""
    value, _ = evaluated(f"[x, {written}]")
    assert isinstance(value, Items)
    place = value.items[1].place
    assert place is not None
    line = f"{HEAD}[x, {written}]".split("\n")[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1] == written


@pytest.mark.parametrize(
    ("condition", "asks"),
    [
        ("!Equals [!Ref Env, !Ref Size]", {("Size", "small"), ("Size", "large")}),
        ("!Equals [!Ref Size, !Ref Env]", {("Size", "small"), ("Size", "large")}),
        ("!Equals [!Ref VpcId, !Ref Env]", {("Env == VpcId", True)}),
        ("!Equals [!Join ['', [a, !Ref Subnets]], !Ref Env]", {("Is", True)}),
        ("{'Fn::Contains': [[!Ref Env, b], !Ref Size]}", {("Size", "small"), ("Size", "large")}),
        ("{'Fn::Contains': [[!Ref Env, !Ref VpcId], b]}", {("Env", "b"), ("VpcId", "b")}),
        ("!Equals [!Sub 'a-${Env}-b', a-x-b]", {("Env", "x")}),
        ("!Equals [!Sub 'a-${Env}-b', a-b]", None),
        ("!Equals [!Sub '${Size}-b', small-b]", {("Size", "small")}),
        ("!Equals [!GetAtt Bare.Arn, a]", {("Bare.Arn", "a")}),
        (
            "!Equals [!FindInMap [M, !Ref Size, Cidr], 10.1.0.0/16]",
            {("Size", "prod"), ("Size", "dev")},
        ),
        ("!Equals [!FindInMap [M, !Ref Size, Cidr], a]", None),
    ],
)
def test_what_decides_a_comparison_is_asked(
    condition: str, asks: set[tuple[str, object]] | None
) -> None:
    """Of two that are open the one of few values; of a text its open part; else it itself."""
    head = HEAD.replace("Resources:", f"  Is: {condition}\nResources:")
    _, evaluation = evaluated("!If [Is, a, b]", head=head)
    found = {(one.operand, one.answer) for one in evaluation.questions}
    assert found == (asks or set())


@pytest.mark.parametrize("rows", [8, 9])
def test_one_of_many_values_is_not_asked_for(rows: int) -> None:
    """Where both sides are open and a parameter may be one of many, whether they are the same."""
    many = f"[{', '.join(f'v{row}' for row in range(rows))}]"
    head = HEAD.replace("[small, large]", many)
    head = head.replace("Resources:", "  Is: !Equals [!Ref Env, !Ref Size]\nResources:")
    _, evaluation = evaluated("!If [Is, a, b]", head=head)
    operands = {one.operand for one in evaluation.questions}
    assert operands == ({"Size"} if rows == 8 else {"Env == Size"})


@pytest.mark.parametrize(
    ("scenario", "made", "asks"),
    [
        ({"Size": "small"}, "<?>", {"Env"}),
        ({"Size": "small", "Env": "small"}, "a", set()),
        ({"Size": "small", "Env": "large"}, "b", set()),
        ({"Env": "small"}, "<?>", {"Size"}),
        ({"Env": OTHER, "Size": "small"}, "b", set()),
    ],
)
def test_one_side_that_is_answered_asks_for_the_other(
    scenario: dict[str, str], made: str, asks: set[str]
) -> None:
    """Then it is compared with a value, as any other is."""
    head = HEAD.replace("Resources:", "  Is: !Equals [!Ref Env, !Ref Size]\nResources:")
    value, evaluation = evaluated("!If [Is, a, b]", scenario, head)
    assert shown(value) == made
    assert {one.operand for one in evaluation.questions} == asks


@pytest.mark.parametrize(
    ("env", "possible", "made"),
    [("prod", True, "a"), ("dev", True, "b"), (OTHER, False, "b")],
)
def test_a_setting_that_a_mapping_has_not_is_not_deployed(
    env: str, possible: bool, made: str
) -> None:
    """AWS refuses a template that looks up what is not there."""
    head = HEAD.replace(
        "Resources:", "  Is: !Equals [!FindInMap [M, !Ref Env, Cidr], 10.0.0.0/16]\nResources:"
    )
    text = f"{head}!If [Is, a, b]}}}}\n"
    value, evaluation = evaluated("!If [Is, a, b]", {"Env": env}, head)
    assert shown(value) == made
    assert evaluation.impossible is not possible
    assert (stack_of(text).switches({"Env": env}) is None) is not possible


def test_the_value_of_a_reference_is_what_is_written() -> None:
    """Where a resource writes the attribute itself, also through functions; `Ref` never."""
    head = HEAD.replace(
        'Bare: {Type: "AWS::EC2::VPC"}',
        "Net: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Bare, CidrBlock: !Select [0, "
        "!Cidr [10.0.0.0/16, 1, 8]], AvailabilityZone: ~}}\n"
        '  Bare: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: [a]}}',
    )
    value, _ = evaluated(
        "[!GetAtt Net.VpcId, !GetAtt Net.CidrBlock, !GetAtt Net.AvailabilityZone,"
        " !Ref Net, !GetAtt Bare.CidrBlock, !GetAtt Net.MapPublicIpOnLaunch]",
        head=head,
    )
    assert isinstance(value, Items)
    found = [one for one in value.items if isinstance(one, Reference)]
    assert [one.symbol for one in found] == [
        "Net.VpcId",
        "Net.CidrBlock",
        "Net.AvailabilityZone",
        "Net.Ref",
        "Bare.CidrBlock",
        "Net.MapPublicIpOnLaunch",
    ]
    assert [one.value and shown(one.value) for one in found] == [
        "<Bare.Ref>",
        "10.0.0.0/24",
        None,
        None,
        None,
        None,
    ]
