"""Exports, Parameter Store and ids: what templates refer to of each other and of the context."""

import json
from collections.abc import Mapping, Sequence

import pytest

from taskwall.core.values import Items, Known, Text, Unknown, Value, symbol
from taskwall.readers.cloudformation import CloudFormationStack, stacks
from taskwall.readers.terraform.state.reader import states
from taskwall.source.context import Context
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

NET = """
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  A:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}
  B:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}
  VpcParameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Name: /net/vpc, Value: !Ref Vpc}
  Subnets:
    Type: AWS::SSM::Parameter
    Properties: {Type: StringList, Name: /net/subnets, Value: !Join [",", [!Ref A, !Ref B]]}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: net-vpc}}
"""
APP = """
Parameters:
  Vpc: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>", Default: /net/vpc}
  Subnets: {Type: "AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>", Default: /net/subnets}
Resources:
  T:
    Type: AWS::X::T
    Properties: {X: EXPRESSION}
"""
STATE = {
    "version": 4,
    "serial": 1,
    "lineage": "x",
    "resources": [
        {
            "mode": "managed",
            "type": "aws_vpc",
            "name": "main",
            "instances": [{"attributes": {"id": "vpc-0123456789abcdef0"}}],
        },
        {
            "mode": "managed",
            "type": "aws_ssm_parameter",
            "name": "vpc",
            "instances": [{"attributes": {"name": "/net/vpc", "value": "vpc-0123456789abcdef0"}}],
        },
    ],
}


def read(
    scanned: Mapping[str, str], templates: Mapping[str, str], kept: Mapping[str, str]
) -> Sequence[CloudFormationStack]:
    """The stacks of texts, by path, with templates and states as context."""
    files = Files(
        {f"/infra/{path}": text for path, text in {**scanned, **templates, **kept}.items()}
    )
    sources, errors = states([f"/infra/{path}" for path in kept], files)
    context = Context((), tuple(f"/infra/{path}" for path in templates), tuple(sources))
    said = Inputs(boundary="/infra", context=context)
    found, more = stacks([f"/infra/{path}" for path in scanned], files, said)
    assert (errors, more) == ([], [])
    return found


def means(value: Value) -> str:
    """What a value is: the name of what it refers to, else itself."""
    if isinstance(value, Items):
        return ", ".join(map(means, (*value.items, *value.rest)))
    return str(value.data) if isinstance(value, Known) else symbol(value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!ImportValue net-vpc", "Vpc.Ref"),
        ("!Ref Vpc", "Vpc.Ref"),
        ("!Ref Subnets", "A.Ref, B.Ref"),
        ('"{{resolve:ssm:/net/vpc}}"', "Vpc.Ref"),
        ('"{{resolve:ssm:/net/vpc:3}}"', "Vpc.Ref"),
    ],
)
@pytest.mark.parametrize("as_context", [True, False])
def test_templates_answer(expression: str, value: str, as_context: bool) -> None:
    """What one template exports or stores is what another refers to, scanned or as context."""
    app = {"app.yaml": APP.replace("EXPRESSION", expression)}
    net = {"net.yaml": NET}
    found = read(app, net, {}) if as_context else read({**app, **net}, {}, {})
    (stack,) = found
    resources = {one.type: one for one in stack.evaluate({}).resources}
    assert means(resources["AWS::X::T"].body.fields["X"]) == value
    assert resources["AWS::EC2::VPC"].origin.context is as_context
    assert not resources["AWS::X::T"].origin.context
    assert stack.files == {"/infra/app.yaml", *([] if as_context else ["/infra/net.yaml"])}
    assert {tie.target for tie in stack.ties} == {"/infra/net.yaml"}


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("{{resolve:ssm:/${Stage}/vpc}}", "Vpc.Ref"),
        ("{{resolve:ssm:/${Stage}/vpc:2}}", "Vpc.Ref"),
        ("{{resolve:ssm:/${Stage}/other}}", "{{resolve:ssm:/${Stage}/other}}"),
        ("{{resolve:ssm:${Stage}}}", "{{resolve:ssm:${Stage}}}"),
        ("{{resolve:secretsmanager:/${Stage}/vpc}}", "{{resolve:secretsmanager:/${Stage}/vpc}}"),
    ],
)
def test_names_that_are_known_in_part(reference: str, value: str) -> None:
    """A parameter of the same known parts is the one that is read."""
    stage = "Parameters:\n  Stage: {Type: String}\nResources:"
    net = NET.replace("Resources:", stage).replace("Name: /net/vpc", 'Name: !Sub "/${Stage}/vpc"')
    app = APP.replace("Resources:", "  Stage: {Type: String}\nResources:")
    app = app.replace("EXPRESSION", f'!Sub "{reference}"')
    values = [
        one.body.fields["X"]
        for stack in read({"app.yaml": app, "net.yaml": net}, {}, {})
        for one in stack.evaluate({}).resources
        if one.type == "AWS::X::T"
    ]
    assert list(map(means, values)) == [value]


OF_STAGES = NET.replace("Resources:", "Parameters:\n  Stage: {Type: String}\nResources:").replace(
    "Name: /net/vpc", 'Name: !Sub "/${Stage}/vpc"'
)


@pytest.mark.parametrize(
    ("name", "stored", "value"),
    [
        ("/prod/vpc", "/${Stage}/vpc", "Vpc.Ref"),
        ("/net/vpc-prod", "/net/vpc-${Stage}", "Vpc.Ref"),
        ("/prod/vpcs", "/${Stage}/vpc", "Vpc"),
        ("/net/prod/vpc", "/${Stage}/vpc", "Vpc"),
        ("/net/vpc-", "/net/vpc-${Stage}", "Vpc"),
        ("vpc-prod", "vpc-${Stage}", "Vpc"),
        ("/prod/vpc", "${Stage}", "Vpc"),
        ("/aws/vpc", "/${Stage}/vpc", "Vpc"),
        ("/prod/net", "/${Stage}/net", "Vpc"),
    ],
)
def test_a_parameter_whose_name_may_be_the_one_asked_for(
    name: str, stored: str, value: str
) -> None:
    """It is, if no other may be: that of the subnets here, in the last case."""
    net = OF_STAGES.replace("/${Stage}/vpc", stored).replace("Name: /net/subnets", "Name: /x/net")
    if name == "/prod/net":
        net = net.replace("Name: /x/net", 'Name: !Sub "/prod/${Stage}"')
    app = APP.replace("Default: /net/vpc", f"Default: {name}").replace("EXPRESSION", "!Ref Vpc")
    (found,) = (
        one.body.fields["X"]
        for stack in read({"app.yaml": app, "net.yaml": net}, {}, {})
        for one in stack.evaluate({}).resources
        if one.type == "AWS::X::T"
    )
    assert means(found) == value


def test_a_name_of_which_nothing_is_known_is_none_of_the_scan() -> None:
    """However few parameters the templates store."""
    net = NET.replace("Name: /net/subnets", "Name: /aws/subnets")
    app = APP.replace("Resources:", "  Key: {Type: String}\nResources:").replace("/net/vpc", "/x")
    app = app.replace("EXPRESSION", '!Sub "{{resolve:ssm:${Key}}}"')
    (found,) = (
        one.body.fields["X"]
        for stack in read({"app.yaml": app, "net.yaml": net}, {}, {})
        for one in stack.evaluate({}).resources
        if one.type == "AWS::X::T"
    )
    assert means(found) == "{{resolve:ssm:${Key}}}"


TREE = """
Parameters:
  Stage: {Type: String}
Resources:
  Net:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./net.yaml, Parameters: {Stage: !Ref Stage}}
  App:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./app.yaml, Parameters: {Stage: !Ref Stage}}
  Own:
    Type: AWS::X::Own
    Properties: {X: !Sub "{{resolve:ssm:/${Stage}/vpc}}"}
"""


def test_what_a_nested_stack_stores_is_not_there_for_the_one_above() -> None:
    """What that takes as a parameter was there before; whether another one nests both or not."""
    app = APP + "  Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./net.yaml}}\n"
    app = app.replace("EXPRESSION", "!Ref Vpc")
    above = "Resources:\n  App:\n    Type: AWS::CloudFormation::Stack\n"
    above += "    Properties: {TemplateURL: ./app.yaml}\n"
    texts = {"app.yaml": app, "net.yaml": NET}
    for more in ({}, {"above.yaml": above}):
        (stack,) = read({**texts, **more}, {}, {})
        found = {one.type: one for one in stack.evaluate({}).resources}
        assert means(found["AWS::X::T"].body.fields["X"]).endswith("Vpc")


def test_what_siblings_among_nested_stacks_have_stored() -> None:
    """A nested stack reads what they make; the template above read what was there before."""
    app = APP.replace("Resources:", "  Stage: {Type: String}\nResources:")
    app = app.replace("EXPRESSION", '!Sub "{{resolve:ssm:/${Stage}/vpc}}"')
    (stack,) = read({"tree.yaml": TREE, "app.yaml": app, "net.yaml": OF_STAGES}, {}, {})
    found = {one.type: one for one in stack.evaluate({}).resources}

    assert means(found["AWS::X::T"].body.fields["X"]) == "Net/Vpc.Ref"
    assert means(found["AWS::X::Own"].body.fields["X"]) == "{{resolve:ssm:/${Stage}/vpc}}"


def test_states_answer() -> None:
    """Ids as they stand, and parameters whose value is the id of a resource of the state."""
    kept = {"net.tfstate": json.dumps(STATE)}
    (stack,) = read({"app.yaml": APP.replace("EXPRESSION", "!Ref Vpc")}, {}, kept)
    found = {one.type: one for one in stack.evaluate({}).resources}
    assert symbol(found["AWS::X::T"].body.fields["X"]) == "net.tfstate/aws_vpc.main.id"
    text = APP.replace("EXPRESSION", "vpc-0123456789abcdef0").partition("Resources")
    (stack,) = read({"app.yaml": "Resources" + text[2]}, {}, kept)
    assert [(tie.by, tie.to) for tie in stack.ties] == [("id", "net.tfstate/aws_vpc.main")]
    assert len(stack.evaluate({}).resources) == 3


def test_what_is_scanned_comes_before_its_context() -> None:
    """Also where templates nest each other in a circle, which are read after all others."""
    nests = "  Again:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: OTHER}\n"
    app = APP.replace("EXPRESSION", "!ImportValue net-vpc") + nests.replace("OTHER", "b.yaml")
    texts = {"app.yaml": app, "b.yaml": f"Resources:\n{nests}".replace("OTHER", "app.yaml")}
    files = Files({f"/infra/{path}": text for path, text in {**texts, "net.yaml": NET}.items()})
    said = Inputs(boundary="/infra", context=Context((), ("/infra/net.yaml",), ()))
    (stack,), errors = stacks([f"/infra/{path}" for path in texts], files, said)
    assert [error.message for error in errors] == [
        "Again nests itself: app.yaml -> b.yaml -> app.yaml"
    ]
    of_context = [one.origin.context for one in stack.evaluate({}).resources]
    assert of_context == sorted(of_context)
    assert set(of_context) == {False, True}


def test_context_that_is_not_referred_to_is_left_out() -> None:
    """No stack is made of it, and a template that refers to nothing stays as it is."""
    (stack,) = read({"app.yaml": 'Resources: {T: {Type: "AWS::X::T"}}'}, {"net.yaml": NET}, {})
    assert [one.type for one in stack.evaluate({}).resources] == ["AWS::X::T"]
    assert stack.ties == ()


def test_two_that_store_a_name_are_named() -> None:
    """Two templates that put the same parameter there: which is meant is not known."""
    app = {"app.yaml": APP.replace("EXPRESSION", "!Ref Vpc")}
    (stack,) = read(app, {"net.yaml": NET, "old.yaml": NET}, {})
    tie = next(tie for tie in stack.ties if tie.address == "Vpc")
    assert (tie.target, tie.candidates) == ("", ("net.yaml", "old.yaml"))


@pytest.mark.parametrize(
    ("of", "target", "value"),
    [
        (("/infra/app.yaml", "Own"), ("/infra/net.yaml", "Vpc"), "Vpc.Ref"),
        (("", "Own"), ("/infra/net.yaml", "Vpc"), "Vpc.Ref"),
        (("", "Own"), ("", "Vpc"), "Vpc.Ref"),
        (("/infra/net.yaml", "Own"), ("/infra/net.yaml", "Vpc"), "Own"),
        (("", "Other"), ("/infra/net.yaml", "Vpc"), "Own"),
        (("", "Own"), ("/infra/net.yaml", "net-vpc"), "Vpc.Ref"),
        (("", "Own"), ("/infra/net.yaml", "Nothing"), "Own"),
        (("", "Own"), ("/infra/app.yaml", "Vpc"), "Own"),
    ],
)
def test_users_say_which_output_a_parameter_is(
    of: tuple[str, str], target: tuple[str, str], value: str
) -> None:
    """By template and parameter, and by template and output; "" is any template."""
    app = APP.replace("Resources:", "  Own: {Type: String}\nResources:")
    texts = {"/infra/app.yaml": app.replace("EXPRESSION", "!Ref Own"), "/infra/net.yaml": NET}
    found, errors = stacks([*texts], Files(texts), Inputs(boundary="/infra", ties={of: target}))

    assert errors == []
    values = [
        means(one.body.fields["X"])
        for stack in found
        for one in stack.evaluate({}).resources
        if one.type == "AWS::X::T"
    ]
    assert values == [value]


@pytest.mark.parametrize("target", [("/infra/net.yaml", "Out"), ("", "Out")])
def test_a_parameter_may_be_an_output_that_is_not_exported(target: tuple[str, str]) -> None:
    """Users say so, whoever hands it from stack to stack."""
    network = "Resources:\n  Vpc: {Type: 'AWS::EC2::VPC'}\nOutputs:\n  Out: {Value: !Ref Vpc}\n"
    app = "Parameters: {Own: {Type: String}}\n"
    app += "Resources: {T: {Type: 'AWS::X::T', Properties: {X: !Ref Own}}}\n"
    texts = {"/infra/app.yaml": app, "/infra/net.yaml": network}
    ties = {("", "Own"): target}
    (stack,), errors = stacks([*texts], Files(texts), Inputs(boundary="/infra", ties=ties))
    (it,) = (one for one in stack.evaluate({}).resources if one.type == "AWS::X::T")

    assert errors == []
    assert means(it.body.fields["X"]) == "Vpc.Ref"


@pytest.mark.parametrize(
    ("target", "value"),
    [
        (("/infra/net.tfstate", "aws_vpc.main"), "net.tfstate/aws_vpc.main.id"),
        (("", "aws_vpc.main"), "net.tfstate/aws_vpc.main.id"),
        (("/infra/net.tfstate", "aws_vpc.other"), "Own"),
        (("/infra/other.tfstate", "aws_vpc.main"), "Own"),
    ],
)
def test_users_say_which_resource_of_a_state_a_parameter_is(
    target: tuple[str, str], value: str
) -> None:
    """Its id is what the parameter is given."""
    app = "Parameters: {Own: {Type: String}}\n"
    app += "Resources: {T: {Type: 'AWS::X::T', Properties: {X: !Ref Own}}}\n"
    files = Files({"/infra/app.yaml": app, "/infra/net.tfstate": json.dumps(STATE)})
    sources, _ = states(["/infra/net.tfstate"], files)
    context = Context((), (), tuple(sources))
    said = Inputs(boundary="/infra", context=context, ties={("", "Own"): target})
    (stack,), errors = stacks(["/infra/app.yaml"], files, said)
    (it,) = (one for one in stack.evaluate({}).resources if one.type == "AWS::X::T")

    assert errors == []
    assert means(it.body.fields["X"]) == value


def test_an_imported_text_is_open_where_it_was_written() -> None:
    """What it waits for is a parameter of the template that exports it."""
    net = NET.replace("Resources:", "Parameters: {Stage: {Type: String}}\nResources:", 1)
    net += "  Name: {Value: !Sub 'a-${Stage}', Export: {Name: net-name}}\n"
    app = APP.replace("EXPRESSION", "!ImportValue net-name")
    (stack,) = read({"app.yaml": app, "net.yaml": net}, {}, {})
    (it,) = (one for one in stack.evaluate({}).resources if one.type == "AWS::X::T")
    value = it.body.fields["X"]

    assert symbol(value) == "a-${Stage}"
    assert isinstance(value, Text)
    assert [part.root for part in value.parts if isinstance(part, Unknown)] == ["/infra/net.yaml"]
