"""Templates that are read again and again say what ones say that are read for the first time.

`Files` that are `retained` keep what no change of a text has reached.
"""

import pytest

from readers.cloudformation.shown_values import shown
from taskwall.core.values import Known, Scenario, needs
from taskwall.readers.cloudformation import stacks
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs

NET, WEB, PART, ALONE, INCLUDED = (
    f"/r/{name}" for name in ("net.yaml", "web.yaml", "part.yaml", "alone.json", "included.yaml")
)
TEXTS = {
    NET: """\
Parameters:
  Cidr: {Type: String, Default: 10.0.0.0/16}
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !Ref Cidr}}
  Gateway: {Type: "AWS::EC2::InternetGateway", Condition: IsProd}
  Stored: {Type: "AWS::SSM::Parameter", Properties: {Name: /net/vpc, Value: !Ref Vpc}}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: net-vpc}}
  Cidr: {Value: !Ref Cidr, Export: {Name: net-cidr}}
""",
    WEB: """\
Parameters:
  Secret: {Type: String, NoEcho: true, Default: hunter2}
Mappings:
  M: {a: {K: "1"}, b: {K: "2"}}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !ImportValue net-vpc
      GroupDescription: !Sub "${Secret}-${AWS::Region}"
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: !FindInMap [M, a, K], CidrIp: !ImportValue net-cidr}
  Part:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: part.yaml
      Parameters: {Name: web, Vpc: "{{resolve:ssm:/net/vpc}}"}
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: included.yaml}}
""",
    PART: """\
Parameters:
  Name: {Type: String}
  Vpc: {Type: String}
  Size: {Type: String, Default: small}
Resources:
  It: {Type: "Custom::It", Properties: {Name: !Ref Name, Vpc: !Ref Vpc, Size: !Ref Size}}
Outputs:
  It: {Value: !GetAtt It.Arn}
""",
    ALONE: '{"Resources": {"A": {"Type": "Custom::A", "Properties": {"P": 1}}}}',
    INCLUDED: "Included: {Type: 'Custom::Included', Properties: {P: a}}\n",
}
SCENARIOS: tuple[Scenario, ...] = ({}, {"Stage": "prod"}, {"Stage": "dev"})

EDITS: dict[str, tuple[str, str, str]] = {
    "lines above": (WEB, "Parameters:", "# more\n\nParameters:"),
    "lines within": (NET, "  Gateway:", "\n  # more\n  Gateway:"),
    "a default": (NET, "10.0.0.0/16", "10.1.0.0/16"),
    "a default that another one takes": (PART, "small", "large"),
    "no default": (NET, ", Default: 10.0.0.0/16", ""),
    "a condition": (NET, "prod]", "live]"),
    "a condition that is known": (NET, "!Ref Stage, prod", "prod, prod"),
    "a condition no more": (NET, ", Condition: IsProd", ""),
    "a mapping": (WEB, '{K: "1"}', '{K: "3"}'),
    "a key that a mapping has not": (WEB, "[M, a, K]", "[M, c, K]"),
    "an export by another name": (NET, "net-vpc", "other-vpc"),
    "an export no more": (NET, ", Export: {Name: net-vpc}", ""),
    "an import of another name": (WEB, "!ImportValue net-cidr", "!ImportValue net-none"),
    "what an output is": (NET, "Cidr: {Value: !Ref Cidr", "Cidr: {Value: 10.9.0.0/16"),
    "a stored name": (NET, "/net/vpc", "/net/other"),
    "what is stored": (NET, "Value: !Ref Vpc}}", "Value: vpc-1}}"),
    "what is read of the store": (WEB, "resolve:ssm:/net/vpc", "resolve:ssm:/net/none"),
    "a nested template by another address": (WEB, "part.yaml", "alone.json"),
    "a nested template that is not there": (WEB, "part.yaml", "none.yaml"),
    "a nested template no more": (WEB, "AWS::CloudFormation::Stack", "Custom::Stack"),
    "what is handed down": (WEB, "{Name: web", "{Name: api"),
    "what is handed down no more": (WEB, "{Name: web, ", "{"),
    "a resource more": (PART, "Resources:", "Resources:\n  Other: {Type: 'Custom::Other'}"),
    "a resource by another name": (PART, "  It: {Type", "  That: {Type"),
    "what is included": (INCLUDED, "{P: a}", "{P: b}"),
    "what is included by another name": (INCLUDED, "Included:", "Other:"),
    "what is included does not parse": (INCLUDED, "{P: a}", "{P: ["),
    "nothing is included": (WEB, "  Fn::Transform:", "  Included:"),
    "a secret": (WEB, "hunter2", "swordfish"),
    "no secret": (WEB, "NoEcho: true", "NoEcho: false"),
    "another template": (ALONE, '"P": 1', '"P": 2'),
    "a template that does not parse": (WEB, "[M, a, K]", "[M, a, K"),
    "a template that is none any more": (ALONE, "Resources", "Others"),
    "a template of a macro": (NET, "Parameters:", "Transform: Mine\nParameters:"),
}


def said(files: Files) -> list[object]:
    """What all stacks say under each scenario, and what is wrong with the templates."""

    def of(resource: Resource) -> object:
        origin, body = resource.origin, resource.body
        places = (origin.header, resource.place, dict(body.places), origin.called_from)
        waits = [str(need) for need in (*origin.maybe, *needs(body))]
        return origin.address, resource.type, shown(body), waits, places

    found, errors = stacks([*TEXTS], files, Inputs(boundary="/r"))
    every: list[object] = [errors]
    for stack in found:
        every.append((stack.name, stack.files, stack.ties, stack.secrets(WEB)))
        for scenario in SCENARIOS:
            one = stack.evaluate(scenario)
            every.append((list(map(of, one.resources)), one.errors, one.absent, one.questions))
    return every


def test_an_edit_and_its_undoing() -> None:
    """Both are read as if nothing had been read before, whatever was."""
    kept = Files(dict(TEXTS), retained=True)
    first = said(Files(dict(TEXTS)))
    wrong = [] if said(kept) == first else ["at first"]
    for name, (path, old, new) in EDITS.items():
        assert old in TEXTS[path], name
        text = TEXTS[path].replace(old, new, 1)
        kept.change(path, text)
        anew = said(Files({**TEXTS, path: text}))
        if said(kept) != anew or anew == first:
            wrong.append(name)
        kept.change(path, TEXTS[path])
        if said(kept) != first:
            wrong.append(f"{name}, undone")
    assert wrong == []


def test_edits_one_upon_another() -> None:
    """Templates with a few of them are as ones that were written so."""
    texts, kept = dict(TEXTS), Files(dict(TEXTS), retained=True)
    wrong = []
    for name, (path, old, new) in list(EDITS.items())[::3]:
        texts[path] = texts[path].replace(old, new, 1)
        kept.change(path, texts[path])
        if said(kept) != said(Files(dict(texts))):
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "old", "new", "same"),
    [
        (ALONE, "", "", [True, True]),
        (ALONE, '"P": 1', '"P": 2', [True, False]),
        (PART, "small", "large", [False, True]),
        (NET, "10.0.0.0/16", "10.1.0.0/16", [False, True]),
        (WEB, "hunter2", "swordfish", [False, True]),
    ],
)
def test_stacks_that_no_edit_has_reached(path: str, old: str, new: str, same: list[bool]) -> None:
    """They are the very ones that they were; another is made where anything differs."""
    inputs = Inputs(boundary="/r")
    including = TEXTS[WEB].index("  Fn::Transform")  # what includes files is read each time
    kept = Files({**TEXTS, WEB: TEXTS[WEB][:including]}, retained=True)
    before, _ = stacks([*TEXTS], kept, inputs)
    kept.change(path, kept.text(path).replace(old, new, 1))
    after, _ = stacks([*TEXTS], kept, inputs)
    assert [one is other for one, other in zip(before, after, strict=True)] == same


def test_other_inputs_are_other_stacks() -> None:
    """What is given counts, also where no text has changed."""
    kept = Files(dict(TEXTS), retained=True)
    cidrs = []
    for given in ({}, {"Cidr": Known("10.3.0.0/16")}, {}):
        found, _ = stacks([*TEXTS], kept, Inputs(boundary="/r", parameters=given))
        every = [one for stack in found for one in stack.evaluate({}).resources]
        cidrs += [shown(one.body.fields["CidrBlock"]) for one in every if one.type.endswith("VPC")]
    assert cidrs == ["10.0.0.0/16", "10.3.0.0/16", "10.0.0.0/16"]
