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
