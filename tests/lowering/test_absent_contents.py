"""What is known of a module or template that is not there by its name, or by its text."""

import pytest

from lowering.test_absent import MODULE
from taskwall.lowering._absent import calls_of_absent, may_make, with_possible
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


@pytest.mark.parametrize(
    ("application", "makes"),
    [
        ("297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser", False),
        ("123456789012:applications/SecretsManagerRotation", True),
        ("297356227824:applications/Other", True),
    ],
)
def test_what_rotates_secrets_is_a_function(application: str, makes: bool) -> None:
    """AWS's own applications for it make nothing that would use a group as tasks do."""
    id_ = f"arn:aws:serverlessrepo:us-east-1:{application}"
    hcl = f"""
resource "aws_security_group" "g" {{}}
resource "aws_serverlessapplicationrepository_cloudformation_stack" "r" {{
  name           = "r"
  application_id = "{id_}"
  parameters     = {{ vpcSecurityGroupIds = aws_security_group.g.id }}
}}
"""
    yaml = f"""
Resources:
  G: {{Type: "AWS::EC2::SecurityGroup", Properties: {{GroupDescription: g}}}}
  R:
    Type: AWS::Serverless::Application
    Properties:
      Location: {{ApplicationId: "{id_}", SemanticVersion: 1.1.0}}
      Parameters: {{vpcSecurityGroupIds: !Ref G}}
"""
    (root,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": hcl}), Inputs())
    (template,), _ = cloudformation.stacks(["t.yaml"], Files({"t.yaml": yaml}), Inputs())
    for stack in (root, template):
        found = with_possible(stack.evaluate({}).resources)
        assert any(one.origin.unseen for one in found) is makes


@pytest.mark.parametrize(
    ("template", "makes"),
    [
        ("Resources: {A: {Type: AWS::S3::Bucket}}", False),
        ('{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}', False),
        (
            (
                "Transform: AWS::SecretsManager-2020-07-23\n"
                "Resources: {A: {Type: AWS::SecretsManager::RotationSchedule}}"
            ),
            False,
        ),
        (
            "Parameters: {V: {Type: AWS::EC2::VPC::Id}}\nResources: {A: {Type: AWS::S3::Bucket}}",
            False,
        ),
        (
            "Resources: {A: {Type: AWS::S3::Bucket}, B: {Type: AWS::EC2::SecurityGroupIngress}}",
            True,
        ),
        ('{"Resources": {"A": {"Type": "AWS::ECS::Service"}}}', True),
        ("Resources: {A: {Type: AWS::CloudFormation::Stack}}", True),
        ("Resources: {A: {Type: Custom::Anything}}", True),
        ("Resources: {A: {Type: AWS::Serverless::Application}}", True),
        ("Resources: {A: {Type: AWS::ServiceCatalog::CloudFormationProvisionedProduct}}", True),
        ("Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: AWS::S3::Bucket}}", True),
        ("Resources: {Fn::Transform: {Name: M}, A: {Type: AWS::S3::Bucket}}", True),
        ("Resources: {}", True),
    ],
)
def test_what_the_text_of_a_template_makes(template: str, makes: bool) -> None:
    """One that Terraform deploys is read as far as its types: none may matter here."""
    text = "\n".join(f"    {line}" for line in template.splitlines())
    main = f"""
resource "aws_cloudformation_stack" "s" {{
  template_body = <<-EOT
{text}
  EOT
}}
"""
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": main}), Inputs())
    (call,) = stack.evaluate({}).resources

    assert may_make(call, "aws_ecs_service") is makes


GIVEN = """
variable "v" {}
resource "aws_ssm_parameter" "empty" { value = "Resources: {A: {Type: AWS::S3::Bucket}}" }
resource "aws_ssm_parameter" "rotates" {
  value = "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRotation"
}
resource "TYPE" "s" {
  ATTRIBUTE = VALUE
}
"""
STACK, APPLICATION = (
    ("aws_cloudformation_stack", "template_body"),
    ("aws_serverlessapplicationrepository_cloudformation_stack", "application_id"),
)


@pytest.mark.parametrize(
    ("call", "value", "makes"),
    [
        (STACK, "aws_ssm_parameter.empty.value", False),
        (STACK, "var.v", True),
        (STACK, "5", True),
        (STACK, "null", True),
        (APPLICATION, "aws_ssm_parameter.rotates.value", False),
        (APPLICATION, "var.v", True),
        (APPLICATION, "5", True),
    ],
)
def test_what_is_known_by_what_another_resource_holds(
    call: tuple[str, str], value: str, makes: bool
) -> None:
    """What is not known, or is no text, may make anything."""
    type_, attribute = call
    text = GIVEN.replace("TYPE", type_).replace("ATTRIBUTE", attribute).replace("VALUE", value)
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    (one,) = calls_of_absent(stack.evaluate({}).resources)

    assert may_make(one, "aws_ecs_service") is makes


def test_a_known_module_makes_what_it_is_known_for() -> None:
    """An instance may be made by the module of one, a service may not."""
    text = MODULE.replace("a/b/c", "terraform-aws-modules/ec2-instance/aws")
    text %= ("aws_security_group", "aws_security_group.x.id")
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    (call,) = calls_of_absent(stack.evaluate({}).resources)

    assert may_make(call, "aws_instance")
    assert not may_make(call, "aws_ecs_service")


@pytest.mark.parametrize(
    ("type_", "used"),
    [("aws_db_instance", ["aws_ecs_task_definition"]), ("aws_security_group", [])],
)
def test_what_is_looked_up_and_handed_over(type_: str, used: list[str]) -> None:
    """The sources may hold the database itself, which tasks of the module may use."""
    text = (
        f'data "{type_}" "x" {{}}\nmodule "m" {{\nsource = "a/b/c"\ngiven = data.{type_}.x.id\n}}\n'
    )
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)

    assert [one.type for one in found if one.origin.unseen] == used


@pytest.mark.parametrize(
    "rule",
    [
        'resource "aws_security_group_rule" "r" { security_group_id = "sg-1" }',
        'resource "aws_vpc_security_group_ingress_rule" "r" { security_group_id = "sg-1" }',
        'resource "aws_vpc_security_group_egress_rule" "r" { security_group_id = "sg-1" }',
    ],
)
@pytest.mark.parametrize(("given", "used"), [("sg-1", True), ("sg-2", False)])
def test_a_group_that_has_rules_here(rule: str, given: str, used: bool) -> None:
    """Of whichever type they are: what a module does with the group is of interest."""
    text = f'{rule}\nmodule "m" {{\n  source = "a/b/c"\n  given  = "{given}"\n}}\n'
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)

    assert any(one.type == "aws_ecs_service" for one in found) is used


@pytest.mark.parametrize("type_", ["Ingress", "Egress"])
@pytest.mark.parametrize(("given", "used"), [("sg-1", True), ("sg-2", False)])
def test_a_group_that_has_rules_in_a_template(type_: str, given: str, used: bool) -> None:
    """The same of a nested template."""
    text = f"""
Resources:
  R: {{Type: "AWS::EC2::SecurityGroup{type_}", Properties: {{GroupId: sg-1, IpProtocol: "-1"}}}}
  M:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: "https://example.com/m.yml", Parameters: {{G: {given}}}}}
"""
    (stack,), _ = cloudformation.stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)

    assert any(one.type == "aws_ecs_service" for one in found) is used


HOST = "aws_db_instance.d.endpoint"
SECRET = """resource "aws_secretsmanager_secret" "s" {}
resource "aws_secretsmanager_secret_version" "v" {
  secret_id = aws_secretsmanager_secret.s.id
"""


@pytest.mark.parametrize(
    ("holder", "given", "holds"),
    [
        (f"{SECRET}secret_string = {HOST}\n}}", "aws_secretsmanager_secret.s.arn", True),
        (f"{SECRET}secret_string_wo = {HOST}\n}}", "aws_secretsmanager_secret.s.arn", True),
        (
            f"{SECRET}secret_string = jsonencode({{ h = {HOST} }})\n}}",
            "[aws_secretsmanager_secret.s]",
            True,
        ),
        (f"{SECRET}version_stages = [{HOST}]\n}}", "aws_secretsmanager_secret.s.arn", False),
        (f"{SECRET}secret_string = {HOST}\n}}", '"x"', False),
        (f'resource "aws_ssm_parameter" "p" {{ value = {HOST} }}', "aws_ssm_parameter.p.arn", True),
        (
            f'resource "aws_ssm_parameter" "p" {{ value_wo = {HOST} }}',
            "aws_ssm_parameter.p.arn",
            True,
        ),
        (
            f'resource "aws_ssm_parameter" "p" {{ insecure_value = {HOST} }}',
            "aws_ssm_parameter.p.name",
            True,
        ),
        (
            f'resource "aws_ssm_parameter" "p" {{ description = {HOST} }}',
            "aws_ssm_parameter.p.name",
            False,
        ),
    ],
)
def test_what_secrets_and_parameters_hold_is_handed_over(
    holder: str, given: str, holds: bool
) -> None:
    """Tasks of a module that gets the secret of a database may use the database."""
    text = f'resource "aws_db_instance" "d" {{}}\n{holder}\n'
    text += f'module "m" {{\n  source = "a/b/c"\n  given  = {given}\n}}\n'
    (stack,), _ = terraform.stacks(["/r/main.tf"], Files({"/r/main.tf": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)

    assert any(one.type == "aws_ecs_task_definition" for one in found) is holds


@pytest.mark.parametrize(
    ("type_", "properties", "holds"),
    [
        ("SecretsManager::Secret", "SecretString: !GetAtt D.Endpoint.Address", True),
        (
            "SecretsManager::Secret",
            'GenerateSecretString: {SecretStringTemplate: !Sub \'{"h": "${D.Endpoint.Address}"}\'}',
            True,
        ),
        ("SecretsManager::Secret", "Description: !GetAtt D.Endpoint.Address", False),
        ("SSM::Parameter", "Value: !GetAtt D.Endpoint.Address", True),
        ("SSM::Parameter", "Description: !GetAtt D.Endpoint.Address", False),
    ],
)
@pytest.mark.parametrize("attached", [False, True])
def test_what_secrets_and_parameters_of_a_template_hold(
    type_: str, properties: str, holds: bool, attached: bool
) -> None:
    """The same of a nested template; and of a secret that is attached to a database."""
    is_secret = type_.startswith("Secrets")
    target = "{SecretId: !Ref S, TargetId: !Ref D}"
    attachment = f"A: {{Type: AWS::SecretsManager::SecretTargetAttachment, Properties: {target}}}"
    text = f"""
Resources:
  D: {{Type: AWS::RDS::DBInstance}}
  S:
    Type: AWS::{type_}
    Properties:
      {properties}
  {attachment if attached and is_secret else ""}
  M:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: "https://example.com/m.yml", Parameters: {{Given: !Ref S}}}}
"""
    (stack,), _ = cloudformation.stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    found = with_possible(stack.evaluate({}).resources)

    used = any(one.type == "aws_ecs_task_definition" for one in found)
    assert used is (holds or (attached and is_secret))
