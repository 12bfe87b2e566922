"""What deploys a template that is not in the scan says which, where, and what to do."""

import pytest

from taskwall.core.values import Known
from taskwall.readers.cloudformation import stacks
from taskwall.source.files import Files
from taskwall.source.resource import ABSENT
from taskwall.source.stack import Evaluation, Inputs

TEMPLATE = """\
Parameters:
  Url: {Type: String}
  Written: {Type: String, Default: x.yaml}
Resources:
  Other: {Type: "AWS::S3::Bucket"}
  It:
    Type: %s
    Properties: {%s}
"""
STACK = "AWS::CloudFormation::Stack"
SET = "AWS::CloudFormation::StackSet"
APPLICATION = "AWS::Serverless::Application"
PRODUCT = "AWS::ServiceCatalog::CloudFormationProvisionedProduct"
SCAN_TOO = "add the missing files to the scan"
OF_APPLICATION = "scan the application's template by itself"
OF_PRODUCT = "scan the product's template by itself"
BODY = "write the template as a block (TemplateBody: |), or scan a file of it, too"


def evaluated(kind: str, properties: str, inputs: Inputs | None = None) -> Evaluation:
    """The evaluation of a template with one such resource."""
    files = Files({"t.yaml": TEMPLATE % (kind, properties)})
    (stack,), errors = stacks(["t.yaml"], files, inputs or Inputs())
    evaluation = stack.evaluate({})
    assert (*errors, *evaluation.errors) == ()
    return evaluation


@pytest.mark.parametrize(
    ("kind", "properties", "source", "cure"),
    [
        (STACK, "TemplateURL: ./none.yaml", "./none.yaml", SCAN_TOO),
        (STACK, "TemplateURL: https://b/none.yaml", "https://b/none.yaml", SCAN_TOO),
        (STACK, "TemplateURL: !Ref Written", "x.yaml", SCAN_TOO),
        (STACK, "TemplateURL: !Ref Url", "Url", f"--parameters Url=VALUE, and {SCAN_TOO}"),
        (
            STACK,
            "TemplateURL: !Sub '${Url}/a.yaml'",
            "${Url}/a.yaml",
            f"--parameters Url=VALUE, and {SCAN_TOO}",
        ),
        (
            STACK,
            "TemplateURL: !GetAtt Other.Arn",
            "Other.Arn",
            f"--assume Other.Arn=VALUE, and {SCAN_TOO}",
        ),
        (SET, "TemplateURL: none.yaml", "none.yaml", SCAN_TOO),
        (SET, "TemplateBody: !Ref Url", "TemplateBody", BODY),
        (SET, "TemplateBody: !GetAtt Other.Arn", "TemplateBody", BODY),
        (APPLICATION, "Location: none.yaml", "none.yaml", SCAN_TOO),
        (APPLICATION, "Location: {ApplicationId: 'arn:x'}", "arn:x", OF_APPLICATION),
        (APPLICATION, "Location: {ApplicationId: !Ref Url}", "Url", OF_APPLICATION),
        (APPLICATION, "Location: {Bucket: a}", "", SCAN_TOO),
        (PRODUCT, "ProductName: web", "web", OF_PRODUCT),
        (PRODUCT, "ProductId: prod-1", "prod-1", OF_PRODUCT),
        (PRODUCT, "ProductId: !Ref Url", "Url", OF_PRODUCT),
    ],
)
def test_what_is_said_of_a_template_that_is_not_there(
    kind: str, properties: str, source: str, cure: str
) -> None:
    """The address as it is written, at its line, and what would bring the template."""
    found = evaluated(kind, properties)
    (absent,) = found.absent
    assert (absent.kind, absent.name, absent.source) == ("template", "It", source)
    assert (absent.place.line, absent.place.column) == (8, 18)
    assert absent.cure == cure
    (call,) = (one for one in found.resources if one.origin.name == "It")
    assert call.type == ABSENT


@pytest.mark.parametrize(
    ("kind", "properties", "is_absent"),
    [
        (STACK, "Parameters: {A: b}", False),
        (SET, "StackSetName: a", False),
        ("AWS::S3::Bucket", "TemplateURL: none.yaml", False),
        (PRODUCT, "PathId: a", True),
    ],
)
def test_what_names_no_template(kind: str, properties: str, is_absent: bool) -> None:
    """Nothing is missing then; what a product deploys is never there."""
    found = evaluated(kind, properties)
    assert found.absent == ()
    (call,) = (one for one in found.resources if one.origin.name == "It")
    assert (call.type == ABSENT) is is_absent


def test_an_address_that_is_given() -> None:
    """What is given for a parameter is what is missing then."""
    found = evaluated(STACK, "TemplateURL: !Ref Url", Inputs(parameters={"Url": Known("a.yaml")}))
    assert [(one.source, one.cure) for one in found.absent] == [("a.yaml", SCAN_TOO)]


PROCESSED = "scan what aws cloudformation get-template --template-stage Processed writes"
BELOW = [("macro", "Transform", "Own", 4), ("macro", "Transform", "Third", 5)]


@pytest.mark.parametrize(
    ("head", "absent"),
    [
        ("Other: x", BELOW),
        ("Transform: Mine", [("macro", "Transform", "Mine", 1), *BELOW]),
        ("Transform: {Name: Mine}", [("macro", "Transform", "Mine", 1), *BELOW]),
        (
            "Transform: [Mine, AWS::Serverless-2016-10-31, {Name: B}]",
            [("macro", "Transform", "Mine", 1), ("macro", "Transform", "B", 1), *BELOW],
        ),
        ("Transform: AWS::LanguageExtensions", BELOW),
        ("Transform: {Parameters: {Name: x}}", BELOW),
        ("Transform: []", BELOW),
    ],
)
def test_macros_that_are_not_there(head: str, absent: list[tuple[str, str, str, int]]) -> None:
    """Those of others than AWS, wherever they stand: what they make is in no source."""
    text = f"""{head}
Resources:
  A: {{Type: "AWS::S3::Bucket", Properties: {{X: !Transform {{Name: AWS::Include}}}}}}
  B: {{Type: "AWS::S3::Bucket", Properties: {{"Fn::Transform": {{Name: Own}}}}}}
  C: {{Type: "AWS::S3::Bucket", Properties: {{X: [y, {{Z: !Transform {{Name: Third}}}}]}}}}
"""
    (stack,), errors = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    assert errors == []
    found = [one for one in stack.evaluate({}).absent if one.kind != "include"]
    assert [(one.kind, one.name, one.source, one.place.line) for one in found] == absent
    assert {one.cure for one in found} == {PROCESSED}


@pytest.mark.parametrize(
    ("head", "resource", "absent"),
    [
        (
            "Modules: {A: {Source: x}}",
            "A: {Type: a}",
            ("Modules", "", "aws cloudformation package"),
        ),
        ("Rain: {Modules: {A: x}}", "A: {Type: a}", ("Rain", "", "rain pkg")),
        (
            "Other: x",
            "A: {Type: 'My::Own::Net::MODULE'}",
            ("A", "My::Own::Net::MODULE", "aws cloudformation get-template"),
        ),
    ],
)
def test_modules_that_are_not_there(head: str, resource: str, absent: tuple[str, str, str]) -> None:
    """Of the registry, or of a tool, which writes what is deployed."""
    text = f"AWSTemplateFormatVersion: x\n{head}\nResources:\n  {resource}\n"
    (stack,), errors = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    (found,) = stack.evaluate({}).absent
    assert errors == []
    assert (found.kind, found.name, found.source) == ("module", *absent[:2])
    assert found.cure.startswith(f"scan what {absent[2]}")
