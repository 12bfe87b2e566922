"""Loops, includes and macros: what transforms make of a template, as far as it can be known."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from taskwall.core.loop_places import LoopSpan
from taskwall.core.values import Known, Span, Value, dereferenced, plain, symbol
from taskwall.readers.cloudformation import CloudFormationStack, loops, stacks
from taskwall.readers.cloudformation.document import read_nodes
from taskwall.readers.cloudformation.includes import Includes
from taskwall.source.files import Files
from taskwall.source.resource import ABSENT, Cell, Resource
from taskwall.source.stack import Inputs, SourceError


def read(text: str, inputs: Inputs | None = None) -> tuple[CloudFormationStack, list[SourceError]]:
    """The stack of a template, and the errors of reading it."""
    (stack,), errors = stacks(["t.yaml"], Files({"t.yaml": text}), inputs or Inputs())
    return stack, errors


def resources(text: str, inputs: Inputs | None = None) -> dict[str, Resource]:
    """The resources by address of a template without errors."""
    stack, errors = read(text, inputs)
    evaluation = stack.evaluate({})
    assert (errors, evaluation.errors) == ([], ())
    return {one.origin.address: one for one in evaluation.resources}


def cut(text: str, place: Span) -> str:
    """The stretch of one line of a text that a place means."""
    assert place.line == place.end_line
    return text.split("\n")[place.line - 1][place.column - 1 : place.end_column - 1]


LOOPS = """\
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "web, api"}
Mappings:
  Ports: {web: {Port: 443}, api: {Port: 8443}}
Conditions:
  Fn::ForEach::Live:
    - Name
    - !Ref Names
    - Is${Name}: !Equals ["${Name}", web]
Resources:
  Fn::ForEach::Groups:
    - Name
    - !Ref Names
    - ${Name}Group:
        Type: AWS::EC2::SecurityGroup
        Condition: Is${Name}
        Properties:
          GroupDescription: !Sub "${Name} of ${AWS::StackName}"
          Fn::ForEach::Texts:
            - Key
            - [GroupName]
            - ${Key}: ${Name}
          SecurityGroupIngress:
            - FromPort: !FindInMap [Ports, !Ref Name, Port]
              CidrIp: 0.0.0.0/0
  Fn::ForEach::Zones:
    - Zone
    - [a, b]
    - Fn::ForEach::Tiers:
        - Tier
        - [Public, "Pri-vate"]
        - Subnet&{Tier}${Zone}:
            Type: AWS::EC2::Subnet
            DeletionPolicy: !If [Isweb, Retain, Delete]
            Properties: {Tags: [{Key: Name, Value: "${Tier}-${Zone}"}]}
  Service:
    Type: AWS::ECS::Service
    Properties: {Group: !GetAtt webGroup.GroupId, Net: !Ref SubnetPrivateb}
Outputs:
  Fn::ForEach::Ids:
    - Name
    - !Ref Names
    - ${Name}Id: {Value: !Ref "${Name}Group"}
"""


@pytest.mark.parametrize("more", ["", ", DependsOn: B"])
def test_a_resource_that_is_included_has_its_type_there(more: str) -> None:
    """Where the file is not there, that is all that is said of it."""
    include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/a.yaml}}"
    stack, errors = read(f"Resources:\n  A: {{{include}{more}}}\n  B: {{Type: AWS::EC2::VPC}}\n")

    assert errors == []
    assert [(one.kind, one.source) for one in stack.evaluate({}).absent] == [
        ("include", "s3://b/a.yaml")
    ]


def test_loops_make_resources() -> None:
    """Each turn is a resource of its own, by the name that it gets; loops stand in loops."""
    found = resources(LOOPS)

    assert set(found) == {
        "webGroup",
        "SubnetPublica",
        "SubnetPublicb",
        "SubnetPrivatea",
        "SubnetPrivateb",
        "Service",
    }
    assert plain(found["SubnetPrivateb"].body.fields["Tags"]) == [
        {"Key": "Name", "Value": "Pri-vate-b"}
    ]


def test_loops_are_evaluated_in_every_place() -> None:
    """The identifier is known in functions, keys, conditions and texts."""
    group = resources(LOOPS)["webGroup"].cell()

    assert group.get("GroupName").known == "web"
    (rule,) = group.get("SecurityGroupIngress").each()
    assert rule.get("FromPort").known == 443


def test_what_a_loop_makes_stands_in_its_body() -> None:
    """Places are those of the body, and the name is the one that is written there."""
    group = resources(LOOPS)["webGroup"]
    (rule,) = group.cell().get("SecurityGroupIngress").each()

    assert group.origin.name == "${Name}Group"
    assert cut(LOOPS, group.origin.header) == "${Name}Group"
    assert cut(LOOPS, rule.get("CidrIp").place) == "CidrIp: 0.0.0.0/0"
    assert cut(LOOPS, group.cell().get("GroupName").place) == "${Key}: ${Name}"


def test_a_loop_over_what_is_not_known_may_make_something() -> None:
    """One resource stands for all that there may be."""
    text = LOOPS.replace(', Default: "web, api"', "")
    stack, errors = read(text)
    found = {one.origin.address: one for one in stack.evaluate({}).resources}

    assert errors == []
    assert [str(need) for need in found["*Group"].origin.maybe][-1:] == ["Names has no default"]
    supplied = resources(text, Inputs(parameters={"Names": Known("web")}))
    assert "webGroup" in supplied


@pytest.mark.parametrize(
    ("names", "errors"),
    [
        ("!Ref Names", []),
        ("[a, !Ref Name]", []),
        ("[a]", ["S has no output Outb", "condition Hasb is not declared"]),
    ],
)
def test_a_loop_over_what_is_not_known_may_declare_what_is_named(
    names: str, errors: list[str]
) -> None:
    """A condition and an output are no error where a loop may make them."""
    declared = "Parameters: {Names: {Type: CommaDelimitedList}, Name: {Type: String}}\n"
    conditions = (
        f"Conditions:\n  Fn::ForEach::C: [N, {names}, {{'Has${{N}}': !Equals [x, '${{N}}']}}]\n"
    )
    outputs = f"Outputs:\n  Fn::ForEach::O: [N, {names}, {{'Out${{N}}': {{Value: '${{N}}'}}}}]\n"
    inner = f"{declared}Resources: {{T: {{Type: 'Custom::T'}}}}\n{outputs}"
    outer = f"{declared}{conditions}Resources:\n  D: {{Type: 'Custom::T', Condition: Hasb}}\n"
    outer += "  S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: inner.yaml}}\n"
    outer += "  E: {Type: 'Custom::T', Properties: {V: !GetAtt S.Outputs.Outb}}\n"
    texts = {"t.yaml": outer, "inner.yaml": inner}
    found, _ = stacks([*texts], Files(texts), Inputs())
    assert sorted(one.message for one in found[0].evaluate({}).errors) == errors


def test_loops_turn_as_the_scenario_says() -> None:
    """A collection that hangs on a switch is followed like any other value."""
    text = (
        "Parameters: {Stage: {Type: String}}\nConditions:\n"
        "  Prod: !Equals [!Ref Stage, prod]\n"
        "  Fn::ForEach::C: [N, [a, b], {'Has${N}': !Equals [!Ref Stage, '${N}']}]\n"
        "Resources:\n  Fn::ForEach::X: [N, !If [Prod, [a, b], [a]], {'C${N}': "
        "{Type: 'AWS::ECS::Cluster'}}]\n  D: {Type: 'AWS::ECS::Cluster', Condition: Hasb}\n"
    )
    stack, _ = read(text)

    def there(scenario: dict[str, str]) -> list[str]:
        return sorted(one.origin.address for one in stack.evaluate(scenario).resources)

    assert {question.answer for question in stack.evaluate({}).questions} == {"prod", "b"}
    assert there({"Stage": "prod"}) == ["Ca", "Cb"]
    assert there({"Stage": "b"}) == ["Ca", "D"]
    assert there({"Stage": "prod"}) == ["Ca", "Cb"]


@pytest.mark.parametrize(
    ("loop", "message"),
    [
        ("[Name, [a]]", "Fn::ForEach::X takes a list of an identifier, a list and a mapping"),
        (
            "[Name, a, {b: {Type: 'A::B'}}]",
            "Fn::ForEach::X iterates over something that is not a list",
        ),
        ("[N, [a], {'b${N}': {Properties: {}}}]", "b${N} has no Type"),
    ],
)
def test_a_malformed_loop_is_an_error(loop: str, message: str) -> None:
    """It stands where the loop is written, and the rest is read."""
    stack, _ = read(f"Resources:\n  A: {{Type: 'AWS::A::B'}}\n  Fn::ForEach::X: {loop}\n")
    found = stack.evaluate({})

    assert [(e.place.line, e.message) for e in found.errors] == [(3, message)]
    assert [one.origin.name for one in found.resources] == ["A"]


def test_loops_that_explode_are_bounded() -> None:
    """Loops in loops that would make millions of resources are an error, and one of each."""
    inner = "{'A${L0}${L1}${L2}${L3}': {Type: 'A::B'}}"
    for depth in reversed(range(4)):
        values = ", ".join(map(str, range(100)))
        inner = f"{{'Fn::ForEach::X{depth}': [L{depth}, [{values}], {inner}]}}"
    stack, _ = read(f"AWSTemplateFormatVersion: x\nResources: {inner}\n")
    found = stack.evaluate({})

    assert {e.message for e in found.errors} >= {
        "Fn::ForEach::X3 iterates too often to be followed"
    }
    assert len(found.resources) < 3000


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("{'Fn::Length': [a, b]}", 2),
        ("{'Fn::Length': !Split [',', 'a,b,c']}", 3),
        ("{'Fn::ToJsonString': {a: [1, !Ref P]}}", {"a": [1, "p"]}),
        ("!FindInMap [M, no, no, {DefaultValue: !Ref P}]", "p"),
        ("!FindInMap [!Sub '${P}', a, b, {DefaultValue: d}]", "d"),
        ("!Select [!FindInMap [M, a, n], [x, y]]", "y"),
        ("!Split [',', !Join [',', [a, !Ref P]]]", ["a", "p"]),
    ],
)
def test_language_extensions(written: str, data: object) -> None:
    """What the language extensions allow, and functions within functions."""
    text = (
        "Transform: AWS::LanguageExtensions\nParameters: {P: {Type: String, Default: p}}\n"
        "Mappings: {M: {a: {n: 1}}}\nResources:\n  A:\n    Type: X::Y::Z\n"
        f"    Properties:\n      V: {written}\n"
    )

    assert plain(resources(text)["A"].body.fields["V"]) == data


def test_a_list_of_references_survives_being_a_text() -> None:
    """Ids that are joined with commas and split again are the same references."""
    text = (
        "Resources:\n  A: {Type: 'AWS::EC2::Subnet'}\n  B: {Type: 'AWS::EC2::Subnet'}\n"
        "  C:\n    Type: X::Y::Z\n"
        "    Properties: {V: !Split [',', !Join [',', [!Ref A, !Ref B]]]}\n"
    )

    values = [one.value for one in resources(text)["C"].cell().get("V").each()]
    assert [getattr(value, "symbol", "") for value in values] == ["A.Ref", "B.Ref"]


# Includes


def scanned(folder: Path, **texts: str) -> tuple[list[CloudFormationStack], list[SourceError]]:
    """What is read of files on disk; only the first is a template."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    path = str(folder / f"{next(iter(texts))}.yaml")
    return stacks([path], Files(), Inputs(boundary=str(folder)))


INCLUDING = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: {Name: AWS::Include, Parameters: {Location: ./whole.yaml}}
Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://bucket/parts/more.yaml}}
  A:
    Type: AWS::EC2::SecurityGroup
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: group.yaml}}
      GroupDescription: mine
"""


def test_includes_are_put_in(tmp_path: Path) -> None:
    """Beside the template or as they would lie in a bucket; what is written itself comes first."""
    (stack,), errors = scanned(
        tmp_path,
        t=INCLUDING,
        whole="Parameters: {P: {Type: String, Default: p}}\nResources: {W: {Type: 'A::B'}}\n",
        more="M:\n  Type: A::B\n  Properties: {V: !Ref P}\n",
        group="GroupDescription: theirs\nGroupName: name\n",
    )
    found = {one.origin.name: one for one in stack.evaluate({}).resources}

    assert (errors, stack.evaluate({}).errors) == ([], ())
    assert set(found) == {"A", "M", "W"}
    assert plain(found["A"].body) == {"GroupDescription": "mine", "GroupName": "name"}
    assert found["M"].cell().get("V").known == "p"
    assert os.path.basename(found["M"].origin.header.file) == "more.yaml"
    assert {os.path.basename(file) for file in stack.files} == {
        "t.yaml",
        "whole.yaml",
        "more.yaml",
        "group.yaml",
    }
    cell = found["A"].cell().get("GroupName")
    assert cell.place.file.endswith("t.yaml")


def test_includes_stay_inside_the_boundary(tmp_path: Path) -> None:
    """What lies outside of the repository, or nowhere, stays unknown."""
    inside = tmp_path / "repo"
    inside.mkdir()
    (tmp_path / "group.yaml").write_text("GroupName: name\n")
    text = INCLUDING.replace("group.yaml", "../group.yaml")
    (stack,), errors = scanned(inside, t=text)
    group, *others = stack.evaluate({}).resources

    assert errors == []
    assert [one.type for one in others] == [ABSENT, ABSENT]  # whole.yaml and more.yaml
    assert group.cell().get("GroupName").needs != ()


def test_includes_in_circles_are_an_error(tmp_path: Path) -> None:
    """It stands at the location, in whichever file."""
    one = "X: 1\nFn::Transform: {Name: AWS::Include, Parameters: {Location: group.yaml}}\n"
    _, errors = scanned(tmp_path, t=INCLUDING, group=one)

    (error,) = errors
    assert (os.path.basename(error.place.file), error.place.line) == ("group.yaml", 2)
    assert error.message == "includes itself"


def test_an_include_is_absent_once_however_often_it_is_put_in() -> None:
    """Else a few files that include each other cost minutes."""
    gone = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: gone.yaml}}"
    part = f"{{Type: AWS::EC2::VPC, {gone.replace('gone', 'group')}}}"
    template = f"Resources:\n  A: {part}\n  B: {part}\n"
    includes = Includes(Files({"/group.yaml": f"Properties:\n  {gone}\n"}), Inputs())
    includes.root(read_nodes("/t.yaml", template))

    assert [one.source for one in includes.absent] == ["gone.yaml"]


MACHINE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: parts/machine.yaml
      Role: !Ref Role
"""


def test_a_file_that_a_resource_names_stands_for_its_name(tmp_path: Path) -> None:
    """A change of it is one of the stack; what is said of it stands where it is named."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "machine.yaml").write_text("StartAt: A\nStates: {A: {Type: Pass}}\n")
    (stack,), errors = scanned(tmp_path, t=MACHINE)
    (machine,) = stack.evaluate({}).resources
    cell = machine.cell().at("DefinitionUri.States.A.Type")

    assert errors == []
    assert cell.known == "Pass"
    assert cut(MACHINE, cell.place) == "DefinitionUri: parts/machine.yaml"
    assert {os.path.basename(file) for file in stack.files} == {"t.yaml", "machine.yaml"}


@pytest.mark.parametrize("location", ["../machine.yaml", "parts/none.yaml", "!Ref Uri", "{A: b}"])
def test_a_file_that_is_not_there_stays_a_name(tmp_path: Path, location: str) -> None:
    """So does one that lies outside of the repository, and what is no literal path."""
    inside = tmp_path / "repo"
    inside.mkdir()
    (tmp_path / "machine.yaml").write_text("StartAt: A\n")
    (stack,), errors = scanned(inside, t=MACHINE.replace("parts/machine.yaml", location))
    (machine,) = stack.evaluate({}).resources

    assert errors == []
    assert machine.cell().at("DefinitionUri.StartAt").known is None


def test_a_named_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """With its place in that file; the template itself is read."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "machine.yaml").write_text("{A: [")
    stacks_, (error,) = scanned(tmp_path, t=MACHINE)

    assert len(stacks_) == 1
    assert os.path.basename(error.place.file) == "machine.yaml"


# Macros


@pytest.mark.parametrize(
    "transform",
    ["AWS::Serverless-2016-10-31", "[AWS::LanguageExtensions, AWS::Serverless-2016-10-31]"],
)
def test_sam_leaves_other_resources_as_they_are(transform: str) -> None:
    """They are certain; names that SAM makes are no errors, and its own resources are there."""
    text = (
        f"Transform: {transform}\nGlobals: {{Function: {{Runtime: python3.12}}}}\nResources:\n"
        "  F: {Type: 'AWS::Serverless::Function', Properties: {Handler: a.b}}\n"
        "  G: {Type: 'AWS::EC2::SecurityGroup', Properties: {Role: !GetAtt FRole.Arn}}\n"
    )
    found = resources(text)

    assert [one.origin.maybe for one in found.values()] == [(), ()]
    assert [str(need) for need in found["G"].cell().get("Role").needs] == [
        "FRole is not in the template: a macro may make it"
    ]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (
            "Handler: a.b",
            {"VpcConfig": {"SubnetIds": ["a"], "Groups": ["g"]}, "Runtime": "r", "Handler": "a.b"},
        ),
        (
            "VpcConfig: {SubnetIds: [b]}",
            {"VpcConfig": {"SubnetIds": ["a", "b"], "Groups": ["g"]}, "Runtime": "r"},
        ),
        ("VpcConfig: {SubnetIds: {Ref: P}}", {"VpcConfig": {"SubnetIds": "p", "Groups": ["g"]}}),
        ("VpcConfig: none", {"VpcConfig": "none", "Runtime": "r"}),
        ("VpcConfig: [b]", {"VpcConfig": ["b"]}),
        ("VpcConfig: {SubnetIds: b}", {"VpcConfig": {"SubnetIds": "b", "Groups": ["g"]}}),
        ("Runtime: {s: t}", {"Runtime": {"s": "t"}}),
        ("Runtime: [s]", {"Runtime": ["s"]}),
        ("Runtime: s", {"VpcConfig": {"SubnetIds": ["a"], "Groups": ["g"]}, "Runtime": "s"}),
    ],
)
def test_globals_of_sam_are_merged_with_what_a_function_says(
    own: str, expected: dict[str, object]
) -> None:
    """Maps are merged and lists joined; of anything else, and of calls, its own counts."""
    text = (
        "Transform: AWS::Serverless-2016-10-31\nParameters: {P: {Type: String, Default: p}}\n"
        "Globals:\n  Function: {Runtime: r, VpcConfig: {SubnetIds: [a], Groups: [g]}}\nResources:\n"
        f"  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      {own}\n"
    )
    fields = resources(text)["F"].body.fields

    assert {name: plain(fields[name]) for name in expected} == expected


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ("", {"Runtime", "Timeout"}),
        ("IgnoreGlobals: '*'", set()),
        ("IgnoreGlobals: [Timeout]", {"Runtime"}),
        ("IgnoreGlobals: []", {"Runtime", "Timeout"}),
    ],
)
def test_a_function_may_ignore_globals(more: str, names: set[str]) -> None:
    """All of them, or those that it names; one of another type has none of them."""
    text = (
        "Transform: AWS::Serverless-2016-10-31\n"
        "Globals: {Function: {Runtime: r, Timeout: 3}}\nResources:\n"
        f"  F:\n    Type: AWS::Serverless::Function\n    Properties: {{Handler: h}}\n    {more}\n"
        "  A: {Type: 'AWS::Serverless::Api', Properties: {Name: a}}\n"
    )
    found = resources(text)

    assert found["F"].body.fields.keys() == {"Handler", *names}
    assert found["A"].body.fields.keys() == {"Name"}


@pytest.mark.parametrize(
    ("collection", "told"),
    [("[web, api]", True), ("[[web], [api]]", True), ("!Ref Names", False)],
)
def test_an_element_of_a_loop_knows_where_it_is_written(collection: str, told: bool) -> None:
    """What is nothing but the element leads to it, if the loop writes it."""
    text = f"""\
Transform: AWS::LanguageExtensions
Parameters:
  Names: {{Type: CommaDelimitedList, Default: "web, api"}}
Resources:
  Fn::ForEach::Groups:
    - Name
    - {collection}
    - ${{Name}}Group:
        Type: AWS::EC2::SecurityGroup
        Properties:
          Ref: !Ref Name
          Sub: !Sub "${{Name}}"
          Text: ${{Name}}
          More: a ${{Name}}
          Other: !Ref Names
"""
    places = resources(text)["apiGroup"].body.places
    written = {
        key: cut(text, place.element)
        for key, place in places.items()
        if isinstance(place, LoopSpan) and place.element is not None
    }

    assert written == (dict.fromkeys(("Ref", "Sub", "Text"), "api") if told else {})
    assert {cut(text, place).partition(":")[0] for place in places.values()} == places.keys()


_KNOWN = "'Fn::ForEach::K': [K, [a], {'K${K}': %s}]"
_OPEN = "'Fn::ForEach::O': [O, !Ref L, {'O${O}': %s}]"
_INNER = "'Fn::ForEach::I': [I, [a, b], {'Fn::ForEach::O': [O, !Ref L, {'${I}${O}': %s}]}]"
_MIXED = "'Fn::ForEach::I': [I, [a], {'Fn::ForEach::O': [O, !Ref L, {'O${O}': %s}], 'K${I}': %s}]"

_TURNS = "'Fn::ForEach::I': [I, [L, M], {'Fn::ForEach::O': [O, !Ref '${I}', {'${I}${O}': %s}]}]"
_BESIDE = f"'Fn::ForEach::I': [I, [a], {{{_OPEN}, {_KNOWN}}}]"


@pytest.mark.parametrize(
    ("transform", "loops_", "told"),
    [
        ("AWS::LanguageExtensions", [_KNOWN], True),
        ("AWS::LanguageExtensions", [_OPEN], False),
        ("AWS::LanguageExtensions", [_OPEN, _KNOWN], False),
        ("AWS::LanguageExtensions", [_KNOWN, _OPEN], False),
        ("AWS::LanguageExtensions", [_INNER], False),
        ("AWS::LanguageExtensions", [_INNER, _KNOWN], False),
        ("AWS::LanguageExtensions", [_MIXED], False),
        ("AWS::LanguageExtensions", [_TURNS], False),
        ("AWS::LanguageExtensions", [_BESIDE], False),
        ("[AWS::LanguageExtensions, Mine]", [_KNOWN], False),
    ],
)
@pytest.mark.parametrize(
    ("section", "body", "used"),
    [
        ("Conditions", "!Equals [a, b]", "!If [Other, 1, 2]"),
        ("Resources", "{Type: A::B}", "!Ref Other"),
    ],
)
def test_what_a_loop_may_declare_is_no_error(
    transform: str, loops_: Sequence[str], told: bool, section: str, body: str, used: str
) -> None:
    """Over a list that is not known, it may declare whatever is referred to."""
    it = f"It: {{Type: A::B, Properties: {{X: {used}}}}}"
    looped = ", ".join(one.replace("%s", body) for one in loops_)
    declared = "L: {Type: CommaDelimitedList}, M: {Type: CommaDelimitedList, Default: a}"
    text = f"Transform: {transform}\nParameters: {{{declared}}}\n"
    if section == "Resources":
        text += f"Resources: {{{looped}, {it}}}\n"
    else:
        text += f"{section}: {{{looped}}}\nResources: {{{it}}}\n"
    stack, errors = read(text)
    assert errors == []
    found = [one.message for one in stack.evaluate({}).errors]
    assert [one.removeprefix("condition ") for one in found] == ["Other is not declared"] * told


def test_a_loop_that_turns_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error, and one resource stands for all that it would make."""
    text = (
        "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Groups:\n    - Name\n"
        "    - [a, b, c]\n    - '${Name}Group': {Type: 'AWS::EC2::SecurityGroup'}\n"
    )
    monkeypatch.setattr(loops, "MAX_ITERATIONS", 3)
    assert set(resources(text)) == {"aGroup", "bGroup", "cGroup"}
    monkeypatch.setattr(loops, "MAX_ITERATIONS", 2)
    evaluation = read(text)[0].evaluate({})
    assert [one.message for one in evaluation.errors] == [
        "Fn::ForEach::Groups iterates too often to be followed"
    ]
    (group,) = evaluation.resources
    assert [str(need) for need in group.origin.maybe] == [
        "Fn::ForEach::Groups iterates too often to be followed"
    ]


@pytest.mark.parametrize(
    ("section", "known"),
    [
        ("{Function: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/a}}}}", 0),
        ("{Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/a}}}", 0),
        ("{Function: none}", 1),
        ("{Api: {Runtime: r}}", 1),
        ("none", 1),
    ],
)
def test_globals_that_are_not_there(section: str, known: int) -> None:
    """What an include brings may be any property of SAM's; what is no mapping brings none."""
    text = (
        f"Transform: AWS::Serverless-2016-10-31\nGlobals: {section}\nResources:\n"
        "  F: {Type: 'AWS::Serverless::Function', Properties: {Handler: h}}\n"
        "  G: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupName: g}}\n"
    )
    stack, errors = read(text)
    body, other = (one.body for one in stack.evaluate({}).resources)

    assert errors == []
    assert plain(body.fields["Handler"]) == "h"
    assert (body.rest is None) is bool(known)
    assert other.rest is None


def named(cell: Cell) -> str:
    """What the value of a cell refers to."""
    return symbol(cell.value or Known(None))


def test_what_a_hook_names_are_resources() -> None:
    """Logical ids that it names, also in lists, refer to them; its other texts are texts."""
    text = """\
Transform: AWS::CodeDeployBlueGreen
Hooks:
  BlueGreen:
    Type: AWS::CodeDeploy::BlueGreen
    Properties:
      ServiceRole: Service
      Applications:
        - Target: {Type: AWS::ECS::Service, LogicalID: Service}
          ECSAttributes:
            TaskSets: [Service]
            TrafficRouting: {TargetGroups: [Blue, !Ref Green]}
Resources:
  Service: {Type: AWS::ECS::Service}
  Blue: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}
  Green: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}
"""
    hook = resources(text)["BlueGreen"]
    (application,) = hook.cell().get("Applications").each()
    attributes = application.get("ECSAttributes")
    groups = attributes.get("TrafficRouting").get("TargetGroups")

    assert hook.cell().get("ServiceRole").known == "Service"
    assert named(application.get("Target").get("LogicalID")) == "Service.Ref"
    assert [one.known for one in attributes.get("TaskSets").each()] == ["Service"]
    assert [named(one) for one in groups.each()] == ["Blue.Ref", "Green.Ref"]


def test_a_macro_makes_what_it_may_touch_uncertain() -> None:
    """One of the whole template all resources, one in a resource that resource."""
    whole = resources("Transform: [Mine]\nResources: {A: {Type: 'A::B'}, B: {Type: 'A::B'}}\n")
    one = resources(
        "Resources:\n  A: {Type: 'A::B'}\n"
        "  B: {Type: 'A::B', Properties: {X: 1, 'Fn::Transform': {Name: Mine}}}\n"
    )

    assert {name: len(r.origin.maybe) for name, r in whole.items()} == {"A": 1, "B": 1}
    assert {name: len(r.origin.maybe) for name, r in one.items()} == {"A": 0, "B": 1}
    (need,) = whole["A"].origin.maybe
    assert str(need) == "Transform Mine is expanded only at deployment"


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("Mine", ["Transform Mine"]),
        ("[Mine, AWS::LanguageExtensions]", ["Transform Mine"]),
        ("{Name: Mine, Parameters: {A: b}}", ["Transform Mine"]),
        ("[{Name: Mine}, Other]", ["Transform Mine", "Transform Other"]),
        ("AWS::Serverless-2016-10-31", []),
    ],
)
def test_macros_are_named_as_they_are_written(written: str, named: list[str]) -> None:
    """By a name, or by one with parameters, alone or in a list; what is not read names them."""
    text = f"Transform: {written}\nResources: {{A: {{Type: 'A::B'}}}}\n"
    stack, _ = read(text)

    assert [need.name for need in resources(text)["A"].origin.maybe] == named
    absent = [one for one in stack.evaluate({}).absent if one.kind == "macro"]
    assert [f"{one.name} {one.source}" for one in absent] == named


def test_a_module_of_the_registry_is_not_read() -> None:
    """It is told by its name and type, where it stands; resources beside it are read."""
    text = "Resources:\n  A: {Type: 'A::B'}\n  M:\n    Type: Acme::Net::Vpc::MODULE\n"
    stack, _ = read(text)

    absent = [(one.kind, one.name, one.source, one.place.line) for one in stack.evaluate({}).absent]
    assert absent == [("module", "M", "Acme::Net::Vpc::MODULE", 4)]


def test_the_construct_of_cdk_is_known() -> None:
    """Its path, and agent settings in the metadata of a resource, are handed on."""
    text = (
        "Resources:\n  A:\n    Type: AWS::EC2::Instance\n    Metadata:\n"
        "      aws:cdk:path: App/A/Resource\n"
        "      AWS::CloudFormation::Init:\n"
        "        config: {files: {/etc/ecs/ecs.config: {content: !Ref P}}}\n"
        "Parameters: {P: {Type: String, Default: ECS_X=y}}\n"
    )
    found = resources(text)["A"]

    assert found.origin.construct == "App/A/Resource"
    init: Value = dereferenced(found.metadata.fields["AWS::CloudFormation::Init"])
    assert plain(init) == {"config": {"files": {"/etc/ecs/ecs.config": {"content": "ECS_X=y"}}}}


TREE = """\
{"version": "tree-0.1", "tree": {"id": "App", "path": "", "children": {
  "My-Stack": {"id": "My-Stack", "path": "My-Stack", "children": {
    "Vpc": {"id": "Vpc", "path": "My-Stack/Vpc", "children": {
      "Resource": {"id": "Resource", "path": "My-Stack/Vpc/Resource", "attributes": {
        "aws:cdk:cloudformation:type": "AWS::EC2::VPC", "aws:cdk:cloudformation:props": {}}}}}}},
  "Prod": {"id": "Prod", "path": "Prod", "children": {
    "Web": {"id": "Web", "path": "Prod/Web", "children": {
      "Plain": {"id": "Plain", "path": "Prod/Web/Plain", "attributes": {
        "aws:cdk:cloudformation:type": "AWS::EC2::VPC"}}}}}},
  "Tree": {"id": "Tree", "path": "Tree"}
}}}
"""


@pytest.mark.parametrize(
    ("file", "name", "path"),
    [
        ("My-Stack.template.json", "Vpc8378EB38", "My-Stack/Vpc/Resource"),
        ("My-Stack.template.json", "Plain", None),
        ("assembly-Prod/ProdWebF45B1510.template.json", "Plain", "Prod/Web/Plain"),
        ("Other.template.json", "Vpc8378EB38", None),
        ("My-Stack.json", "Vpc8378EB38", None),
    ],
)
def test_the_construct_of_cdk_is_in_the_tree(
    tmp_path: Path, file: str, name: str, path: str | None
) -> None:
    """CDK makes logical ids of the paths in the tree, where the template has no paths itself."""
    (tmp_path / "assembly-Prod").mkdir()
    (tmp_path / "tree.json").write_text(TREE)
    (tmp_path / file).write_text(f'{{"Resources": {{"{name}": {{"Type": "AWS::EC2::VPC"}}}}}}')
    (stack,), errors = stacks([str(tmp_path / file)], Files(), Inputs(boundary=str(tmp_path)))
    (found,) = stack.evaluate({}).resources

    assert errors == []
    assert found.origin.construct == path


@pytest.mark.parametrize(("outside", "path"), [(True, "My-Stack/Vpc/Resource"), (False, None)])
def test_a_tree_above_the_scan(tmp_path: Path, outside: bool, path: str | None) -> None:
    """It is read where what is outside may be."""
    (tmp_path / "app").mkdir()
    (tmp_path / "tree.json").write_text(TREE)
    file = tmp_path / "app" / "My-Stack.template.json"
    file.write_text('{"Resources": {"Vpc8378EB38": {"Type": "AWS::EC2::VPC"}}}')
    inputs = Inputs(boundary=str(tmp_path / "app"), outside=outside)
    (stack,), _ = stacks([str(file)], Files(), inputs)

    assert [one.origin.construct for one in stack.evaluate({}).resources] == [path]


@pytest.mark.parametrize("text", ["", "[]", '{"tree": {"path": 1}}', '{"tree": null}'])
def test_a_tree_that_is_none_costs_nothing(tmp_path: Path, text: str) -> None:
    """The template is read without it."""
    (tmp_path / "tree.json").write_text(text)
    file = tmp_path / "A.template.json"
    file.write_text('{"Resources": {"A": {"Type": "AWS::EC2::VPC"}}}')
    (stack,), errors = stacks([str(file)], Files(), Inputs(boundary=str(tmp_path)))

    assert errors == []
    assert [one.origin.construct for one in stack.evaluate({}).resources] == [None]


def test_cdks_own_metadata_asks_nothing() -> None:
    """Its condition, which compares the Region with dozens of names, is no open switch."""
    regions = ", ".join(f"!Equals [!Ref 'AWS::Region', r-{number}]" for number in range(10))
    text = (
        f"Conditions:\n  CDKMetadataAvailable: !Or [{regions}]\n"
        "Resources:\n  A: {Type: 'AWS::EC2::VPC'}\n"
        "  CDKMetadata: {Type: 'AWS::CDK::Metadata', Condition: CDKMetadataAvailable}\n"
    )
    stack, _ = read(text)
    evaluation = stack.evaluate({})

    assert [one.origin.name for one in evaluation.resources] == ["A"]
    assert evaluation.questions == frozenset()


ELSEWHERE = [
    ("AWS::Serverless::StateMachine", "DefinitionUri: m.yaml", "include", "m.yaml"),
    ("AWS::Serverless::Api", "DefinitionUri: !Sub s3://${B}/x.yaml", "include", "s3://${B}/x.yaml"),
    ("AWS::Serverless::HttpApi", "DefinitionUri: !Ref B", "include", ""),
    (
        "AWS::StepFunctions::StateMachine",
        "DefinitionS3Location: {Bucket: b, Key: k/m.json}",
        "include",
        "s3://b/k/m.json",
    ),
    ("AWS::ApiGatewayV2::Api", "BodyS3Location: {Bucket: !Ref B, Key: a.json}", "include", ""),
    ("AWS::CloudFormation::StackSet", "TemplateBody: '{}'", "template", "TemplateBody"),
    ("AWS::CloudFormation::StackSet", "TemplateBody: !Ref B", "template", "TemplateBody"),
    ("AWS::StepFunctions::StateMachine", "DefinitionString: '{}'", "", ""),
    ("AWS::CloudFormation::StackSet", "StackSetName: x", "", ""),
]


@pytest.mark.parametrize(("type_", "where", "kind", "source"), ELSEWHERE)
def test_what_stands_elsewhere_is_absent(type_: str, where: str, kind: str, source: str) -> None:
    """A definition or template that is not in the sources, or cannot be read there, is named."""
    text = f"Parameters: {{B: {{Type: String}}}}\nResources:\n  A:\n    Type: {type_}\n"
    stack, errors = read(f"{text}    Properties:\n      {where}\n")
    evaluation = stack.evaluate({})
    assert (errors, evaluation.errors) == ([], ())
    found = [(one.kind, one.name, one.source, one.place.line) for one in evaluation.absent]
    assert found == ([(kind, "A", source, 6)] if kind else [])


def test_a_template_whose_keys_are_broken_is_no_other_file() -> None:
    """Even where nothing of its resources is left."""
    text = "Resources:\n  ? [a]\n  : {Type: AWS::ECS::Cluster}\n"
    found, errors = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())

    assert (found, [(one.place.line, one.message) for one in errors]) == (
        [],
        [(2, "a key must be a string")],
    )


def test_a_file_of_codedeploy_is_no_template() -> None:
    """Whatever a pipeline puts into it later."""
    text = "version: {{V}}\nResources:\n  - Web: {Type: AWS::ECS::Service, Properties: {{P}}}\n"
    assert stacks(["appspec.yaml"], Files({"appspec.yaml": text}), Inputs()) == ([], [])


def test_what_is_expanded_later_is_absent() -> None:
    """Macros and modules are named, and what only they can declare is no error."""
    stack, errors = read(
        "Transform: [AWS::Serverless-2016-10-31, Ours]\n"
        "Modules: {Net: {Source: ./net.yaml}}\n"
        "Resources:\n"
        "  M: {Type: Org::Net::MODULE, Properties: {Id: !Ref V}}\n"
        "  V:\n"
        "    Type: AWS::EC2::VPC\n"
        "    Properties: {CidrBlock: !Ref MRange, Fn::Transform: {Name: Mine}}\n"
    )
    evaluation = stack.evaluate({})

    assert (errors, evaluation.errors) == ([], ())
    assert [(one.kind, one.name, one.source, one.place.line) for one in evaluation.absent] == [
        ("module", "M", "Org::Net::MODULE", 4),
        ("macro", "Transform", "Ours", 1),
        ("macro", "Transform", "Mine", 7),
        ("module", "Modules", "", 2),
    ]
    assert [one.type for one in evaluation.resources] == [ABSENT, "AWS::EC2::VPC"]


def test_a_module_of_the_registry_alone_opens_names() -> None:
    """`!Ref MRange` is a resource of the module `M`."""
    module = "  M: {Type: Org::Net::MODULE}\n"
    vpc = "  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref MRange}}\n"

    assert read(f"Resources:\n{module}{vpc}")[0].evaluate({}).errors == ()
    assert read(f"Resources:\n{vpc}")[0].evaluate({}).errors
