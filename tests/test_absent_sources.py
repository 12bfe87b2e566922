"""What is not there to be read is named with what brings it, whatever lies beside it."""

from pathlib import Path

import pytest

from taskwall.api.options import Options
from taskwall.api.scan import scan

PROCESSED = "scan what aws cloudformation get-template --template-stage Processed writes"
SCAN_TOO = "add the missing files to the scan"
HANDED = ", with --parameters for what Terraform hands to it"


def deploys(type_: str, text: str) -> dict[str, str]:
    """A root with a resource that deploys a template."""
    return {"main.tf": f'resource "{type_}" "s" {{\n  name = "s"\n{text}}}\n'}


def template(text: str) -> dict[str, str]:
    """A template beside a root."""
    return {"t.yaml": f"Resources:\n{text}"}


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (
            deploys("aws_cloudformation_stack", '  template_body = file("t.yaml")\n')
            | template("  C: {Type: AWS::ECS::Cluster}\n"),
            ("template", "aws_cloudformation_stack.s", "t.yaml", 3, "scan t.yaml by itself"),
        ),
        (
            deploys(
                "awscc_cloudformation_stack_set",
                '  template_body = jsonencode({})\n  parameters = { A = "b" }\n',
            ),
            (
                *("template", "awscc_cloudformation_stack_set.s", "template_body", 3),
                f"write the template to a file, and scan that{HANDED}",
            ),
        ),
        (
            deploys("aws_servicecatalog_provisioned_product", '  product_name = "net"\n'),
            (
                *("template", "aws_servicecatalog_provisioned_product.s", "net", 3),
                "scan the template by itself",
            ),
        ),
        (
            template(
                "  S:\n    Type: AWS::ECS::Service\n    Properties:\n"
                "      NetworkConfiguration:\n"
                "        Fn::Transform: {Name: Net}\n"
            ),
            ("macro", "Transform", "Net", 6, PROCESSED),
        ),
        (
            template("  N:\n    Type: Our::Org::Net::MODULE\n"),
            ("module", "N", "Our::Org::Net::MODULE", 3, PROCESSED),
        ),
        (
            template(
                "  P:\n    Type: AWS::ServiceCatalog::CloudFormationProvisionedProduct\n"
                "    Properties: {ProductId: prod-1}\n"
            ),
            ("template", "P", "prod-1", 4, "scan the product's template by itself"),
        ),
        (
            template(
                "  A:\n    Type: AWS::Serverless::Application\n"
                "    Properties: {Location: {ApplicationId: app, SemanticVersion: 1.0.0}}\n"
            ),
            ("template", "A", "app", 4, "scan the application's template by itself"),
        ),
        (
            template(
                "  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Ref Url}}\n"
                "Parameters: {Url: {Type: String}}\n"
            ),
            ("template", "N", "Url", 2, f"--parameters Url=VALUE, and {SCAN_TOO}"),
        ),
        (
            {"main.tf": 'module "m" {\n  source = "a/b/c"\n  version = local.v\n}\n'},
            ("module", "module.m", "a/b/c", 2, "--assume local.v=VALUE"),
        ),
        ({"cdk.json": '{"app": "node app"}'}, ("app", "cdk.json", "node app", 1, "cdk synth")),
        (
            {"cdktf.json": '{"app": "node app"}'},
            ("app", "cdktf.json", "node app", 1, "cdktf synth"),
        ),
        (
            {"a.tfcomponent.hcl": "", "b.tfcomponent.hcl": ""},
            (
                *("components", "a.tfcomponent.hcl", "more", 1),
                "scan the modules of its components by themselves",
            ),
        ),
        (
            {"plan.json": '{"format_version": "1.2", "complete": false, "planned_values": {}}'},
            (
                *("plan", "plan.json", "what -target or a deferral leaves out", 1),
                "plan without -target",
            ),
        ),
        (
            {"cdk.json": '{"app": "x", "output": "../../elsewhere"}'},
            ("app", "cdk.json", "x", 1, "cdk synth, and scan ../../elsewhere, too"),
        ),
        (
            {"cdk.json": '{"app": "x", "output": "/"}'},
            ("app", "cdk.json", "x", 1, "cdk synth, and scan /, too"),
        ),
        ({"cdk.json": '{"app": "x", "output": "../out"}', "../out/S.template.json": "{}"}, None),
        ({"cdk.json": '{"app": "x", "output": "build"}', "build/S.template.json": "{}"}, None),
        ({"cdktf.json": '{"app": "x"}', "cdktf.out/stacks/s/cdk.tf.json": "{}"}, None),
        ({"cdk.json": '{"context": {}}'}, None),
    ],
)
def test_what_is_not_there_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    named: tuple[str, str, str, int, str] | None,
) -> None:
    """It is listed with its place and its cure, beside sources that are there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text('resource "aws_vpc" "v" {}\n')
    for name, text in files.items():
        path = tmp_path / "more" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    absent = scan(Options(paths=(".",))).document.absent
    found = [(one.kind, one.name, one.source, one.line, one.cure) for one in absent]

    assert found == ([] if named is None else [named])


def test_links_are_named_with_what_brings_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nested template behind a link has the link's cure; a link to nothing is named, too."""
    inside = tmp_path / "inside"
    (inside / ".git").mkdir(parents=True)
    for path in (tmp_path / "net.yaml", inside / "web.yaml"):
        path.write_text("Resources: {V: {Type: AWS::EC2::VPC}}\n")
    nested = "Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./net.yaml}"
    (inside / "main.yaml").write_text(f"Resources: {{N: {{{nested}}}}}\n")
    (inside / "net.yaml").symlink_to("../net.yaml")
    (inside / "gone.yaml").symlink_to("nothing.yaml")
    (inside / "gone.tf").symlink_to("nothing.tf")
    (inside / "other.tf").touch()
    monkeypatch.chdir(inside)

    document = scan(Options(paths=(".",))).document

    assert [(one.name, one.cure) for one in document.absent] == [
        ("gone.yaml", "create what it leads to before the scan"),
        ("N", "--allow-outside"),
        ("net.yaml", "--allow-outside"),
    ]
    assert [one.file for one in document.errors] == ["gone.tf"]
