"""Templates of CloudFormation that Terraform deploys: listed as absent, and doubted."""

import json
from collections.abc import Callable

import pytest

from taskwall.engine.judge import judge
from taskwall.readers.terraform import TerraformStack
from taskwall.readers.terraform.plan.stacks import plans
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.resource import ABSENT
from taskwall.source.stack import Evaluation, Inputs

MAIN = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "web" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_cloudformation_stack" "logs" {
  template_body = "Resources: {}"
  parameters = {
    Name = "logs"
    Vpc  = aws_vpc.main.id
  }
}
resource "aws_cloudformation_stack_set" "roles" {
  template_url = "https://example.s3.amazonaws.com/roles.yaml"
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets = [aws_subnet.web.id]
  }
}
"""
CALLS = [
    ("template", "aws_cloudformation_stack.logs", "template_body"),
    (
        "template",
        "aws_cloudformation_stack_set.roles",
        "https://example.s3.amazonaws.com/roles.yaml",
    ),
]


def absent(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    """What is said to be absent, of which each is a call among the resources."""
    called = {one.origin.name for one in evaluation.resources if one.type == ABSENT}
    assert {one.name for one in evaluation.absent} == called
    return sorted((one.kind, one.name, one.source) for one in evaluation.absent)


def test_a_template_is_named_by_its_file(evaluated: Callable[..., Evaluation]) -> None:
    """As it is seen from the root, where the body is read from one."""
    body = 'templatefile("${path.module}/nets/logs.yaml", {})'
    found = evaluated(MAIN.replace('"Resources: {}"', body))

    assert ("template", "aws_cloudformation_stack.logs", "nets/logs.yaml") in absent(found)


def test_templates_are_absent(evaluated: Callable[..., Evaluation]) -> None:
    """Each is named, with its body or address at its place."""
    found = evaluated(MAIN)

    assert absent(found) == CALLS
    assert [one.place.line for one in found.absent] == [10, 17]


OTHERS = ", with --parameters for what Terraform hands to it"
STACK, PRODUCT = "aws_cloudformation_stack", "aws_servicecatalog_provisioned_product"


@pytest.mark.parametrize(
    ("kind", "body", "source", "cure"),
    [
        (STACK, 'template_body = file("a.yaml")', "a.yaml", "scan a.yaml by itself"),
        (
            STACK,
            'template_body = file("../a.yaml")\n  parameters = {}',
            "../a.yaml",
            f"scan ../a.yaml by itself{OTHERS}",
        ),
        *(
            (STACK, body, "template_body", "write the template to a file, and scan that")
            for body in (
                "template_body = jsonencode({ Resources = {} })",
                "template_body = file(var.open)",
                'template_body = filebase64("a.yaml")',
                "",
            )
        ),
        (STACK, "template_url = var.open", "var.open", "scan the template by itself"),
        (f"{STACK}_set", 'template_url = "u"', "u", "scan the template by itself"),
        (f"awscc{STACK[3:]}", 'template_url = "u"', "u", "scan the template by itself"),
        (f"awscc{STACK[3:]}_set", 'template_url = "u"', "u", "scan the template by itself"),
        (
            "aws_serverlessapplicationrepository_cloudformation_stack",
            'application_id = "arn"\n  parameters = {}',
            "arn",
            f"scan the template by itself{OTHERS}",
        ),
        (PRODUCT, 'product_name = "net"', "net", "scan the template by itself"),
        (
            PRODUCT,
            'product_id = "p-1"\n  provisioning_parameters {\n    key = "a"\n  }',
            "p-1",
            f"scan the template by itself{OTHERS}",
        ),
        (
            "awscc_servicecatalog_cloudformation_provisioned_product",
            'product_id = "p-1"',
            "p-1",
            "scan the template by itself",
        ),
    ],
)
def test_what_to_do_about_a_template(
    evaluated: Callable[..., Evaluation], kind: str, body: str, source: str, cure: str
) -> None:
    """A file is scanned by itself; what is in no file has to be written to one."""
    found = evaluated(f'variable "open" {{}}\nresource "{kind}" "s" {{\n  {body}\n}}\n')
    [(_, name, said)] = absent(found)
    assert (name, said) == (f"{kind}.s", source)
    [one] = found.absent
    assert (one.cure, one.place.line) == (cure, 3 if body else 2)


def test_a_stack_that_is_looked_up_is_no_absent_template(
    evaluated: Callable[..., Evaluation],
) -> None:
    """Nor is what only registers one."""
    text = 'data "aws_cloudformation_stack" "s" { name = "x" }\n'
    text += 'resource "aws_cloudformation_type" "t" { type_name = "x" }\n'
    assert absent(evaluated(text)) == []


def test_templates_in_a_plan_are_absent() -> None:
    """What a plan makes holds nothing of what a template makes."""
    resources = [
        {
            "address": address,
            "mode": "managed",
            "type": address.partition(".")[0],
            "name": address.partition(".")[2],
            "values": {"template_body": "Resources: {}"}
            if source == "template_body"
            else {"template_url": source},
        }
        for _, address, source in CALLS
    ]
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}}
    files = Files({"/live/plan.json": json.dumps(plan)})
    [stack], errors = plans(["/live/plan.json"], files, Inputs(boundary="/live"))

    assert errors == []
    assert absent(stack.evaluate({})) == CALLS


def test_what_a_template_gets_is_doubted(stack: Callable[..., TerraformStack]) -> None:
    """A VPC without a flow log may get one there: asked at the parameter that hands it over."""
    rules = [rule for rule in all_rules() if rule.id == "TW701"]
    [one] = judge(stack(MAIN), rules, Settings(show=("fail", "unknown"))).findings

    assert (one.finding.verdict, one.finding.line) == ("unknown", 13)
    assert one.finding.missing == ("aws_cloudformation_stack.logs",)
